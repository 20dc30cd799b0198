"""How the objective depends on two parameters together, as a surface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array
from hpo.distributions import CategoricalDistribution
from hpo.importance.targets import Target
from hpo.space import Space
from hpo.visualization.axes import log_ticks, ticked
from hpo.visualization.frame import colour_bar, compact, empty, framed, show_once
from hpo.visualization.hover import trial_texts
from hpo.visualization.pairs import chosen_note, pair_figure, paired
from hpo.visualization.parameters import Parameter, beyond
from hpo.visualization.scale import LARGEST, Scale, value_scale
from hpo.visualization.slice import jittered, starred
from hpo.visualization.states import COMPLETE, INFEASIBLE
from hpo.visualization.surrogate import Embedding, fit
from hpo.visualization.text import joined
from hpo.visualization.theme import translucent
from hpo.visualization.trials import Trials, read

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["Surface", "coded_grid", "drawn_surface", "faded", "plot_contour", "surface", "value_colours"]

_TITLE = "Contours"
_CELLS = 12  # along each axis, into which trials are gathered where there are many
_MOST_ROWS = 150  # trials that are fitted one by one
_FINE = 40  # points of the surface along each numerical axis
_POINTS = 250  # trials that are drawn in each panel
_PALEST = 0.85  # how white a surface becomes where nothing is known
_UNSURE = (0.4, 1.0)  # deviations of the model as a share of those without trials: from full colour to none
_FAR = (0.12, 0.4)  # distances from the nearest trial as a share of the ranges: from full colour to none


@final
@dataclass(frozen=True, eq=False)
class Surface:
    """The smoothed objective over two parameters.

    Args:
        x, y: Where it is known, shapes (w,) and (h,): values, or places of categories.
        height: Mean of the model, shape (h, w), on the axis of values: a logarithm where that is logarithmic.
        doubt: From 0, where trials say how high the surface is, to 1, where nothing is known; shape (h, w).
    """

    x: Array
    y: Array
    height: Array
    doubt: Array


def surface(trials: Trials, x: Parameter, y: Parameter, scale: Scale) -> Surface | None:
    """A smooth surface through the trials that have both parameters in their present domains; None without any.

    What other parameters contribute counts as noise. Values beyond the ends of the scale count as these. The surface
    leaves what the trials have shown by no more than that noise.
    """
    space = Space({name: trials.history.space[name] for name in (x.name, y.name)})
    coded = trials.history.over(space)[trials.rows]
    active = ~np.isnan(coded).any(axis=1)
    if not active.any():
        return None
    height = np.clip(scale.coordinate(trials.value[active]), scale.low, scale.high)
    rows, means, counts = _gathered(coded[active], height, space)
    model = fit(rows, means, space.distributions, counts)
    (u, left), (v, bottom) = (coded_grid(space, x), coded_grid(space, y))
    at = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    mean, std = model.predict(at)
    seen = np.clip(mean, height.min() - model.noise, height.max() + model.noise)
    doubt = np.maximum(_ramp(std / (model.scale or 1.0), *_UNSURE), _ramp(_distance(at, coded[active], space), *_FAR))
    shape = (len(v), len(u))
    return Surface(left, bottom, seen.reshape(shape), doubt.reshape(shape))


def _ramp(values: Array, low: float, high: float) -> Array:
    return np.clip((values - low) / (high - low), 0.0, 1.0)


def _distance(at: Array, coded: Array, space: Space) -> Array:
    """How far each place is from the nearest trial, shape (len(at),): 1 is a whole range, or another category."""
    from scipy.spatial import cKDTree

    points = [Embedding(space.distributions).points(rows) for rows in (at, coded)]
    return np.asarray(cKDTree(points[1]).query(points[0])[0])


def coded_grid(space: Space, parameter: Parameter, n: int = _FINE) -> tuple[Array, Array]:
    """Coded values from end to end of a parameter's present domain, and where these stand; each shape (n,)."""
    distribution = space[parameter.name]
    if isinstance(distribution, CategoricalDistribution):
        codes = np.array(parameter.codes)
        return codes[~np.isnan(codes)], np.flatnonzero(~np.isnan(codes)).astype(np.float64)
    u = np.linspace(0.0, 1.0, n)
    shown = np.array([float(distribution.decode(one)) for one in u.tolist()])
    shown = np.unique(np.where(np.isfinite(shown), np.clip(shown, -LARGEST, LARGEST), shown))
    inside = np.isfinite(shown) & ((shown > 0) | (parameter.kind != "log"))
    return distribution.encode(shown[inside]), shown[inside]


def _gathered(coded: Array, height: Array, space: Space) -> tuple[Array, Array, Array]:
    """Rows, heights and how many trials each stands for; many trials become the means of cells."""
    if len(coded) <= _MOST_ROWS:
        return coded, height, np.ones(len(coded))
    cells = np.zeros(len(coded), dtype=np.int64)
    for column, distribution in zip(coded.T, space.distributions, strict=True):
        if isinstance(distribution, CategoricalDistribution):
            cells = cells * len(distribution.choices) + column.astype(np.int64)
        else:
            cells = cells * _CELLS + np.minimum(column * _CELLS, _CELLS - 1).astype(np.int64)
    _, place = np.unique(cells, return_inverse=True)
    counts = np.bincount(place).astype(np.float64)
    rows = np.column_stack([np.bincount(place, column) / counts for column in coded.T])
    return rows, np.bincount(place, height) / counts, counts


