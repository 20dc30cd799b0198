"""Two workers on one study do what they like, and it stands as a naive model says."""

from __future__ import annotations

import copy
import itertools
import pickle
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import hpo
from hpo.events import TrialStarted
from hpo.history import Curve, History
from hpo.log.worker import Worker
from hpo.protocols import Storage
from hpo.reading.snapshot import Snapshot
from hpo.samplers import RandomSampler
from hpo.storage import InMemoryStorage, RDBStorage
from hpo.testing.studies import raised
from hpo.trial import FrozenTrial, Trial, TrialState

COMPLETE, PRUNED, FAIL = TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL
RUNNING, WAITING, PAUSED = TrialState.RUNNING, TrialState.WAITING, TrialState.PAUSED

picks = st.integers(0, 10**6)
workers = st.integers(0, 1)
ends = st.sampled_from([COMPLETE, COMPLETE, PRUNED, FAIL, PAUSED, PAUSED])
some = st.sampled_from([-1.0, 0.0, 0.5, 2.0])


@dataclass(frozen=True)
class Pairs:
    """Lets the first paused trial go on as soon as two wait."""

    pauses: bool = True

    def prune(self, history: History, curve: Curve) -> bool:
        return curve.losses[-1] > 0

    def promote(self, history: History) -> int | None:
        waiting = sorted(history.number[history.paused].tolist())
        return waiting[0] if len(waiting) > 1 else None


@dataclass
class Model:
    """A trial as one would draw it on paper.

    Args:
        state: Where it stands.
        owner: Which worker runs it with an object of its own; None if none does.
        fixed, params, attrs, live_attrs, constraints, reports: By name or step; `live_attrs` are those that only the
            worker knows until the end.
        values: Once it has ended.
        attempts: Numbers of the trials that it tries again.
        is_gone: Whether it belongs to a process of which one can see that it has ended.
        is_lost: Whether it failed because nobody ran it.
        is_guess: Whether more may be fixed than `fixed` says, because it tries a lost trial again.
    """

    state: TrialState
    owner: int | None = None
    fixed: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    attrs: dict[str, Any] = field(default_factory=dict)
    live_attrs: dict[str, Any] = field(default_factory=dict)
    constraints: dict[str, float] = field(default_factory=dict)
    reports: dict[int, float] = field(default_factory=dict)
    values: list[float] | None = None
    attempts: list[int] = field(default_factory=list)
    is_gone: bool = False
    is_lost: bool = False
    is_guess: bool = False

    def facts(self) -> Any:
        always = self.state, self.reports, self.attempts
        if self.state is RUNNING:  # the rest depends on who looks
            return always
        if self.state is WAITING:
            return *always, self.fixed, self.attrs
        return *always, self.params, self.values, self.attrs, self.constraints


