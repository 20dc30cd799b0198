"""A record says for ever how its trial stood when it was made."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.pruners import SuccessiveHalvingPruner
from hpo.samplers import RandomSampler
from hpo.storage import InMemoryStorage
from hpo.trial import TrialState

COMPLETE, FAILED, PAUSED, RUNNING, WAITING = range(5)


def crowded(storage: Any) -> hpo.Study:
    """A study with a trial in each state."""
    pruner = SuccessiveHalvingPruner(min_resource=1, mode="promote")
    study = hpo.create_study(storage=storage, study_name="s", sampler=RandomSampler(), pruner=pruner, seed=0)
    for state in (None, TrialState.FAIL, TrialState.PAUSED):
        trial = study.ask()
        trial.set_user_attr("list", [trial.suggest_float("x", 0, 1)])
        trial.report(0.5, 1)
        study.tell(trial, 1.0 if state is None else None, state)
    study.ask({"x": hpo.distributions.FloatDistribution(0, 1)})
    study.enqueue_trial({"x": 0.25}, {"why": "guess"})
    return study


class Promoting:
    """Lets every paused trial go on."""

    pauses = True

    def prune(self, history: Any, curve: Any) -> bool:
        return False

    def promote(self, history: Any) -> int | None:
        return next(iter(history.number[history.paused].tolist()), None)


def go_on(study: hpo.Study) -> None:
    study.pruner = Promoting()
    study.enqueue_trial({})
    trials = study.ask(n=3)
    assert [trial.number for trial in trials] == [WAITING, WAITING + 1, PAUSED]
    for trial in trials:
        trial.set_user_attr("list", ["new"])
        trial.report(0.25, 7)
        study.tell(trial, -1.0)


def set_attributes(study: hpo.Study) -> None:
    for number in range(WAITING):
        study.set_trial_user_attr(number, "list", ["new"])
        study.set_trial_user_attr(number, "other", "new")


def delete_all(study: hpo.Study) -> None:
    for number in range(WAITING + 1):
        study.delete_trial(number)


LATER: dict[str, Callable[[hpo.Study], object]] = {
    "attributes are set": set_attributes,
    "trials are deleted": delete_all,
    "the study is renamed": lambda study: study.rename("other"),
    "trials go on and end": go_on,
    "the running trial ends": lambda study: study.tell(RUNNING, 2.0),
    "the study's attributes are set": lambda study: study.set_user_attr("of the study", 1),
}


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("where", ["memory", "sqlite"])
def test_what_happens_later_does_not_show(where: str, later: str, tmp_path: Path) -> None:
    study = crowded(InMemoryStorage() if where == "memory" else f"sqlite:///{tmp_path}/s.db")
    study.set_user_attr("of the study", 0)
    said = [repr(trial) for trial in study.trials]
    best = repr(study.best_trial)
    records, snapshot, best_trial, front = study.trials, study.snapshot(), study.best_trial, study.best_trials
    LATER[later](study)
    for _ in range(2):  # as they are read for the first time, and once more
        assert [repr(trial) for trial in records] == said
        assert [repr(trial) for trial in snapshot.trials] == said
        assert repr(best_trial) == repr(front[0]) == repr(snapshot.best_trial) == best
        assert (snapshot.study_name, snapshot.user_attrs) == ("s", {"of the study": 0})
    assert [snapshot.count_trials([state]) for state in TrialState] == [1] * 2 + [0] + [1] * 3


def test_what_cannot_be_copied_is_shared_and_spoils_nothing_else() -> None:
    study, lock = hpo.create_study(), threading.Lock()
    trial = study.ask()
    trial.set_user_attr("lock", lock)
    trial.set_user_attr("list", [1])
    told = study.tell(trial, trial.suggest_float("x", 0, 1))
    for record in (told, study.trials[0], study.best_trial, study.snapshot().trials[0]):
        assert record.user_attrs["lock"] is lock
        assert record.user_attrs["list"] == [1]
        assert record.params == trial.params
        assert record.value == trial.params["x"]
    assert study.ask().number == 1
    study.set_user_attr("lock", lock)
    assert study.user_attrs["lock"] is lock


_CLOCKS = """
import time
from datetime import timedelta
import hpo
from hpo.events import TrialFinished, TrialStarted
from hpo.trial import TrialState

time.tzset()
study = hpo.create_study()
for number, begin in enumerate([1792888200.0, 1774745100.0]):  # half an hour before clocks are put back, and forward
    study._log.append([TrialStarted(begin), TrialFinished(number, TrialState.COMPLETE, begin + 3600.0, (0.0,))])
other = hpo.create_study()
other.add_trials(study.trials)
for number, hours in enumerate([0, 2]):
    for record in (study.trials[number], other.trials[number]):
        assert record.duration == timedelta(hours=1), record.duration
        assert record.datetime_complete - record.datetime_start == timedelta(hours=hours), record  # on the wall
assert other.history.start.tolist() == study.history.start.tolist()
"""


def test_a_trial_takes_as_long_as_it_takes_when_clocks_are_put_back_or_forward() -> None:
    subprocess.run([sys.executable, "-c", _CLOCKS], env={**os.environ, "TZ": "Europe/Berlin"}, check=True)
