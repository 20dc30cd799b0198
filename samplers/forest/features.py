"""Points as what trees part: a value for every parameter, also for one that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.model.axes import Axes

__all__ = ["ABSENT", "Features"]

ABSENT = -1.0
"""Of a number that is not there: outside of [0, 1], so that one cut parts trials with it from those without."""


@final
@dataclass(frozen=True, eq=False)
class Features:
    """Numbers first, then categories, whose codes are followed by one for those that are not there.

    Args:
        x: Feature by feature, shape (f, n).
        n_codes: Of each category, shape (c,).
    """

    x: Array
    n_codes: IntArray

    @staticmethod
    def of(axes: Axes, points: Array, active: BoolArray) -> Features:
        """Of some points, shape (n, d); what is not active may be anything, also NaN."""
        n_codes = axes.n_choices.astype(np.int64) + 1
        numbers = np.where(active[:, axes.numbers], points[:, axes.numbers], ABSENT)
        codes = np.where(active[:, axes.categories], points[:, axes.categories], n_codes - 1.0)
        return Features(np.ascontiguousarray(np.concatenate([numbers, codes], axis=1).T), n_codes)

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.x.shape[1])

    @property
    def n_numbers(self) -> int:
        return len(self.x) - len(self.n_codes)

    def at(self, rows: IntArray) -> Features:
        """Some of the rows."""
        return Features(np.ascontiguousarray(self.x[:, rows]), self.n_codes)