class TwoWorkers(RuleBasedStateMachine):
    """Rules choose among the trials by a number modulo their count."""

    direction = "minimize"

    def make_storage(self) -> Storage:
        return InMemoryStorage()

    def __init__(self) -> None:
        super().__init__()
        self.now = 1e6
        self.clock = patch.object(time, "monotonic", lambda: self.now)
        self.clock.start()
        self.names = map("study {}".format, itertools.count())
        self.storage = self.make_storage()
        self.model: dict[int, Model] = {}
        self.n = 0
        self.stays: list[tuple[int, TrialState]] = []  # rows of the history
        self.running: list[int] = []  # in the order in which they have begun
        self.objects: dict[int, Trial] = {}
        self.moved: set[int] = set()  # trials whose objects come from a pickle
        self.taken: list[tuple[Snapshot, Any]] = []
        self.name = next(self.names)
        hpo.create_study(storage=self.storage, study_name=self.name, direction=self.direction, seed=0)
        self.studies = [self.open(), self.open()]
        self.has_looked = [False, False]  # for processes that have ended
        self.watched: set[int] = set()  # by the first worker, when it last looked

    def open(self) -> hpo.Study:
        retry = hpo.study.RetryPolicy(max_retry=1, failed=True, inherit_intermediate_values=True)
        return hpo.load_study(
            storage=self.storage, study_name=self.name, sampler=RandomSampler(), pruner=Pairs(), retry=retry
        )

    # ---- beginning

    @rule(x=st.none() | st.sampled_from([0.25, 0.75]), worker=workers)
    def enqueue(self, x: float | None, worker: int) -> None:
        fixed = {} if x is None else {"x": x}
        self.studies[worker].enqueue_trial(fixed, {"queued": self.n})
        self.add(Model(WAITING, fixed=fixed, attrs={"queued": self.n}))

    @rule(worker=workers)
    def ask(self, worker: int) -> None:
        if self.leases and not self.has_looked[worker]:  # whoever begins for the first time looks for the lost first
            self.has_looked[worker] = True
            self.lose([number for number in self.running if self.model[number].is_gone])
            if worker == 0:
                self.watched = {number for number in self.running if self.model[number].owner != 0}
        waiting, paused = self.those(WAITING), self.those(PAUSED)
        goes_on = not waiting and len(paused) > 1
        if not waiting and not goes_on:
            self.add(Model(WAITING))
        number = waiting[0] if waiting else paused[0] if goes_on else self.n - 1
        trial = self.studies[worker].ask()
        self.learn_what_is_tried_again()
        model = self.model[number]
        assert trial.number == number
        assert trial.resume_step == max(model.reports, default=-1) + 1
        assert trial.user_attrs == model.attrs
        if goes_on:
            model.fixed, model.params, model.constraints, model.values = dict(model.params), {}, {}, None
        model.state, model.owner, model.live_attrs = RUNNING, worker, dict(model.attrs)
        self.objects[number] = trial
        self.running.append(number)

    @precondition(lambda self: self.leases)
    @rule(is_known=st.booleans())
    def another_machine_begins_a_trial_and_dies(self, is_known: bool) -> None:
        """It was on this machine, so that one sees that it is gone, or elsewhere."""
        here = Worker.here()
        worker = Worker(here.host, here.pid, here.machine if is_known else "elsewhere", "1")
        self.studies[0]._log.append([TrialStarted(0.0, worker=str(worker))])
        self.running.append(self.n)
        self.add(Model(RUNNING, is_gone=is_known))

    @rule(worker=workers, state=ends, value=some, is_feasible=st.booleans())
    def run(self, worker: int, state: TrialState, value: float, is_feasible: bool) -> None:
        """A whole trial."""
        self.ask(worker)
        pick = sorted(self.objects).index(self.running[-1])
        self.suggest(pick, "x")
        self.report(pick, 0, value)
        self.constrain(pick, "c", -1.0 if is_feasible else 1.0)
        self.tell(sorted(self.running).index(self.running[-1]), worker, state, value)

    # ---- while a trial runs

    @rule(pick=picks, name=st.sampled_from(["x", "y"]))
    def suggest(self, pick: int, name: str) -> None:
        for trial, model in self.own(pick):
            value = trial.suggest_float(name, 0, 1)
            assert value == model.params.get(name, model.fixed.get(name, value))
            assert 0 <= value <= 1
            model.params[name] = value
            assert trial.params == model.params

    @rule(pick=picks, step=st.integers(0, 5), value=some)
    def report(self, pick: int, step: int, value: float) -> None:
        for trial, model in self.own(pick):
            if step not in model.reports:
                trial.report(value, step)
                model.reports[step] = value
                assert trial.should_pause() is (value * self.sign > 0)
            assert dict(zip(*self.curve(trial), strict=True)) == model.reports

    @rule(pick=picks, name=st.sampled_from("cd"), value=some)
    def constrain(self, pick: int, name: str, value: float) -> None:
        for trial, model in self.own(pick):
            if name not in model.constraints:
                trial.set_constraint(name, value)
                model.constraints[name] = value

    @rule(pick=picks, value=picks)
    def attach(self, pick: int, value: int) -> None:
        for trial, model in self.own(pick):
            trial.set_user_attr("attached", [value])
            model.live_attrs["attached"] = [value]

    @precondition(lambda self: self.leases)
    @rule(pick=picks)
    def move_to_another_process(self, pick: int) -> None:
        for trial, _ in self.own(pick):
            self.objects[trial.number] = pickle.loads(pickle.dumps(trial))
            self.moved.add(trial.number)

    # ---- ending

    @rule(pick=picks, worker=workers, state=ends, value=some)
    def tell(self, pick: int, worker: int, state: TrialState, value: float) -> None:
        for number in self.pick(self.those(RUNNING), pick):
            model, trial = self.model[number], self.objects.get(number)
            study = self.studies[worker if model.owner is None else model.owner]
            result = (value,) if state is COMPLETE else (None, state)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Trial .* was queued with")  # not all ask for what was
                warnings.filterwarnings("ignore", "Trial .* was asked for by another process")
                told = study.tell(number if trial is None else trial, *result)
            self.end(number, state, value)
            assert told.state is state

    @rule(pick=picks, worker=workers)
    def tell_of_what_is_no_longer_running(self, pick: int, worker: int) -> None:
        for number in self.pick([n for n in self.model if self.model[n].state is not RUNNING], pick):
            error = raised(lambda: self.studies[worker].tell(number, 0.5))  # noqa: B023
            assert error is None if self.model[number].is_lost else "Cannot tell" in str(error)

    @precondition(lambda self: self.leases)
    @rule()
    def leases_expire(self) -> None:
        """Those of the two workers are renewed; the first one notices whose are not."""
        for seconds in (2.0, 1000.0, 1000.0):
            self.now += seconds
            for study in self.studies:
                study._participant.leases.renew_leases()
            with self.studies[0]._log.lock:
                self.studies[0]._participant.leases.give_up_lost()
        with self.studies[1]._log.lock:
            self.studies[1]._participant.leases.give_up_lost()
        orphans = [number for number in self.running if self.model[number].owner is None]
        gone = [number for number in orphans if self.model[number].is_gone]
        known = [number for number in orphans if number in self.watched and number not in gone]
        self.lose(gone + known + [number for number in orphans if number not in gone + known])
        self.learn_what_is_tried_again()
        self.watched = {number for number in self.running if self.model[number].owner != 0}
        self.has_looked = [True, True]

    # ---- editing

    @rule(pick=picks, worker=workers, value=picks)
    def set_attribute(self, pick: int, worker: int, value: int) -> None:
        for number in self.pick([n for n in self.model if n not in self.moved], pick):
            model = self.model[number]
            error = raised(lambda: self.studies[worker].set_trial_user_attr(number, "set", value))  # noqa: B023
            if model.state is WAITING:
                assert "waiting" in str(error)
            else:
                assert error is None
                (model.live_attrs if model.state is RUNNING and model.owner == worker else model.attrs)["set"] = value

    @rule(pick=picks, worker=workers)
    def delete(self, pick: int, worker: int) -> None:
        for number in self.pick(list(self.model), pick):
            self.studies[worker].delete_trial(number)
            if self.model[number].state is RUNNING:
                self.running.remove(number)
            self.forget(number)
            del self.model[number]
            self.stays = [stay for stay in self.stays if stay[0] != number]

    @precondition(lambda self: not self.objects)
    @rule(worker=workers)
    def rename(self, worker: int) -> None:
        self.name = next(self.names)
        self.studies[worker].rename(self.name)
        self.reopen(1 - worker)

    @precondition(lambda self: self.n % 4 == 0)  # else most trials would be nobody's
    @rule(worker=workers)
    def reopen(self, worker: int) -> None:
        """A worker ends, and another one takes its place; nobody runs its trials any more."""
        self.studies[worker]._participant.live.clear()
        for number, model in self.model.items():
            if model.owner == worker:
                trial: Any = self.objects[number]
                trial.study._participant.live.clear()
                self.forget(number)
                model.owner, model.live_attrs = None, {}
        self.studies[worker], self.has_looked[worker] = self.open(), False

    # ---- looking

    @rule(worker=workers)
    def take_a_snapshot(self, worker: int) -> None:
        self.taken.append((self.studies[worker].snapshot(), copy.deepcopy(self.facts())))

    @rule(worker=workers)
    def look(self, worker: int) -> None:
        """So that some changes are folded one at a time, and others together."""
        assert seen(self.studies[worker].snapshot()) == self.facts()

    @invariant()
    def all_that_is_counted_is_right(self) -> None:
        for state in TrialState:
            assert self.studies[0].count_trials([state]) == len(self.those(state))

    def teardown(self) -> None:
        try:
            for study in (*self.studies, self.open()):
                snapshot = study.snapshot()
                assert seen(snapshot) == self.facts()
                assert snapshot.study_name == self.name
                assert study.verify() == []
            for snapshot, facts in self.taken:
                assert seen(snapshot) == facts
        finally:
            self.clock.stop()

    # ---- the model

    @property
    def leases(self) -> bool:
        """Whether other processes see the study."""
        return isinstance(self.storage, RDBStorage)

    @property
    def sign(self) -> float:
        return 1.0 if self.direction == "minimize" else -1.0

    def those(self, state: TrialState) -> list[int]:
        return sorted(number for number, model in self.model.items() if model.state is state)

    def pick(self, numbers: list[int], pick: int) -> list[int]:
        """One of them, or none where there is none."""
        return [sorted(numbers)[pick % len(numbers)]] if numbers else []

    def own(self, pick: int) -> Iterator[tuple[Trial, Model]]:
        for number in self.pick(list(self.objects), pick):
            yield self.objects[number], self.model[number]

    def curve(self, trial: Trial) -> tuple[list[int], list[float]]:
        curve = trial.curve()
        return list(curve.steps), [self.sign * loss for loss in curve.losses]

    def add(self, model: Model) -> None:
        self.model[self.n] = model
        self.n += 1

    def forget(self, number: int) -> None:
        self.objects.pop(number, None)
        self.moved.discard(number)

    def end(self, number: int, state: TrialState, value: float) -> None:
        model = self.model[number]
        last = [model.reports[max(model.reports)]] if model.reports else None
        model.state, model.values = state, [value] if state is COMPLETE else last if state is not FAIL else None
        model.attrs |= model.live_attrs
        self.stays.append((number, state))
        if model.owner is None:  # whoever tells knows only what is in the log
            model.params, model.constraints = {}, {}
        self.forget(number)
        self.running.remove(number)
        model.owner, model.live_attrs = None, {}
        if state is FAIL and len(model.attempts) < 1:
            fixed = model.fixed | model.params
            self.add(Model(WAITING, None, fixed, {}, dict(model.attrs), reports=dict(model.reports)))
            self.model[self.n - 1].attempts = [*model.attempts, number]

    def lose(self, numbers: list[int]) -> None:
        for number in numbers:
            n = self.n
            self.end(number, FAIL, 0.0)
            self.model[number].is_lost = True
            if self.n > n:
                self.model[n].is_guess = True

    def learn_what_is_tried_again(self) -> None:
        """The retry of a lost trial has what was proposed for it, too."""
        guesses = {number: model for number, model in self.model.items() if model.is_guess}
        trials = {trial.number: trial for trial in self.studies[0].trials} if guesses else {}
        for number, model in guesses.items():
            fixed = trials[number].system_attrs.get("fixed_params", {})
            assert fixed | model.fixed == fixed
            model.fixed, model.is_guess = fixed, False

    def facts(self) -> Any:
        """All that follows from the model, in the shape of `seen`."""
        complete = {n: m for n, m in self.model.items() if m.state is COMPLETE}
        feasible = {n: m for n, m in complete.items() if all(value <= 0 for value in m.constraints.values())}

        losses = {n: self.sign * (m.values or [0.0])[0] for n, m in feasible.items()}
        front = [n for n in sorted(losses) if losses[n] == min(losses.values())]
        winner: Any = front[0] if front else "No feasible trials"
        last = {number: i for i, (number, _) in enumerate(self.stays)}
        return {
            "trials": {number: self.model[number].facts() for number in sorted(self.model)},
            "counts": {state: len(self.those(state)) for state in TrialState},
            "rows": self.stays,
            "paused": [i for i, (n, _) in enumerate(self.stays) if last[n] == i and self.model[n].state is PAUSED],
            "best": winner if complete else "No trials",
            "front": front,
            "running": self.running,
        }


