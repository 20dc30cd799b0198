"""Independent distributions of unordered choices, and how a generation of trials changes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray

__all__ = ["Categories"]

_SNR = 1.5  # signal to noise at which steps neither grow nor shrink


@final
@dataclass(frozen=True, eq=False)
class Categories:
    """Probabilities of choices, learned by natural gradients whose steps are as long as the signal allows.

    Args:
        q: Probabilities, shape (c, k), 0 beyond the number of choices.
        least: Below which they never fall, shape (c, k); 0 where there is no such choice.
        path: Of the steps, shape (c, k).
        gamma: What its square is expected to be if nothing is selected, as a share.
        trust: Δ, by which steps are divided: it grows as long as they contradict each other.

    Sources: Hamano et al. (2024), arXiv 2405.09962 (CatCMA), for the margin; Akimoto et al. (2019), "Adaptive
    stochastic natural gradient method for one-shot neural architecture search", for the steps.
    """

    q: Array
    least: Array
    path: Array
    gamma: float = 0.0
    trust: float = 3.0

    @staticmethod
    def start(priors: tuple[Array, ...], margin: float) -> Categories:
        """One that has seen nothing: the priors, shape (k_i,) each, and a probability `margin` to leave a choice."""
        q = np.zeros((len(priors), max(map(len, priors), default=0)))
        for row, prior in zip(q, priors, strict=True):
            row[: len(prior)] = prior
        n = (q > 0).sum(axis=1, keepdims=True)
        least = np.where(q > 0, np.minimum(margin / np.maximum(n - 1, 1), 0.9 / np.maximum(n, 1)), 0.0)
        return Categories(_bounded(q, least), least, np.zeros_like(q))

    def choices(self, u: Array) -> Array:
        """Of probabilities u in [0, 1), shape (c,)."""
        below = np.cumsum(self.q, axis=1) <= u[:, None]
        last = (self.q > 0).cumsum(axis=1).argmax(axis=1)
        return np.asarray(np.minimum(below.sum(axis=1), last), dtype=np.float64)

    def moved(self, chosen: IntArray, told: BoolArray, weights: Array) -> Categories:
        """After a generation.

        Args:
            chosen: By the trials, the best first, shape (λ, c).
            told: Where a trial had the parameter, shape (λ, c).
            weights: Of the trials, shape (λ,), all ≥ 0.
        """
        one_hot = (chosen[:, :, None] == np.arange(self.q.shape[1])) & told[:, :, None]
        counted = weights[:, None, None] * (one_hot - self.q * told[:, :, None])
        gradient = counted.sum(axis=0)
        natural = np.where(self.q > 0, gradient / np.sqrt(np.maximum(self.q, 1e-12)), 0.0)
        length = float(np.sqrt((natural**2).sum()))
        if length == 0.0:
            return self
        step = 1.0 / self.trust
        freedom = max(float((self.q > 0).sum() - len(self.q)), 1.0)
        β = min(step / np.sqrt(freedom), 1.0)
        path = (1 - β) * self.path + np.sqrt(β * (2 - β)) * natural / length
        gamma = (1 - β) ** 2 * self.gamma + β * (2 - β)
        trust = self.trust * float(np.exp(β * (gamma - (path**2).sum() / _SNR)))
        q = self.q + min(step / length, 1.0) * gradient
        return replace(self, q=_bounded(q, self.least), path=path, gamma=gamma, trust=float(np.clip(trust, 0.05, 1e6)))


def _bounded(q: Array, least: Array) -> Array:
    """Probabilities that add up to 1 and are nowhere below their least."""
    above = np.maximum(q - least, 0.0)
    total = above.sum(axis=1, keepdims=True)
    free = 1.0 - least.sum(axis=1, keepdims=True)
    return np.asarray(least + np.where(total > 0, above / np.where(total > 0, total, 1.0), 0.0) * free)
