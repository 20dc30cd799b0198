"""What trials reported while they ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.events import TrialState
from hpo.reading.counts import latest
from hpo.reading.readable import check_readable
from hpo.visualization.axes import counting_axis, value_axis
from hpo.visualization.frame import compact, empty, frame
from hpo.visualization.scale import drawable, value_scale
from hpo.visualization.states import COMPLETE, MARKS, RUNNING, Mark
from hpo.visualization.text import joined, short
from hpo.visualization.theme import GREY, translucent
from hpo.visualization.trials import objective_index, objective_names, objective_title
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.history import Curve
    from hpo.reading.readable import Readable

__all__ = ["Curves", "intermediate_values", "plot_intermediate_values", "report_quantiles"]

_TITLE = "Intermediate values"
_MOST_CURVES = 150
_MOST_REPORTS = 60_000  # in all drawn curves together
_MOST_STEPS = 300  # at which quantiles of all reports are computed
_STATES = (TrialState.FAIL, TrialState.PRUNED, TrialState.PAUSED, TrialState.COMPLETE, TrialState.RUNNING)
"""In the order in which they are drawn."""


@final
@dataclass(frozen=True, eq=False)
class Curves:
    """The reports of trials, trial by trial and ascending by step.

    Args:
        number, state: Of the trials that reported something, shape (n,), by number.
        begin: Where each trial's reports begin, shape (n + 1,); the last is their total.
        step, value: Of each report, shape (begin[-1],).
        sign: +1 where small values are good, -1 where large ones are.
        stops: The steps at which some trial was pruned, or has ever paused, ascending.
    """

    number: IntArray
    state: IntArray
    begin: IntArray
    step: IntArray
    value: Array
    sign: float
    stops: IntArray

    def __len__(self) -> int:
        return len(self.number)

    @property
    def owner(self) -> IntArray:
        """The trial of each report, as an index."""
        return np.repeat(np.arange(len(self)), np.diff(self.begin))

    @property
    def last(self) -> Array:
        """Each trial's value at its largest step, shape (n,)."""
        return self.value[self.begin[1:] - 1]


def intermediate_values(study: Readable, target: int | None = None) -> Curves:
    """The reports of all trials of a study, running ones too; of several objectives, those of one.

    Raises:
        ValueError: If the study has several objectives and `target` is None, or no such one.
    """
    check_readable(study)
    index = objective_index(target, objective_names(study))
    if index is None:
        raise ValueError("target must be the index of an objective here, got a function: reports are of objectives.")
    everything = study.history
    stopped = np.isin(everything.state, (TrialState.PRUNED, TrialState.PAUSED)) & (everything.last_step >= 0)
    history = latest(everything)  # the row of a trial that went on has its earlier reports too
    rows, steps, losses = history.reports()
    losses = losses.reshape(len(rows), len(history.signs))[:, index]
    sign = float(history.signs[index])
    running = history.running_curves()
    number = np.concatenate([history.number[rows], *(np.full(len(curve.steps), curve.number) for curve in running)])
    step = np.concatenate([steps, *(np.array(curve.steps, dtype=np.int64) for curve in running)])
    value = sign * np.concatenate([losses, *(_losses(curve, index) for curve in running)]) + 0.0
    ended = dict(zip(history.number.tolist(), history.state.tolist(), strict=True))
    kept = drawable(value)
    number, step, value = number[kept], step[kept], value[kept]
    order = np.lexsort((step, number))
    numbers, begin = np.unique(number[order], return_index=True)
    states = [ended.get(n, int(TrialState.RUNNING)) for n in numbers.tolist()]
    return Curves(
        numbers,
        np.array(states, dtype=np.int64),
        np.append(begin, len(order)).astype(np.int64),
        step[order],
        value[order],
        sign,
        np.unique(everything.last_step[stopped]),
    )


def _losses(curve: Curve, index: int) -> Array:
    """What a trial has reported of one objective, shape (k,)."""
    return np.array([losses[index] for losses in curve.vectors] or curve.losses, dtype=np.float64)


def report_quantiles(curves: Curves, most: int = _MOST_STEPS) -> tuple[IntArray, Array]:
    """Steps, shape (k,), and the 10 %, 50 % and 90 % quantiles of all reports at each, shape (3, k).

    Of more than `most` steps, as many evenly chosen ones.
    """
    steps = np.unique(curves.step)
    if len(steps) > most:
        steps = steps[np.linspace(0, len(steps) - 1, most).astype(np.int64)]
    order = np.lexsort((curves.value, curves.step))
    step, value = curves.step[order], curves.value[order]
    first, end = np.searchsorted(step, steps, side="left"), np.searchsorted(step, steps, side="right")
    at = [value[first + np.floor(q * (end - first - 1)).astype(np.int64)] for q in (0.1, 0.5, 0.9)]
    return steps, np.stack(at)


