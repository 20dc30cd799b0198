"""What searches remember of the curvature that they met: the limited memory of L-BFGS, for many searches at once.

Source: Nocedal and Wright (2006), "Numerical optimization", algorithm 7.4 and equation 7.20.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray

__all__ = ["Curvature"]

_MEMORY = 5  # steps
_FLAT = 1e-10  # a smaller cosine between step and change of slope tells nothing
_TINY = 1e-300


@final
@dataclass(frozen=True, eq=False)
class Curvature:
    """The latest steps of each search and how the slope changed along them; the arrays change as searches move.

    Args:
        scale: What the inverse Hessian's diagonal is taken for before anything is known, shape (q,).
        S: Steps, the latest first, shape (memory, searches, q).
        Y: Changes of the negated function's slope along them, of the same shape.
        ρ: 1 / sᵀy, shape (memory, searches); 0 where there is nothing to remember.
        γ: How much larger than `scale` the inverse Hessian is, shape (searches,).
    """

    scale: Array
    S: Array
    Y: Array
    ρ: Array
    γ: Array

    @staticmethod
    def unknown(n: int, scale: Array) -> Curvature:
        """Of `n` searches that have not moved yet."""
        S, Y = np.zeros((2, _MEMORY, n, len(scale)))
        return Curvature(scale, S, Y, np.zeros((_MEMORY, n)), np.ones(n))

    def is_known(self, rows: IntArray) -> BoolArray:
        """Which of some searches, shape (k,), remember anything."""
        return np.asarray(self.ρ[0, rows] != 0.0)

    def direction(self, g: Array, rows: IntArray) -> Array:
        """The inverse Hessian of the negated function times slopes `g` of some searches, shape (k, q)."""
        ρ = self.ρ[:, rows]
        n = int(ρ.any(axis=1).sum())  # more than these nobody remembers
        S, Y = self.S[:n, rows], self.Y[:n, rows]
        q, α = g.copy(), np.zeros_like(ρ)
        for i in range(n):
            α[i] = ρ[i] * np.einsum("kq,kq->k", S[i], q)
            q -= α[i][:, None] * Y[i]
        q *= self.γ[rows][:, None] * self.scale
        for i in reversed(range(n)):
            β = ρ[i] * np.einsum("kq,kq->k", Y[i], q)
            q += (α[i] - β)[:, None] * S[i]
        return q

    def learn(self, rows: IntArray, s: Array, y: Array) -> None:
        """Remember a step, and the change of slope along it, of some searches, both of shape (k, q)."""
        sy, yy = np.einsum("kq,kq->k", s, y), (y * y) @ self.scale
        curved = sy > _FLAT * np.sqrt(np.maximum((s * s) @ (1.0 / self.scale) * yy, _TINY))
        rows, sy = rows[curved], sy[curved]
        for memory in (self.S, self.Y, self.ρ):
            memory[1:, rows] = memory[:-1, rows]
        self.S[0, rows], self.Y[0, rows], self.ρ[0, rows] = s[curved], y[curved], 1.0 / sy
        self.γ[rows] = sy / yy[curved]
