"""Parameters one by one on a diagonal, and every two of them below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.importance.targets import Target
from hpo.visualization.axes import narrow_axis, parameter_axis, round_ticks, ticked, value_axis
from hpo.visualization.contour import drawn_surface, faded, value_colours
from hpo.visualization.density import density, edges
from hpo.visualization.effects import leading
from hpo.visualization.frame import MOST_POINTS, colour_bar, compact, empty, framed, shading, show_once
from hpo.visualization.hover import trial_texts
from hpo.visualization.pairs import chosen_note
from hpo.visualization.parameters import Parameter, check_list, parameters
from hpo.visualization.partial_dependence import curve_traces, model, partial_dependence, partial_dependence_of_two
from hpo.visualization.scale import Scale, scale_between, value_scale
from hpo.visualization.slice import jittered, starred
from hpo.visualization.states import BEST, COMPLETE, INFEASIBLE
from hpo.visualization.text import distinct, joined, wrapped
from hpo.visualization.theme import BLUE, INK, translucent
from hpo.visualization.trials import Trials, read

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["Histogram", "histogram", "plot_matrix"]

_TITLE = "Matrix"
_MOST = 5  # parameters that are drawn if none are named
_MANY = 6  # of more, panels are too small for more than two ticks
_BINS = 16
_FINE, _COARSE = 30, 14  # points along each axis of a surface
_POINTS = 120  # trials that are drawn on each surface
_BAR = 0.8  # the width of a category's bar

_Cell = dict[str, Any]
"""The arguments of `add_trace` that mean a panel."""


@final
@dataclass(frozen=True, eq=False)
class Histogram:
    """How many trials lie where along a parameter.

    Args:
        edges: The ends of the bins on a ruler along the axis, shape (k + 1,).
        count: In each bin, shape (k,).
    """

    edges: Array
    count: IntArray


def histogram(parameter: Parameter) -> Histogram:
    """The trials counted along a parameter's axis: a bin for each category or whole number, where these are few."""
    ends = edges(parameter, _BINS)
    coordinate = parameter.coordinate
    counts, _ = np.histogram(coordinate[~np.isnan(coordinate)], ends)
    return Histogram(ends, counts.astype(np.int64))


def plot_matrix(
    study: Readable,
    params: Sequence[str] | None = None,
    *,
    kind: Literal["dependence", "trials"] = "dependence",
    target: Target = None,
    target_name: str | None = None,
) -> go.Figure:
    """Each parameter on the diagonal, and every two of them below it: what the value depends on, or what was tried.

    `kind="dependence"` asks a model of the study, a Gaussian process over all parameters. The diagonal shows what it
    expects at each value of a parameter, averaged over the trials' other parameters, within two standard deviations;
    the surfaces below do so for two. Dark is better, and pale is unknown. `kind="trials"` shows the trials themselves,
    later ones darker, and on the diagonal how many had which value. The star and the dotted lines are the best trial.

    scikit-optimize calls these `plot_objective` and `plot_evaluations`.

    Args:
        study: The study.
        params: Names of at least two; by default the five that matter most, in the order of first use.
        kind: What to show.
        target: What to draw instead of the value: a function of the trial, or the index of an objective.
        target_name: Name of the colours; by default that of the objective.

    Raises:
        ValueError: If there is no such parameter or kind, if fewer than two are named, or if the study has several
            objectives and `target` is None.

    Example:
        >>> figure = plot_matrix(study, ["lr", "momentum", "depth"])
    """
    if kind not in ("dependence", "trials"):
        raise ValueError(f"kind must be 'dependence' or 'trials', got {kind!r}.")
    if params is not None:
        check_list(params)
    if params is not None and len(set(params)) < 2:
        raise ValueError(f"A matrix needs at least two parameters, got {list(params)!r}; plot_slice draws one.")
    trials = read(study, target, target_name)
    known = [one for one in parameters(trials, params) if not np.isnan(one.position).all()]
    if not len(trials) or len(known) < 2:
        return empty(_TITLE, "No complete trials with two parameters yet.")
    columns = leading(known, trials.loss, _MOST) if params is None else known
    return _dependence(trials, known, columns) if kind == "dependence" else _trials(trials, known, columns)


