"""One process's part in a study, while others interfere."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

import hpo
from hpo.arrays import Array
from hpo.history import Curve, History
from hpo.key import Key
from hpo.protocols import leasing
from hpo.running.beginning import begin
from hpo.running.budget import FINISHED, Budget
from hpo.samplers import RandomSampler
from hpo.space import Space
from hpo.storage import InMemoryStorage
from hpo.trial import FrozenTrial, TrialState


class Slow:
    """Takes longer than other writers are kept out, and lets something happen meanwhile."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[int | None], object] = lambda number: None

    def sample(self, space: Space, history: History, key: Key) -> Array:
        end = time.thread_time() + 0.03  # however busy the machine is
        while time.thread_time() < end:
            pass
        self.meanwhile(key.number)
        return RandomSampler().sample(space, history, key)


class Late:
    """A value that lets something happen when it is read."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    def __float__(self) -> float:
        self.meanwhile()
        return 1.0


class Meddling:
    """The states that a budget counts; whoever counts them for the second time is too late."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    def __contains__(self, state: object) -> bool:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return state in FINISHED


class Latest:
    """Lets the paused trial of the highest number go on; whoever asks it for the second time is too late."""

    pauses = True

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = lambda: None

    def prune(self, history: History, curve: Curve) -> bool:
        return True

    def promote(self, history: History) -> int | None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return max(history.number[history.paused].tolist(), default=None)


@pytest.mark.parametrize("is_slow", [False, True])
def test_of_two_workers_who_find_room_for_one_trial_one_begins_it(tmp_path: Path, is_slow: bool) -> None:
    sampler = Slow() if is_slow else RandomSampler()
    url = f"sqlite:///{tmp_path}/s.db"
    study = hpo.create_study(storage=url, study_name="s", sampler=sampler)
    other = hpo.load_study(storage=url, study_name="s", sampler=RandomSampler())
    for trial in study.ask(n=2):
        study.tell(trial, 0.0)
    budget = Budget(3, Meddling(other.ask if is_slow else lambda: None))
    begun = begin(study._participant, budgets=[budget])
    assert (begun is None) == is_slow
    assert begin(study._participant, budgets=[budget]) is None
    assert other.count_trials() == 3


def test_what_is_promoted_is_promoted_by_the_latest_knowledge() -> None:
    pruner, storage = Latest(), InMemoryStorage()
    study = hpo.create_study(storage=storage, study_name="s", sampler=Slow(), pruner=pruner, seed=0)
    other = hpo.load_study(storage=storage, study_name="s", sampler=RandomSampler(), pruner=pruner)
    trials = study.ask(n=3)
    for trial in trials[:2]:
        trial.report(0.5, 1)
        study.tell(trial, state=TrialState.PAUSED)
    pruner.meanwhile = lambda: other.tell(2, state=TrialState.PAUSED)
    assert study.ask().number == 2
    assert study.ask().number == 1
    assert study.verify() == []


@pytest.mark.parametrize("end", ["deleted", "told"])
def test_a_trial_that_someone_ends_while_the_sampler_thinks_gives_way_to_the_next(end: str) -> None:
    sampler, storage = Slow(), InMemoryStorage()
    study = hpo.create_study(storage=storage, study_name="s", sampler=sampler, seed=0)
    other = hpo.load_study(storage=storage, study_name="s")
    for trial in study.ask(n=2):
        study.tell(trial, 0.0)

    def end_the_first(number: int | None) -> None:
        if number == 2:
            other.delete_trial(2) if end == "deleted" else other.tell(2, state=TrialState.FAIL)

    sampler.meanwhile = end_the_first
    trial = study.ask()
    assert trial.number == 3
    study.tell(trial, trial.suggest_float("x", 0, 1))
    assert [t.number for t in study.get_trials(states=[TrialState.COMPLETE])] == [0, 1, 3]
    assert study.verify() == []


@pytest.mark.parametrize("skip_if_finished", [False, True])
def test_who_tells_of_a_trial_that_is_deleted_meanwhile_learns_it(skip_if_finished: bool) -> None:
    storage = InMemoryStorage()
    study = hpo.create_study(storage=storage, study_name="s")
    other = hpo.load_study(storage=storage, study_name="s")
    trial = study.ask()
    with pytest.raises(ValueError, match="has been deleted"):
        study.tell(trial, Late(lambda: other.delete_trial(0)), skip_if_finished=skip_if_finished)  # type: ignore[arg-type]
    assert study.trials == []


def test_callbacks_see_how_the_trial_ended_whatever_has_become_of_it() -> None:
    study = hpo.create_study()
    seen: list[FrozenTrial] = []
    study.optimize(
        lambda trial: trial.suggest_float("x", 0, 1),
        n_trials=2,
        callbacks=[lambda study, trial: study.delete_trial(trial.number), lambda _, trial: seen.append(trial)],
    )
    assert [(trial.number, trial.state, trial.value) for trial in seen] == [
        (number, TrialState.COMPLETE, seen[number].params["x"]) for number in range(2)
    ]
    assert study.trials == []


def test_the_lease_of_a_trial_that_another_worker_told_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    study, other = (hpo.create_study(storage=url, study_name="s", load_if_exists=True) for _ in range(2))
    storage = leasing(study._log.storage)
    assert storage is not None
    trials = study.ask(n=2)
    study._participant.leases.renew_leases()
    assert storage.beats(study._log.identity) == {0: 1, 1: 1}
    other.tell(trials[0].number, state=TrialState.FAIL)
    assert study.count_trials([TrialState.FAIL]) == 1
    study._participant.leases.renew_leases()
    assert storage.beats(study._log.identity) == {1: 2}
