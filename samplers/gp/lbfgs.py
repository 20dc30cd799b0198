"""Many maximisations in boxes at once: L-BFGS with projected steps, vectorised over the starts.

A surrogate's cost is mostly per call, so that evaluating all searches together is what makes them cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.gp.curvature import Curvature

__all__ = ["Evaluate", "maximise"]

Evaluate = Callable[[Array, IntArray], tuple[Array, Array]]

_SUFFICIENT = 1e-4  # share of what the slope promises that a step must gain
_SHORTER = 0.3  # next length after a step that did not
_SHORTEST = 1e-6
_FIRST_REACH, _REACH = 0.25, 2.0  # of a full step, in natural lengths
_TINY = 1e-300


def maximise(
    evaluate: Evaluate,
    x: Array,
    free: BoolArray,
    unit: Array,
    *,
    most: int = 20,
    tolerance: float = 1e-2,
    hope: float = np.inf,
) -> tuple[Array, Array]:
    """Local maxima in [0, 1]^q, one for each start, and the values there.

    Args:
        evaluate: Values, shape (k,), and gradients, shape (k, q), of rows, shape (k, q), which belong to the starts
            of given numbers, shape (k,).
        x: Starts, shape (s, q).
        free: Which coordinates may move, shape (s, q).
        unit: A natural length of each coordinate, shape (q,).
        most: Calls of `evaluate`.
        tolerance: Stop where steps promise less than this; of the logarithm of an expectation, a hundredth is one
            per cent.
        hope: Stop a search also where this many times what its next step promises would not make it the best one.

    Source: Nocedal and Wright (2006), "Numerical optimization", algorithm 7.5 with a backtracking line search, and
    with projection on the box.
    """
    searches = _Searches.begun(x, *evaluate(x, np.arange(len(x))), unit)
    for _ in range(most - 1):
        searches.aim(free, tolerance, hope)
        rows = searches.is_open.nonzero()[0]
        if not len(rows):
            break
        trial = searches.trial(rows)
        value, slope = evaluate(trial, rows)
        good = searches.gain_enough(rows, trial, value)
        searches.move(rows[good], trial[good], value[good], slope[good], tolerance)
        if not good.all():
            searches.shorten(rows[~good])
    return searches.x, searches.value


@final
@dataclass(frozen=True, eq=False)
class _Searches:
    """Where each search is and what it does next; the arrays change as searches go on.

    Args:
        unit: A natural length of each coordinate, shape (q,).
        x, value, slope: The best points so far, shape (s, q), and the function and its gradient there.
        direction: A full step of each line search, shape (s, q).
        length: The part of it to try, shape (s,).
        is_due: Which need a new direction, shape (s,).
        is_open: Which go on, shape (s,).
        curvature: What was learned on the way.
    """

    unit: Array
    x: Array
    value: Array
    slope: Array
    direction: Array
    length: Array
    is_due: BoolArray
    is_open: BoolArray
    curvature: Curvature

    @staticmethod
    def begun(x: Array, value: Array, slope: Array, unit: Array) -> _Searches:
        """Searches at their starts; those without a finite value there are over."""
        n = len(x)
        return _Searches(
            unit,
            x.copy(),
            value.copy(),
            slope.copy(),
            np.zeros_like(x),
            np.ones(n),
            np.ones(n, dtype=np.bool_),
            np.isfinite(value),
            Curvature.unknown(n, unit**2),
        )

    def aim(self, free: BoolArray, tolerance: float, hope: float) -> None:
        """New directions where they are due; over are searches that they promise too little, or too late to win."""
        rows = (self.is_open & self.is_due).nonzero()[0]
        if not len(rows):
            return
        g = _projected(self.x[rows], self.slope[rows], free[rows])
        p = np.where(g == 0.0, 0.0, self.curvature.direction(g, rows))
        uphill = np.einsum("kq,kq->k", p, g) > 0.0
        if not uphill.all():
            p[~uphill] = (g * self.curvature.scale)[~uphill]
        is_sure = self.curvature.is_known(rows) & uphill
        p = _limited(p, self.unit, np.where(is_sure, _REACH, _FIRST_REACH))
        self.direction[rows], self.length[rows] = p, 1.0
        self.is_due[rows] = False
        promise = np.einsum("kq,kq->k", p, g)
        best = self.value.max(initial=-np.inf, where=np.isfinite(self.value))
        self.is_open[rows] = (promise > tolerance) & (self.value[rows] + hope * np.maximum(promise, tolerance) > best)

    def trial(self, rows: IntArray) -> Array:
        """The next points of some searches' lines, shape (k, q)."""
        return np.clip(self.x[rows] + self.length[rows, None] * self.direction[rows], 0.0, 1.0)

    def gain_enough(self, rows: IntArray, trial: Array, value: Array) -> BoolArray:
        """Which trials gain enough for what the slope promised (Armijo's condition), shape (k,)."""
        gain = np.einsum("kq,kq->k", self.slope[rows], trial - self.x[rows])
        return np.asarray((value >= self.value[rows] + _SUFFICIENT * gain) & np.isfinite(value))

    def move(self, rows: IntArray, x: Array, value: Array, slope: Array, tolerance: float) -> None:
        """Go on from better points; searches whose full step gained too little are over."""
        if not len(rows):
            return
        self.curvature.learn(rows, x - self.x[rows], self.slope[rows] - slope)
        self.is_open[rows] = (value - self.value[rows] > tolerance) | (self.length[rows] < 1.0)
        self.x[rows], self.value[rows], self.slope[rows] = x, value, slope
        self.is_due[rows] = True

    def shorten(self, rows: IntArray) -> None:
        """Try less of the same direction; searches for which it has become too little are over."""
        self.length[rows] *= _SHORTER
        self.is_open[rows] = self.length[rows] > _SHORTEST


def _projected(x: Array, slope: Array, free: BoolArray) -> Array:
    """The slope without what leads out of the box."""
    out = ((x <= 0.0) & (slope < 0.0)) | ((x >= 1.0) & (slope > 0.0)) | ~free
    return np.where(out, 0.0, slope)


def _limited(p: Array, unit: Array, reach: Array) -> Array:
    """Steps, shape (k, q), that go no farther than `reach` natural lengths along any coordinate, shape (k,)."""
    longest = np.maximum(np.abs(p / unit).max(axis=1), _TINY)
    return np.asarray(p * np.minimum(1.0, reach / longest)[:, None])
