"""Replay: a study's log says what was known when, so everything that was decided can be decided again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

from hpo.distributions import token
from hpo.events import Event, PlanDeclared, TrialFinished, TrialProposed, TrialReported, TrialStarted, TrialState
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.history.running import RunningTrial
from hpo.key import Key
from hpo.log.ledger import Ledger
from hpo.protocols import Pruner, Sampler, pausing, sampled, unproposed
from hpo.reading.plug_ins import PlugIns
from hpo.space import Space
from hpo.words import count

__all__ = ["Difference", "Verification", "verify"]


@final
@dataclass(frozen=True)
class Difference:
    """Something that the log records otherwise than it is computed now, or that contradicts what it recorded before.

    Args:
        number: The trial's.
        what: "proposal", the name of a parameter as "parameter 'x'", "kind of parameter 'x'", "pruning at step 3" or
            "promotion".
        recorded: What the log says.
        recomputed: What the sampler or pruner says now; of a kind, the distribution of the trials before.
    """

    number: int
    what: str
    recorded: Any
    recomputed: Any


@final
@dataclass(frozen=True)
class Verification:
    """What came of a replay.

    Args:
        differences: In the order of the log.
        unchecked: How many trials were run by a sampler or pruner that is not at hand, by its description.
    """

    differences: list[Difference]
    unchecked: dict[str, int]

    @property
    def remarks(self) -> list[str]:
        """A sentence for each sampler or pruner whose trials were not checked."""
        return [
            f"{count(n, 'trial was', 'trials were')} made by {description}, not checked: it cannot be built from "
            "that description. Give it to the study, and verify again."
            for description, n in self.unchecked.items()
        ]


def verify(events: Iterable[Event], sampler: Sampler, pruner: Pruner) -> Verification:
    """Compare all that was decided with what is decided now by the same samplers and pruners.

    Each trial is checked with those that the log names: `sampler` and `pruner` where these are described alike, else
    ones of hpo's that are built from the description. Older logs name none, and are checked with `sampler` and
    `pruner`. Trials that were added from elsewhere have no proposal and are passed over.
    """
    return _Replay(PlugIns(sampler, pruner)).run(events)


@final
class _Replay:
    def __init__(self, plug_ins: PlugIns) -> None:
        self._plug_ins = plug_ins
        self._ledger = Ledger()
        self._plans: dict[int, PlanDeclared | None] = {}  # of running trials
        self._histories: dict[int, History] = {}  # what they knew at their start
        self._known: dict[int, History] = {}  # and at their last report
        self._differences: list[Difference] = []
        self._unchecked: Counter[str] = Counter()

    def run(self, events: Iterable[Event]) -> Verification:
        for event in events:
            before = self._ledger.history() if isinstance(event, TrialStarted) else None
            if isinstance(event, TrialStarted) and before is not None:
                self._check_promotion(event, before)
            elif isinstance(event, TrialFinished):
                self._check_kinds(event)
            running = self._ledger.running.get(getattr(event, "number", None) or 0)
            asked = 0 if running is None else running.asked
            (number,) = self._ledger.apply([event])
            if number is None:
                continue
            if isinstance(event, TrialStarted) and before is not None:
                self._begin(number, event)
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
        return Verification(self._differences, dict(self._unchecked))

    def _begin(self, number: int, event: TrialStarted) -> None:
        plan = self._plan(event)
        self._plans[number] = plan
        if plan is not None:
            missing = [one for one in (plan.sampler, plan.pruner) if self._plug_ins.at_hand(one) is None]
            self._unchecked.update(missing)

    def _plan(self, event: TrialStarted) -> PlanDeclared | None:
        return None if event.plan is None else self._ledger.plans.get(event.plan)

    def _check_kinds(self, event: TrialFinished) -> None:
        """One name must not stand for two kinds of parameters."""
        for name, distribution in self._ledger.spaces.get(event.space, Space()).items():
            known = self._ledger.space.get(name, distribution)
            if event.number in self._ledger.running and known.kind != distribution.kind:
                self._differences.append(Difference(event.number, f"kind of parameter {name!r}", distribution, known))

    def _check_promotion(self, event: TrialStarted, history: History) -> None:
        """A paused trial that goes on must be the one that the pruner promotes."""
        number = event.claims
        if number is None or not self._ledger.is_known(number):
            return
        if self._ledger.state(number) is TrialState.PAUSED:
            pruner = self._plug_ins.pruner(self._plan(event))
            if pruner is None:
                return
            promoting = pausing(pruner)
            recomputed = None if promoting is None else promoting.promote(history)
            if recomputed != number:
                self._differences.append(Difference(number, "promotion", number, recomputed))

    def _check_proposal(self, event: TrialProposed) -> None:
        deciders = self._plug_ins.of(self._plans[event.number])
        if deciders is None:
            return
        history = deciders.known(self._histories[event.number], event.number)
        try:
            proposal: Any = tuple(sampled(deciders.sampler, history.space, history, self._key(event.number)))
        except SearchSpaceExhausted as exhausted:
            proposal = tuple(unproposed(deciders.sampler, history.space, self._key(event.number)))  # of a queued one
            if not _are_same(proposal, event.values):
                proposal = exhausted
        if not _are_same(proposal, event.values):
            self._differences.append(Difference(event.number, "proposal", event.values, proposal))

    def _check_parameters(self, trial: RunningTrial, event: TrialFinished) -> None:
        """The parameters must be the proposal's where it fits, else what the sampler says of them one by one."""
        deciders = self._plug_ins.of(self._plans[event.number])
        if trial.proposal is None or deciders is None:
            return
        history = deciders.known(self._histories[event.number], event.number)
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
                value = deciders.value(name, distribution, history, self._key(event.number))
            if token(value) != token(recorded) and value != recorded:
                self._differences.append(Difference(event.number, f"parameter {name!r}", recorded, value))

    def _check_pruning(self, trial: RunningTrial, answer: bool | None, n_reports: int, asked: int) -> None:
        """The answer must be what the pruner says of the trial's first reports."""
        pruner = self._plug_ins.pruner(self._plans[trial.number])
        if answer is None or n_reports == 0 or pruner is None:
            return
        curve = trial.reports.curve(trial.number, asked=asked, n=n_reports)
        recomputed = bool(pruner.prune(self._known.get(trial.number, self._histories[trial.number]), curve))
        if recomputed != answer:
            what = f"pruning at step {curve.steps[-1]}"
            self._differences.append(Difference(trial.number, what, answer, recomputed))

    def _key(self, number: int) -> Key:
        return Key(self._ledger.header.seed, number)


def _are_same(proposal: Any, recorded: tuple[float, ...]) -> bool:
    """Whether two proposals are the same, which both may leave something open: NaN."""
    if not isinstance(proposal, tuple) or len(proposal) != len(recorded):
        return False
    return all(one == other or (one != one and other != other) for one, other in zip(proposal, recorded, strict=True))
