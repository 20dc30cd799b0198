"""Trials as plain records, for files and for the shell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hpo.reading.records import given
from hpo.trial.frozen import FrozenTrial

__all__ = ["flattened", "plain", "trial_record"]


def trial_record(trial: FrozenTrial, n_objectives: int) -> dict[str, Any]:
    """A trial as a record; what few trials have is there only if it has it."""
    duration = trial.duration
    record: dict[str, Any] = {
        "number": trial.number,
        "state": trial.state.name,
        **({"value": trial.value} if n_objectives == 1 else {"values": trial.values}),
        "params": given(trial),
        "datetime_start": _time(trial.datetime_start),
        "datetime_complete": _time(trial.datetime_complete),
        "duration": None if duration is None else duration.total_seconds(),
        "user_attrs": trial.user_attrs,
    }
    if trial.constraints:
        record["constraints"] = trial.constraints
    if trial.error is not None:
        record["error"] = f"{trial.error.type}: {trial.error.message}"
    return record


def flattened(record: Mapping[str, Any]) -> dict[str, Any]:
    """One entry for each entry of a dict or list within a record: `params_x`, `values_0`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if key == "values":
            flat |= {f"values_{i}": one for i, one in enumerate(value or ())}
        elif isinstance(value, Mapping):
            flat |= {f"{key}_{name}": one for name, one in value.items()}
        else:
            flat[key] = value
    return flat


def plain(value: Any) -> Any:
    """What JSON can hold, which has no NaN and no infinity."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else repr(value)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
