"""The value of each trial, and the best one so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.importance.targets import Target
from hpo.samplers.model.units import unit_of
from hpo.visualization.axes import counting_axis, value_axis
from hpo.visualization.density import density
from hpo.visualization.frame import MOST_POINTS, compact, empty, frame, shading
from hpo.visualization.hover import trial_texts
from hpo.visualization.parameters import parameters
from hpo.visualization.scale import Scale, value_scale
from hpo.visualization.states import BEST, COMPLETE, FAILED, INFEASIBLE, PRUNED
from hpo.visualization.text import joined
from hpo.visualization.theme import INK, PALETTE, translucent
from hpo.visualization.trials import Studies, Trials, read, studies_of
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = [
    "MeanHistory",
    "OptimizationHistory",
    "mean_history",
    "optimization_history",
    "plot_optimization_history",
    "running_best",
]

_TITLE = "Optimization history"
_EDGE = 0.05  # of the axis of values, beyond whose bad end failed trials are drawn
_CROSSES = 150  # failed trials, of more than which each gets a smaller and paler mark
_OUTLINED = 200  # points, of more than which none has a white edge: it would tell few apart and takes long to draw
_HIGHLIGHTS = 500  # best trials that are drawn one by one where there are too many for all


@final
@dataclass(frozen=True, eq=False)
class OptimizationHistory:
    """Value and best value so far of each trial of a study.

    Args:
        number: Of the trials that have a value, shape (n,), ascending.
        value: Of each, shape (n,).
        best: The best value of a complete, feasible trial so far, shape (n,); NaN before the first.
        is_feasible, is_complete: Of each, shape (n,); the other ones were pruned, and their value is a report.
        failed: Numbers of the trials that failed, so have no value, shape (k,), ascending.
    """

    number: IntArray
    value: Array
    best: Array
    is_feasible: BoolArray
    is_complete: BoolArray
    failed: IntArray

    @property
    def steps(self) -> IntArray:
        """Indices of the trials that became the best one."""
        changed = np.diff(self.best, prepend=np.nan) != 0.0
        return np.flatnonzero(changed & ~np.isnan(self.best)).astype(np.int64)


@final
@dataclass(frozen=True, eq=False)
class MeanHistory:
    """Means and standard deviations over several studies, trial number by trial number.

    Args:
        number: Trial numbers of which some study has a value, shape (n,), ascending.
        value, value_std: Mean and standard deviation over the studies that have it, shape (n,).
        best, best_std: The same of the best value so far; NaN where no study has one.
    """

    number: IntArray
    value: Array
    value_std: Array
    best: Array
    best_std: Array


def optimization_history(trials: Trials) -> OptimizationHistory:
    """Each trial's value and the best one so far, as `plot_optimization_history` draws them."""
    failed = np.sort(trials.history.number[trials.history.state == TrialState.FAIL])
    return OptimizationHistory(
        trials.number, trials.value, running_best(trials), trials.feasible, trials.is_complete, failed
    )


def running_best(trials: Trials) -> Array:
    """The best value so far among complete, feasible trials, shape (n,); NaN before the first."""
    counted = np.where(trials.feasible & trials.is_complete, trials.loss, np.inf)
    best = np.minimum.accumulate(counted)
    return np.where(np.isinf(best), np.nan, trials.sign * best + 0.0)


def mean_history(histories: Sequence[OptimizationHistory]) -> MeanHistory:
    """Mean and standard deviation over studies, trial number by trial number.

    A study that has ended keeps its best value.
    """
    numbers = np.unique(np.concatenate([history.number for history in histories]))
    value = np.full((len(histories), len(numbers)), np.nan)
    best = np.full((len(histories), len(numbers)), np.nan)
    for i, history in enumerate(histories):
        kept = history.is_complete
        value[i, np.searchsorted(numbers, history.number[kept])] = history.value[kept]
        last = np.searchsorted(history.number, numbers, side="right") - 1
        best[i, last >= 0] = history.best[last[last >= 0]]
    return MeanHistory(numbers, *_moments(value), *_moments(best))


