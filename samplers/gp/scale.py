"""What one unit of a model stands for in losses, also below the best loss, where a warp has nothing to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.gp.warp import Warp

__all__ = ["Scale"]


@final
@dataclass(frozen=True)
class Scale:
    """Losses as a model of some of them sees them: as `Warp` makes them, and below the best one along its tangent.

    A logarithm ends where a loss is better than the best one by the floor, and a model that extrapolates wants none of
    that: what is better by much is far away, but not out of the question.

    Args:
        best: The least of the losses.
        floor: Of the warp.
        mean, deviation: Of warped losses.
    """

    best: float
    floor: float
    mean: float
    deviation: float

    @staticmethod
    def of(warp: Warp, losses: Array) -> Scale:
        """Of some losses, shape (n,), n > 0."""
        with np.errstate(over="ignore", invalid="ignore"):  # then it is not usable
            raised = Scale(float(losses.min()), warp.floor, 0.0, 1.0).y(losses)
            return Scale(float(losses.min()), warp.floor, float(raised.mean()), float(raised.std()))

    @property
    def is_usable(self) -> bool:
        """Whether losses differ, by no more than floats can say."""
        return 0.0 < self.unit < np.inf and np.isfinite(self.mean)

    @property
    def unit(self) -> float:
        """The losses that a unit stands for at the best one and below."""
        return self.deviation * (self.floor if np.isfinite(self.floor) else 1.0)

    def y(self, losses: Array) -> Array:
        """What the model sees."""
        gap = losses - self.best
        if np.isfinite(self.floor):
            gap = gap / self.floor
            gap = np.where(gap > 0.0, np.log1p(np.maximum(gap, 0.0)), gap)
        return np.asarray((gap - self.mean) / self.deviation)

    def log_slope(self, losses: Array) -> Array:
        """The logarithm of the derivative of `y`."""
        if not np.isfinite(self.floor):
            return np.full(losses.shape, -np.log(self.deviation))
        gap = np.maximum(losses - self.best, 0.0)
        return np.asarray(-np.log(self.deviation) - np.log(self.floor + gap))

    def losses(self, y: Array) -> Array:
        """The losses that the model speaks of."""
        gap = self.mean + self.deviation * y
        if np.isfinite(self.floor):
            gap = self.floor * np.where(gap > 0.0, np.expm1(np.maximum(gap, 0.0)), gap)
        return np.asarray(self.best + gap)
