"""One trial's reports among those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpo.arrays import IntArray
from hpo.events import TrialState
from hpo.visualization.axes import counting_axis, value_axis
from hpo.visualization.frame import compact, empty, frame
from hpo.visualization.intermediate_values import Curves, intermediate_values
from hpo.visualization.scale import value_scale
from hpo.visualization.states import MARKS
from hpo.visualization.text import joined
from hpo.visualization.theme import GREY, INK, translucent
from hpo.visualization.trials import objective_names
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["plot_curve_among_others"]

_OTHERS = 60  # curves that are drawn
_TITLE = "Learning curve"


def plot_curve_among_others(study: Readable, number: int) -> go.Figure:
    """What a trial reported of the first objective, before the best trial's and an even choice of the others'."""
    curves = intermediate_values(study, 0)
    found = np.flatnonzero(curves.number == number).tolist()
    if not found:
        return empty(_TITLE, "This trial has reported nothing finite.")
    own = found[0]
    others = np.delete(np.arange(len(curves)), own)
    drawn = others[np.unique(np.linspace(0, len(others) - 1, _OTHERS).astype(np.int64))] if len(others) else others
    thinned = f"{len(drawn)} of them drawn" if len(drawn) < len(others) else ""
    at = slice(curves.begin[own], curves.begin[own + 1])
    scale = value_scale(curves.value, curves.sign).holding(curves.value[at], curves.sign)
    return frame(
        [*_faint(curves, drawn), *_best(curves, own), _own(curves, own)],
        title=_TITLE,
        note=joined([f"{count(len(others), 'other trial')} with reports", thinned]),
        height=400,
        legend=True,
        xaxis=counting_axis(int(curves.step.min()), int(curves.step.max()), "Step"),
        yaxis=value_axis(scale, objective_names(study)[0]),
    )


def _faint(curves: Curves, members: IntArray) -> list[Any]:
    """Some curves as one trace."""
    import plotly.graph_objects as go

    if not len(members):
        return []
    index = np.concatenate([np.append(np.arange(curves.begin[i], curves.begin[i + 1]), -1) for i in members.tolist()])
    x = np.where(index < 0, np.nan, curves.step[index].astype(np.float64))
    y = np.where(index < 0, np.nan, curves.value[index])
    line = {"color": translucent(GREY, 0.4), "width": 1}
    return [go.Scatter(x=compact(x), y=compact(y), mode="lines", line=line, name="other trials", hoverinfo="skip")]


def _best(curves: Curves, own: int) -> list[Any]:
    """The curve of the trial that ended best, if that is another one."""
    import plotly.graph_objects as go

    complete = np.flatnonzero(curves.state == TrialState.COMPLETE)
    if not len(complete):
        return []
    best = int(complete[np.argmin(curves.sign * curves.last[complete])])
    if best == own:
        return []
    at = slice(curves.begin[best], curves.begin[best + 1])
    line = {"color": INK, "width": 1.6, "dash": "dash"}
    name = f"ended best: trial {curves.number[best]}"
    return [go.Scatter(x=curves.step[at], y=compact(curves.value[at]), mode="lines", line=line, name=name)]


def _own(curves: Curves, own: int) -> Any:
    import plotly.graph_objects as go

    mark = MARKS[TrialState(int(curves.state[own]))]
    at = slice(curves.begin[own], curves.begin[own + 1])
    return go.Scatter(
        x=curves.step[at],
        y=compact(curves.value[at]),
        mode="lines+markers",
        line={"color": mark.colour, "width": 2.6},
        marker=mark.marker(7),
        name=f"trial {curves.number[own]} ({mark.word})",
        hovertemplate="step %{x}: %{y:.6g}<extra></extra>",
    )
