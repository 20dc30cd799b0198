"""A name keeps its kind within a study, whoever suggests it, and whatever runs at the same time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.events import Event
from hpo.exceptions import DistributionMismatchError, StorageInternalError
from hpo.running.finishing import end
from hpo.running.outcome import Outcome
from hpo.samplers import RandomSampler
from hpo.storage import InMemoryStorage


def test_of_two_trials_that_run_side_by_side_the_second_one_cannot_change_a_kind() -> None:
    study = hpo.create_study()
    first, second = study.ask(n=2)
    first.suggest_int("x", 0, 3)
    with pytest.raises(DistributionMismatchError, match="'x' that was suggested as IntDistribution"):
        second.suggest_float("x", 0, 1)
    second.suggest_int("x", 0, 5)


@pytest.mark.parametrize("storage", ["sqlite:///{}/s.db", "journal:///{}/s.log"])
@pytest.mark.parametrize("ends", [["first", "second"], ["second", "first"]])
def test_of_two_workers_the_one_who_ends_second_fails(tmp_path: Path, storage: str, ends: list[str]) -> None:
    url = storage.format(tmp_path)
    study, other = (hpo.create_study(storage=url, study_name="s", load_if_exists=True) for _ in range(2))
    workers = {"first": (study, study.ask()), "second": (other, other.ask())}
    for _, trial in workers.values():
        trial.suggest_float("y", 0, 1)
    workers["first"][1].suggest_int("x", 0, 3)
    workers["second"][1].suggest_float("x", 0, 1)
    records = []
    for name in ends:
        worker, trial = workers[name]
        records.append(worker.tell(trial, 1.0))
    assert [record.state.name for record in records] == ["COMPLETE", "FAIL"]
    assert list(records[1].params) == ["y"]
    assert records[1].error is not None
    assert "'x'" in records[1].error.message
    assert study.trials == other.trials
    assert study.verify() == []


def test_whoever_fails_anyway_keeps_the_reason_and_loses_the_parameter(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    study, other = (hpo.create_study(storage=url, study_name="s", load_if_exists=True) for _ in range(2))
    trial = other.ask()
    trial.suggest_float("x", 0, 1)
    study.optimize(lambda trial: trial.suggest_int("x", 0, 3), n_trials=1)
    record = other.tell(trial, state=hpo.TrialState.FAIL)
    assert (record.state.name, record.params) == ("FAIL", {})


class Failing:
    """A storage in memory that cannot be read once in a while."""

    def __init__(self) -> None:
        self.wrapped = InMemoryStorage()
        self.is_down = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wrapped, name)

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        if self.is_down:
            raise StorageInternalError("It is down.")
        return self.wrapped.read(study, since, limit=limit)


def test_a_result_with_a_new_parameter_waits_for_a_storage_that_is_down() -> None:
    storage: Any = Failing()
    study = hpo.create_study(storage=storage, study_name="s")
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    live = study._participant.live[0]
    storage.is_down = True
    with pytest.raises(StorageInternalError):
        end(study._participant, 0, Outcome(hpo.TrialState.COMPLETE, (1.0,)))
    assert study._participant.live == {0: live}
    storage.is_down = False
    assert study.tell(trial, 1.0).state is hpo.TrialState.COMPLETE
    assert study.best_value == 1.0


def test_no_mix_of_threads_stores_two_kinds() -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    together = threading.Barrier(4)

    def objective(trial: hpo.Trial) -> float:
        if trial.number < 4:
            together.wait(60)
        return float(trial.suggest_int("x", 0, 3) if trial.number % 2 else trial.suggest_float("x", 0, 1))

    study.optimize(objective, n_trials=40, n_jobs=4, catch=ValueError)
    complete = study.get_trials(states=[hpo.TrialState.COMPLETE])
    assert len({trial.distributions["x"].kind for trial in complete}) == 1
    assert len(complete) == 20
    assert len(study.trials) == 40


def test_a_queued_name_that_nobody_asks_for_is_named_with_the_nearest_one() -> None:
    study = hpo.create_study()
    study.enqueue_trial({"learning_rat": 0.5})
    study.enqueue_trial({"learning_rate": 0.25, "units": 3})
    study.enqueue_trial({"zzz": 3})

    def objective(trial: hpo.Trial) -> float:
        return trial.suggest_float("learning_rate", 0, 1) + (
            trial.suggest_int("units", 1, 9) if trial.number > 5 else 0
        )

    with pytest.warns(UserWarning, match="Trial 0 .*'learning_rat'.*did you mean 'learning_rate'"):
        study.optimize(objective, n_trials=1)
    with pytest.warns(UserWarning, match="Trial 1 .*'units'.*this one asked for 'learning_rate'"):
        study.optimize(objective, n_trials=1)
    with pytest.warns(UserWarning, match="Trial 2 .*'zzz'"):
        study.optimize(objective, n_trials=1)
    study.optimize(objective, n_trials=4)
    study.enqueue_trial({"learning_rate": 0.25, "units": 3})  # known by now
    study.optimize(lambda trial: trial.suggest_float("learning_rate", 0, 1), n_trials=1)
    assert study.count_trials() == 8
