"""The samplers and pruners by which trials are run, and those of earlier trials by what the log says of them."""

from __future__ import annotations

from typing import Any, final

from hpo.distributions import BaseDistribution
from hpo.events import PlanDeclared
from hpo.history import History
from hpo.key import Key
from hpo.protocols import Pruner, Sampler, divides, valuing
from hpo.reading.descriptions import described, rebuilt

__all__ = ["Deciders", "PlugIns"]


@final
class Deciders:
    """The sampler and the pruner by which a trial is run."""

    def __init__(self, sampler: Sampler, pruner: Pruner) -> None:
        self.sampler = sampler
        self.pruner = pruner
        self._value = valuing(sampler)
        self._cohorts = divides(pruner, sampler)

    def known(self, history: History, number: int | None) -> History:
        """What the sampler of a trial may know."""
        if self._cohorts is None or number is None:
            return history
        return self._cohorts.cohort(history, number)

    def value(self, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
        """The sampler's value of one parameter, for which there is no proposal.

        Args:
            name, distribution: Of the parameter.
            history: What the sampler of the trial may know.
            key: Of the trial.
        """
        return self._value(name, distribution, history, key)


@final
class PlugIns:
    """The samplers and pruners by which trials were run, as far as they are at hand, by their descriptions."""

    def __init__(self, sampler: Sampler, pruner: Pruner) -> None:
        self._given = Deciders(sampler, pruner)
        self._known: dict[str, Any] = {described(sampler): sampler, described(pruner): pruner}
        self._deciders: dict[PlanDeclared, Deciders | None] = {}

    def of(self, plan: PlanDeclared | None) -> Deciders | None:
        """Those of a plan; None if one is not at hand; the given ones of no plan."""
        if plan is None:
            return self._given
        if plan not in self._deciders:
            sampler, pruner = self.at_hand(plan.sampler), self.at_hand(plan.pruner)
            missing = sampler is None or pruner is None
            self._deciders[plan] = None if missing else Deciders(sampler, pruner)
        return self._deciders[plan]

    def pruner(self, plan: PlanDeclared | None) -> Pruner | None:
        """The pruner of a plan; None if it is not at hand; the given one of no plan."""
        if plan is None:
            return self._given.pruner
        pruner: Pruner | None = self.at_hand(plan.pruner)
        return pruner

    def at_hand(self, description: str) -> Any:
        """The sampler or pruner that is described; None if there is none."""
        if description not in self._known:
            self._known[description] = rebuilt(description)
        return self._known[description]
