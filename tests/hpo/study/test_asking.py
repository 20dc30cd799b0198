"""A trial that `ask` could not give to anyone leaves nothing behind, and one that it gave away waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.distributions import CategoricalDistribution, FloatDistribution
from hpo.exceptions import SearchSpaceExhausted, StorageFullError
from hpo.history import History
from hpo.key import Key
from hpo.samplers import RandomSampler
from hpo.space import Space
from hpo.storage import InMemoryStorage
from hpo.trial import TrialState

SPACE: dict[str, Any] = {"x": FloatDistribution(0, 1), "bad": FloatDistribution(0, 1)}


class Choosy:
    """Cannot propose one parameter by itself."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if list(space) == ["bad"]:
            raise ArithmeticError("not this one")
        return RandomSampler().sample(space, history, key)


class Few:
    """Has something to try for three trials."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if len(history) + len(history.running) == 3:
            raise SearchSpaceExhausted("all three were tried")
        return np.full(len(space), 0.5)


class Full:
    """A storage that takes no more than so many events."""

    def __init__(self) -> None:
        self._storage = InMemoryStorage()
        self.room = 10**9

    def append(self, study: str, events: Any, **options: Any) -> Any:
        if self.room <= 0:
            raise StorageFullError("The disk is full.")
        return self._storage.append(study, events, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)


class Moody:
    """A choice that shows itself as long as it likes."""

    def __init__(self) -> None:
        self.is_calm = True

    def __repr__(self) -> str:
        if not self.is_calm:
            raise ArithmeticError("not now")
        return "Moody()"


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return InMemoryStorage() if request.param == "memory" else f"sqlite:///{tmp_path}/s.db"


def check_nothing_runs(study: hpo.Study) -> None:
    assert study.count_trials([TrialState.RUNNING]) == 0
    assert study._participant.live == {}  # whose leases are renewed
    study.tell(study.ask(), 0.0)
    assert study.verify() == []


def test_a_sampler_that_raises_fails_it(storage: Any) -> None:
    study = hpo.create_study(storage=storage, sampler=Choosy(), study_name="s")
    with pytest.raises(ArithmeticError, match="not this one"):
        study.ask(SPACE)
    (trial,) = study.trials
    assert trial.state is TrialState.FAIL
    assert trial.error is not None
    assert trial.error.message == "not this one"
    assert trial.params.keys() == {"x"}
    check_nothing_runs(study)


def test_of_several_none_stays_behind(storage: Any) -> None:
    study = hpo.create_study(storage=storage, sampler=Choosy())
    study.enqueue_trial({"bad": 0.5})
    with pytest.raises(ArithmeticError):
        study.ask(SPACE, n=3)
    assert [trial.state for trial in study.trials] == [TrialState.FAIL] * 2
    check_nothing_runs(study)


def test_of_several_those_that_are_left_are_given() -> None:
    study = hpo.create_study(sampler=Few())
    assert len(study.ask(n=2)) == 2
    (last,) = study.ask(n=2)
    assert last.number == 2
    with pytest.raises(SearchSpaceExhausted):
        study.ask(n=2)
    assert study.count_trials() == study.count_trials([TrialState.RUNNING]) == 3


@pytest.mark.parametrize("slow", [False, True])
def test_a_queued_trial_is_begun_before_its_turn(storage: Any, slow: bool) -> None:
    study = hpo.create_study(storage=storage, sampler=RandomSampler())
    study._participant.pace.n_slow = 9 * slow  # then the start is stored before the proposal is made
    for x in (0.25, 0.5, 0.75):
        study.enqueue_trial({"x": x})
    trial = study.ask({"x": FloatDistribution(0, 1)}, queued=1)
    assert (trial.number, trial.params) == (1, {"x": 0.5})
    assert [one.state for one in study.trials] == [TrialState.WAITING, TrialState.RUNNING, TrialState.WAITING]
    for number in (1, 3, -1):
        with pytest.raises(ValueError, match="not queued"):
            study.ask(queued=number)
    with pytest.raises(ValueError, match="without `queued`"):
        study.ask(n=2, queued=0)  # type: ignore[call-overload]
    assert study.ask().number == 0
    study.tell(trial, 0.0)
    assert not study.verify()


def test_a_choice_that_raises_fails_it() -> None:
    study, moody = hpo.create_study(), Moody()
    distribution = CategoricalDistribution(["calm", moody])
    moody.is_calm = False
    with pytest.warns(UserWarning, match="nothing that JSON can hold"), pytest.raises(ArithmeticError):
        study.ask({"moody": distribution})
    assert [trial.state for trial in study.trials] == [TrialState.FAIL]
    check_nothing_runs(study)


def test_a_storage_that_writes_nothing_more_leaves_it_to_its_lease() -> None:
    storage: Any = Full()
    study = hpo.create_study(storage=storage, sampler=RandomSampler(), study_name="s")

    class Filling:
        def sample(self, space: Space, history: History, key: Key) -> Array:
            storage.room = 0 if list(space) == ["bad"] else storage.room
            return RandomSampler().sample(space, history, key)

    study.sampler = Filling()
    with pytest.raises(StorageFullError, match="disk is full") as caught:
        study.ask(SPACE)
    assert "Trial 0 could not be ended" in caught.value.__notes__[0]
    assert study._participant.live == {}
    storage.room = 10**9
    assert study.trials[0].state is TrialState.RUNNING
    study.tell(0, state=TrialState.FAIL)
    check_nothing_runs(study)


ASKS = """
import sys
import hpo
from hpo.distributions import FloatDistribution

study = hpo.create_study(study_name="s", storage=sys.argv[1], sampler=hpo.samplers.RandomSampler(), seed=0)
study.ask({"x": FloatDistribution(0, 1)})
study.ask()
"""


@pytest.mark.parametrize("scheme", ["sqlite", "journal"])
def test_it_waits_for_being_told_when_its_process_has_ended_if_what_it_tries_is_stored(
    scheme: str, tmp_path: Path
) -> None:
    url = f"{scheme}:///{tmp_path}/s.log"
    subprocess.run([sys.executable, "-c", ASKS, url], check=True, capture_output=True)
    study = hpo.load_study(study_name="s", storage=url, sampler=RandomSampler())
    assert study.ask().number == 2  # where lost trials are looked for
    told = study.tell(0, 0.25)
    assert (told.state, told.values, list(told.params)) == (TrialState.COMPLETE, [0.25], ["x"])
    lost = study.trials[1]
    assert lost.state is TrialState.FAIL
    assert lost.error is not None
    assert lost.error.type == "WorkerLost"
    assert study.verify() == []
