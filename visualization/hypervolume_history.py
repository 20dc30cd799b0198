"""The hypervolume that a study's trials dominate, trial by trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.pareto import reference_point
from hpo.reading.readable import check_readable
from hpo.search_region import SearchRegion
from hpo.visualization.axes import counting_axis
from hpo.visualization.frame import compact, empty, frame
from hpo.visualization.scale import LARGEST
from hpo.visualization.text import joined, number
from hpo.visualization.theme import BLUE
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["HypervolumeHistory", "hypervolume_history", "plot_hypervolume_history"]

_TITLE = "Hypervolume history"
_CHUNK = 512
_MOST_VOLUMES = 400  # points of the curve
_MOST_BOXES = 10_000  # of what a front does not dominate; beyond, gains are estimated
_N_DRAWN = 2**11  # points, for a standard error of 2 % of the volume at most
_MARKED = 60  # trials, up to which each one that changed the volume gets a point


@final
@dataclass(frozen=True, eq=False)
class HypervolumeHistory:
    """The dominated hypervolume after each trial that changed it.

    Args:
        number: Shape (k,), ascending; the last one is the study's last complete trial.
        volume: After each, shape (k,).
        reference: The point up to which it is measured, as values, shape (m,).
        n_complete: How many trials are complete, whether they changed it or not.
        is_estimated: Whether what some trials add is estimated, as with many objectives and a long front.
    """

    number: IntArray
    volume: Array
    reference: Array
    n_complete: int
    is_estimated: bool


def hypervolume_history(study: Readable, reference: Sequence[float] | None = None) -> HypervolumeHistory | None:
    """The hypervolume after each trial that changed it; None without a complete, feasible trial.

    Of more than 400 trials that changed the volume, as many evenly chosen ones.
    """
    history = study.history
    complete = np.flatnonzero(history.state == TrialState.COMPLETE)
    complete = complete[np.argsort(history.number[complete], kind="stable")]
    losses, numbers = history.losses[complete], history.number[complete]
    finite = np.asarray(np.abs(losses) <= LARGEST ** (1 / losses.shape[1])).all(axis=1)  # so that volumes are, too
    counted = finite & (history.violation[complete] == 0.0)
    if not counted.any():
        return None
    point = reference_point(losses[finite]) if reference is None else np.array(reference) * history.signs
    changed = _improvements(np.where(counted[:, None], losses, np.inf), point)
    gains, is_estimated = _gains(losses[changed], point)
    volumes = np.cumsum(gains)
    if len(changed) > _MOST_VOLUMES:
        some = np.linspace(0, len(changed) - 1, _MOST_VOLUMES).astype(np.int64)
        changed, volumes = changed[some], volumes[some]
    first = np.zeros(1) if not len(changed) or changed[0] > 0 else np.empty(0)
    last = volumes[-1:] if len(volumes) else np.zeros(1)
    return HypervolumeHistory(
        np.concatenate([numbers[: len(first)], numbers[changed], numbers[-1:]]),
        np.concatenate([first, volumes, last]),
        point * history.signs + 0.0,
        len(complete),
        is_estimated,
    )


def _gains(losses: Array, point: Array) -> tuple[list[float], bool]:
    """The volume that each row, shape (n, m), adds to those before it, and whether some are estimated."""
    region, rng = SearchRegion.below(point), np.random.default_rng(0)
    gains: list[float] = []
    is_estimated = False
    for i, row in enumerate(losses):
        is_estimated = len(region.high) > _MOST_BOXES
        gains.append(_estimated_gain(row, losses[:i], point, rng) if is_estimated else region.gain(row))
        if not is_estimated:
            region = region.without(row)
    return gains, is_estimated


def _estimated_gain(row: Array, others: Array, point: Array, rng: np.random.Generator) -> float:
    """The volume that a row adds, by the share of points drawn from its own that no other row dominates.

    No row's own volume exceeds that of all, so the variance of a sum of gains is at most that of one share: squared
    volume over the number of points.

    Source: Karp and Luby (1983), "Monte-Carlo algorithms for enumeration and reliability problems", for unions.
    """
    left = point - rng.random((_N_DRAWN, len(point))) * (point - row)
    shared = (point - np.maximum(others, row)).prod(axis=1)
    for other in others[np.argsort(-shared)]:
        left = left[~(other <= left).all(axis=1)]
        if not len(left):
            break
    return float((point - row).prod()) * len(left) / _N_DRAWN


def _improvements(losses: Array, point: Array) -> IntArray:
    """Indices of the rows, shape (n, m), that no earlier row dominates or equals and that lie below a point."""
    front = np.empty((0, losses.shape[1]))
    found: list[int] = []
    for begin in range(0, len(losses), _CHUNK):
        rows = losses[begin : begin + _CHUNK]
        left = np.flatnonzero((rows < point).all(axis=1))
        left = left[~_covered(rows[left], front)]
        for i in left.tolist():
            if not _covered(rows[i : i + 1], front)[0]:
                front = np.concatenate([front[~(front >= rows[i]).all(axis=1)], rows[i : i + 1]])
                found.append(begin + i)
    return np.array(found, dtype=np.int64)


def _covered(rows: Array, front: Array) -> BoolArray:
    """Which rows some row of the front dominates or equals."""
    return np.asarray(np.any(np.all(front[None, :, :] <= rows[:, None, :], axis=2), axis=1))


def _is_point(given: Any, m: int) -> bool:
    """Whether something is m finite numbers."""
    try:
        point = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return point.shape == (m,) and bool(np.isfinite(point).all())


def plot_hypervolume_history(study: Readable, reference_point: Sequence[float] | None = None) -> go.Figure:
    """The hypervolume in the space of objectives that the complete, feasible trials dominate, after each trial.

    With many objectives and long fronts it is estimated to some percent.

    Args:
        study: Of two or more objectives.
        reference_point: Up to where the volume is measured: one value per objective, worse than what counts. By
            default a little worse than the worst value of each objective.

    Raises:
        ValueError: If the study has a single objective, or the point not one finite number per objective.

    Example:
        >>> plot_hypervolume_history(study, reference_point=[1.0, 100.0])
    """
    import plotly.graph_objects as go

    check_readable(study)
    m = len(study.directions)
    if m < 2:
        raise ValueError("A hypervolume needs several objectives, this study has 1; see plot_optimization_history.")
    if reference_point is not None and not _is_point(reference_point, m):
        raise ValueError(f"reference_point must be {m} finite numbers, one per objective, got {reference_point!r}.")
    history = hypervolume_history(study, reference_point)
    if history is None:
        return empty(_TITLE, "No complete, feasible trial has finite values yet.")
    point = ", ".join(number(float(value)) for value in history.reference)
    notes = [f"{count(history.n_complete)} complete", f"reference point ({point})"]
    if history.is_estimated:
        notes.append("estimated to some percent")
    traces = [
        go.Scatter(
            x=history.number,
            y=compact(history.volume),
            mode="lines+markers" if len(history.number) <= _MARKED else "lines",
            line={"shape": "hv", "width": 2.5, "color": BLUE},
            marker={"size": 5},
            hovertemplate="after trial %{x}: %{y:.6g}<extra></extra>",
        )
    ]
    return frame(
        traces,
        title=_TITLE,
        note=joined(notes),
        xaxis=counting_axis(0, int(history.number[-1]), "Trial"),
        yaxis={"title": {"text": "Hypervolume"}, "rangemode": "tozero", "exponentformat": "power"},
    )
