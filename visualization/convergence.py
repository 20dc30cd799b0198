"""How fast studies approach the optimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.visualization.axes import counting_axis, value_axis
from hpo.visualization.frame import compact, empty, frame
from hpo.visualization.optimization_history import running_best
from hpo.visualization.scale import Scale, scale_between, value_scale
from hpo.visualization.text import short
from hpo.visualization.theme import PALETTE, translucent
from hpo.visualization.trials import Studies, Trials, read, studies_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["Convergence", "Group", "Groups", "convergence", "plot_convergence", "quartiles"]

Groups: TypeAlias = "Studies | Mapping[str, Studies]"

_TITLE = "Convergence"
_MOST_CORNERS = 2000


@final
@dataclass(frozen=True, eq=False)
class Convergence:
    """What a study had reached after each number of trials, where that changed.

    Args:
        n_trials: Shape (k,), ascending; the last is how many trials there are.
        value: The best value, or the regret, shape (k,).
    """

    n_trials: IntArray
    value: Array

    def after(self, n_trials: IntArray) -> Array:
        """What had been reached after so many trials; NaN before the first value."""
        place = np.searchsorted(self.n_trials, n_trials, side="right") - 1
        return np.where(place >= 0, self.value[np.maximum(place, 0)], np.nan)


@final
@dataclass(frozen=True, eq=False)
class Group:
    """Several studies that repeat each other.

    Args:
        n_trials: Shape (k,).
        low, middle, high: Quartiles of what they had reached, shape (k,).
    """

    n_trials: IntArray
    low: Array
    middle: Array
    high: Array


def convergence(trials: Trials, optimum: float | None = None) -> Convergence:
    """The best value so far of complete, feasible trials; with an optimum, its distance from there.

    Trials are counted by their numbers, so that failed ones count too.
    """
    best = running_best(trials)
    changed = np.flatnonzero((np.diff(best, prepend=np.nan) != 0.0) & ~np.isnan(best))
    corners = np.append(changed, len(best) - 1) if len(changed) else changed
    value = best[corners] if optimum is None else np.maximum(trials.sign * (best[corners] - optimum), 0.0)
    return Convergence(trials.number[corners] + 1, value)


def quartiles(curves: Sequence[Convergence]) -> Group:
    """Quartiles of what studies had reached, after each number of trials that changed one, up to the first end."""
    end = min(int(curve.n_trials[-1]) for curve in curves)
    begin = max(int(curve.n_trials[0]) for curve in curves)
    corners = np.unique(np.concatenate([curve.n_trials for curve in curves] + [[begin, end]]))
    corners = corners[(corners >= begin) & (corners <= end)]
    low, middle, high = np.quantile([curve.after(corners) for curve in curves], [0.25, 0.5, 0.75], axis=0)
    return Group(corners, low, middle, high)


def plot_convergence(
    study: Groups,
    *,
    optimum: float | None = None,
    target: int | None = None,
    target_name: str | None = None,
    log: bool | None = None,
) -> go.Figure:
    """The best value after each number of trials, or with a known optimum the regret: how far from it that is.

    Args:
        study: One study, several, or groups of studies by name, such as `{"TPE": [a, b, c], "random": [d, e, f]}`:
            of a group the median is drawn with the range between its quartiles.
        optimum: The best value that is possible.
        target: The index of the objective, for studies of several.
        target_name: Name of the axis; by default that of the objective.
        log: Whether the axis is logarithmic; by default where that shows more, and always for regrets.

    Raises:
        ValueError: If a study has several objectives and `target` is None, if there is no study, if `target` is a
            function, or if `log` is True and some value is not positive.

    Example:
        >>> plot_convergence({"TPE": tpe_studies, "random": random_studies}, optimum=0.0)
    """
    if callable(target):
        raise ValueError("target must be the index of an objective here, got a function: it has no best value.")
    groups = {name: [read(one, target, target_name) for one in studies] for name, studies in _groups(study).items()}
    curves_of = {name: [convergence(trials, optimum) for trials in some] for name, some in groups.items()}
    known = {name: [curve for curve in curves if len(curve.n_trials)] for name, curves in curves_of.items()}
    shown = {name: curves for name, curves in known.items() if curves}
    if not shown:
        return empty(_TITLE, "No complete, feasible trial has a value yet.")
    sample = next(iter(groups.values()))[0]  # any one of the studies, for the names of the axes
    sign = 1.0 if optimum is not None else sample.sign
    scale = _scale(np.concatenate([curve.value for curves in shown.values() for curve in curves]), sign, log, optimum)
    floor = 10.0**scale.low if scale.is_log else -np.inf
    traces: list[Any] = []
    for i, (name, curves) in enumerate(shown.items()):
        colour = PALETTE[i % len(PALETTE)]
        traces += _line(curves[0], name, colour, floor) if len(curves) == 1 else _band(curves, name, colour, floor)
    best = f"{sample.name}: {'best so far' if optimum is None else 'distance from the optimum'}"
    repeated = any(len(curves) > 1 for curves in shown.values())
    return frame(
        traces,
        title=sample.titled(_TITLE),
        note="Median of each group, and the range between its quartiles" if repeated else "",
        legend=len(shown) > 1,
        xaxis=counting_axis(0, max(int(c.n_trials[-1]) for some in shown.values() for c in some), "Number of trials"),
        yaxis=value_axis(scale, best),
    )


def _groups(study: Groups) -> dict[str, list[Readable]]:
    """The studies by the name of their group; each is a group of its own if there are none."""
    if not isinstance(study, Mapping):
        return {label: [one] for label, one in studies_of(study)}
    if not study:
        raise ValueError("Expected at least one group of studies, got an empty mapping.")
    return {short(name): [one for _, one in studies_of(studies)] for name, studies in study.items()}


def _scale(values: Array, sign: float, log: bool | None, optimum: float | None) -> Scale:
    positive = values[values > 0]
    if log is True and optimum is None and len(positive) < len(values):
        raise ValueError(f"log=True needs positive values, got {values.min():g}; leave log out.")
    is_log = optimum is not None if log is None else log
    if log is None and optimum is None:
        is_log = value_scale(values, sign).is_log
    if is_log and len(positive):
        low, high = np.log10(positive.min()), np.log10(positive.max())
        below = 0.5 if len(positive) < len(values) else 0.0  # room for what has reached the optimum
        margin = 0.05 * (high - low) or 0.5
        return scale_between(float(low - margin - below), float(high + margin), is_log=True)
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low) or 0.5
    return Scale(False, low - margin, high + margin, 0)


def _line(curve: Convergence, name: str, colour: str, floor: float) -> list[Any]:
    import plotly.graph_objects as go

    return [
        go.Scatter(
            x=curve.n_trials,
            y=compact(np.maximum(curve.value, floor)),
            customdata=compact(curve.value),
            mode="lines",
            line={"shape": "hv", "width": 2.5, "color": colour},
            name=name,
            hovertemplate="trials: %{x}<br>best: %{customdata:.5g}<extra>" + name + "</extra>",
        )
    ]


def _band(curves: Sequence[Convergence], name: str, colour: str, floor: float) -> list[Any]:
    import plotly.graph_objects as go

    group = quartiles(curves)
    stride = max(1, len(group.n_trials) // _MOST_CORNERS)
    x, low, high = group.n_trials[::stride], group.low[::stride], group.high[::stride]
    edge = {"shape": "hv", "width": 0}
    band: list[Any] = [
        go.Scatter(
            x=x,
            y=compact(np.maximum(side, floor)),
            mode="lines",
            line=edge,
            fill=fill,
            fillcolor=translucent(colour, 0.18),
            hoverinfo="skip",
            showlegend=False,
            legendgroup=name,
        )
        for side, fill in ((low, None), (high, "tonexty"))
    ]
    middle = Convergence(x, group.middle[::stride])
    (line,) = _line(middle, name, colour, floor)
    line.update(name=f"{name} ({len(curves)})", legendgroup=name)
    return [*band, line]