def _dependence(trials: Trials, known: Sequence[Parameter], columns: Sequence[Parameter]) -> go.Figure:
    scale = value_scale(trials.value, trials.sign)
    space, surrogate = model(trials, scale)
    curves = [partial_dependence(space, surrogate, one) for one in columns]
    low = min(float((curve.mean - 2 * curve.std).min()) for curve in curves)
    high = max(float((curve.mean + 2 * curve.std).max()) for curve in curves)
    margin = 0.05 * (high - low) or 0.5
    shown = scale_between(low - margin, high + margin, is_log=scale.is_log)
    figure, height = _square(columns, value_axis(shown, trials.name, n_ticks=4))
    best, (n, size) = trials.best(len(trials)), (_FINE, 13) if len(columns) <= _MANY else (_COARSE, 8)
    marker = {
        "size": 3 if size > 8 else 2,
        "color": "black",
        "opacity": 0.7,
        "line": {"width": 0.5, "color": "white"},
    }
    for row, column in _cells(len(columns)):
        x, y = columns[column], columns[row]
        if x is y:
            traces = [*curve_traces(x, curves[row], scale), *_upright(trials, x, shown)]
        else:
            mean, _ = partial_dependence_of_two(space, surrogate, x, y, n)
            some = best[~np.isnan(x.position + y.position)[best]]
            some = some[np.linspace(0, len(some) - 1, min(len(some), _POINTS)).astype(int)]
            points = _points(trials, x, y, some, known, marker)
            traces = [drawn_surface(mean, x, y), faded(mean, x, y), *points, *_star(trials, x, y, known, size)]
        for trace in traces:
            figure.add_trace(trace, **_cell(row, column))
    show_once(figure)
    few = f"a model of {len(surrogate.X)} of them" if len(surrogate.X) < len(trials) else ""
    notes = [trials.note(), few, "band: ± 2 standard deviations", chosen_note(len(columns), len(known))]
    return framed(
        figure,
        title=trials.titled("Matrix of dependence"),
        note=joined(notes),
        height=height,
        legend=True,
        coloraxis=_beside(value_colours(scale, trials)),
    )


