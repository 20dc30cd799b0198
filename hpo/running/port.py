"""What trials ask while they run, answered in the process that knows their study."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, final

from hpo.arrays import JSON, Report
from hpo.caution import warn
from hpo.distributions import BaseDistribution, CategoricalDistribution, check_distribution_compatibility
from hpo.events import TrialReported
from hpo.log.text import check_levels, dumps, loads
from hpo.running.participant import Participant
from hpo.trial.live import LiveTrial

__all__ = ["MAX_ATTRIBUTE", "Port"]

MAX_ATTRIBUTE = 4 * 2**20
"""Characters of an attribute, written as JSON, that a storage takes."""


@final
class Port:
    """The `TrialPort` of the trials that run in this process.

    Args:
        participant: Whose trials they are.
    """

    def __init__(self, participant: Participant) -> None:
        self.participant = participant
        self._warned: set[str] = set()  # names of parameters whose values were outside of their domains

    def check(self, name: str, distribution: BaseDistribution) -> None:
        if not isinstance(name, str):
            raise TypeError(f"A parameter's name must be a string, got {name!r}.")
        known = self.participant.log.ledger.space.get(name) or self._suggested(name)
        if known is not None and known is not distribution:
            check_distribution_compatibility(known, distribution, name)
        if isinstance(distribution, CategoricalDistribution) and distribution.opaque:
            if not self.participant.is_private:
                raise TypeError(
                    f"The choices of {name!r} must be things that JSON can hold, to be stored; got "
                    f"{', '.join(distribution.opaque)}. Suggest their names and look the objects up in a dict."
                )
            warn(
                f"The choices {', '.join(distribution.opaque)} of {name!r} are nothing that JSON can hold, so the "
                "study cannot be stored; better suggest their names and look the objects up in a dict."
            )

    def _suggested(self, name: str) -> BaseDistribution | None:
        """What a parameter is in a trial that runs here; None if none has suggested it yet."""
        given = (trial.distributions.get(name) for trial in list(self.participant.live.values()))
        return next((distribution for distribution in given if distribution is not None), None)

    def sample(self, trial: LiveTrial, name: str, distribution: BaseDistribution) -> Any:
        part = self.participant
        with part.log.lock:
            history = part.at_start(trial).with_given({**trial.record.fixed, **trial.parameters})
            value = part.plan.value(name, distribution, history, part.key(trial.number))
        if name not in self._warned and not distribution.contains(value):
            self._warned.add(name)
            warn(
                f"{part.plan.sampler!r} gives {name!r} the value {value!r}, which does not lie in {distribution!r}; it "
                "is used all the same."
            )
        return value

    def report(self, trial: LiveTrial, step: int, value: Report) -> None:
        part = self.participant
        with part.log.lock:
            asked = len(trial.reports)
            if trial.record.deferred:
                trial.reports.add(step, value)
                trial.answers.append(trial.pruned)
            else:
                part.log.append([TrialReported(trial.number, step, value, time.time(), trial.pruned)])
                part.heard(trial)
            if trial.pruned is not None:
                trial.asked = asked
            trial.pruned = None

    def should_prune(self, trial: LiveTrial) -> bool:
        plan = self.participant.plan
        if plan.pausing is None:
            return self._is_stopped(trial)
        warn(
            f"{plan.pruner!r} lets trials wait instead of ending them: ask trial.should_pause(), and raise "
            "hpo.TrialPaused if it says so. should_prune() is always False."
        )
        return False

    def should_pause(self, trial: LiveTrial) -> bool:
        return self.participant.plan.pausing is not None and self._is_stopped(trial)

    def _is_stopped(self, trial: LiveTrial) -> bool:
        part = self.participant
        with part.log.lock:
            curve = trial.reports.curve(trial.number, asked=trial.asked)
            trial.pruned = bool(part.plan.pruner.prune(part.at_report(trial), curve))
            return trial.pruned

    def adopt(self, trial: LiveTrial) -> bool:
        return self.participant.adopt(trial)

    def checkpoint(self, trial: LiveTrial) -> Path:
        return self.participant.checkpoint(trial)

    def stored(self, value: JSON) -> JSON:
        if self.participant.is_private:
            return value
        text = dumps(value)
        check_levels(value)
        if len(text) > MAX_ATTRIBUTE:
            raise ValueError(
                f"An attribute has at most {MAX_ATTRIBUTE} characters as JSON, got {len(text)}; store it in a file "
                "and its path here."
            )
        return loads(text)
