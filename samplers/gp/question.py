"""From what was seen, and what is asked for, to where to look and what for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.samplers.gp.asked import Asked
from hpo.samplers.gp.believed import Belief, beliefs_of
from hpo.samplers.gp.domain import Domain
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.failures import Outcomes, branches
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.schedule import subset
from hpo.samplers.gp.surrogate import Surrogates
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.branches import Leaf
from hpo.samplers.model.exhausted import OnExhausted

__all__ = ["Question"]


@final
@dataclass(frozen=True, eq=False)
class Question:
    """Where to try next, and what for.

    Args:
        asked: What the trial asks for.
        domain: Where the search may go.
        seen: Observations that the models are given.
        tried: All of them, and the trials that failed, if they are to be avoided.
        outcome: The surrogate of outcomes; None where nothing had failed.
        beliefs: Of the user, by which points are weighed.
        new: Whether points that were tried are out of the question, as long as there are others.
        acquisition: "logei", "ei", "pi" or "lcb".
        kappa: Of the lower confidence bound.
        ambition: By how many prior deviations of the function beside its trend the best loss should be improved on.
        quadratic: Whether the minimum of a quadratic comes first where one explains the losses.
        on_exhausted: What to do when there are no points that are new.
    """

    asked: Asked
    domain: Domain
    seen: Observations
    tried: Observations
    outcome: Posterior | None
    beliefs: Sequence[Belief]
    new: bool
    acquisition: str
    kappa: float
    ambition: float
    quadratic: bool
    on_exhausted: OnExhausted

    @staticmethod
    def of(
        state: Surrogates,
        asked: Asked,
        *,
        acquisition: str,
        kappa: float,
        ambition: float,
        quadratic: bool,
        on_exhausted: OnExhausted,
    ) -> Question:
        """The question of a trial; options as above.

        Args:
            state: What was seen and learned; something must have been seen.
            asked: What the trial asks for.
        """
        axes, most = axes_of(asked.space), state.how.n_observations
        seen = state.informative.at(subset(state.informative, most))
        judged = state.judged.at(subset(state.judged, most))
        has_branches = asked.whole or np.isnan(asked.fixed).all()
        tree = branches(judged, axes) if has_branches else Leaf(np.ones(len(asked.space), dtype=np.bool_))
        embedding = state.embedding if state.learned else Embedding.of(axes, seen.active)
        assert embedding is not None
        return Question(
            asked=asked,
            domain=Domain(axes, tree, embedding, asked.fixed),
            seen=seen,
            tried=state.ended,
            outcome=Outcomes.of(judged, tree, embedding).surrogate(state.outcome) if judged.failed.any() else None,
            beliefs=beliefs_of(asked.space, asked.believed, embedding, seen.active),
            new=state.how.noise_std is None,
            acquisition=acquisition,
            kappa=kappa,
            ambition=ambition,
            quadratic=quadratic,
            on_exhausted=on_exhausted,
        )
