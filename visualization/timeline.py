"""When each trial ran, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.events import TrialState
from hpo.moments import local_time
from hpo.reading.counts import latest
from hpo.reading.readable import check_readable
from hpo.visualization.axes import counting_axis
from hpo.visualization.frame import empty, frame
from hpo.visualization.states import COMPLETE, FAILED, INFEASIBLE, MARKS, PAUSED, PRUNED, RUNNING
from hpo.visualization.text import duration, joined, number, short
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["Timeline", "plot_timeline", "spans", "timeline"]

_TITLE = "Timeline"
_MOST = 1000  # bars
_KINDS = (COMPLETE, INFEASIBLE, PRUNED, FAILED, RUNNING, PAUSED)


@final
@dataclass(frozen=True, eq=False)
class Timeline:
    """Times of trials, by number; those of a trial that paused begin with its first attempt.

    Args:
        number: Shape (n,), ascending.
        start, end: Seconds since 1970 (UTC), shape (n,); of a running trial the end is now.
        kind: What became of each, shape (n,): index of "complete", "infeasible", "pruned", "failed", "running" or
            "paused".
    """

    number: IntArray
    start: Array
    end: Array
    kind: IntArray


def timeline(study: Readable, n_recent_trials: int | None = None, now: float | None = None) -> Timeline:
    """The times of the trials that have started; of the last ones by number if there is a limit."""
    check_readable(study)
    history = latest(study.history)
    now = time.time() if now is None else now
    lookup = np.zeros(max(TrialState) + 1, dtype=np.int64)
    for state, mark in MARKS.items():
        lookup[state] = _KINDS.index(mark)
    kinds = lookup[history.state]
    is_infeasible = (history.state == TrialState.COMPLETE) & (history.violation > 0)
    kinds = np.where(is_infeasible, _KINDS.index(INFEASIBLE), kinds)
    number = np.concatenate([history.number, history.running])
    start = np.concatenate([history.start, history.running_start])
    end = np.concatenate([history.end, np.maximum(history.running_start, now)])
    kind = np.concatenate([kinds, np.full(len(history.running), _KINDS.index(RUNNING))]).astype(np.int64)
    order = np.argsort(number, kind="stable")
    if n_recent_trials is not None:
        order = order[len(order) - min(n_recent_trials, len(order)) :]
    return Timeline(number[order], start[order], np.maximum(end, start)[order], kind[order])


def spans(times: Timeline, most: int) -> Timeline:
    """At most `most` bars for many trials: runs of neighbours become one, cut into the shares of their kinds.

    Returns:
        Rows whose number is the first one of the run; each run has one row per kind that occurs in it.
    """
    n_runs = max(1, most // 3)
    run = np.arange(len(times.number)) * n_runs // len(times.number)
    first = np.searchsorted(run, np.arange(n_runs))
    start, end = np.minimum.reduceat(times.start, first), np.maximum.reduceat(times.end, first)
    shares = np.stack([np.bincount(run[times.kind == k], minlength=n_runs) for k in range(len(_KINDS))], axis=1)
    ends = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
    begins = np.column_stack([np.zeros(n_runs), ends[:, :-1]])
    runs, kinds = np.nonzero(shares)
    length = (end - start)[runs]
    return Timeline(
        times.number[first][runs],
        start[runs] + begins[runs, kinds] * length,
        start[runs] + ends[runs, kinds] * length,
        kinds.astype(np.int64),
    )


def plot_timeline(study: Readable, n_recent_trials: int | None = None) -> go.Figure:
    """A bar for each trial, from its start to its end in local time, coloured by what became of it.

    Of more than 1 000 trials neighbours share a bar, which is cut into the shares of complete, pruned and failed ones.

    Args:
        study: The study.
        n_recent_trials: Only the last so many; by default all.

    Raises:
        ValueError: If `n_recent_trials` is less than 1.

    Example:
        >>> plot_timeline(study, n_recent_trials=200)
    """
    import plotly.graph_objects as go

    if n_recent_trials is not None and n_recent_trials < 1:
        raise ValueError(f"n_recent_trials must be ≥ 1 or None, got {n_recent_trials!r}.")
    times = timeline(study, n_recent_trials)
    if not len(times.number):
        return empty(_TITLE, "No trial has started yet.")
    many = len(times.number) > _MOST
    bars = spans(times, _MOST) if many else times
    width = float(np.median(np.diff(np.unique(bars.number)))) if many else 1.0
    records: Mapping[int, FrozenTrial] = {} if many else {t.number: t for t in study.get_trials()}
    least = (float(times.end.max()) - float(times.start.min())) / 800  # so that the shortest bars are seen
    traces = []
    for kind, mark in enumerate(_KINDS):
        some = np.flatnonzero(bars.kind == kind)
        if not len(some):
            continue
        seconds = bars.end[some] - bars.start[some]
        traces.append(
            go.Bar(
                base=[_local(t) for t in bars.start[some].tolist()],
                x=(1000.0 * np.maximum(seconds, least)).tolist(),
                y=bars.number[some] + (width - 1) / 2,
                width=width * (1.0 if len(bars.number) > 150 else 0.8),
                orientation="h",
                marker={"color": mark.colour, "line": {"width": 0}},
                name=mark.word,
                hovertext=_run_texts(times, bars, some, kind) if many else _texts(times, some, records, mark.word),
                hoverinfo="text",
            )
        )
    whole = float(times.end.max() - times.start.min())
    busy = float((times.end - times.start).sum())
    apart = f"bars of {width:.0f} trials, cut into shares" if many else ""
    return frame(
        traces,
        title=_TITLE,
        note=joined([count(len(times.number)), f"{duration(whole)} in all", f"{duration(busy)} in trials", apart]),
        legend=True,
        barmode="overlay",
        xaxis={"type": "date", "title": {"text": "Local time"}, "nticks": 6},
        yaxis=counting_axis(int(times.number[0]), int(times.number[-1]), "Trial"),
        margin={"b": 70},  # for ticks of two lines, the time and the day
    )


def _local(seconds: float) -> str:
    return local_time(seconds).isoformat(sep=" ", timespec="milliseconds")


def _texts(times: Timeline, some: IntArray, records: Mapping[int, FrozenTrial], word: str) -> list[str]:
    texts = []
    for i in some.tolist():
        lines = [f"<b>Trial {times.number[i]}</b> ({word})", f"{_local(times.start[i])[:19]}"]
        lines[1] += f", {duration(times.end[i] - times.start[i])}"
        record = records.get(int(times.number[i]))
        if record is not None:
            ended = word != "running"  # what has ended since the times were read is drawn as running
            lines += [f"value: {', '.join(map(number, record.values))}"] if ended and record.values else []
            lines += [f"{short(k)}: {short(number(v))}" for k, v in list(record.params.items())[:12]]
            lines += [short(f"{record.error.type}: {record.error.message}", 60)] if ended and record.error else []
        texts.append("<br>".join(lines))
    return texts


def _run_texts(times: Timeline, bars: Timeline, some: IntArray, kind: int) -> list[str]:
    """How many of each run are of one kind."""
    firsts = np.unique(bars.number)
    place = np.searchsorted(firsts, times.number, side="right") - 1
    counts = np.bincount(place, times.kind == kind, minlength=len(firsts)).astype(np.int64)
    lasts: Sequence[int] = [*(firsts[1:] - 1).tolist(), int(times.number[-1])]
    texts = []
    for first in bars.number[some].tolist():
        run = int(np.searchsorted(firsts, first))
        texts.append(f"Trials {first} to {lasts[run]}<br>{counts[run]} {_KINDS[kind].word}")
    return texts
