"""Many workers on one study: leases, retries, budgets, corrections, kills."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.arrays import Array
from hpo.exceptions import DuplicatedStudyError
from hpo.history import History
from hpo.key import Key
from hpo.log.leases import Observer
from hpo.log.worker import Worker
from hpo.protocols import LeasePolicy, leasing
from hpo.samplers import RandomSampler
from hpo.space import Space
from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage, RedisStorage
from hpo.study import RetryPolicy
from hpo.trial import FrozenTrial, Trial, TrialState, create_trial
from tests.storage.conftest import BACKENDS
from tests.storage.writers import Writer, check_acknowledged
from tests.waiting import wait_until

everywhere = pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
SHORT: dict[str, Any] = {"heartbeat_interval": 0.2, "grace_period": 1.0}


def objective(trial: Trial) -> float:
    return trial.suggest_float("x", 0, 1)


def beats(study: hpo.Study) -> Mapping[int, int]:
    """The counts in the leases of a study's trials."""
    storage = leasing(study._log.storage)
    assert storage is not None
    return storage.beats(study._log.identity)


_ASKER = """
import sys, hpo
from hpo.storage import RDBStorage
study = hpo.load_study(study_name="s", storage=RDBStorage(sys.argv[1], heartbeat_interval=0.2, grace_period=1.0))
trial = study.ask()
trial.suggest_float("x", 0, 1)
print(trial.number, flush=True)
sys.stdin.readline()
study.tell(trial, 0.5)
print("told", flush=True)
"""


