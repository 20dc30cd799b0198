"""A portfolio of acquisitions: which one is asked depends on how good the points were that each would have chosen.

Source: Hoffman et al. (2011), "Portfolio allocation for Bayesian optimization", arXiv 1009.5419 (GP-Hedge).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.history import History
from hpo.samplers.gp.surrogate import Surrogates

__all__ = ["Hedge"]

_PORTFOLIO = ("ei", "pi", "lcb")


@final
@dataclass(frozen=True, eq=False)
class Hedge:
    """What the acquisitions of the portfolio have gained so far, a function of the finished trials in their order.

    Args:
        state: Surrogates.
        gains: The sum of the negated posterior means at what each acquisition would have chosen, shape (3,).
        chosen: What each would choose now, shape (3, d); None before there are surrogates.
    """

    state: Surrogates
    gains: Array
    chosen: Array | None = None

    def name(self, u: float) -> str:
        """An acquisition, drawn by a number in [0, 1) with the probabilities softmax(gains)."""
        p = np.exp(self.gains - self.gains.max())
        return _PORTFOLIO[int(np.searchsorted(np.cumsum(p[:-1]), u * p.sum(), side="right"))]

    def advance(
        self,
        fresh: History,
        learn: Callable[[Surrogates, History], Surrogates],
        choose: Callable[[Surrogates, str], Array],
        n_startup: int,
    ) -> Hedge:
        """After some more trials, one at a time.

        Args:
            learn: Gives the surrogates after some more trials.
            choose: Gives the point that an acquisition would choose, shape (d,).
            n_startup: How many observations there are before acquisitions are asked.
        """
        hedge = self
        for row in range(len(fresh)):
            hedge = hedge._after(learn(hedge.state, fresh.where(np.arange(len(fresh)) == row)), choose, n_startup)
        return hedge

    def _after(self, state: Surrogates, choose: Callable[[Surrogates, str], Array], n_startup: int) -> Hedge:
        if len(state.seen) == len(self.state.seen) or len(state.seen) < n_startup or not state.learned:
            return replace(self, state=state)
        gains = self.gains
        if self.chosen is not None and state.embedding is not None:
            model = state.posteriors(state.seen)[0]
            at = model.at(state.embedding.features(self.chosen, ~np.isnan(self.chosen)))
            gains = gains - at.mean[:, 0]
        return Hedge(state, gains, np.stack([choose(state, name) for name in _PORTFOLIO]))
