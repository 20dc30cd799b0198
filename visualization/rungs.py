"""What pruning kept at each step where it stopped trials, or let them wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.visualization.axes import value_axis
from hpo.visualization.frame import compact, empty, framed
from hpo.visualization.intermediate_values import Curves, intermediate_values
from hpo.visualization.scale import value_scale
from hpo.visualization.states import COMPLETE, FAILED, PAUSED, PRUNED
from hpo.visualization.text import joined, number
from hpo.visualization.theme import INK
from hpo.visualization.trials import objective_names, objective_title
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["Rungs", "plot_rungs", "rungs"]

_TITLE = "Rungs"
_KEPT = "kept"
_MOST = 10  # rungs; of more, neighbours become one
_POINTS = 1500  # in all rungs together
_GOLDEN = 0.6180339887498949


@final
@dataclass(frozen=True, eq=False)
class Rungs:
    """The steps at which trials were pruned or paused, and who got how far.

    Args:
        first, last: Steps that each rung comprises, shape (k,); the last rung is what comes after all pruning.
        kept, pruned, paused, failed: How many trials went on from each rung (of the last one: were completed there),
            were pruned there, wait there, or failed there; shape (k,).
        rung, number, value: The last report of each trial in each rung that it reached, shape (n,).
        is_pruned, is_paused: Whether the trial was pruned in that rung, or waits there, shape (n,).
    """

    first: IntArray
    last: IntArray
    kept: IntArray
    pruned: IntArray
    paused: IntArray
    failed: IntArray
    rung: IntArray
    number: IntArray
    value: Array
    is_pruned: BoolArray
    is_paused: BoolArray


def rungs(curves: Curves) -> Rungs | None:
    """The rungs that the reports of trials tell of which are not running; None if nothing was pruned or paused."""
    ended = curves.state != TrialState.RUNNING
    final_step = curves.step[curves.begin[1:] - 1]
    cuts = curves.stops
    if not len(cuts):
        return None
    if len(cuts) > _MOST:
        cuts = cuts[np.arange(1, _MOST + 1) * len(cuts) // _MOST - 1]
    longest = int(curves.step.max())
    last = np.append(cuts, longest) if longest > cuts[-1] else cuts
    first = np.append(int(curves.step.min()), last[:-1] + 1)
    k = len(last)
    rung = np.searchsorted(last, curves.step)
    is_end = np.append((rung[1:] != rung[:-1]) | (curves.owner[1:] != curves.owner[:-1]), True)
    reached = np.flatnonzero(is_end & ended[curves.owner])
    owner, rung = curves.owner[reached], rung[reached]
    ends_here = np.searchsorted(last, final_step)[owner] == rung
    pruned, paused, failed = (
        ends_here & (curves.state[owner] == state) for state in (TrialState.PRUNED, TrialState.PAUSED, TrialState.FAIL)
    )
    kept = ~(pruned | paused | failed)
    n_kept, n_pruned, n_paused, n_failed = (
        np.bincount(rung[mask], minlength=k).astype(np.int64) for mask in (kept, pruned, paused, failed)
    )
    return Rungs(
        first,
        last,
        n_kept,
        n_pruned,
        n_paused,
        n_failed,
        rung,
        curves.number[owner],
        curves.value[reached],
        pruned,
        paused,
    )


def plot_rungs(study: Readable, *, target: int | None = None, target_name: str | None = None) -> go.Figure:
    """How many trials each rung kept, pruned or let wait, and what they had reported when they came there.

    A rung is a step at which some trial was pruned, or paused until it is promoted; where that happened at many steps,
    neighbouring ones are drawn as one rung. The last rung is what comes after all pruning.

    Args:
        study: Whose trials report.
        target: The index of the objective, for studies of several.
        target_name: Name of the axis; by default that of the objective.

    Raises:
        ValueError: If the study has several objectives and `target` is None.

    Example:
        >>> plot_rungs(study)
    """
    from plotly.subplots import make_subplots

    curves = intermediate_values(study, target)
    name = target_name or objective_names(study)[target or 0]
    found = rungs(curves) if len(curves) else None
    if found is None:
        return empty(_TITLE, "No trial that reports was pruned or paused yet; see Trial.report and Trial.should_prune.")
    scale = value_scale(found.value, curves.sign)
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.4, 0.6])
    for trace in _bars(found):
        figure.add_trace(trace, row=1, col=1)
    for trace in _strips(found):
        figure.add_trace(trace, row=2, col=1)
    ranges = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(found.first, found.last, strict=True)]
    words = [str(b) for b in found.last] if _is_halving(found) else ranges
    ticks = {"tickmode": "array", "tickvals": list(range(len(words))), "ticktext": words}
    figure.update_xaxes(range=[-0.5, len(words) - 0.5], showgrid=False, **ticks)
    figure.update_xaxes(title={"text": "Step"}, row=2, col=1)
    figure.update_yaxes(title={"text": "Trials"}, rangemode="tozero", nticks=5, row=1, col=1)
    figure.update_yaxes(value_axis(scale, name), row=2, col=1)
    outside = f"{count(scale.n_outside, 'report')} beyond this view" if scale.n_outside else ""
    drawn = "points: an even choice" if len(found.value) > _POINTS else ""
    ends = ((PRUNED, found.pruned), (PAUSED, found.paused))
    stopped = [f"{int(counts.sum())} {mark.word}" for mark, counts in ends if counts.any()]
    return framed(
        figure,
        title=objective_title(_TITLE, study, name),
        note=joined([f"{count(len(curves))} with reports", *stopped, outside, drawn]),
        height=560,
        legend=True,
        barmode="stack",
        bargap=0.35,
    )


def _is_halving(found: Rungs) -> bool:
    """Whether rungs lie at least twice as far as the ones before, so that their last steps name them."""
    return bool(len(found.last) > 1 and (found.last[1:] >= 1.5 * found.last[:-1]).all())


def _bars(found: Rungs) -> list[Any]:
    import plotly.graph_objects as go

    reached = found.kept + found.pruned + found.paused + found.failed
    bars = []
    for word, counts, colour in (
        (_KEPT, found.kept, COMPLETE.colour),
        (PRUNED.word, found.pruned, PRUNED.colour),
        (PAUSED.word, found.paused, PAUSED.colour),
        (FAILED.word, found.failed, FAILED.colour),
    ):
        if not counts.any():
            continue
        shares = counts / np.maximum(reached, 1)
        texts = [f"{n} of {m} {word} ({s:.0%})" for n, m, s in zip(counts, reached, shares, strict=True)]
        bars.append(
            go.Bar(
                x=np.arange(len(counts)),
                y=counts,
                marker={"color": colour},
                name=word,
                legendgroup=word,
                text=[str(n) if n else "" for n in counts],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"color": INK if colour in (PRUNED.colour, PAUSED.colour) else "white", "size": 11},
                hovertext=texts,
                hoverinfo="text",
            )
        )
    return bars


def _strips(found: Rungs) -> list[Any]:
    """The reports of each rung side by side, of trials that it stopped on the right, and their medians."""
    import plotly.graph_objects as go

    chosen = _chosen(found)
    side = 0.26 * ((found.number[chosen] * _GOLDEN) % 1.0) + 0.04
    traces: list[Any] = []
    is_stopped = found.is_pruned | found.is_paused
    for word, members, colour in (
        (_KEPT, ~is_stopped, COMPLETE.colour),
        (PRUNED.word, found.is_pruned, PRUNED.colour),
        (PAUSED.word, found.is_paused, PAUSED.colour),
    ):
        mask = members[chosen]
        some = chosen[mask]
        if not len(some):
            continue
        words = zip(found.number[some].tolist(), found.value[some].tolist(), strict=True)
        traces.append(
            go.Scatter(
                x=compact(found.rung[some] + (-side[mask] if word == _KEPT else side[mask])),
                y=compact(found.value[some]),
                mode="markers",
                marker={"color": colour, "size": 5, "opacity": 0.75},
                legendgroup=word,
                showlegend=False,
                hovertext=[f"<b>Trial {n}</b> ({word})<br>{number(value)}" for n, value in words],
                hoverinfo="text",
            )
        )
    middles = [
        (r, float(np.median(found.value[(found.rung == r) & (is_stopped == stopped)])), stopped)
        for r in range(len(found.last))
        for stopped in (False, True)
        if ((found.rung == r) & (is_stopped == stopped)).any()
    ]
    x = [at for r, _, stopped in middles for at in ((r + 0.02, r + 0.32) if stopped else (r - 0.32, r - 0.02))]
    gapped_x = [v for i in range(0, len(x), 2) for v in (x[i], x[i + 1], None)]
    gapped_y = [v for _, value, _ in middles for v in (value, value, None)]
    line = {"color": INK, "width": 2.5}
    median = go.Scatter(x=gapped_x, y=gapped_y, mode="lines", line=line, name="median", hoverinfo="y")
    return [*traces, median]


def _chosen(found: Rungs) -> IntArray:
    n = len(found.value)
    if n <= _POINTS:
        return np.arange(n)
    per_rung = _POINTS // len(found.last)
    parts = [np.flatnonzero(found.rung == r) for r in range(len(found.last))]
    even = [p if len(p) <= per_rung else p[np.linspace(0, len(p) - 1, per_rung).astype(np.int64)] for p in parts]
    return np.concatenate(even)
