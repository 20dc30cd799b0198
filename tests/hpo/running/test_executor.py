"""A run is the same wherever its trials run here: what it runs, how it ends, and with a lag the log itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

import hpo
from hpo.running.at_once import AtOnce
from hpo.running.executor import Executor, Threads
from hpo.running.here import Here
from hpo.running.limits import Limits
from hpo.running.loop import Run
from hpo.study import Study
from hpo.testing.studies import logged, objective
from hpo.trial import Trial
from hpo.trial.live import LiveTrial


class Pool:
    """An executor of the standard library, as anybody may bring one."""

    slots = 3

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.slots)

    def submit(self, fn: Callable[..., None], *args: Any) -> Future[None]:
        return self.pool.submit(fn, *args)

    def close(self) -> None:
        self.pool.shutdown()


@pytest.fixture(params=["at once", "threads", "pool"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor | None]:
    """None for the thread that calls."""
    if request.param == "at once":
        yield None
        return
    executor = Threads(3) if request.param == "threads" else Pool()
    yield executor
    executor.close()


def run(study: Study, executor: Executor | None, limits: Limits, func: Callable[[Trial], Any] = objective) -> Run:
    participant = study._participant

    def call(live: LiveTrial) -> Any:
        return func(Trial(study, study._port, live))

    if executor is None:
        return Run(participant, AtOnce(call, participant.n_objectives, limits.catch), limits)
    return Run(participant, Here(executor, call, participant.n_objectives, limits.catch), limits)


def test_it_runs_as_many_trials_as_are_wanted(executor: Executor | None) -> None:
    study = hpo.create_study(seed=0)
    run(study, executor, Limits(n_trials=30, catch=(ArithmeticError,))).go()
    assert len(study.trials) == 30
    assert all(trial.state.is_finished() for trial in study.trials)
    assert study.verify() == []


def test_never_more_trials_run_than_there_are_slots(executor: Executor | None) -> None:
    study, lock = hpo.create_study(seed=0), threading.Lock()
    flying, most = 0, 0

    def counted(trial: Trial) -> float:
        nonlocal flying, most
        with lock:
            flying += 1
            most = max(most, flying, study.count_trials((hpo.TrialState.RUNNING,)))
        value = trial.suggest_float("x", 0, 1)
        with lock:
            flying -= 1
        return value

    run(study, executor, Limits(n_trials=40), counted).go()
    assert 1 <= most <= (1 if executor is None else executor.slots)


def test_the_first_error_ends_the_run_and_no_trial_is_left(executor: Executor | None) -> None:
    study = hpo.create_study(seed=0)

    def failing(trial: Trial) -> float:
        if trial.number == 5:
            raise ValueError("here")
        return 0.0

    with pytest.raises(ValueError, match="here"):
        run(study, executor, Limits(n_trials=50), failing).go()
    assert len(study.trials) < 50
    assert all(trial.state.is_finished() for trial in study.trials)


def test_with_a_lag_the_log_does_not_depend_on_the_executor(executor: Executor | None) -> None:
    study, other = (hpo.create_study(study_name="s", seed=5) for _ in range(2))
    limits = Limits(n_trials=25, catch=(ArithmeticError,), lag=4)
    run(study, executor, limits).go()
    run(other, None, limits).go()
    assert logged(study) == logged(other)


def test_a_run_that_is_stopped_begins_no_more_trials(executor: Executor | None) -> None:
    study = hpo.create_study(seed=0)

    def stopping(trial: Trial) -> float:
        if trial.number == 7:
            stopped.stop()
        return 0.0

    stopped = run(study, executor, Limits(), stopping)
    stopped.go()
    assert 8 <= len(study.trials) < 8 + (1 if executor is None else executor.slots)
    assert all(trial.state.is_finished() for trial in study.trials)
