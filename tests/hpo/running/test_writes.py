"""How often a run writes: what has come back goes into the log together with what begins next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

import hpo
from hpo.events import Event, StudyCreated, TrialFinished
from hpo.exceptions import StorageInternalError
from hpo.log import soon
from hpo.running import pace
from hpo.running.budget import Budget
from hpo.running.finishing import end_soon
from hpo.running.outcome import Outcome
from hpo.samplers import RandomSampler, TPESampler
from hpo.storage import InMemoryStorage, RemoteStorage, serve
from hpo.testing.studies import logged
from hpo.trial import Trial, TrialState


class Counted:
    """A storage that counts what is written, and may fail once."""

    is_private = False

    def __init__(self) -> None:
        self.inner = InMemoryStorage()
        self.writes: list[int] = []  # how many events each of them wrote
        self.fails_at: int | None = None

    def create(self, header: StudyCreated) -> None:
        self.inner.create(header)

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        head = self.inner.append(study, events, expect=expect)
        self.count(len(events))
        return head

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        def counted(tail: Sequence[Event]) -> Sequence[Event]:
            events = make(tail)
            self.count(len(events))
            return events

        return self.inner.append_after(study, since, counted)

    def count(self, n: int) -> None:
        if n:
            self.writes.append(n)
        if len(self.writes) == self.fails_at:
            self.fails_at = None
            raise StorageInternalError("The disk is on holiday.")

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        return self.inner.read(study, since, limit=limit)

    def studies(self) -> Any:
        return self.inner.studies()

    def rename(self, study: str, name: str) -> None:
        self.inner.rename(study, name)

    def delete(self, study: str) -> None:
        self.inner.delete(study)


class AllAtOnce:
    """An engine whose calls come back together, when all of its slots are taken."""

    slots, host = 8, "127.0.0.1"

    def __init__(self) -> None:
        self.calls: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.calls.append((future, lambda: fn(*args)))
        if len(self.calls) == self.slots:
            calls, self.calls = self.calls, []
            for one, call in calls:
                one.set_result(call())
        return future

    def is_loss(self, error: BaseException) -> bool:
        return False

    def close(self) -> None:
        """Nothing is under way."""


def at_x(trial: Trial) -> float:
    return trial.suggest_float("x", 0, 1)


def study_on(storage: Any, **options: Any) -> hpo.Study:
    return hpo.create_study(storage=storage, study_name="s", sampler=RandomSampler(), seed=0, **options)


@pytest.mark.parametrize("n_jobs", [1, 3])
@pytest.mark.parametrize("reproducible", [False, True])
def test_a_trial_is_written_once_unless_a_callback_is_told_in_between(n_jobs: int, reproducible: bool) -> None:
    writes = []
    for callbacks in ([], [lambda study, trial: None]):
        storage = Counted()
        study = study_on(storage)
        study.optimize(at_x, n_trials=1)  # which declares the space
        storage.writes.clear()
        study.optimize(at_x, n_trials=40, n_jobs=n_jobs, reproducible=reproducible, callbacks=callbacks)
        assert study.verify() == []
        assert study.count_trials((TrialState.COMPLETE,)) == 41
        writes.append(len(storage.writes))
    alone, told = writes
    assert alone <= 41
    assert told <= 81


def test_what_comes_back_together_is_written_together() -> None:
    storage = Counted()
    study = study_on(storage)
    study.optimize(at_x, n_trials=1)
    storage.writes.clear()
    study.optimize(at_x, n_trials=64, executor=AllAtOnce())
    assert study.count_trials((TrialState.COMPLETE,)) == 65
    assert len(storage.writes) <= 32  # of 128 ends and starts; a machine that is busy begins fewer in one go
    assert study.verify() == []


def test_a_callback_is_told_of_what_is_stored_and_of_nothing_that_began_later() -> None:
    storage, told = Counted(), []

    def callback(study: hpo.Study, trial: hpo.FrozenTrial) -> None:
        events = storage.read(study._log.identity)
        assert isinstance(events[-1], TrialFinished)
        told.append(trial.number)
        if len(told) == 5:
            study.enqueue_trial({"x": 0.25})

    study = study_on(storage)
    study.optimize(at_x, n_trials=8, callbacks=[callback])
    assert told == list(range(8))
    assert study.trials[5].params == {"x": 0.25}


def test_of_the_end_of_a_trial_that_somebody_deletes_is_told_before_it_is_gone() -> None:
    study, told = study_on(Counted()), []
    study.optimize(at_x, n_trials=1)
    trial, part = study.ask(), study._participant
    at_x(trial)
    end_soon(part, trial.number, Outcome.of_return(1.0, 1), lambda _: told.append(part.record(trial.number)))
    assert told == []
    study.delete_trial(trial.number)
    assert [(one.number, one.state, one.value) for one in told] == [(trial.number, TrialState.COMPLETE, 1.0)]
    assert [one.number for one in study.trials] == [0]


@pytest.mark.parametrize("fails_at", range(1, 12))
def test_a_result_outlives_a_write_that_fails(fails_at: int) -> None:
    storage, ran = Counted(), []

    def objective(trial: Trial) -> float:
        ran.append(trial.number)
        return at_x(trial)

    study = study_on(storage)
    storage.fails_at = fails_at
    with pytest.raises(StorageInternalError, match="holiday"):
        study.optimize(objective, n_trials=20)
    again = hpo.load_study(storage=storage, study_name="s", sampler=RandomSampler())
    for one in (study, again):
        assert one.count_trials((TrialState.RUNNING,)) == 0
        assert set(ran) <= {trial.number for trial in one.trials if trial.state.is_finished()}
    study.optimize(objective, n_trials=3)
    assert logged(study) == logged(again)
    assert study.verify() == []


# ---- from afar


def test_a_trial_is_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soon, "_MOMENT", 60.0)  # whatever else the machine does
    monkeypatch.setattr(pace, "_SLOW", 60.0)
    storage = Counted()
    study_on(storage)
    with serve(storage, token="") as server:
        study = hpo.load_study(storage=RemoteStorage(server.url, ""), study_name="s", sampler=TPESampler())
        study.optimize(at_x, n_trials=1)
        storage.writes.clear()
        study.optimize(at_x, n_trials=30)
        assert len(storage.writes) == 31  # the first one begins with nothing that has ended
        assert study.verify() == []


def test_others_see_the_proposal_of_a_trial_that_runs_for_long() -> None:
    storage, seen = InMemoryStorage(), threading.Event()
    local = study_on(storage)
    with serve(storage, token="") as server:
        study = hpo.load_study(storage=RemoteStorage(server.url, ""), study_name="s", sampler=RandomSampler())

        def objective(trial: Trial) -> float:
            while not all(running.proposal is not None for running in running_of(local)):
                seen.wait(0.01)
            return at_x(trial)

        study.optimize(objective, n_trials=5)
    assert local.count_trials((TrialState.COMPLETE,)) == 5


def running_of(study: hpo.Study) -> list[Any]:
    study._log.sync()
    return list(study._log.ledger.running.values())


def test_clients_who_compete_for_a_budget_use_it_up_and_no_more() -> None:
    storage, n_trials = InMemoryStorage(), 60
    local = study_on(storage)
    with serve(storage, token="") as server:

        def work() -> None:
            remote = RemoteStorage(server.url, "", heartbeat_interval=None)
            study = hpo.load_study(storage=remote, study_name="s", sampler=RandomSampler())
            study.optimize(at_x, max_trials=n_trials)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert local.count_trials() == local.count_trials((TrialState.COMPLETE,)) == n_trials
    assert local.verify() == []


@pytest.mark.parametrize("states", [None, (TrialState.COMPLETE,)])
def test_room_is_what_a_budget_leaves(states: Any) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    budget, ledger = Budget(5, states), study._log.ledger
    study.optimize(at_x, n_trials=2)
    study.ask(n=2)
    assert budget.room(ledger) == 1
    assert budget.has_room(ledger)
    study.ask()
    assert budget.room(ledger) == 0
    assert not budget.has_room(ledger)
