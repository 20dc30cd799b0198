"""The objective over one or two parameters, averaged over the others, with its uncertainty."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array
from hpo.importance.targets import Target
from hpo.space import Space
from hpo.visualization.axes import narrow_axis, parameter_axis, value_axis
from hpo.visualization.contour import Surface, coded_grid, drawn_surface, value_colours
from hpo.visualization.effects import leading
from hpo.visualization.frame import colour_bar, compact, empty, framed, grid
from hpo.visualization.pairs import chosen_note
from hpo.visualization.parameters import Parameter, parameters
from hpo.visualization.scale import Scale, scale_between, value_scale
from hpo.visualization.surrogate import Surrogate, dependence, fit, sample
from hpo.visualization.text import joined, number, short
from hpo.visualization.theme import BLUE, translucent
from hpo.visualization.trials import Trials, read

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = [
    "PartialDependence",
    "curve_traces",
    "model",
    "partial_dependence",
    "partial_dependence_of_two",
    "plot_partial_dependence",
]

_TITLE = "Partial dependence"
_MOST = 9  # parameters that are drawn if none are named
_POINTS = 50  # of each curve


@final
@dataclass(frozen=True, eq=False)
class PartialDependence:
    """The averaged objective over one parameter, on the axis of values: a logarithm where that is logarithmic.

    Args:
        x: Values, or places of categories, shape (k,).
        mean, std: Of the model's average over all other parameters, shape (k,).
    """

    x: Array
    mean: Array
    std: Array


def model(trials: Trials, scale: Scale) -> tuple[Space, Surrogate]:
    """A Gaussian process over all parameters, fitted to at least one trial: all, or the best and an even choice."""
    some = sample(trials)
    names = [name for name in trials.history.space if not np.isnan(trials.raw(name)[0]).all()]
    space = Space({name: trials.history.space[name] for name in names})
    height = np.clip(scale.coordinate(trials.value[some]), scale.low, scale.high)
    return space, fit(trials.history.at(trials.rows[some], space), height, space.distributions)


def partial_dependence(space: Space, surrogate: Surrogate, parameter: Parameter) -> PartialDependence:
    """The curve of one parameter."""
    u, x = coded_grid(space, parameter, _POINTS)
    return PartialDependence(x, *dependence(surrogate, [space.index[parameter.name]], u[:, None]))


def partial_dependence_of_two(
    space: Space, surrogate: Surrogate, x: Parameter, y: Parameter, n: int = 30
) -> tuple[Surface, Surface]:
    """The surfaces of mean and standard deviation over two parameters, with `n` points along each numerical axis."""
    (u, left), (v, bottom) = coded_grid(space, x, n), coded_grid(space, y, n)
    at = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    mean, std = dependence(surrogate, [space.index[x.name], space.index[y.name]], at)
    shape = (len(v), len(u))
    sure, doubt = np.zeros(shape), np.clip(std / (surrogate.scale or 1.0), 0.0, 1.0).reshape(shape)
    return Surface(left, bottom, mean.reshape(shape), doubt), Surface(left, bottom, std.reshape(shape), sure)


def plot_partial_dependence(
    study: Readable,
    params: Sequence[str | tuple[str, str]] | None = None,
    *,
    target: Target = None,
    target_name: str | None = None,
) -> go.Figure:
    """What a model of the study expects of the value at each value of a parameter, whatever the other ones are.

    The model is a Gaussian process over all parameters. It is averaged over the trials' other parameters; bands are
    two of its standard deviations. Trials without a parameter count as those that lack it.

    Args:
        study: The study.
        params: Names, one panel each; or one pair of names such as `[("lr", "momentum")]`, for a surface of the mean
            and one of the uncertainty. By default the nine parameters that matter most.
        target: What to model instead of the value: a function of the trial, or the index of an objective.
        target_name: Name of the axis; by default that of the objective.

    Raises:
        ValueError: If there is no such parameter, if a pair is not alone, or if the study has several objectives and
            `target` is None.

    Example:
        >>> plot_partial_dependence(study, [("lr", "momentum")])
    """
    trials = read(study, target, target_name)
    pair = _pair(params)
    known = parameters(trials, pair if pair is not None else params)  # type: ignore[arg-type]
    known = [parameter for parameter in known if not np.isnan(parameter.position).all()]
    if not len(trials) or not known:
        return empty(_TITLE, "No complete trial has a parameter yet.")
    scale = value_scale(trials.value, trials.sign)
    space, surrogate = model(trials, scale)
    some = f"a model of {len(surrogate.X)} of them" if len(surrogate.X) < len(trials) else ""
    note = joined([trials.note(), some])
    if pair is not None:
        if len(known) < 2:
            return empty(_TITLE, "No complete trials with both parameters yet.")
        return _figure_of_two(
            trials, scale, partial_dependence_of_two(space, surrogate, known[0], known[1]), known, note
        )
    columns = leading(known, trials.loss, _MOST) if params is None else known
    curves = [partial_dependence(space, surrogate, parameter) for parameter in columns]
    note = joined([note, "band: ± 2 standard deviations", chosen_note(len(columns), len(known))])
    return _figure_of_curves(trials, scale, columns, curves, note)


def _pair(params: Sequence[str | tuple[str, str]] | None) -> tuple[str, str] | None:
    if params is None or isinstance(params, str) or not isinstance(params, Collection):
        return None  # which is checked with the names
    pairs = [entry for entry in params if not isinstance(entry, str)]
    if not pairs:
        return None
    if not all(isinstance(pair, Sequence) and all(isinstance(name, str) for name in pair) for pair in pairs):
        raise TypeError(f"params must be a list of parameters' names, or of one pair of names, got {params!r}.")
    if len(pairs) > 1 or len(params or ()) > 1 or len(set(pairs[0])) != 2:
        raise ValueError(f"params must be names, or a single pair of two different names, got {params!r}.")
    return pairs[0]


def _figure_of_curves(
    trials: Trials, scale: Scale, columns: Sequence[Parameter], curves: Sequence[PartialDependence], note: str
) -> Any:
    figure, places, height = grid([parameter.name for parameter in columns], shared_yaxes="all")
    low = min(float((curve.mean - 2 * curve.std).min()) for curve in curves)
    high = max(float((curve.mean + 2 * curve.std).max()) for curve in curves)
    margin = 0.05 * (high - low) or 0.5
    shown = scale_between(low - margin, high + margin, is_log=scale.is_log)
    for (row, column), parameter, curve in zip(places, columns, curves, strict=True):
        for trace in curve_traces(parameter, curve, scale):
            figure.add_trace(trace, row=row, col=column)
        figure.update_xaxes(narrow_axis(parameter), row=row, col=column)
        axis = value_axis(shown, trials.name, n_ticks=6)
        figure.update_yaxes(axis if column == 1 else axis | {"title": None}, row=row, col=column)
    return framed(figure, title=trials.titled(_TITLE), note=note, height=height)


def curve_traces(parameter: Parameter, curve: PartialDependence, scale: Scale) -> list[Any]:
    """A curve with its band; of categories points with bars."""
    import plotly.graph_objects as go

    low, high = scale.value(curve.mean - 2 * curve.std), scale.value(curve.mean + 2 * curve.std)
    middle = scale.value(curve.mean)
    words = [parameter.labels[int(x)] if parameter.kind == "category" else number(float(x)) for x in curve.x]
    told = [
        f"{short(parameter.name)}: {word}<br>mean: {number(float(m))}<br>{number(float(a))} to {number(float(b))}"
        for word, m, a, b in zip(words, middle, low, high, strict=True)
    ]
    shared: dict[str, Any] = {"showlegend": False, "hovertext": told, "hoverinfo": "text"}
    if parameter.kind == "category" or len(curve.x) == 1:
        errors = {"symmetric": False, "array": compact(high - middle), "arrayminus": compact(middle - low)}
        bar = {"type": "data", "width": 6, "thickness": 2, "color": translucent(BLUE, 0.5), **errors}
        marker = {"size": 9, "color": BLUE}
        return [go.Scatter(x=curve.x, y=compact(middle), error_y=bar, mode="markers", marker=marker, **shared)]
    return [
        go.Scatter(
            x=compact(np.concatenate([curve.x, curve.x[::-1]])),
            y=compact(np.concatenate([low, high[::-1]])),
            fill="toself",
            fillcolor=translucent(BLUE, 0.2),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        ),
        go.Scatter(x=compact(curve.x), y=compact(middle), mode="lines", line={"color": BLUE, "width": 2.5}, **shared),
    ]


def _figure_of_two(
    trials: Trials, scale: Scale, surfaces: tuple[Surface, Surface], pair: Sequence[Parameter], note: str
) -> Any:
    x, y = pair
    figure, places, height = grid(["Mean", "Standard deviation"], shared_yaxes="all")
    for (row, column), smooth, colours in zip(places, surfaces, ("coloraxis", "coloraxis2"), strict=True):
        figure.add_trace(drawn_surface(smooth, x, y, colours), row=row, col=column)
        figure.update_xaxes(parameter_axis(x, n_ticks=4, longest=12), row=row, col=column)
        axis = parameter_axis(y, longest=14)
        figure.update_yaxes(axis if column == 1 else axis | {"title": None}, row=row, col=column)
    bar = {"orientation": "h", "len": 0.44, "lenmode": "fraction", "y": -0.32, "yanchor": "top", "nticks": 4}
    mean = value_colours(scale, trials)
    unit = "in decades" if scale.is_log else "same unit"
    return framed(
        figure,
        title=trials.titled(_TITLE),
        note=note,
        height=height + 40,
        coloraxis=mean | {"colorbar": mean["colorbar"] | bar | {"x": 0.22, "title": {"text": short(trials.name)}}},
        coloraxis2={"reversescale": True, "colorbar": colour_bar(unit) | bar | {"x": 0.78, "title": {"text": unit}}},
    )
