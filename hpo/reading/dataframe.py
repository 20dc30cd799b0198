"""Trials as a pandas table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from hpo.words import encodable

if TYPE_CHECKING:
    import pandas as pd

    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["trials_dataframe"]

_ATTRIBUTES = (
    "number",
    "state",
    "value",
    "values",
    "datetime_start",
    "datetime_complete",
    "duration",
    "params",
    "distributions",
    "user_attrs",
    "system_attrs",
    "intermediate_values",
    "last_step",
    "resume_step",
    "constraints",
    "error",
)
"""Of a trial, that can be columns."""

_Column: TypeAlias = tuple[str, str | int]  # an attribute, and the name, number or step within it; "" without one


def trials_dataframe(study: Readable, attrs: tuple[str, ...], *, multi_index: bool) -> pd.DataFrame:
    """The trials as a table, one row each.

    Args:
        study: The study.
        attrs: Columns; `params` and the like become one column per name.
        multi_index: Two levels of column names instead of joined ones.

    Raises:
        TypeError: If `attrs` are no list of names.
        ValueError: If there are none, or a trial has no such attribute.
        ImportError: If pandas is not installed.
    """
    if isinstance(attrs, str) or not isinstance(attrs, Iterable):
        shown = f"; write attrs=({attrs!r},)" if isinstance(attrs, str) else ""
        raise TypeError(f"attrs must be a tuple of names of columns, got {attrs!r}{shown}.")
    if not attrs:
        raise ValueError('attrs must name a column at least, such as ("number", "value", "params").')
    unknown = [attr for attr in attrs if attr not in _ATTRIBUTES and attr != "_trial_id"]  # as Optuna's users know it
    if unknown:
        raise ValueError(f"A trial has no attribute {unknown[0]!r}; attrs may name {', '.join(_ATTRIBUTES)}.")
    try:
        import pandas as pd
    except ImportError:
        raise ImportError("trials_dataframe needs pandas: install it with `pip install pandas`.") from None
    trials, n_objectives, names = study.trials, len(study.directions), study.metric_names
    if not trials:
        return pd.DataFrame()
    wanted = tuple(dict.fromkeys("values" if attr == "value" and n_objectives > 1 else attr for attr in attrs))
    records = [_record(trial, wanted, names or list(range(n_objectives))) for trial in trials]
    found: dict[str, dict[_Column, None]] = {attr: {} for attr in wanted}
    for record in records:
        for key in record:
            found[key[0]][key] = None
    columns = [key for attr, keys in found.items() for key in (keys if attr == "values" else sorted(keys))]
    table = pd.DataFrame(records, columns=pd.MultiIndex.from_tuples(columns))
    if not multi_index:
        table.columns = pd.Index(["_".join(str(level) for level in key if level != "") for key in columns])
    return table


def _record(trial: FrozenTrial, attrs: tuple[str, ...], names: Sequence[str | int]) -> dict[_Column, Any]:
    """A row of the table; with one objective that has a name, that name is the second level of its value too."""
    record: dict[_Column, Any] = {}
    for attr in attrs:
        content = trial.state.name if attr == "state" else getattr(trial, attr)
        if isinstance(content, dict):
            record.update({(attr, _text(key)): _text(value) for key, value in content.items()})
        elif attr == "values":
            record.update(zip([(attr, _text(name)) for name in names], content or [None] * len(names), strict=True))
        elif attr == "value" and isinstance(names[0], str):
            record[attr, _text(names[0])] = content
        else:
            record[attr, ""] = _text(content)
    return record


def _text(value: Any) -> Any:
    """A value as it is, but text without lone surrogates, which no column of pandas' texts can hold."""
    return encodable(value) if isinstance(value, str) else value
