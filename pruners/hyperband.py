"""Successive halving in several brackets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, final

import numpy as np

from hpo.arrays import BoolArray, IntArray
from hpo.checks import check_count
from hpo.history import Curve, History
from hpo.pruners.completed import trial_length
from hpo.pruners.resources import check_bootstrap, check_resource
from hpo.pruners.successive_halving import SuccessiveHalvingPruner

__all__ = ["HyperbandPruner"]

_GOLDEN = 0x9E3779B97F4A7C15  # 2^64 / golden ratio


@final
@dataclass(frozen=True)
class HyperbandPruner:
    """Hedge how early to stop: each trial belongs to a bracket, and successive halving is run in each on its own.

    Bracket b begins to stop trials at step r · η^b; the last one lets nearly all of them run to the end. There are
    ⌊log_η(R / r)⌋ + 1 of them, and trials are shared out so that each bracket gets about the same number of steps,
    in every stretch of trials. Samplers know the trials of the bracket alone.

    Args:
        min_resource: r, the step at which the first bracket begins to stop trials.
        max_resource: R, the number of steps of a whole trial. "auto" is that of the first trial that completes;
            before that nothing is pruned.
        reduction_factor: η, at least 2.
        bootstrap_count: So many trials are stopped at each rung of a bracket before one may go on; needs a number
            as `max_resource`.

    Source: Li et al. (2018), "Hyperband: a novel bandit-based approach to hyperparameter optimization",
    arXiv 1603.06560, with asynchronous brackets (arXiv 1810.05934).

    Example:
        >>> study = hpo.create_study(pruner=HyperbandPruner(min_resource=1, max_resource=81))
    """

    min_resource: int = 1
    max_resource: int | Literal["auto"] = "auto"
    reduction_factor: int = 3
    bootstrap_count: int = 0

    def __post_init__(self) -> None:
        check_count("min_resource", self.min_resource, 1)
        check_count("reduction_factor", self.reduction_factor, 2)
        most = self.max_resource
        check_resource("max_resource", most)
        if most != "auto" and most < self.min_resource:
            raise ValueError(
                f"max_resource must be at least min_resource={self.min_resource}, or 'auto', got {most!r}."
            )
        check_bootstrap(self.bootstrap_count, "max_resource", most)

    def prune(self, history: History, curve: Curve) -> bool:
        shares = self._shares(history)
        if shares is None:
            return False
        bracket = int(_bracket(np.array([curve.number]), shares)[0])
        halving = SuccessiveHalvingPruner(self.min_resource, self.reduction_factor, bracket, self.bootstrap_count)
        return halving.prune(self._members(history, shares, bracket), curve)

    def cohort(self, history: History, number: int) -> History:
        shares = self._shares(history)
        if shares is None:
            return history
        return self._members(history, shares, int(_bracket(np.array([number]), shares)[0]))

    def bracket(self, number: int, max_resource: int) -> int:
        """The bracket of a trial in a study whose whole trials have so many steps."""
        return int(_bracket(np.array([number]), self._shares_of(max_resource))[0])

    def _members(self, history: History, shares: tuple[float, ...], bracket: int) -> History:
        def belongs(numbers: IntArray) -> BoolArray:
            return np.asarray(_bracket(numbers, shares) == bracket)

        return history.cohort(("hyperband", shares, bracket), belongs)

    def _shares(self, history: History) -> tuple[float, ...] | None:
        if self.max_resource != "auto":
            return self._shares_of(self.max_resource)
        last_step = trial_length(history)
        return None if last_step is None else self._shares_of(max(last_step + 1, self.min_resource))

    def _shares_of(self, max_resource: int) -> tuple[float, ...]:
        """Where each bracket's share of the trials ends in [0, 1]."""
        η, n_brackets = self.reduction_factor, 1
        while self.min_resource * η**n_brackets <= max_resource:
            n_brackets += 1
        sizes = [math.ceil(n_brackets * η**s / (s + 1)) for s in reversed(range(n_brackets))]
        return tuple(end / sum(sizes) for end in accumulate(sizes))


def _bracket(numbers: IntArray, shares: tuple[float, ...]) -> IntArray:
    """The brackets of trials, shape (k,): the multiples of the golden ratio fill [0, 1) evenly from the first on."""
    position = (numbers.astype(np.uint64) * np.uint64(_GOLDEN)) / 2.0**64
    return np.searchsorted(np.array(shares[:-1]), position, side="right")
