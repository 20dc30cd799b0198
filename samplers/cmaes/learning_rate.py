"""Learning rates that follow the signal: small where noise or many optima drown it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.cmaes.gaussian import Gaussian

__all__ = ["LearningRate"]

_ALPHA, _GAMMA = 1.4, 0.1
_BETA_MEAN, _BETA_MATRIX = 0.1, 0.03


@final
@dataclass(frozen=True, eq=False)
class _Signal:
    """How much of the steps is signal, by their average and the average of their squares.

    Args:
        rate: The factor of the steps.
        mean: Average step; empty before the first one.
        square: Average of squared lengths.
    """

    rate: float = 1.0
    mean: Array = field(default_factory=lambda: np.empty(0))
    square: float = 0.0

    def after(self, step: Array, β: float) -> _Signal:
        known = self.mean if len(self.mean) else np.zeros(len(step))
        mean = (1 - β) * known + β * step
        square = (1 - β) * self.square + β * float(step @ step)
        length = float(mean @ mean)
        noise = square - length
        snr = (length - β / (2 - β) * square) / noise if noise > 0 else math.inf
        relative = min(max(snr / (_ALPHA * self.rate) - 1, -1.0), 1.0)
        rate = min(self.rate * math.exp(min(_GAMMA * self.rate, β) * relative), 1.0)
        return _Signal(rate, mean, square)


@final
@dataclass(frozen=True, eq=False)
class LearningRate:
    """Factors of the steps of the mean and of the covariance.

    Source: Nomura et al. (2023), "CMA-ES with learning rate adaptation", arXiv 2304.03473.
    """

    of_mean: _Signal = field(default_factory=_Signal)
    of_matrix: _Signal = field(default_factory=_Signal)

    def tempered(self, old: Gaussian, new: Gaussian) -> tuple[Gaussian, LearningRate]:
        """The distribution on the way from an old to a new one, and the rates after that step."""
        root = old.sigma * old.root
        back = old.inverse_root / (old.sigma * old.scale)[None, :]
        before = root @ root.T
        after = (new.sigma * new.root) @ (new.sigma * new.root).T
        step, change = new.mean - old.mean, after - before
        of_mean = self.of_mean.after(back @ step, _BETA_MEAN)
        of_matrix = self.of_matrix.after((back @ change @ back.T).ravel() / math.sqrt(2), _BETA_MATRIX)
        covariance = before + of_matrix.rate * change
        sigma = float(np.exp(np.linalg.slogdet(covariance)[1] / (2 * len(step))))
        tempered = replace(new, mean=old.mean + of_mean.rate * step, sigma=sigma, scale=np.ones(len(step)))
        tempered = tempered.with_matrix(covariance / sigma**2)
        longer = sigma * self.of_mean.rate / of_mean.rate
        return replace(tempered, sigma=longer), LearningRate(of_mean, of_matrix)
