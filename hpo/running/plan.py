"""What a run needs to know of how it is to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, final

from hpo.digests import digest
from hpo.distributions import BaseDistribution
from hpo.events import PlanDeclared
from hpo.history import History
from hpo.key import Key
from hpo.protocols import PausingPruner, Pruner, Sampler, constraining, pausing, sampled, unproposed
from hpo.reading.descriptions import described
from hpo.reading.plug_ins import Deciders
from hpo.running.checkpoints import default_root
from hpo.running.retry import RetryPolicy

__all__ = ["Plan"]


@final
@dataclass(frozen=True)
class Plan:
    """How trials are chosen, stopped and tried again. It pickles if its parts do, so that it can go to other processes.

    Args:
        sampler: Proposes configurations.
        pruner: Stops trials.
        retry: Which failed trials are tried again; None for none.
        checkpoints: Directory below which trials keep theirs.
    """

    sampler: Sampler
    pruner: Pruner
    retry: RetryPolicy | None = None
    checkpoints: Path = field(default_factory=default_root)

    @cached_property
    def pausing(self) -> PausingPruner | None:
        """What promotes trials that were stopped; None if they end."""
        return pausing(self.pruner)

    @cached_property
    def constraints_func(self) -> Callable[[Any], Sequence[float]] | None:
        """What says the constraints of a trial that has ended; None if the objective does."""
        return constraining(self.sampler)

    @cached_property
    def deciders(self) -> Deciders:
        """The sampler and the pruner, as they are asked."""
        return Deciders(self.sampler, self.pruner)

    @cached_property
    def declared(self) -> PlanDeclared:
        """What the log is to say of it."""
        sampler, pruner = described(self.sampler), described(self.pruner)
        text = f"{sampler}\n{pruner}".encode("utf-8", "surrogatepass")
        return PlanDeclared(digest(text, 4).hex(), sampler, pruner)

    def proposal(self, history: History, key: Key) -> tuple[float, ...]:
        """The coded values of a new trial over all parameters that are known; its address is `key`."""
        known = self.deciders.known(history, key.number)
        return tuple(sampled(self.sampler, known.space, known, key))

    def unproposed(self, history: History, key: Key) -> tuple[float, ...]:
        """In the place of a proposal, for a queued trial for which the sampler has none left."""
        return tuple(unproposed(self.sampler, self.deciders.known(history, key.number).space, key))

    def value(self, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
        """The value of a parameter for which there is no proposal."""
        return self.deciders.value(name, distribution, self.deciders.known(history, key.number), key)
