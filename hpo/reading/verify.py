"""Replay: a study's log says what was known when, so everything that was decided can be decided again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

from hpo.distributions import BaseDistribution, token
from hpo.events import Event, TrialFinished, TrialProposed, TrialReported, TrialStarted, TrialState
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.history.running import RunningTrial
from hpo.key import Key
from hpo.log.ledger import Ledger
from hpo.protocols import Pruner, Sampler, divides, pausing, sampled, stepwise
from hpo.space import Space

__all__ = ["Difference", "verify"]


@final
@dataclass(frozen=True)
class Difference:
    """Something that the log records otherwise than it is computed now.

    Args:
        number: The trial's.
        what: "proposal", the name of a parameter as "parameter 'x'", "pruning at step 3" or "promotion".
        recorded, recomputed: What the log says, and what the sampler or pruner says now.
    """

    number: int
    what: str
    recorded: Any
    recomputed: Any


def verify(events: Iterable[Event], sampler: Sampler, pruner: Pruner) -> list[Difference]:
    """Every difference between a log and what `sampler` and `pruner` make of its prefixes.

    Trials that were added from elsewhere have no proposal and are passed over.
    """
    return _Replay(sampler, pruner).run(events)


@final
class _Replay:
    def __init__(self, sampler: Sampler, pruner: Pruner) -> None:
        self._sampler = sampler
        self._pruner = pruner
        self._stepwise = stepwise(sampler)
        self._cohorts = divides(pruner, sampler)
        self._ledger = Ledger()
        self._histories: dict[int, History] = {}  # what running trials knew at their start
        self._known: dict[int, History] = {}  # and at their last report
        self._differences: list[Difference] = []

    def run(self, events: Iterable[Event]) -> list[Difference]:
        for event in events:
            before = None
            if isinstance(event, TrialStarted):
                before = self._ledger.history()
                self._check_promotion(event, before)
            running = self._ledger.running.get(getattr(event, "number", None) or 0)
            asked = 0 if running is None else running.asked
            (number,) = self._ledger.apply([event])
            if number is None:
                continue
            if before is not None:
                self._histories[number] = before.with_given(self._ledger.running[number].fixed)
            elif isinstance(event, TrialProposed):
                self._check_proposal(event)
            elif isinstance(event, TrialReported) and running is not None:
                self._check_pruning(running, event.pruned, len(running.reports) - 1, asked)
                self._known[number] = self._histories[number] if running.deferred else self._ledger.history()
            elif isinstance(event, TrialFinished) and running is not None:
                self._check_pruning(running, event.pruned, len(running.reports), asked)
                self._check_parameters(running, event)
                self._histories.pop(number, None)
                self._known.pop(number, None)
        return self._differences

    def _check_promotion(self, event: TrialStarted, history: History) -> None:
        """A paused trial that goes on must be the one that the pruner promotes."""
        number = event.claims
        if number is None or not self._ledger.is_known(number):
            return
        if self._ledger.state(number) is TrialState.PAUSED:
            promoting = pausing(self._pruner)
            recomputed = None if promoting is None else promoting.promote(history)
            if recomputed != number:
                self._differences.append(Difference(number, "promotion", number, recomputed))

    def _check_proposal(self, event: TrialProposed) -> None:
        history = self._known_to_sampler(event.number)
        try:
            proposal: Any = tuple(sampled(self._sampler, history.space, history, self._key(event.number)))
        except SearchSpaceExhausted as exhausted:
            proposal = exhausted
        if not _are_same(proposal, event.values):
            self._differences.append(Difference(event.number, "proposal", event.values, proposal))

    def _check_parameters(self, trial: RunningTrial, event: TrialFinished) -> None:
        """The parameters must be the proposal's where it fits, else what the sampler says of them one by one."""
        if trial.proposal is None:
            return
        history = self._known_to_sampler(event.number)
        space = self._ledger.spaces[event.space]
        given = dict(trial.fixed)
        for name, recorded in event.parameters.items():
            distribution = space[name]
            history = history.with_given(dict(given))
            given[name] = recorded
            if name in trial.fixed or distribution.single():
                continue
            column = trial.space.index.get(name)
            if column is not None and trial.proposal[column] != trial.proposal[column]:
                column = None
            if column is not None:
                value = trial.space[name].decode(trial.proposal[column])
                if not distribution.contains(value):
                    column = None
            if column is None:
                value = self._value(name, distribution, history, self._key(event.number))
            if token(value) != token(recorded) and value != recorded:
                self._differences.append(Difference(event.number, f"parameter {name!r}", recorded, value))

    def _check_pruning(self, trial: RunningTrial, answer: bool | None, n_reports: int, asked: int) -> None:
        """The answer must be what the pruner says of the trial's first reports."""
        if answer is None or n_reports == 0:
            return
        curve = trial.reports.curve(trial.number, asked=asked, n=n_reports)
        recomputed = bool(self._pruner.prune(self._known.get(trial.number, self._histories[trial.number]), curve))
        if recomputed != answer:
            what = f"pruning at step {curve.steps[-1]}"
            self._differences.append(Difference(trial.number, what, answer, recomputed))

    def _value(self, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
        if self._stepwise is not None:
            return self._stepwise.value(name, distribution, history, key)
        (coded,) = sampled(self._sampler, Space({name: distribution}), history, key)
        return distribution.decode(coded)

    def _known_to_sampler(self, number: int) -> History:
        history = self._histories[number]
        return history if self._cohorts is None else self._cohorts.cohort(history, number)

    def _key(self, number: int) -> Key:
        return Key(self._ledger.header.seed, number)


def _are_same(proposal: Any, recorded: tuple[float, ...]) -> bool:
    """Whether two proposals are the same, which both may leave something open: NaN."""
    if not isinstance(proposal, tuple) or len(proposal) != len(recorded):
        return False
    return all(one == other or (one != one and other != other) for one, other in zip(proposal, recorded, strict=True))
