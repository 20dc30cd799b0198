"""The page of all trials of a study, and its downloads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hpo.dashboard.headline import STATES, headline_of
from hpo.dashboard.kept import Kept
from hpo.dashboard.paging import Page, whole
from hpo.dashboard.site import is_opening, page, study_of
from hpo.dashboard.table import Filter, Table, filter_of, table_of, text_of
from hpo.reading.plain import plain
from hpo.reading.records import given
from hpo.reading.summary import objective_names
from hpo.words import inert

if TYPE_CHECKING:
    from hpo.arrays import IntArray
    from hpo.reading.snapshot import Snapshot
    from hpo.trial.frozen import FrozenTrial

__all__ = ["as_csv", "as_json", "overview"]

_SIZES = (25, 50, 100, 250)
_MOST_COLUMNS = 10  # parameters that are shown at first
_MOST_CHOICES = 40  # that can be ticked

_tables: Kept[Table] = Kept(4)


def overview(request: Request) -> Response:
    """A page of the table."""
    if is_opening(request):
        return page(request, "opening.html")
    identity, study = study_of(request)
    snapshot = study.snapshot()
    table, asked = _asked(identity, snapshot, request)
    rows, is_whole = table.rows(asked)
    query = request.query_params
    size = whole(query.get("size", "") or "50", _SIZES[-1])
    if size not in _SIZES:
        raise HTTPException(400, f"A page has {', '.join(map(str, _SIZES))} trials, not {query['size'][:40]!r}.")
    shown = Page.of(query.get("page", ""), len(rows), size)
    columns = _columns(snapshot, query.getlist("cols"))
    return page(
        request,
        "trials.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
        trials=table.trials(rows[shown.entries]),
        n=len(table),
        n_found=len(rows),
        is_whole=is_whole,
        asked=asked,
        number=shown.number,
        n_pages=shown.last,
        size=size,
        sizes=_SIZES,
        columns=columns,
        space=snapshot.history.space,
        choices=_choices(snapshot),
        attributes=_attribute_names(table, rows),
        states=STATES,
        given=dict(query.multi_items()),
        ticked={*query.multi_items()},
        link=lambda **changes: _link(request, changes),
        has_constraints=bool(snapshot.history.constraints),
        query=request.url.query,
        text_of=text_of,
        given_of=given,
    )


def as_csv(request: Request) -> Response:
    """All trials that the filter lets through, as CSV."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    table, asked = _asked(identity, snapshot, request)
    rows = table.all_rows(asked)
    return _download(_csv(table, rows, snapshot), "text/csv", snapshot.study_name, "csv")


def as_json(request: Request) -> Response:
    """All trials that the filter lets through, as a JSON list."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    table, asked = _asked(identity, snapshot, request)
    rows = table.all_rows(asked)
    return _download(_json(table, rows), "application/json", snapshot.study_name, "json")


def _asked(identity: str, snapshot: Snapshot, request: Request) -> tuple[Table, Filter]:
    table = _tables.get((identity, snapshot.position), lambda: table_of(snapshot))
    try:
        return table, filter_of(table, request.query_params.multi_items())
    except ValueError as error:
        raise HTTPException(400, str(error)) from None


def _columns(snapshot: Snapshot, chosen: Sequence[str]) -> list[str]:
    """The columns besides number, state and values."""
    names = list(snapshot.history.space)
    if not chosen:
        return [*(f"p:{name}" for name in names[:_MOST_COLUMNS]), "seconds"]
    for column in chosen:
        kind, _, rest = column.partition(":")
        if not (column in ("start", "seconds", "violation") or kind == "a" or (kind == "p" and rest in names)):
            raise HTTPException(400, f"There is no column {column[:80]!r}.")
    return list(dict.fromkeys(chosen))


def _choices(snapshot: Snapshot) -> dict[str, list[str]]:
    """What has been chosen of each categorical parameter, as texts."""
    found: dict[str, list[str]] = {}
    for name in snapshot.history.space:
        _, choices = snapshot.history.raw(name)
        if choices is not None:
            found[name] = sorted({text_of(choice) for choice in choices})[:_MOST_CHOICES]
    return found


def _attribute_names(table: Table, rows: IntArray) -> list[str]:
    """Names of attributes of some of the trials, which can be shown as columns."""
    return list(dict.fromkeys(name for trial in table.trials(rows[:200]) for name in trial.user_attrs))[:40]


def _link(request: Request, changes: Mapping[str, Any]) -> str:
    """The address of this page with other values of some parameters."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changes and value]
    query = [*kept, *((name, str(value)) for name, value in changes.items() if value is not None)]
    return f"{request.url.path}?{urlencode(query, errors='replace')}"


def _download(parts: Iterator[str], kind: str, name: str, ending: str) -> Response:
    ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)[:80] or "study"
    full_name = quote(name[:80], safe="", errors="replace")
    named = f"attachment; filename=\"{ascii_name}.{ending}\"; filename*=UTF-8''{full_name}.{ending}"
    encoded = (part.encode("utf-8", "replace") for part in parts)
    return StreamingResponse(encoded, media_type=f"{kind}; charset=utf-8", headers={"content-disposition": named})


def _csv(table: Table, rows: IntArray, snapshot: Snapshot) -> Iterator[str]:
    names, objectives = list(snapshot.history.space), objective_names(snapshot)
    attributes = list(
        dict.fromkeys(name for batch in table.batches(rows) for trial in batch for name in trial.user_attrs)
    )
    head = ["number", "state", *objectives, "start", "end", "seconds"]
    yield _lines([[_cell(one) for one in (*head, *names, *attributes, "error")]])
    for batch in table.batches(rows):
        yield _lines([_row(trial, names, attributes, len(objectives)) for trial in batch])


def _row(trial: FrozenTrial, names: Sequence[str], attributes: Sequence[str], n_objectives: int) -> list[str]:
    start, end, duration = trial.datetime_start, trial.datetime_complete, trial.duration
    known = given(trial)
    return [
        str(trial.number),
        trial.state.name,
        *(map(_cell, trial.values) if trial.values else [""] * n_objectives),
        "" if start is None else start.isoformat(),
        "" if end is None else end.isoformat(),
        "" if duration is None else repr(duration.total_seconds()),
        *(_cell(known.get(name)) for name in names),
        *(_cell(trial.user_attrs.get(name)) for name in attributes),
        "" if trial.error is None else _cell(f"{trial.error.type}: {trial.error.message}"),
    ]


def _cell(value: Any) -> str:
    """A value as a cell, which no spreadsheet runs as a formula."""
    return "" if value is None else text_of(inert(value))


def _lines(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _json(table: Table, rows: IntArray) -> Iterator[str]:
    separator = "["
    for batch in table.batches(rows):
        for trial in batch:
            yield f"{separator}\n{json.dumps(plain(_record(trial)), ensure_ascii=False)}"
            separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def _record(trial: FrozenTrial) -> dict[str, Any]:
    start, end = trial.datetime_start, trial.datetime_complete
    return {
        "number": trial.number,
        "state": trial.state.name,
        "values": trial.values,
        "params": given(trial),
        "start": None if start is None else start.isoformat(),
        "end": None if end is None else end.isoformat(),
        "reports": [[step, value] for step, value in trial.intermediate_values.items()],
        "constraints": trial.constraints,
        "user_attrs": trial.user_attrs,
        "error": None if trial.error is None else {"type": trial.error.type, "message": trial.error.message},
    }
