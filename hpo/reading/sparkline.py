"""The best value over time as a curve of a few points, small enough to stand in a line."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.history import History

__all__ = ["HEIGHT", "WIDTH", "polyline", "sparkline"]

WIDTH, HEIGHT = 120.0, 28.0
"""Of the rectangle that the curve lies in."""

_EDGE = 3.0
_POINTS = 60


def sparkline(history: History) -> str:
    """The points of a study's curve as an SVG polyline wants them; empty for several objectives, or too few trials.

    It goes where the values go: down if the study minimises, up if it maximises.
    """
    if history.n_objectives > 1:
        return ""
    return polyline(history.losses[:, 0], history.feasible, rises=bool(history.signs[0] < 0))


def polyline(losses: Array, is_good: BoolArray, *, rises: bool = False) -> str:
    """The smallest loss so far as the points of a polyline.

    Args:
        losses: In the order in which trials ended, shape (n,).
        is_good: Which of them count, shape (n,).
        rises: Draw what is good high; otherwise low.
    """
    best = np.minimum.accumulate(np.where(is_good & np.isfinite(losses), losses, np.inf))
    best = best[np.isfinite(best)]
    if len(best) < 2:
        return ""
    best = best[np.unique(np.linspace(0, len(best) - 1, _POINTS).astype(np.int64))]
    usual = float(np.quantile(best, 0.9))  # what was bad at the beginning would flatten all that came later
    top = usual if usual > best[-1] else float(best[0])
    with np.errstate(over="ignore", invalid="ignore"):
        height = np.nan_to_num(np.clip((best - best[-1]) / (top - best[-1] or 1.0), 0.0, 1.0), nan=0.0)
    x = np.linspace(_EDGE, WIDTH - _EDGE, len(best))
    y = HEIGHT - _EDGE - (1.0 - height if rises else height) * (HEIGHT - 2 * _EDGE)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
