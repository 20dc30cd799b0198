"""The values of trials over each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.visualization.axes import narrow_axis, value_axis
from hpo.visualization.density import density, edges
from hpo.visualization.frame import MOST_POINTS, colour_bar, compact, empty, framed, grid, shading
from hpo.visualization.hover import trial_texts
from hpo.visualization.parameters import Parameter, parameters
from hpo.visualization.scale import Scale, value_scale
from hpo.visualization.text import count, joined
from hpo.visualization.theme import GREY
from hpo.visualization.trials import Target, Trials, read

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["jittered", "plot_slice"]

_TITLE = "Slices"
_GOLDEN = 0.6180339887498949


def jittered(parameter: Parameter, number: IntArray) -> Array:
    """Where each trial is drawn, shape (n,): those of one category beside each other, so that all are seen.

    The sideways step of a trial depends on its number alone.
    """
    if parameter.kind != "category":
        return parameter.position
    return parameter.position + 0.5 * ((number * _GOLDEN) % 1.0 - 0.5)


def plot_slice(
    study: Readable,
    params: Sequence[str] | None = None,
    *,
    target: Target = None,
    target_name: str | None = None,
) -> go.Figure:
    """One panel for each parameter, with the values of the complete trials over it; later trials are darker.

    Trials without the parameter are left out of its panel. Of studies with thousands of trials a shade shows how
    many lie where, and points only the best ones.

    Args:
        study: The study.
        params: Names; by default all, in the order of first use.
        target: What to draw instead of the value: a function of the trial, or the index of an objective.
        target_name: Name of the axis; by default that of the objective.

    Raises:
        ValueError: If there is no such parameter, or the study has several objectives and `target` is None.

    Example:
        >>> plot_slice(study, params=["lr", "n_layers"])
    """
    trials = read(study, target, target_name)
    columns = parameters(trials, params)
    if not len(trials) or not columns:
        return empty(_TITLE, "No complete trial has a parameter yet.")
    scale = value_scale(trials.value, trials.sign)
    figure, places, height = grid([parameter.name for parameter in columns], shared_yaxes="all")
    most = max(MOST_POINTS // len(columns), 60)
    for (row, column), parameter in zip(places, columns, strict=True):
        for trace in _panel(trials, parameter, columns, scale, most):
            figure.add_trace(trace, row=row, col=column)
        figure.update_xaxes(narrow_axis(parameter), row=row, col=column)
        axis = value_axis(scale, trials.name, n_ticks=6)
        figure.update_yaxes(axis if column == 1 else axis | {"title": None}, row=row, col=column)
    outside = f"{count(scale.n_outside)} beyond this view" if scale.n_outside else ""
    infeasible = "× infeasible" if not trials.feasible.all() else ""
    best = "" if len(trials) <= most else f"points: the best {most}, shade: all"
    return framed(
        figure,
        title=_TITLE,
        note=joined([trials.note(), infeasible, outside, best]),
        height=height,
        coloraxis={
            "cmin": 0,
            "cmax": max(int(trials.number[-1]), 1),
            "reversescale": True,
            "colorbar": colour_bar("Trial"),
        },
    )


def _panel(trials: Trials, parameter: Parameter, columns: Sequence[Parameter], scale: Scale, most: int) -> list[Any]:
    import plotly.graph_objects as go

    active = ~np.isnan(parameter.position)
    drawn = trials.best(len(trials))
    drawn = np.sort(drawn[active[drawn]][:most])
    traces: list[Any] = []
    if np.count_nonzero(active) > most:
        x_edges, y_edges = edges(parameter, 60), np.linspace(scale.low, scale.high, 49)
        counted = density(parameter.coordinate, scale.coordinate(trials.value), x_edges, y_edges)
        traces.append(shading(counted, x_is_log=parameter.kind == "log", y_is_log=scale.is_log))
    number = trials.number
    x = jittered(parameter, number)
    for some, marker in (
        (drawn[~trials.feasible[drawn]], {"color": GREY, "symbol": "x-thin-open", "size": 6}),
        (drawn[trials.feasible[drawn]], {"color": number[drawn[trials.feasible[drawn]]], "coloraxis": "coloraxis"}),
    ):
        if len(some):
            traces.append(
                go.Scatter(
                    x=compact(x[some]),
                    y=compact(trials.value[some]),
                    mode="markers",
                    marker={"size": 6, "opacity": 0.85, "line": {"width": 0.5, "color": "white"}} | marker,
                    hovertext=trial_texts(trials, some, columns),
                    hoverinfo="text",
                    showlegend=False,
                )
            )
    return traces
