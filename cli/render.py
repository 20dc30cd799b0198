"""Trials and studies as records, and records as tables, JSON, YAML or bare values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hpo.exceptions import CLIUsageError
from hpo.reading.tables import table

if TYPE_CHECKING:
    from hpo.trial.frozen import FrozenTrial

__all__ = ["columns", "flattened", "render", "trial_record"]

_Record = Mapping[str, Any]


def trial_record(trial: FrozenTrial, n_objectives: int) -> dict[str, Any]:
    """A trial as a record; what few trials have is there only if it has it."""
    duration = trial.duration
    record: dict[str, Any] = {
        "number": trial.number,
        "state": trial.state.name,
        **({"value": trial.value} if n_objectives == 1 else {"values": trial.values}),
        "params": trial.params or trial.system_attrs.get("fixed_params", {}),
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


def flattened(record: _Record) -> dict[str, Any]:
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


def render(records: Sequence[_Record] | _Record, form: str, *, flatten: bool = False) -> str:
    """Records, or a single one, in a format."""
    if form == "json":
        return json.dumps(_plain(_shaped(records, flatten)), indent=2, ensure_ascii=False)
    if form == "yaml":
        return _yaml(_plain(_shaped(records, flatten)))
    rows = [flattened(record) for record in ([records] if isinstance(records, Mapping) else records)]
    names = columns(rows)
    if form == "value":
        return "\n".join("\t".join(_bare(row.get(column)) for column in names) for row in rows)
    return table(names, [[row.get(column) for column in names] for row in rows])


def columns(rows: Sequence[_Record]) -> list[str]:
    """All keys, those of one prefix beside each other."""
    order: dict[str, None] = {}
    for row in rows:
        order.update(dict.fromkeys(row))
    places = {name: i for i, name in enumerate(order)}
    prefixes = ("params", "user_attrs", "values", "constraints")
    heads = {name: next((p for p in prefixes if name.startswith(f"{p}_")), name) for name in order}
    first = {head: min(places[name] for name in order if heads[name] == head) for head in set(heads.values())}
    return sorted(order, key=lambda name: (first[heads[name]], places[name]))


def _shaped(records: Sequence[_Record] | _Record, flatten: bool) -> Any:
    if not flatten:
        return records
    return flattened(records) if isinstance(records, Mapping) else [flattened(record) for record in records]


def _plain(value: Any) -> Any:
    """What JSON can hold, which has no NaN and no infinity."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else repr(value)


def _bare(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)
    return " ".join(text.split())


def _yaml(plain: Any) -> str:
    try:
        import yaml
    except ImportError:
        raise CLIUsageError("The format yaml needs PyYAML: pip install 'hpo-study[yaml]'.") from None
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)).rstrip("\n")


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
