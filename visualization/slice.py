"""The values of trials over each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.importance.targets import Target
from hpo.visualization.axes import narrow_axis, value_axis
from hpo.visualization.density import density, edges
from hpo.visualization.frame import MOST_POINTS, colour_bar, compact, empty, framed, grid, shading, show_once
from hpo.visualization.hover import trial_texts
from hpo.visualization.parameters import Parameter, beyond, parameters
from hpo.visualization.scale import Scale, value_scale
from hpo.visualization.states import BEST, COMPLETE, INFEASIBLE
from hpo.visualization.text import joined
from hpo.visualization.trials import Trials, read
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["jittered", "plot_slice", "starred"]

_TITLE = "Slices"
_GOLDEN = 0.6180339887498949


def jittered(parameter: Parameter, number: IntArray) -> Array:
    """Where each trial is drawn, shape (n,): those of one category beside each other, so that all are seen.

    The sideways step of a trial depends on its number alone.
    """
    if parameter.kind != "category":
        return parameter.position
    return parameter.position + 0.5 * ((number * _GOLDEN) % 1.0 - 0.5)


def starred(trials: Trials, x: Parameter, y: Array, columns: Sequence[Parameter], size: int = 13) -> list[Any]:
    """The best trial of a panel with a parameter along x, if it has that; `y` is where trials stand, shape (n,)."""
    import plotly.graph_objects as go

    best = trials.best(1)
    place = np.column_stack([jittered(x, trials.number), y])[best]
    if not (len(best) and trials.feasible[best].all() and trials.is_objective) or np.isnan(place).any():
        return []
    return [
        go.Scatter(
            x=place[:, 0],
            y=place[:, 1],
            mode="markers",
            marker=BEST.marker(size),
            hovertext=trial_texts(trials, best, columns),
            hoverinfo="text",
            name=f"{BEST.word}: trial {int(trials.number[best[0]])}",
        )
    ]


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
    for (row, column), parameter in zip(places, columns, strict=True):
        for trace in starred(trials, parameter, trials.value, columns):
            figure.add_trace(trace, row=row, col=column)
    show_once(figure)
    outside = f"{count(scale.n_outside)} beyond this view" if scale.n_outside else ""
    best = "" if len(trials) <= most else f"points: the best {most}, shade: all"
    return framed(
        figure,
        title=trials.titled(_TITLE),
        note=joined([trials.note(), outside, beyond(columns), best]),
        height=height,
        legend=True,
        coloraxis={
            "cmin": 0,
            "cmax": max(int(trials.number[-1]), 1),
            "reversescale": True,
            "colorbar": colour_bar("Trial", **({"tick0": 0, "dtick": 1} if trials.number[-1] <= 6 else {})),
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
    number, x = trials.number, jittered(parameter, trials.number)
    allowed = trials.feasible[drawn]
    by_number = {"size": 6, "opacity": 0.85, "line": {"width": 0.5, "color": "white"}, "coloraxis": "coloraxis"}
    for mark, some, marker in (
        (INFEASIBLE, drawn[~allowed], INFEASIBLE.marker(6)),
        (COMPLETE, drawn[allowed], by_number | {"color": number[drawn[allowed]]}),
    ):
        if len(some):
            traces.append(
                go.Scatter(
                    x=compact(x[some]),
                    y=compact(trials.value[some]),
                    mode="markers",
                    marker=marker,
                    hovertext=trial_texts(trials, some, columns),
                    hoverinfo="text",
                    name=mark.word,
                    showlegend=mark is not COMPLETE,  # whose colours a bar explains
                )
            )
    return traces
