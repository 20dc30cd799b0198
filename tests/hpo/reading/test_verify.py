"""A replay checks each trial with the sampler and the pruner that ran it, and finds what contradicts the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.arrays import Array
from hpo.distributions import FloatDistribution, IntDistribution
from hpo.events import Event, SpaceDeclared, TrialFinished, TrialStarted, TrialState
from hpo.history import History
from hpo.key import Key
from hpo.protocols import Sampler
from hpo.pruners import MedianPruner, NopPruner
from hpo.reading.verify import verify
from hpo.samplers import GPSampler, RandomSampler, TPESampler
from hpo.space import Space


class Half:
    """Proposes the middle."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        return space.uniform(key) * 0 + 0.5


def objective(trial: hpo.Trial) -> float:
    for step in range(3):
        trial.report(trial.suggest_float("x", 0, 1) + step, step)
        if trial.should_prune():
            raise hpo.TrialPruned
    return trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 0, 9)


def test_what_another_sampler_and_pruner_made_is_checked_with_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    study = hpo.create_study(storage=url, study_name="s", sampler=TPESampler(n_startup_trials=2), seed=1)
    study.optimize(objective, n_trials=6)
    study.sampler = RandomSampler()
    study.optimize(objective, n_trials=3)
    study.pruner = NopPruner()
    other = hpo.load_study(storage=url, study_name="s", sampler=GPSampler(n_startup_trials=3))
    other.optimize(objective, n_trials=3)
    other.sampler, other.pruner = RandomSampler(seed=9), MedianPruner(n_startup_trials=1)
    assert other.verify() == study.verify() == []
    assert len(study.trials) == 12


def test_what_a_sampler_of_the_users_own_made_is_not_blamed_on_another_one(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(hpo.logging.WARNING, logger="hpo")
    hpo.logging.enable_propagation()
    study = hpo.create_study(sampler=Half(), seed=1)
    study.optimize(objective, n_trials=4)
    study.sampler = RandomSampler()
    study.optimize(objective, n_trials=2)
    verification = verify(study.events(), study.sampler, study.pruner)
    assert verification.differences == study.verify() == []
    ((description, n),) = verification.unchecked.items()
    assert (description.endswith("Half object>"), n) == (True, 4)
    assert "4 trials were made by <" in caplog.text
    assert not verify(study.events(), Half(), study.pruner).unchecked
    hpo.logging.disable_propagation()


@pytest.mark.parametrize("sampler", [RandomSampler(), Half()], ids=["described alike", "another"])
def test_a_log_that_names_no_plan_is_checked_with_what_is_given(sampler: Sampler) -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=1)
    study.optimize(objective, n_trials=5)
    old = [event._replace(plan=None) if isinstance(event, TrialStarted) else event for event in study.events()]
    found = verify(old, sampler, study.pruner)
    assert bool(found.differences) == isinstance(sampler, Half)
    assert not found.unchecked


def test_a_name_that_stands_for_two_kinds_is_found() -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=1)
    study.ask()
    study.tell(0, 1.0)
    spaces = [Space({"x": FloatDistribution(0, 1)}), Space({"x": IntDistribution(0, 1)})]
    log: list[Event] = [study.events()[0], *map(SpaceDeclared, spaces), TrialStarted(0.0), TrialStarted(0.0)]
    values: list[Any] = [0.5, 1]
    for number in (1, 0):
        value = {"x": values[number]}
        log.append(TrialFinished(number, TrialState.COMPLETE, 1.0, (0.0,), spaces[number].digest, value))
    (difference,) = verify(log, study.sampler, study.pruner).differences
    assert (difference.number, difference.what) == (0, "kind of parameter 'x'")
    assert (difference.recorded, difference.recomputed) == (FloatDistribution(0, 1), IntDistribution(0, 1))