def plot_contour(
    study: Readable,
    params: Sequence[str] | None = None,
    *,
    target: Target = None,
    target_name: str | None = None,
) -> go.Figure:
    """For every two parameters a surface through the values of the complete trials, and the trials themselves.

    The surface is the mean of a Gaussian process over the two parameters; dark is better. It fades where no trial is
    near, and never leaves the range of the trials' values by more than their noise. The star is the best trial. Trials
    that lack one of the two are left out of a panel.

    Args:
        study: The study.
        params: Names of at least two; by default the four that matter most, in the order of first use.
        target: What to draw instead of the value: a function of the trial, or the index of an objective.
        target_name: Name of the colours; by default that of the objective.

    Raises:
        ValueError: If there is no such parameter, if fewer than two are named, or if the study has several objectives
            and `target` is None.

    Example:
        >>> plot_contour(study, params=["lr", "momentum"])
    """
    import plotly.graph_objects as go

    trials = read(study, target, target_name)
    known, columns = paired(trials, params)
    if not columns:
        return empty(_TITLE, "No complete trials with two parameters yet.")
    scale = value_scale(trials.value, trials.sign)
    figure, pairs, height = pair_figure(columns)
    best = trials.best(len(trials))
    for x, y, place in pairs:
        both = best[~np.isnan(x.position + y.position)[best]]
        some = _some(both, _POINTS if len(pairs) == 1 else _POINTS // 3)
        smooth = surface(trials, x, y, scale)
        if smooth is not None:
            for trace in (drawn_surface(smooth, x, y), faded(smooth, x, y)):
                figure.add_trace(trace, **place)
        allowed = trials.feasible[some]
        size = 5 if len(pairs) == 1 else 4
        for mark, these, marker in (
            (INFEASIBLE, some[~allowed], INFEASIBLE.marker(size)),
            (COMPLETE, some[allowed], {"size": size, "color": "black", "line": {"width": 0.8, "color": "white"}}),
        ):
            if not len(these):
                continue
            figure.add_trace(
                go.Scatter(
                    x=compact(jittered(x, trials.number)[these]),
                    y=compact(jittered(y, trials.number * 7)[these]),
                    mode="markers",
                    marker=marker | {"opacity": 0.8},
                    hovertext=trial_texts(trials, these, known),
                    hoverinfo="text",
                    name=mark.word,
                ),
                **place,
            )
        for trace in starred(trials, x, jittered(y, trials.number * 7), known):
            figure.add_trace(trace, **place)
    show_once(figure)
    return framed(
        figure,
        title=trials.titled(_TITLE),
        note=joined(
            [trials.note(), beyond(columns), "paler where no trial is near", chosen_note(len(columns), len(known))]
        ),
        height=height,
        legend=True,
        coloraxis=value_colours(scale, trials),
    )


def _some(best_first: Any, most: int) -> Any:
    """Indices of at most `most` trials: the best ones for a half, and an even choice of the rest."""
    if len(best_first) <= most:
        return best_first
    half = most // 2
    return np.concatenate([best_first[:half], best_first[np.linspace(half, len(best_first) - 1, half).astype(int)]])


def drawn_surface(smooth: Surface, x: Parameter, y: Parameter, colours: str = "coloraxis") -> Any:
    """A surface in the colours of values, with lines where both parameters are numbers."""
    import plotly.graph_objects as go

    shared = {"x": compact(smooth.x), "y": compact(smooth.y), "z": compact(smooth.height), "coloraxis": colours}
    shared |= {"hoverinfo": "skip", "name": "surface", "showlegend": False}
    if _in_cells(smooth, x, y):
        return go.Heatmap(**shared)
    line = {"width": 0.6, "color": "rgba(255,255,255,0.55)"}
    return go.Contour(**shared, contours={"coloring": "heatmap"}, line=line)


def faded(smooth: Surface, x: Parameter, y: Parameter) -> Any:
    """White over a surface, the less is known the more."""
    import plotly.graph_objects as go

    shared: dict[str, Any] = {
        "x": compact(smooth.x),
        "y": compact(smooth.y),
        "z": compact(np.round(smooth.doubt, 3)),
        "zmin": 0.0,
        "zmax": 1.0,
        "colorscale": [[0.0, translucent("#FFFFFF", 0.0)], [1.0, translucent("#FFFFFF", _PALEST)]],
        "showscale": False,
        "hoverinfo": "skip",
        "name": "doubt",
        "showlegend": False,
    }
    if _in_cells(smooth, x, y):
        return go.Heatmap(**shared)
    return go.Contour(**shared, contours={"coloring": "heatmap"}, line={"width": 0})  # a heatmap would lie below


def _in_cells(smooth: Surface, x: Parameter, y: Parameter) -> bool:
    """Whether a surface is drawn as cells, because categories have nothing between them."""
    return "category" in (x.kind, y.kind) or min(smooth.height.shape) < 2


def value_colours(scale: Scale, trials: Trials) -> dict[str, Any]:
    """The colours of values on their axis; dark is better."""
    bar = colour_bar(trials.name)
    if scale.is_log:
        ticks = log_ticks(scale.low, scale.high, 6)
        bar |= ticked(ticks) | {"tickvals": np.log10(ticks).tolist()}
    return {"reversescale": trials.sign < 0, "colorbar": bar}
