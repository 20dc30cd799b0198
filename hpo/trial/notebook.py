"""Trials as HTML for notebooks, light or dark: text has the notebook's colour, lines a grey that both can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from hpo.events import TrialError, TrialState
from hpo.markup import DIGITS, Markup, element
from hpo.words import count, shown

__all__ = ["Record", "caption", "grid", "trial_html", "trials_html"]

_MOST_ROWS = 20  # of a list; of a longer one the first and the last ones
_MOST_NAMES = 10  # of parameters, as columns
_LINE = "1px solid rgba(128,128,128,0.35)"
_CELL = f"padding:0.2em 0.7em;border:0;border-bottom:{_LINE};text-align:"
_TABLE = "border-collapse:collapse;border:0;color:inherit;background:none;margin:0.3em 0"


class Record(Protocol):
    """What is shown of a trial."""

    @property
    def number(self) -> int: ...
    @property
    def state(self) -> TrialState: ...
    @property
    def values(self) -> list[float] | None: ...
    @property
    def params(self) -> Mapping[str, Any]: ...
    @property
    def user_attrs(self) -> Mapping[str, Any]: ...
    @property
    def intermediate_values(self) -> Mapping[int, Any]: ...
    @property
    def error(self) -> TrialError | None: ...
    @property
    def duration(self) -> timedelta | None: ...


def trial_html(trial: Record) -> Markup:
    """One trial: what it reached and with which parameters."""
    facts = [_state(trial)]
    if trial.values is not None:
        facts.append(_values(trial))
    if trial.duration is not None:
        facts.append(_seconds(trial))
    n_reports = len(trial.intermediate_values)
    if n_reports:
        facts.append(count(n_reports, "report"))
    parts = [caption(f"Trial {trial.number}", ", ".join(facts))]
    if trial.error is not None:
        parts.append(element("div", f"{trial.error.type}: {trial.error.message}"))
    for head, pairs in (("parameter", trial.params), ("attribute", trial.user_attrs)):
        if pairs:
            parts.append(grid([head, "value"], list(pairs.items())))
    return element("div", *parts)


def trials_html(trials: Sequence[Record]) -> Markup:
    """A table of trials; of a long list the first and the last ones, so that its cost does not grow."""
    n = len(trials)
    head = caption(count(n), "")
    if not n:
        return element("div", head)
    half = _MOST_ROWS // 2
    first, last = (trials, []) if n <= _MOST_ROWS else (trials[:half], trials[n - half :])
    names = list(dict.fromkeys(name for trial in [*first, *last] for name in trial.params))
    kept = names[:_MOST_NAMES]
    columns = ["trial", "state", "value", "seconds", *kept, *(["…"] if len(names) > len(kept) else [])]
    rows = [_row(trial, kept, len(columns)) for trial in first]
    if last:
        rows += [("…",) * len(columns), *(_row(trial, kept, len(columns)) for trial in last)]
    return element("div", head, grid(columns, rows))


def _row(trial: Record, names: Sequence[str], width: int) -> tuple[Any, ...]:
    seconds = None if trial.duration is None else trial.duration.total_seconds()
    value = trial.values[0] if trial.values is not None and len(trial.values) == 1 else _values(trial) or None
    row = (trial.number, _state(trial), value, seconds, *(trial.params.get(name) for name in names))
    return (*row, *("…",) * (width - len(row)))


def _state(trial: Record) -> str:
    return "failed" if trial.state is TrialState.FAIL else trial.state.name.lower()


def _values(trial: Record) -> str:
    return ", ".join(shown(value, DIGITS) for value in trial.values or ())


def _seconds(trial: Record) -> str:
    return "" if trial.duration is None else f"{shown(trial.duration.total_seconds(), DIGITS)} s"


def caption(title: str, facts: str) -> Markup:
    """A title, and after it what there is to say in a few words."""
    return element("div", element("b", title), f" – {facts}" if facts else "", style="margin:0.3em 0")


def grid(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Markup:
    """A table; numbers to the right."""
    head = element("tr", *(element("th", shown(name), style=f"{_CELL}left") for name in columns))
    body = [element("tr", *map(_cell, row)) for row in rows]
    table = element("table", element("thead", head), element("tbody", *body), style=_TABLE)
    return element("div", table, style="overflow-x:auto")


def _cell(value: Any) -> Markup:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    text = "" if value is None else str(value)
    return element("td", shown(value, DIGITS), style=f"{_CELL}{'right' if is_number else 'left'}", title=text)
