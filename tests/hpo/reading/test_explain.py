"""Who proposed a trial, and why, from the log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.history import History
from hpo.key import Key
from hpo.pruners import NopPruner
from hpo.reading.explain import explanations, proposers_of
from hpo.samplers import AutoSampler, PartialFixedSampler, RandomSampler, TPESampler
from hpo.space import Space


def objective(trial: hpo.Trial) -> float:
    return trial.suggest_float("x", -1, 1) ** 2


class Middle:
    """A sampler that nobody can build from its description."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        del history, key
        return np.full(len(space), 0.5)


def test_each_trial_is_told_of_with_what_it_was_queued_with() -> None:
    study = hpo.create_study(sampler=AutoSampler(seed=0))
    study.enqueue_trial({"x": 0.25})
    study.optimize(objective, n_trials=3)
    study.add_trial(study.trials[0])
    told = list(explanations(study.events(), study.sampler, study.pruner))
    assert [(one.number, one.name, dict(one.fixed)) for one in told] == [
        (0, "GPSampler", {"x": 0.25}),
        (1, "GPSampler", {}),
        (2, "GPSampler", {}),
        (3, "", {}),
    ]
    assert all("because" in str(one) for one in told[:3])
    assert [study.explain(one.number) for one in told] == told
    assert "x=0.25" in str(told[0])
    assert "no sampler" in str(told[3])


def test_what_wraps_a_choosing_sampler_still_says_what_it_chose() -> None:
    study = hpo.create_study(sampler=PartialFixedSampler({"x": 0.5}, AutoSampler()), seed=0)
    study.optimize(objective, n_trials=1)
    assert study.explain(0).name == "GPSampler"


def test_samplers_of_earlier_sessions_are_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'study.db'}"
    for sampler in (RandomSampler(), TPESampler(), Middle()):
        study = hpo.create_study(study_name="s", storage=url, sampler=sampler, load_if_exists=True)
        study.optimize(objective, n_trials=2)
    study = hpo.load_study(study_name="s", storage=url)
    assert [study.explain(number).name.rpartition(".")[2] for number in range(6)] == [
        *["RandomSampler"] * 2,
        *["TPESampler"] * 2,
        *["Middle"] * 2,
    ]
    assert sum(proposers(study).values()) == 6


def proposers(study: hpo.Study) -> Mapping[str, int]:
    return proposers_of(study.events(), study.sampler, NopPruner())


def test_the_report_says_who_proposed(tmp_path: Path) -> None:
    study = hpo.create_study(sampler=AutoSampler(seed=0))
    study.optimize(objective, n_trials=3)
    assert "GPSampler (3 trials)" in study.report(tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [-1, 2, 7])
def test_trials_that_have_not_begun_are_an_error(number: int) -> None:
    study = hpo.create_study()
    study.optimize(objective, n_trials=2)
    study.enqueue_trial({"x": 0.5})
    with pytest.raises(ValueError, match=f"{number} has begun"):
        study.explain(number)
