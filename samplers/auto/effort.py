"""What the asks of a sampler cost, by a fixed model, and how long objectives take, by the log."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np

from hpo.arrays import IntArray
from hpo.events import TrialState
from hpo.history import Fold, History

__all__ = ["Effort", "n_models_of", "seconds_of_asks"]

_BASE, _EACH = 0.01, 1e-4  # seconds of an ask of the Gaussian process, and what each trial that it knows adds
_KNOWN = 500  # trials at most
_CONSTRAINT = 0.4  # what a constraint's model costs beside an objective's, with which it shares the search
_SLOW = 4.0  # how much slower than the model a machine may be before its asks are taken for the objective
_SECONDS = np.concatenate([[0.0], np.exp2(np.arange(-10.0, 41.0))])
_UNUSUAL = 0.1  # share of the longest trials that do not count: a machine that slept, a queue


def n_models_of(history: History) -> float:
    """How many models of an objective cost as much as all of a study's models."""
    return history.n_objectives + _CONSTRAINT * len(history.constraints)


def seconds_of_asks(n: float, n_models: float) -> float:
    """What the first `n` asks of `GPSampler` cost together, in seconds of an ordinary core.

    Args:
        n: Number of trials.
        n_models: See `n_models_of`.
    """
    early = min(n, _KNOWN)
    return n_models * (_BASE * n + _EACH * early * (0.5 * early + (n - early)))


@final
@dataclass(frozen=True, eq=False)
class Effort:
    """How long trials took.

    Durations are rounded down to powers of two, and what an ask may take is not counted, so that equal studies on
    equal machines are told the same.

    Args:
        counts: How many trials that ended took nothing worth counting, and how many 2^k seconds, k = -10 … 40.
    """

    counts: IntArray

    @staticmethod
    def of(history: History, n_models: float) -> Effort:
        """Of a history in which a trial needs some models."""
        start = Effort(np.zeros(len(_SECONDS), dtype=np.int64))
        return history.fold(Fold(("auto.effort", n_models), start, partial(Effort.advanced, n_models=n_models)))

    def advanced(self, fresh: History, n_models: float) -> Effort:
        """With some more trials; those that pause count once they have ended."""
        seconds = (fresh.end - fresh.start)[fresh.state <= TrialState.FAIL]
        n = np.minimum(self.counts.sum() + np.arange(len(seconds)), _KNOWN)
        seconds = seconds - _SLOW * n_models * (_BASE + _EACH * n)
        index = np.searchsorted(_SECONDS[1:], seconds, side="right")
        return Effort(self.counts + np.bincount(index, minlength=len(_SECONDS)))

    @property
    def seconds(self) -> float:
        """About how long the objectives took together, if the longest tenth of them was like the rest."""
        n = int(self.counts.sum())
        usual = n - math.ceil(_UNUSUAL * n)
        counts = np.diff(np.minimum(np.cumsum(self.counts), usual), prepend=0)
        return float(counts @ _SECONDS) * n / max(usual, 1)
