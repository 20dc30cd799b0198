"""Losses made easier to model, by a rising function whose shape is learned.

Of several functions that one is used under which a Gaussian process makes the losses the likeliest. This is how Snelson
et al. (2003), "Warped Gaussian processes", choose theirs; ours is a logarithm with one parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array

__all__ = ["Warp", "finite", "standard", "warps"]

_FLOORS = (1.0, 0.3, 0.1, 0.03)  # in units of the typical gap to the best loss
_TYPICAL = 10  # first losses, which were hardly chosen for being good


@final
@dataclass(frozen=True)
class Warp:
    """The logarithm of a loss's gap to the best one plus a floor; linear if the floor is infinite.

    Differences among the best losses grow in comparison with those among bad ones, the more so the smaller it is.

    Args:
        floor: In units of the losses, > 0.
    """

    floor: float = np.inf

    def __call__(self, losses: Array) -> tuple[Array, float]:
        """Warped losses, shape (n,), with mean 0 and variance 1, and the sum of the logarithms of the slopes there."""
        y = self._raised(losses, float(losses.min()))
        deviation = float(y.std())
        log_slope = -len(y) * float(np.log(deviation if deviation > 0 else 1.0))
        if np.isfinite(self.floor):
            log_slope -= float(np.log(self.floor + losses - losses.min()).sum())
        return standard(y), log_slope

    def inverse(self, y: Array, losses: Array) -> Array:
        """The losses at warped ones, if `losses`, shape (n,), were those that were warped."""
        best = float(losses.min())
        known = self._raised(losses, best)
        raised = known.mean() + known.std() * y
        return np.asarray(best + self.floor * np.expm1(raised) if np.isfinite(self.floor) else raised)

    def _raised(self, losses: Array, best: float) -> Array:
        return np.log1p((losses - best) / self.floor) if np.isfinite(self.floor) else losses


def warps(losses: Array) -> list[Warp]:
    """Those to choose from for some losses, shape (n,), in completion order."""
    with np.errstate(over="ignore"):
        typical = float(np.median(losses[:_TYPICAL]) - losses.min())
    return [Warp(), *(Warp(part * typical) for part in _FLOORS if 0 < typical < np.inf)]


def finite(losses: Array) -> Array:
    """With infinite losses a little outside of the others."""
    known = losses[np.isfinite(losses)]
    if len(known) == len(losses):
        return losses
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    room = 0.5 * (high - low) + 1.0
    return np.clip(losses, low - room, high + room)


def standard(y: Array) -> Array:
    """With mean 0 and variance 1; 0 where all are equal."""
    largest = float(np.abs(y).max())
    if largest > 1e100:  # whose square no float can hold
        y, largest = y / largest, 1.0
    centred = y - y.mean()
    deviation = float(np.sqrt((centred**2).mean()))
    return centred / deviation if deviation > 1e-14 * largest else np.zeros_like(y)
