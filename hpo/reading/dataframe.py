"""Trials as a pandas table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["trials_dataframe"]


def trials_dataframe(study: Readable, attrs: tuple[str, ...], *, multi_index: bool) -> pd.DataFrame:
    """The trials as a table, one row each.

    Args:
        study: The study.
        attrs: Columns; `params` and the like become one column per name.
        multi_index: Two levels of column names instead of joined ones.

    Raises:
        ImportError: If pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError:
        raise ImportError("trials_dataframe needs pandas: install it with `pip install pandas`.") from None
    names = study.metric_names
    records = [_record(trial, attrs, len(study.directions), names) for trial in study.trials]
    columns: dict[tuple[str, str], None] = {}
    for attr in attrs:  # the order of `attrs`, and within one attribute the names in order
        found = {key for record in records for key in record if key[0] == attr or key[0] == f"{attr}s"}
        columns.update(dict.fromkeys(sorted(found, key=lambda key: (key[0], str(key[1])))))
    table = pd.DataFrame([[record.get(key) for key in columns] for record in records], columns=list(columns))
    if multi_index:
        table.columns = pd.MultiIndex.from_tuples(list(columns))
    else:
        table.columns = pd.Index([f"{first}_{second}" if second != "" else first for first, second in columns])
    return table


def _record(
    trial: FrozenTrial, attrs: tuple[str, ...], n_objectives: int, names: list[str] | None
) -> dict[tuple[str, str], Any]:
    record: dict[tuple[str, str], Any] = {}
    for attr in attrs:
        if attr == "value" and n_objectives > 1:
            for i, value in enumerate(trial.values or [float("nan")] * n_objectives):
                record["values", names[i] if names else str(i)] = value
            continue
        content = trial.state.name if attr == "state" else getattr(trial, attr)
        if isinstance(content, dict):
            record.update({(attr, str(key)): value for key, value in content.items()})
        elif attr == "value" and names:
            record["value", names[0]] = content
        else:
            record[attr, ""] = content
    return record
