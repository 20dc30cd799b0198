"""A quadratic function of the numbers, where one explains the better losses, and its minimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.model.polynomial import n_terms, pairs, terms

__all__ = ["Quadratic", "least_squares", "minimum"]

_SPARE = 1.1  # trials per coefficient, and
_SPARES = 3  # so many more, without which there is no model
_KNOWN = 1.5  # best trials per coefficient that count, and
_SOME = 10  # so many more
_BEST = 20.0  # weight of the best trial beside the last one that counts
_SURE = 0.9  # share of pairs of the better half in the right order
_REACH = 0.5  # beyond the trials that count, in units of their range
_RIDGE = 1e-10
_ITERATIONS = 200


@final
@dataclass(frozen=True, eq=False)
class Quadratic:
    """A polynomial of degree two, fitted to the best trials by weighted least squares.

    Args:
        start: The best trial, shape (p,).
        moving: Which of its coordinates differ from those of other trials that count; d of them.
        points: These coordinates of the trials, from the best one on, shape (k, d).
        centre, unit: Of the coordinates, shape (d,).
        slope: The gradient at the centre, in these units, shape (d,).
        curvature: The matrix of second derivatives, shape (d, d).
        best, width: The best loss, and how far it is to the worst one; of the losses that follow, origin and unit.
        level: The loss at the centre.
        error: The root mean square by which it misses trials of the best third, each left out in turn.
        ordered: The share of pairs of the better half that it puts in the right order, each left out in turn.

    Source: Box and Wilson (1951), "On the experimental attainment of optimum conditions".
    """

    start: Array
    moving: BoolArray
    points: Array
    centre: Array
    unit: Array
    slope: Array
    curvature: Array
    best: float
    width: float
    level: float
    error: float
    ordered: float

    @staticmethod
    def of(points: Array, losses: Array, kind: int) -> Quadratic | None:
        """None where trials are too few, or alike.

        Args:
            points: Shape (n, p).
            losses: Finite, shape (n,).
            kind: Of its terms: 1 without products of two coordinates, 2 with them.
        """
        size = n_terms(points.shape[1], kind)
        if len(points) < _SPARE * size + _SPARES:
            return None
        order = np.argsort(losses, kind="stable")[: int(_KNOWN * size) + _SOME]
        x, y = points[order], losses[order]
        start, moving = x[0], x.max(axis=0) > x.min(axis=0)
        best, width = float(y[0]), float(y[-1]) - float(y[0])
        if not 0 < width < np.inf or not moving.any():
            return None
        x, d = x[:, moving], int(moving.sum())
        centre, unit = x.mean(axis=0), x.std(axis=0)
        y = (y - best) / width
        coefficients, left_out = least_squares(terms((x - centre) / unit, kind), y)
        curvature = np.diag(2.0 * coefficients[1 + d : 1 + 2 * d])
        if kind == 2:
            i, j = pairs(d)
            curvature[i, j] = curvature[j, i] = coefficients[1 + 2 * d :]
        i, j = pairs(len(y) // 2)
        error = float(np.sqrt(((y - left_out)[: len(y) // 3] ** 2).mean()))
        ordered = float((left_out[i] < left_out[j]).mean())
        level, slope = float(coefficients[0]), coefficients[1 : 1 + d]
        return Quadratic(start, moving, x, centre, unit, slope, curvature, best, width, level, error, ordered)

    def minimum(self) -> tuple[Array, float]:
        """Where it is least near its points and in [0, 1], shape (p,), and the loss there in its unit."""
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        reach = _REACH * (high - low)
        low, high = np.maximum(low - reach, 0.0), np.minimum(high + reach, 1.0)
        below, above = (low - self.centre) / self.unit, (high - self.centre) / self.unit
        z = self._stationary()
        if z is None or (z < below).any() or (z > above).any():
            z = self._least_within(below, above)
        point = self.start.copy()
        point[self.moving] = np.clip(self.centre + self.unit * z, low, high)
        return point, self._value(z)[0]

    def holds_at(self, point: Array, points: Array, losses: Array) -> bool:
        """Whether it says of the trial that is nearest to a point, shape (p,), about what came of it.

        It errs there by no more than the losses that it was made of span: they are the better ones, and it knows
        nothing of a wall behind them.

        Args:
            point: Where it is to hold.
            points: All trials, shape (n, p), of which it was made of the better ones.
            losses: Theirs, shape (n,).
        """
        z = (points[:, self.moving] - self.centre) / self.unit
        there = (point[self.moving] - self.centre) / self.unit
        nearest = int(((z - there) ** 2).sum(axis=1).argmin())
        said = self.best + self.width * self._value(z[nearest])[0]
        return bool(losses[nearest] - said <= self.width)

    def _value(self, z: Array) -> tuple[float, Array]:
        """The loss, `z` units of points off the centre, and its gradient, shape (d,)."""
        by_z = self.curvature @ z
        return float(self.level + (self.slope + 0.5 * by_z) @ z), self.slope + by_z

    def _stationary(self) -> Array | None:
        """Its minimum on the whole; None if it has none."""
        try:
            np.linalg.cholesky(self.curvature)
        except np.linalg.LinAlgError:
            return None
        return np.asarray(np.linalg.solve(self.curvature, -self.slope))

    def _least_within(self, below: Array, above: Array) -> Array:
        from scipy.optimize import minimize

        found = minimize(
            self._value,
            (self.points[0] - self.centre) / self.unit,
            jac=True,
            method="L-BFGS-B",
            bounds=list(zip(below.tolist(), above.tolist(), strict=True)),
            options={"maxiter": _ITERATIONS, "ftol": 1e-15, "gtol": 1e-12},
        )
        return np.asarray(found.x)


def minimum(points: Array, losses: Array, best: float) -> tuple[Array, float] | None:
    """Where a quadratic is least that explains the better trials, shape (p,), and what loss it promises there.

    None if none does, or it promises no less than the best known loss by more than it errs, or is wrong nearby.

    Args:
        points: Trials, shape (n, p), of numbers in [0, 1].
        losses: Finite, shape (n,).
        best: The best known loss.
    """
    models = [Quadratic.of(points, losses, kind) for kind in (2, 1)]
    known = [model for model in models if model is not None and model.ordered >= _SURE]
    if not known:
        return None
    model = max(known, key=lambda model: model.ordered)
    point, value = model.minimum()
    promised = model.best + model.width * value
    is_gain = promised + model.width * model.error < best
    return (point, promised) if is_gain and model.holds_at(point, points, losses) else None


def least_squares(by_term: Array, y: Array) -> tuple[Array, Array]:
    """Coefficients, the first rows counting more, and what they would make of each row without it, shape (k,)."""
    weights = np.sqrt(np.linspace(_BEST, 1.0, len(y)))
    by_term = by_term * weights[:, None]
    scale = np.sqrt((by_term**2).mean(axis=0)) + 1e-300
    q, r = np.linalg.qr(np.concatenate([by_term / scale, np.sqrt(_RIDGE * len(y)) * np.eye(by_term.shape[1])]))
    q = q[: len(y)]
    coefficients = np.linalg.solve(r, q.T @ (weights * y)) / scale
    leverage = (q**2).sum(axis=1)
    missed = (y - (by_term @ coefficients) / weights) / np.maximum(1.0 - leverage, 1e-6)
    return coefficients, y - missed