def _trials(trials: Trials, known: Sequence[Parameter], columns: Sequence[Parameter]) -> go.Figure:
    counted = [histogram(one) for one in columns]
    most = 1.08 * max(float(one.count.max(initial=1)) for one in counted)
    axis = {"title": {"text": "trials"}, "range": [0.0, most], **ticked(round_ticks(0.0, most, whole=True))}
    figure, height = _square(columns, axis)
    upright = Scale(False, 0.0, most, 0)
    room = max(MOST_POINTS // len(_cells(len(columns))), 60)
    best, size = np.sort(trials.best(room)), 13 if len(columns) <= _MANY else 8
    marker = {
        "size": 5 if size > 8 else 3,
        "opacity": 0.85,
        "line": {"width": 0.4, "color": "white"},
        "coloraxis": "coloraxis",
    }
    for row, column in _cells(len(columns)):
        x, y = columns[column], columns[row]
        if x is y:
            traces = [_bars(x, counted[row]), *_upright(trials, x, upright)]
        else:
            both = ~np.isnan(x.position + y.position)
            shade = [_shade(x, y)] if np.count_nonzero(both) > room else []
            points = _points(trials, x, y, best[both[best]], known, marker)
            traces = [*shade, *points, *_star(trials, x, y, known, size)]
        for trace in traces:
            figure.add_trace(trace, **_cell(row, column))
    show_once(figure)
    many = "" if len(trials) <= room else f"points: the best {room}, shade: all"
    return framed(
        figure,
        title=trials.titled("Matrix of trials"),
        note=joined([trials.note(), many, chosen_note(len(columns), len(known))]),
        height=height,
        legend=True,
        coloraxis=_beside(
            {
                "cmin": 0,
                "cmax": max(int(trials.number[-1]), 1),
                "reversescale": True,
                "colorbar": colour_bar("Trial", **({"tick0": 0, "dtick": 1} if trials.number[-1] <= 6 else {})),
            }
        ),
    )


def _beside(colours: dict[str, Any]) -> dict[str, Any]:
    """Colours whose bar leaves room for ticks on the right side of the last panel."""
    return colours | {"colorbar": colours["colorbar"] | {"x": 1.08}}


def _shade(x: Parameter, y: Parameter) -> Any:
    """How many trials lie where."""
    cells = density(x.coordinate, y.coordinate, edges(x, 30), edges(y, 30))
    return shading(cells, x_is_log=x.kind == "log", y_is_log=y.kind == "log")


def _cells(n: int) -> list[tuple[int, int]]:
    """Rows and columns of the panels, row by row."""
    return [(row, column) for row in range(n) for column in range(row + 1)]


def _cell(row: int, column: int) -> _Cell:
    return {"row": row + 1, "col": column + 1}


def _square(columns: Sequence[Parameter], diagonal: dict[str, Any]) -> tuple[go.Figure, int]:
    """Panels for all parameters, with their axes, and the height.

    Args:
        columns: The parameters.
        diagonal: The axis of what stands on the diagonal, whose ticks are on the right side, where nothing is.
    """
    from plotly.subplots import make_subplots

    n = len(columns)
    is_small = n > _MANY
    figure = make_subplots(
        n,
        n,
        horizontal_spacing=0.09 / n,
        vertical_spacing=(0.22 if is_small else 0.08) / n,
        start_cell="top-left",
    )
    names = [one.name for one in columns]
    across, along = wrapped(names, max(66 // n, 10)), wrapped(names, 12 if is_small else 22)
    font = {"size": 10 if is_small else 12}
    hidden = {"showticklabels": False, "title": None, "ticks": ""}
    for row in range(n):
        for column in range(n):
            if column > row:
                figure.update_xaxes(visible=False, **_cell(row, column))
                figure.update_yaxes(visible=False, **_cell(row, column))
                continue
            title = {"title": None if is_small else {"text": across[column], "font": font}}
            horizontal = _small(columns[column]) if is_small else narrow_axis(columns[column])
            figure.update_xaxes(horizontal | (title if row == n - 1 else hidden), **_cell(row, column))
            if column == row:
                title = {"title": diagonal["title"] | {"font": {"size": 11}} if row == 0 and not is_small else None}
                right = {"side": "right", "tickfont": {"size": 9 if is_small else 10}}
                bare = hidden if is_small and row > 0 else {}  # all have the axis of the first one
                figure.update_yaxes(diagonal | right | title | bare, **_cell(row, column))
                continue
            vertical = parameter_axis(columns[row], n_ticks=4, longest=10)
            vertical |= {"title": {"text": along[row], "font": font}, "tickfont": {"size": 9 if is_small else 11}}
            figure.update_yaxes(vertical if column == 0 else vertical | hidden, **_cell(row, column))
    if is_small:
        _name_above(figure, names)
    return figure, 130 + n * (190 if n <= 3 else 84 if is_small else 140)


def _small(parameter: Parameter) -> dict[str, Any]:
    """The axis below a panel that is forty pixels wide."""
    return parameter_axis(parameter, n_ticks=4, longest=8) | {"tickangle": 90, "tickfont": {"size": 8}}


def _name_above(figure: go.Figure, names: Sequence[str]) -> None:
    """Write names above the panels of the diagonal, and on to the right, where nothing is."""
    for i, name in enumerate(distinct(names, 26)):
        panel = figure.get_subplot(i + 1, i + 1)
        place = {"x": panel.xaxis.domain[0], "y": panel.yaxis.domain[1], "xref": "paper", "yref": "paper"}
        style = {"showarrow": False, "xanchor": "left", "yanchor": "bottom", "font": {"size": 10}}
        figure.add_annotation(text=name, **place, **style)


def _bars(parameter: Parameter, counted: Histogram) -> Any:
    """A histogram as one shape, which stands on logarithmic axes too."""
    import plotly.graph_objects as go

    left, right = counted.edges[:-1], counted.edges[1:]
    if parameter.kind == "category":
        middle = (left + right) / 2
        left, right = middle - _BAR / 2, middle + _BAR / 2
    zero = np.zeros(len(left))
    x = np.column_stack([left, left, right, right]).ravel()
    y = np.column_stack([zero, counted.count, counted.count, zero]).ravel()
    return go.Scatter(
        x=compact(10.0**x if parameter.kind == "log" else x),
        y=compact(y),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=translucent(BLUE, 0.55),
        hoverinfo="skip",
        showlegend=False,
    )


def _points(
    trials: Trials, x: Parameter, y: Parameter, some: IntArray, known: Sequence[Parameter], marker: dict[str, Any]
) -> list[Any]:
    import plotly.graph_objects as go

    allowed, by_number = trials.feasible[some], "coloraxis" in marker
    traces = []
    for mark, these, style in (
        (INFEASIBLE, some[~allowed], INFEASIBLE.marker(4)),
        (COMPLETE, some[allowed], marker | ({"color": trials.number[some[allowed]]} if by_number else {})),
    ):
        if len(these):
            traces.append(
                go.Scatter(
                    x=compact(jittered(x, trials.number)[these]),
                    y=compact(jittered(y, trials.number * 7)[these]),
                    mode="markers",
                    marker=style,
                    hovertext=trial_texts(trials, these, known),
                    hoverinfo="text",
                    name=mark.word,
                    showlegend=not (by_number and mark is COMPLETE),  # whose colours a bar explains
                )
            )
    return traces


def _star(trials: Trials, x: Parameter, y: Parameter, known: Sequence[Parameter], size: int) -> list[Any]:
    return starred(trials, x, jittered(y, trials.number * 7), known, size)


def _upright(trials: Trials, parameter: Parameter, scale: Scale) -> list[Any]:
    """A dotted line through a panel of the diagonal where the best trial stands."""
    import plotly.graph_objects as go

    best = trials.best(1)
    if not (trials.feasible[best].all() and trials.is_objective) or np.isnan(parameter.position[best]).any():
        return []
    place = parameter.position[best]
    ends = scale.value(np.array([scale.low, scale.high]))
    return [
        go.Scatter(
            x=np.repeat(place, 2),
            y=ends,
            mode="lines",
            line={"color": INK, "width": 1.2, "dash": "dot"},
            hoverinfo="skip",
            name=BEST.word,
            showlegend=False,
        )
    ]