def plot_intermediate_values(
    study: Readable, *, target: int | None = None, target_name: str | None = None
) -> go.Figure:
    """The reports of each trial as a curve, coloured by what became of the trial.

    Of studies with more than 150 curves it shows the best ones and an even choice of the rest, before the range that
    holds four fifths of all reports.

    Args:
        study: The study.
        target: The index of the objective, for studies of several.
        target_name: Name of the axis; by default that of the objective.

    Raises:
        ValueError: If the study has several objectives and `target` is None.

    Example:
        >>> plot_intermediate_values(study)
    """
    curves = intermediate_values(study, target)
    name = target_name or objective_names(study)[target or 0]
    if not len(curves):
        return empty(_TITLE, "No trial has reported a value yet; see Trial.report.")
    scale = value_scale(curves.value, curves.sign)
    drawn = _chosen(curves)
    thinned = len(drawn) < len(curves)
    traces = [
        trace
        for state in _STATES
        for trace in _traces(curves, drawn[curves.state[drawn] == state], MARKS[state], len(drawn))
    ]
    if thinned:
        traces = _band(curves) + traces
    outside = f"{count(scale.n_outside, 'report')} beyond this view" if scale.n_outside else ""
    some = f"{len(drawn)} curves, the best ones and an even choice" if thinned else ""
    return frame(
        traces,
        title=objective_title(_TITLE, study, name),
        note=joined([f"{count(len(curves))} with reports", some, outside]),
        legend=True,
        xaxis=counting_axis(int(curves.step.min()), int(curves.step.max()), "Step"),
        yaxis=value_axis(scale, name),
    )


def _chosen(curves: Curves) -> IntArray:
    """Indices of the curves to draw."""
    longest = int(np.diff(curves.begin).max())
    most = max(10, min(_MOST_CURVES, _MOST_REPORTS // longest))
    if len(curves) <= most:
        return np.arange(len(curves))
    complete = np.flatnonzero(curves.state == TrialState.COMPLETE)
    best = complete[np.argsort(curves.sign * curves.last[complete], kind="stable")[: most // 3]]
    rest = np.setdiff1d(np.arange(len(curves)), best)
    even = rest[np.linspace(0, len(rest) - 1, most - len(best)).astype(np.int64)]
    return np.sort(np.concatenate([best, even]))


def _traces(curves: Curves, members: IntArray, mark: Mark, n_drawn: int) -> list[Any]:
    """All curves of one state as one trace, and where they end."""
    import plotly.graph_objects as go

    if not len(members):
        return []
    pieces = [np.arange(curves.begin[i], curves.begin[i + 1]) for i in members.tolist()]
    gap = np.array([-1])
    index = np.concatenate([part for piece in pieces for part in (piece, gap)])
    x = np.where(index < 0, np.nan, curves.step[index].astype(np.float64))
    y = np.where(index < 0, np.nan, curves.value[index])
    number = np.concatenate([np.full(len(p) + 1, curves.number[i]) for p, i in zip(pieces, members, strict=True)])
    alpha = 0.75 if n_drawn <= 40 else 0.5
    is_short = max(map(len, pieces)) == 1
    line = go.Scatter(
        x=compact(x),
        y=compact(y),
        customdata=number,
        mode="markers" if is_short else "lines",
        line={"color": translucent(mark.colour, alpha), "width": 1.4},
        marker=mark.marker(6),
        name=mark.word,
        legendgroup=mark.word,
        hovertemplate="<b>Trial %{customdata}</b> (" + mark.word + ")<br>step %{x}: %{y:.5g}<extra></extra>",
    )
    if mark in (COMPLETE, RUNNING) or is_short:
        return [line]
    end = curves.begin[members + 1] - 1
    ends = go.Scatter(
        x=curves.step[end],
        y=compact(curves.value[end]),
        mode="markers",
        marker=mark.marker(6),
        legendgroup=mark.word,
        showlegend=False,
        hoverinfo="skip",
    )
    return [line, ends]


def _band(curves: Curves) -> list[Any]:
    import plotly.graph_objects as go

    steps, (low, middle, high) = report_quantiles(curves)
    return [
        go.Scatter(
            x=np.concatenate([steps, steps[::-1]]),
            y=compact(np.concatenate([low, high[::-1]])),
            fill="toself",
            fillcolor=translucent(GREY, 0.25),
            line={"width": 0},
            mode="lines",
            name=short("10 to 90 % of all"),
            hoverinfo="skip",
        ),
        go.Scatter(
            x=steps,
            y=compact(middle),
            mode="lines",
            line={"color": GREY, "width": 2, "dash": "dash"},
            name="median of all",
            hovertemplate="median at step %{x}: %{y:.5g}<extra></extra>",
        ),
    ]