def asker(url: str) -> subprocess.Popen[str]:
    """A process that has asked for a trial, and tells it when it gets a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", _ASKER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    return process


class TestLeases:
    @everywhere
    def test_a_dead_worker_is_noticed_at_once_on_its_own_machine(self, database_url: str) -> None:
        study = hpo.create_study(study_name="s", storage=database_url)
        process = asker(database_url)
        process.kill()
        process.communicate()
        study.ask()
        lost = study.trials[0]
        assert lost.state is TrialState.FAIL
        assert lost.error is not None
        assert lost.error.type == "WorkerLost"
        assert f"worker lost: process {process.pid} on" in lost.error.message
        assert study.verify() == []

    @everywhere
    def test_a_living_worker_keeps_its_trial(self, database_url: str) -> None:
        study = hpo.create_study(study_name="s", storage=RDBStorage(database_url, **SHORT))
        process = asker(database_url)

        def renewed() -> bool:
            study.tell(study.ask(), 0.0)
            assert study.trials[0].state is TrialState.RUNNING
            return beats(study).get(0, 0) > 10  # while which the grace period passes twice

        wait_until(renewed)
        output, errors = process.communicate("\n", timeout=60)
        assert (output, errors, process.returncode) == ("told\n", "", 0)
        assert study.trials[0].value == 0.5

    def test_a_stopped_worker_is_lost_and_told_politely_when_it_comes_back(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/s.db"
        study = hpo.create_study(study_name="s", storage=RDBStorage(url, **SHORT))
        process = asker(url)
        os.kill(process.pid, signal.SIGSTOP)

        def given_up() -> bool:
            study.tell(study.ask(), 0.0)
            return study.trials[0].state is TrialState.FAIL

        wait_until(given_up)
        os.kill(process.pid, signal.SIGCONT)
        output, errors = process.communicate("\n", timeout=60)
        assert (output, process.returncode) == ("told\n", 0)
        assert "had been given up" in errors
        trial = study.trials[0]
        assert trial.state is TrialState.FAIL
        assert trial.system_attrs["late_result"] == {"state": "COMPLETE", "values": [0.5]}

    def test_short_trials_write_no_leases(self, tmp_path: Path) -> None:
        study = hpo.create_study(study_name="s", storage=f"sqlite:///{tmp_path}/s.db")
        study.optimize(objective, n_trials=20)
        assert beats(study) == {}

    def test_leases_of_ended_trials_are_removed(self, tmp_path: Path) -> None:
        study = hpo.create_study(study_name="s", storage=RDBStorage(f"sqlite:///{tmp_path}/s.db", **SHORT))
        trial = study.ask()
        wait_until(lambda: beats(study))
        study.tell(trial, 0.0)
        wait_until(lambda: not beats(study))

    def test_leases_are_renewed_while_a_sampler_thinks(self, tmp_path: Path) -> None:
        """The sampler has the log to itself for as long as it takes."""
        study = hpo.create_study(storage=RDBStorage(f"sqlite:///{tmp_path}/s.db", **SHORT), sampler=RandomSampler())
        study.ask()
        with study._log.lock:
            wait_until(lambda: beats(study).get(0, 0) > 2)

    def test_a_thread_renews_leases_while_there_are_some(self, tmp_path: Path) -> None:
        study = hpo.create_study(storage=RDBStorage(f"sqlite:///{tmp_path}/s.db", **SHORT), sampler=RandomSampler())
        before = set(threading.enumerate())

        def renewing() -> list[threading.Thread]:
            return [thread for thread in set(threading.enumerate()) - before if thread.name == "hpo-leases"]

        assert renewing() == []
        for number in range(2):
            trial = study.ask()
            assert len(renewing()) == 1
            wait_until(lambda: beats(study).get(number, 0) > 1)  # noqa: B023
            study.tell(trial, 0.0)
            wait_until(lambda: renewing() == [])
            assert beats(study) == {}

    def test_a_lease_that_does_not_move_expires_by_the_observers_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        study = hpo.create_study()
        study.add_trial(create_trial(state=TrialState.RUNNING))
        (trial,) = study._log.ledger.running.values()
        now = 100.0
        monkeypatch.setattr(time, "monotonic", lambda: now)
        observer = Observer(LeasePolicy(renew_every=1.0, lost_after=10.0))
        beats = {0: 5}
        assert observer.lost([trial], lambda: beats) == []
        now += 9.0
        assert observer.lost([trial], lambda: beats) == []
        beats = {0: 6}
        now += 2.0
        assert observer.lost([trial], lambda: beats) == []
        now += 11.0
        assert observer.lost([trial], lambda: beats) == [trial]

    def test_policies_that_make_no_sense_are_refused(self) -> None:
        with pytest.raises(ValueError, match="longer than renew_every"):
            LeasePolicy(renew_every=5, lost_after=5)

    @pytest.mark.parametrize("grace_period", [0, 1.0])
    def test_no_storage_takes_a_grace_period_that_makes_no_sense_for_none(
        self, tmp_path: Path, grace_period: float
    ) -> None:
        for make, at in (
            (RDBStorage, f"sqlite:///{tmp_path}/s.db"),
            (JournalStorage, f"{tmp_path}/s.log"),
            (RedisStorage, "redis://localhost:1"),
        ):
            with pytest.raises(ValueError, match="longer than heartbeat_interval"):
                make(at, heartbeat_interval=1.0, grace_period=grace_period)
        assert not list(tmp_path.iterdir())

    def test_workers_know_each_other_by_more_than_a_pid(self) -> None:
        here = Worker.here()
        assert Worker.parse(str(here)) == here
        assert not here.is_gone
        assert Worker(here.host, here.pid, here.machine, "1").is_gone  # an earlier process with this pid
        assert not Worker("elsewhere", here.pid, "other", "1").is_gone
        assert Worker.parse("nonsense") is None


class TestRetries:
    def test_failed_trials_come_back_with_their_parameters(self) -> None:
        study = hpo.create_study(retry=2, seed=0)

        def fails_twice(trial: Trial) -> float:
            x = trial.suggest_float("x", 0, 1)
            if len(RetryPolicy.retry_history(study.trials[trial.number])) < 2:
                raise ValueError
            return x

        study.optimize(fails_twice, n_trials=3, catch=ValueError)
        assert [trial.state.name for trial in study.trials] == ["FAIL", "FAIL", "COMPLETE"]
        assert len({trial.params["x"] for trial in study.trials}) == 1
        assert [RetryPolicy.retried_trial_number(trial) for trial in study.trials] == [None, 0, 0]
        assert [RetryPolicy.retry_history(trial) for trial in study.trials] == [[], [0], [0, 1]]

    def test_retries_end(self) -> None:
        study = hpo.create_study(retry=RetryPolicy(max_retry=1, failed=True))
        study.optimize(lambda trial: float("nan"), n_trials=2)
        assert [trial.state.name for trial in study.trials] == ["FAIL", "FAIL"]

    def test_a_policy_for_lost_workers_leaves_failures_alone(self) -> None:
        study = hpo.create_study(retry=RetryPolicy())
        study.optimize(lambda trial: float("nan"), n_trials=1)
        assert len(study.trials) == 1

    def test_reports_may_be_inherited(self) -> None:
        study = hpo.create_study(retry=RetryPolicy(failed=True, inherit_intermediate_values=True))
        trial = study.ask()
        trial.report(0.5, 3)
        trial.set_user_attr("checkpoint", "epoch-3")
        study.tell(trial, state=TrialState.FAIL)
        retried = study.ask()
        assert study.trials[1].intermediate_values == {3: 0.5}
        assert retried.user_attrs == {"checkpoint": "epoch-3"}
        assert retried.curve().steps == (3,)

    @everywhere
    def test_lost_trials_are_retried_once_however_many_notice(self, database_url: str) -> None:
        studies = [hpo.create_study(study_name="s", storage=database_url, load_if_exists=True, retry=3) for _ in "abc"]
        studies[0].enqueue_trial({"x": 0.125})
        process = asker(database_url)
        process.kill()
        process.communicate()
        threads = [threading.Thread(target=study.ask) for study in studies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        trials = studies[0].trials
        retries = [trial for trial in trials if RetryPolicy.retried_trial_number(trial) == 0]
        assert len(retries) == 1
        assert retries[0].system_attrs["fixed_params"]["x"] == 0.125
        assert studies[0].verify() == []


class TestBudget:
    @pytest.mark.parametrize("n_jobs", [1, 3])
    def test_the_study_never_has_more_finished_trials(self, n_jobs: int) -> None:
        study = hpo.create_study()
        study.optimize(objective, n_trials=3)
        study.optimize(objective, max_trials=10, n_jobs=n_jobs)
        assert len(study.trials) == 10
        study.optimize(objective, max_trials=10)
        assert len(study.trials) == 10

    @everywhere
    def test_workers_stop_together_at_the_exact_number(self, database_url: str) -> None:
        hpo.create_study(study_name="s", storage=database_url)
        program = """