def seen(snapshot: Snapshot) -> Any:
    history = snapshot.history
    without = raised(lambda: snapshot.best_trial)
    best = snapshot.best_trial.number if without is None else str(without).partition(" are completed yet")[0]
    return {
        "trials": {trial.number: _facts(trial) for trial in snapshot.trials},
        "counts": {state: snapshot.count_trials([state]) for state in TrialState},
        "rows": list(zip(history.number.tolist(), map(TrialState, history.state.tolist()), strict=True)),
        "paused": history.paused.nonzero()[0].tolist(),
        "best": best,
        "front": [trial.number for trial in snapshot.best_trials],
        "running": history.running.tolist(),
    }


def _facts(trial: FrozenTrial) -> Any:
    always = trial.state, trial.intermediate_values, hpo.study.RetryPolicy.retry_history(trial)
    if trial.state is RUNNING:
        return always
    if trial.state is WAITING:
        return *always, trial.system_attrs["fixed_params"], trial.user_attrs
    assert trial.params.keys() == trial.distributions.keys()
    return *always, trial.params, trial.values, trial.user_attrs, trial.constraints


class OnSQLite(TwoWorkers):
    direction = "maximize"

    def make_storage(self) -> Storage:
        self.folder = tempfile.TemporaryDirectory()
        return RDBStorage(f"sqlite:///{self.folder.name}/study.db")

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


TestInMemory = TwoWorkers.TestCase
TestInMemory.settings = settings(max_examples=80, stateful_step_count=50)
TestOnSQLite = OnSQLite.TestCase
TestOnSQLite.settings = settings(max_examples=25, stateful_step_count=50)
