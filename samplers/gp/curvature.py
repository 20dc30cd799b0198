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
        S, Y, ρ = self.S[:, rows], self.Y[:, rows], self.ρ[:, rows]
        q, α = g.copy(), np.zeros_like(ρ)
        for i in range(len(S)):
            α[i] = ρ[i] * (S[i] * q).sum(axis=1)
            q -= α[i][:, None] * Y[i]
        q *= self.γ[rows][:, None] * self.scale
        for i in reversed(range(len(S))):
            β = ρ[i] * (Y[i] * q).sum(axis=1)
            q += (α[i] - β)[:, None] * S[i]
        return q

    def learn(self, rows: IntArray, s: Array, y: Array) -> None:
        """Remember a step, and the change of slope along it, of some searches, both of shape (k, q)."""
        sy, yy = (s * y).sum(axis=1), (y * y * self.scale).sum(axis=1)
        curved = sy > _FLAT * np.sqrt(np.maximum((s**2 / self.scale).sum(axis=1) * yy, _TINY))
        rows, sy = rows[curved], sy[curved]
        for memory in (self.S, self.Y, self.ρ):
            memory[1:, rows] = memory[:-1, rows]
        self.S[0, rows], self.Y[0, rows], self.ρ[0, rows] = s[curved], y[curved], 1.0 / sy
        self.γ[rows] = sy / yy[curved]