import sys, hpo
study = hpo.load_study(study_name="s", storage=sys.argv[1])
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), max_trials=41)
"""
        workers = [
            subprocess.Popen([sys.executable, "-c", program, database_url], stderr=subprocess.PIPE) for _ in range(4)
        ]
        for worker in workers:
            _, errors = worker.communicate(timeout=120)
            assert worker.returncode == 0, errors
        study = hpo.load_study(study_name="s", storage=database_url)
        assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 41
        assert study.verify() == []

    def test_the_callback_counts_the_states_it_is_told_and_does_not_overshoot(self) -> None:
        study = hpo.create_study()
        outcomes = iter([None, 1.0, None, 1.0, 1.0, 1.0])
        study.optimize(lambda trial: next(outcomes), callbacks=[hpo.MaxTrialsCallback(3)])
        assert study.count_trials((TrialState.COMPLETE,)) == 3
        assert study.count_trials((TrialState.FAIL,)) == 2

    def test_the_callback_waits_for_another_workers_trial_that_may_fail(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/s.db"
        study = hpo.create_study(study_name="s", storage=url)
        other = hpo.load_study(study_name="s", storage=url)
        theirs = other.ask()
        run = threading.Thread(
            target=study.optimize, args=(objective,), kwargs={"callbacks": [hpo.MaxTrialsCallback(1)]}
        )
        run.start()
        run.join(0.5)
        assert run.is_alive()
        assert len(other.trials) == 1
        other.tell(theirs, state=TrialState.FAIL)
        run.join(60)
        assert [trial.state.name for trial in other.trials] == ["FAIL", "COMPLETE"]


class TestCorrections:
    @pytest.fixture(params=["memory", "sqlite"])
    def study(self, request: pytest.FixtureRequest, tmp_path: Path) -> hpo.Study:
        storage = InMemoryStorage() if request.param == "memory" else f"sqlite:///{tmp_path}/s.db"
        study = hpo.create_study(study_name="s", storage=storage, seed=0)
        study.optimize(objective, n_trials=5)
        return study

    def test_a_deleted_trial_is_gone_and_its_number_with_it(self, study: hpo.Study) -> None:
        best = study.best_trial.number
        before = study.history
        study.delete_trial(best)
        assert [trial.number for trial in study.trials] == [n for n in range(5) if n != best]
        assert study.best_trial.number != best
        assert len(before) == 5
        assert len(study.history) == 4
        assert study.count_trials() == 4
        with pytest.raises(ValueError, match="has been deleted"):
            study.delete_trial(best)
        with pytest.raises(ValueError, match="not been created"):
            study.delete_trial(99)
        study.optimize(objective, n_trials=1)
        assert study.trials[-1].number == 5
        reopened = hpo.load_study(study_name="s", storage=study._log.storage)
        assert reopened.trials == study.trials
        assert reopened.verify() == []

    def test_unfinished_trials_can_be_deleted(self, study: hpo.Study) -> None:
        trial = study.ask()
        study.enqueue_trial({"x": 0.5})
        study.delete_trial(trial.number)
        study.delete_trial(6)
        assert len(study.trials) == 5
        with pytest.raises(ValueError, match="deleted"):
            study.tell(trial, 1.0)
        study.optimize(objective, n_trials=1)
        assert study.trials[-1].number == 7

    def test_attributes_of_finished_trials_can_change(self, study: hpo.Study) -> None:
        before: FrozenTrial = study.trials[2]
        study.set_trial_user_attr(2, "checked", [1])
        assert study.trials[2].user_attrs == {"checked": [1]}
        assert before.user_attrs in ({}, {"checked": [1]})
        running = study.ask()
        study.set_trial_user_attr(running.number, "checked", True)
        assert running.user_attrs == {"checked": True}

    def test_a_study_can_be_renamed(self, study: hpo.Study) -> None:
        hpo.create_study(study_name="taken", storage=study._log.storage)
        other = hpo.load_study(study_name="s", storage=study._log.storage)
        with pytest.raises(DuplicatedStudyError):
            study.rename("taken")
        with pytest.raises(ValueError, match="NUL"):
            study.rename("a\0b")
        study.rename("better")
        assert hpo.get_all_study_names(study._log.storage) == ["better", "taken"]
        study.optimize(objective, n_trials=1)
        assert hpo.load_study(study_name="better", storage=study._log.storage).trials == study.trials
        assert other.seed == study.seed


def _optimize_in_child(study: hpo.Study, results: Any) -> None:
    study.optimize(objective, n_trials=5)
    results.put([trial.number for trial in study.trials if trial.state is TrialState.COMPLETE])


@everywhere
def test_a_study_survives_a_fork(database_url: str) -> None:
    context = multiprocessing.get_context("fork")
    study = hpo.create_study(study_name="s", storage=RDBStorage(database_url, **SHORT))
    mine = study.ask()
    results = context.Queue()
    children = [context.Process(target=_optimize_in_child, args=(study, results)) for _ in range(2)]
    for child in children:
        child.start()
    study.optimize(objective, n_trials=5)
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    study.tell(mine, 0.5)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 16
    assert study.verify() == []


class Thinker:
    """A sampler that takes its time, and then as long as it is told to."""

    def __init__(self) -> None:
        self.thinks, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()

    def sample(self, space: Space, history: History, key: Key) -> Array:
        self.thinks.set()
        end = time.thread_time() + 0.03  # however busy the machine is
        while time.thread_time() < end:
            pass
        assert self.may_answer.wait(60)
        return RandomSampler().sample(space, history, key)


@everywhere
def test_others_begin_and_end_trials_while_a_slow_sampler_thinks(database_url: str) -> None:
    """It has shown to be slow at its first two trials, so its third one starts first and is proposed later."""
    sampler = Thinker()
    study = hpo.create_study(study_name="s", storage=database_url, sampler=sampler, seed=0)
    study.optimize(objective, n_trials=2)
    sampler.thinks.clear()
    sampler.may_answer.clear()
    other = hpo.load_study(study_name="s", storage=database_url, sampler=RandomSampler())
    run = threading.Thread(target=study.optimize, args=(objective,), kwargs={"max_trials": 7})
    run.start()
    assert sampler.thinks.wait(60)
    assert [trial.state.name for trial in other.trials] == ["COMPLETE", "COMPLETE", "RUNNING"]
    other.enqueue_trial({"x": 0.5})
    other.optimize(objective, n_trials=3)
    assert [trial.number for trial in other.trials if trial.state is TrialState.COMPLETE] == [0, 1, 3, 4, 5]
    sampler.may_answer.set()
    run.join(60)
    assert [trial.state for trial in other.trials] == [TrialState.COMPLETE] * 7
    assert study.trials == other.trials
    assert study.verify() == []


@everywhere
def test_nothing_acknowledged_is_lost_and_no_trial_stays_behind(database_url: str, tmp_path: Path) -> None:
    """Four writers, killed at random moments and replaced."""
    chance = random.Random(1)
    study = hpo.create_study(study_name="s", storage=database_url)
    notes = [tmp_path / f"note-{i}" for i in range(4)]
    writers = [Writer(database_url, note) for note in notes]
    for _ in range(8):
        i = chance.randrange(4)
        writers[i].wait_for(chance.randrange(1, 8))
        writers[i].kill()
        writers[i] = Writer(database_url, notes[i])
    for writer in writers:
        writer.wait_for(1)
        writer.kill()
    study.ask()
    check_acknowledged(study, notes, at_least=12)
    trials = study.trials
    assert [trial.number for trial in trials if trial.state is TrialState.RUNNING] == [trials[-1].number]
