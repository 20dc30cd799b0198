"""A quadratic model of the loss, from the latest trials."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.cmaes.gaussian import Gaussian
from hpo.samplers.model.polynomial import n_terms, terms

__all__ = ["Quadratic", "most_known"]

_SPARE = 1.1  # trials per coefficient without which a model has fewer
_KNOWN = 1.5  # trials per coefficient at most, and some more: older ones lie elsewhere
_SOME = 10
_MOST_FULL = 12  # parameters up to which products of two count
_BEST = 20.0  # weight of the best trial beside the worst
_RIDGE = 1e-10
_PIECE = 2**19  # multiplications
_FEWEST = 32  # rows of a piece, or the sums cost more than the waiting


@final
@dataclass(frozen=True, eq=False)
class Quadratic:
    """A polynomial of degree two, or one, in the coordinates of a normal distribution.

    Args:
        frame: The distribution.
        kind: Of its terms: 0 for linear ones, 1 for squares too, 2 for products of two coordinates too.
        coefficients: Of the terms.
    """

    frame: Gaussian
    kind: int
    coefficients: Array

    @staticmethod
    def of(frame: Gaussian, x: Array, losses: Array) -> Quadratic | None:
        """By weighted least squares; None where trials are too few, or alike.

        Args:
            frame: The distribution, about which it will be asked.
            x: Trials in the order of time, shape (k, n).
            losses: Theirs, shape (k,).
        """
        kind = _kind(x.shape[1], len(x))
        if kind < 0:
            return None
        known = _known(x.shape[1], kind)
        x, losses = x[-known:], losses[-known:]
        order = np.argsort(losses, kind="stable")
        x, losses = x[order], losses[order]
        low = losses[0]
        with np.errstate(over="ignore"):
            width = losses[-1] - low
        if not 0 < width < np.inf:
            return None
        weights = _weights(len(x))
        by_term = terms(frame.standard(x - frame.mean), kind)
        by_term *= weights[:, None]
        scale = np.sqrt((by_term**2).mean(axis=0)) + 1e-300
        by_term /= scale
        gram = _gram(by_term)
        gram.flat[:: len(gram) + 1] += _RIDGE * len(x)
        solution = np.linalg.solve(gram, by_term.T @ (weights * ((losses - low) / width)))
        with np.errstate(over="ignore"):
            coefficients = width * (solution / scale)
        coefficients[0] += low
        return Quadratic(frame, kind, coefficients) if np.isfinite(coefficients).all() else None

    def __call__(self, x: Array) -> Array:
        """The losses that it expects of some points, shape (…, n) → (…); infinite where they are too large."""
        with np.errstate(over="ignore", invalid="ignore"):
            losses = terms(self.frame.standard(x - self.frame.mean), self.kind) @ self.coefficients
        return np.where(np.isnan(losses), np.inf, losses)


def _gram(a: Array) -> Array:
    """aᵀa, of so few rows at a time that BLAS uses one thread: several would wait for each other, and go on waiting.

    Of a wide matrix at once, for which several pay.
    """
    n = _PIECE // a.shape[1] ** 2
    if n < _FEWEST:
        return np.asarray(a.T @ a)
    b = a.copy()  # a product that is seen to be symmetric has threads of its own
    out: Array = a[:n].T @ b[:n]
    for begin in range(n, len(a), n):
        out += a[begin : begin + n].T @ b[begin : begin + n]
    return out


@lru_cache(maxsize=256)
def _weights(k: int) -> Array:
    """Square roots of the weights of k trials, the best first, shape (k,)."""
    weights: Array = np.sqrt(np.linspace(_BEST, 1.0, k))
    weights.flags.writeable = False
    return weights


def most_known(n: int) -> int:
    """How many trials of n parameters a model looks at, at most."""
    return _known(n, 2 if n <= _MOST_FULL else 1)


def _known(n: int, kind: int) -> int:
    return int(_KNOWN * n_terms(n, kind)) + _SOME


def _kind(n: int, k: int) -> int:
    """The richest one for which k trials are enough; -1 if there is none."""
    richest = 2 if n <= _MOST_FULL else 1
    return max((kind for kind in range(richest + 1) if k >= _SPARE * n_terms(n, kind)), default=-1)