def _moments(rows: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each column's known values; NaN for those without any."""
    known = ~np.isnan(rows)
    n, unit = known.sum(axis=0), unit_of(rows[known])
    x = rows / unit
    with np.errstate(invalid="ignore"):
        mean = np.where(known, x, 0.0).sum(axis=0) / n
        std = np.sqrt((np.where(known, x - mean, 0.0) ** 2).sum(axis=0) / n)
    return unit * mean, unit * std


def plot_optimization_history(
    study: Studies,
    *,
    target: Target = None,
    target_name: str | None = None,
    error_bar: bool = False,
) -> go.Figure:
    """The value of each trial by its number, and the best value so far.

    The line follows complete trials that keep their constraints; others are shown apart. Of studies with thousands of
    trials a shade shows how many lie where, and points only the best ones. The axis of values is logarithmic where
    these span decades, and ends before a few values that are much worse than the rest.

    Args:
        study: One study, or several to compare.
        target: What to draw of each trial instead of its value: a function of the trial, for which there is no best
            line, or the index of an objective.
        target_name: Name of the axis; by default that of the objective.
        error_bar: Draw the mean of all studies and its standard deviation, instead of each study.

    Raises:
        ValueError: If a study has several objectives and `target` is None, or there is no study.

    Example:
        >>> plot_optimization_history(study).write_html("history.html")
    """
    studies = studies_of(study)
    states = (TrialState.COMPLETE, TrialState.PRUNED)
    several = len(studies) > 1
    everything = [read(one, target, target_name, states=states) for _, one in studies]
    shown = [trials for trials in everything if len(trials)]
    if not shown:
        return empty(_TITLE, "No trial has a value yet.")
    complete = np.concatenate([trials.value[trials.is_complete] for trials in shown])
    values = np.concatenate([trials.value for trials in shown])
    scale = value_scale(complete if len(complete) else values, shown[0].sign).holding(values, shown[0].sign)
    histories = [optimization_history(trials) for trials in shown]
    last = max(int(history.number[-1]) for history in histories)
    if error_bar:
        traces = _mean_traces(mean_history(histories), shown[0].is_objective)
        note = joined([f"Mean and standard deviation of {count(len(studies), 'study', 'studies')}"])
    elif several:
        most = MOST_POINTS // len(studies)
        traces = [
            trace
            for i, ((label, _), trials) in enumerate(zip(studies, everything, strict=True))
            for trace in _labelled(_traces(trials, PALETTE[i % len(PALETTE)], most), label)
        ]
        note = _outside(scale)
    else:
        (history,) = histories
        traces = [*_shade(history, scale), *_traces(shown[0], COMPLETE.colour, MOST_POINTS, line=INK)]
        if len(history.failed):
            traces.append(_failed(history, scale, shown[0].sign))
            scale = scale.wider_at_bad_end(2 * _EDGE, shown[0].sign).holding(values, shown[0].sign)
            last = max(last, int(history.failed[-1]))
        traces += _star(shown[0], history)
        note = joined([shown[0].note(), _outside(scale)])
    return frame(
        traces,
        title=shown[0].titled(_TITLE),
        note=note,
        legend=True,
        xaxis=counting_axis(0, last, "Trial"),
        yaxis=value_axis(scale, shown[0].name),
    )


def _outside(scale: Scale) -> str:
    return f"{count(scale.n_outside)} beyond this view" if scale.n_outside else ""


def _shade(history: OptimizationHistory, scale: Scale) -> list[Any]:
    """How many trials lie where, for too many to draw; the shades of several studies would hide each other."""
    if len(history.number) <= MOST_POINTS:
        return []
    x = np.linspace(history.number[0], history.number[-1], 161)
    y = np.linspace(scale.low, scale.high, 81)
    counted = density(history.number.astype(np.float64), scale.coordinate(history.value), x, y)
    return [shading(counted, y_is_log=scale.is_log)]


def _traces(trials: Trials, colour: str, most: int, *, line: str | None = None) -> list[Any]:
    """The line of the best so far, and over it the points."""
    import plotly.graph_objects as go

    history = optimization_history(trials)
    drawn = np.arange(len(trials))
    if len(trials) > most:
        drawn = np.union1d(trials.best(min(_HIGHLIGHTS, most)), history.steps)[: 4 * most]
    columns = parameters(trials, None)
    has_line = trials.is_objective and len(history.steps) > 0
    traces: list[Any] = [_best_line(history, line or colour)] if has_line else []
    complete: dict[str, Any] = {"color": colour, "opacity": 0.8, "size": 6}
    if len(drawn) <= _OUTLINED:
        complete["line"] = {"width": 0.6, "color": "white"}
    for mark, mask, marker in (
        (PRUNED, ~history.is_complete, PRUNED.marker(6)),
        (INFEASIBLE, history.is_complete & ~history.is_feasible, INFEASIBLE.marker(6)),
        (COMPLETE, history.is_complete & history.is_feasible, complete),
    ):
        some = drawn[mask[drawn]]
        if not len(some):
            continue
        traces.append(
            go.Scatter(
                x=history.number[some],
                y=compact(history.value[some]),
                mode="markers",
                marker=marker,
                hovertext=trial_texts(trials, some, columns),
                hoverinfo="text",
                name=mark.word if len(trials) <= most else f"{mark.word}, the best ones",
            )
        )
    return traces


def _labelled(traces: list[Any], label: str) -> list[Any]:
    """The traces of one study of several, which share one line of the legend."""
    for i, trace in enumerate(traces):
        trace.update(legendgroup=label, name=label, showlegend=i == 0)
    return traces


def _failed(history: OptimizationHistory, scale: Scale, sign: float) -> Any:
    """Trials without a value, beyond the worst ones."""
    import plotly.graph_objects as go

    failed = history.failed
    if len(failed) > MOST_POINTS:
        failed = failed[np.linspace(0, len(failed) - 1, MOST_POINTS).astype(np.int64)]
    return go.Scatter(
        x=failed,
        y=np.full(len(failed), scale.value(np.array(scale.beyond_bad_end(_EDGE, sign)))),
        mode="markers",
        marker=FAILED.marker(7) if len(failed) <= _CROSSES else FAILED.marker(4) | {"opacity": 0.4},
        name=FAILED.word,
        hovertemplate="<b>Trial %{x}</b> failed<extra></extra>",
    )


def _star(trials: Trials, history: OptimizationHistory) -> list[Any]:
    """The best trial."""
    import plotly.graph_objects as go

    if not (trials.is_objective and len(history.steps)):
        return []
    best = trials.only(np.arange(len(trials)) == history.steps[-1])
    return [
        go.Scatter(
            x=best.number,
            y=best.value,
            mode="markers",
            marker=BEST.marker(14),
            name=f"{_word_of(best)}: trial {int(best.number[0])}",
            hovertext=trial_texts(best, [0], parameters(best, None)),
            hoverinfo="text",
        )
    ]


def _word_of(best: Trials) -> str:
    """What the best trial of a plot is called: one that is better may be infinite, or too large to be drawn."""
    history = best.history
    if history.n_objectives == 1 and (history.losses[history.feasible, 0] < best.loss[0]).any():
        return f"{BEST.word} drawn"
    return BEST.word


def _best_line(history: OptimizationHistory, colour: str) -> Any:
    import plotly.graph_objects as go

    corners = np.append(history.steps, len(history.number) - 1)
    return go.Scatter(
        x=history.number[corners],
        y=compact(history.best[corners]),
        mode="lines",
        line={"shape": "hv", "width": 2, "color": colour},
        name="best so far",
        hovertemplate="best after trial %{x}: %{y:.6g}<extra></extra>",
    )


def _mean_traces(mean: MeanHistory, is_objective: bool) -> list[Any]:
    import plotly.graph_objects as go

    stride = max(1, len(mean.number) // MOST_POINTS)
    x = mean.number[::stride]
    traces: list[Any] = [
        go.Scatter(
            x=x,
            y=compact(mean.value[::stride]),
            error_y={"type": "data", "array": compact(mean.value_std[::stride]), "width": 0, "thickness": 1},
            mode="markers",
            marker={"color": translucent(PALETTE[0], 0.6), "size": 6},
            name="mean value",
            hovertemplate="trial %{x}: %{y:.5g}<extra></extra>",
        )
    ]
    if not is_objective:
        return traces
    known = ~np.isnan(mean.best[::stride])
    x, best, std = x[known], mean.best[::stride][known], mean.best_std[::stride][known]
    traces.append(
        go.Scatter(
            x=np.concatenate([x, x[::-1]]),
            y=compact(np.concatenate([best + std, (best - std)[::-1]])),
            fill="toself",
            fillcolor=translucent(PALETTE[1], 0.2),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            name="± one standard deviation",
        )
    )
    traces.append(
        go.Scatter(
            x=x,
            y=compact(best),
            mode="lines",
            line={"color": PALETTE[1], "width": 2.5},
            name="mean of the best so far",
            hovertemplate="after trial %{x}: %{y:.5g}<extra></extra>",
        )
    )
    return traces
