"""What a run needs to know of how it is to be done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import final

from hpo.events import PlanDeclared
from hpo.history import History
from hpo.key import Key
from hpo.protocols import CohortPruner, PausingPruner, Pruner, Sampler, cohorts, pausing, sampled
from hpo.reading.descriptions import described
from hpo.running.checkpoints import default_root
from hpo.running.retry import RetryPolicy
from hpo.space import Space

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
    def cohorts(self) -> CohortPruner | None:
        """What divides the trials; None if nothing does."""
        return cohorts(self.pruner)

    @cached_property
    def declared(self) -> PlanDeclared:
        """What the log is to say of it."""
        sampler, pruner = described(self.sampler), described(self.pruner)
        text = f"{sampler}\n{pruner}".encode("utf-8", "surrogatepass")
        return PlanDeclared(hashlib.blake2b(text, digest_size=4).hexdigest(), sampler, pruner)

    def proposal(self, history: History, key: Key) -> tuple[float, ...]:
        """The coded values of a new trial over all parameters that are known; its address is `key`."""
        known = self._known(history, key)
        return tuple(sampled(self.sampler, known.space, known, key))

    def value(self, space: Space, history: History, key: Key) -> float:
        """The coded value of the only parameter of a space."""
        (coded,) = sampled(self.sampler, space, self._known(history, key), key)
        return coded

    def _known(self, history: History, key: Key) -> History:
        """What the sampler of a trial may know."""
        if self.cohorts is None or key.number is None:
            return history
        return self.cohorts.cohort(history, key.number)
