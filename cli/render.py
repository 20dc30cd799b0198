"""Records of trials and studies as tables, JSON, YAML or bare values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hpo.exceptions import CLIUsageError
from hpo.reading.plain import flattened, plain
from hpo.reading.tables import table

__all__ = ["columns", "render"]

_Record = Mapping[str, Any]


def render(records: Sequence[_Record] | _Record, form: str, *, flatten: bool = False) -> str:
    """Records, or a single one, in a format."""
    if form == "json":
        return json.dumps(plain(_shaped(records, flatten)), indent=2, ensure_ascii=False)
    if form == "yaml":
        return _yaml(plain(_shaped(records, flatten)))
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
    prefixes = ("direction", "params", "user_attrs", "values", "constraints")
    heads = {name: next((p for p in prefixes if name.startswith(f"{p}_")), name) for name in order}
    first = {head: min(places[name] for name in order if heads[name] == head) for head in set(heads.values())}
    return sorted(order, key=lambda name: (first[heads[name]], places[name]))


def _shaped(records: Sequence[_Record] | _Record, flatten: bool) -> Any:
    if not flatten:
        return records
    return flattened(records) if isinstance(records, Mapping) else [flattened(record) for record in records]


def _bare(value: Any) -> str:
    if value is None:
        return ""
    value = plain(value)  # which has words for what JSON has not
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())


def _yaml(plain: Any) -> str:
    try:
        import yaml
    except ImportError:
        raise CLIUsageError("The format yaml needs PyYAML: pip install 'hpo-study[yaml]'.") from None
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)).rstrip("\n")
