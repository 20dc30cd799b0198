"""Successive halving that pauses trials and promotes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.pruners import SuccessiveHalvingPruner
from hpo.samplers import RandomSampler
from hpo.trial import Trial, TrialState

PRUNER = SuccessiveHalvingPruner(min_resource=1, reduction_factor=3, mode="promote")


def create(folder: Path, **options: Any) -> hpo.Study:
    return hpo.create_study(pruner=PRUNER, sampler=RandomSampler(), seed=1, checkpoints=folder, **options)


def objective(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    for step in range(trial.resume_step, 10):
        trial.report(x, step)
        if trial.should_pause():
            raise hpo.TrialPaused
    return x


def test_a_third_goes_on_from_each_rung(tmp_path: Path) -> None:
    study = create(tmp_path)
    study.optimize(objective, n_trials=27)
    last = [trial.last_step for trial in study.trials]
    at_rungs = [sum(step is not None and step >= rung for step in last) for rung in (1, 2, 4)]
    assert at_rungs[:2] == [27, 9]
    assert 3 <= at_rungs[2] <= 5  # those that went on before better ones came, too
    best = sorted(trial.params["x"] for trial in study.trials)
    assert {trial.params["x"] for trial in study.trials if trial.state is TrialState.COMPLETE} <= set(best[:9])
    assert study.best_params["x"] == best[0]
    assert study.verify() == []


def test_no_trial_goes_on_only_because_it_came_first(tmp_path: Path) -> None:
    study = create(tmp_path)
    study.optimize(objective, n_trials=2)
    assert [trial.state for trial in study.trials] == [TrialState.PAUSED] * 2
    assert PRUNER.promote(study.history) is None


def test_who_passed_a_rung_in_several_stays_counts_once(tmp_path: Path) -> None:
    study = create(tmp_path)
    study.optimize(objective, n_trials=40)
    from hpo.pruners.rungs import Ladder, Rungs

    rungs = Rungs.of(study.history, Ladder(1, 3))
    last = [trial.last_step or 0 for trial in study.trials]
    assert [rungs.at(k).size for k in range(4)] == [sum(step >= 3**k for step in last) for k in range(4)]


def test_many_workers_can_be_recomputed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'study.db'}"
    study = create(tmp_path / "checkpoints", storage=url, study_name="study")
    options: dict[str, Any] = {"pruner": PRUNER, "sampler": RandomSampler(), "checkpoints": tmp_path / "checkpoints"}
    workers = [hpo.load_study(study_name="study", storage=url, **options) for _ in range(3)]
    for worker in workers * 6:
        worker.optimize(objective, n_trials=2)
    assert study.verify() == []
    assert len(study.trials) == 36
    assert any(trial.state is TrialState.COMPLETE for trial in study.trials)


def test_several_objectives_are_promoted_by_rank(tmp_path: Path) -> None:
    study = create(tmp_path, directions=["minimize", "maximize"])

    def two(trial: Trial) -> tuple[float, float]:
        x = trial.suggest_float("x", 0, 1)
        worse = trial.suggest_float("worse", 0, 1)
        values = x + worse, x - worse
        for step in range(trial.resume_step, 10):
            trial.report(values, step)
            if trial.should_pause():
                raise hpo.TrialPaused
        return values

    study.optimize(two, n_trials=27)
    last = [trial.last_step or 0 for trial in study.trials]
    assert [sum(step >= rung for step in last) for rung in (1, 2, 4)] == [27, 9, 3]
    complete = [t.params["worse"] for t in study.trials if t.state is TrialState.COMPLETE]
    assert max(complete) < sorted(t.params["worse"] for t in study.trials)[18]
    assert study.verify() == []


def test_the_mode_is_checked() -> None:
    with pytest.raises(ValueError, match="mode"):
        SuccessiveHalvingPruner(mode="pause")  # type: ignore[arg-type]
