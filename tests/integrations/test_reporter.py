"""The reporter makes a loop's two lines do what five did."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import hpo
from hpo.integrations import Reporter
from hpo.pruners import NopPruner, SuccessiveHalvingPruner, ThresholdPruner, WilcoxonPruner
from hpo.samplers import RandomSampler
from hpo.trial import FixedTrial, Trial, TrialState


def test_rounds_are_reported_one_after_another_until_the_pruner_says_stop() -> None:
    study = hpo.create_study(sampler=RandomSampler(), pruner=ThresholdPruner(upper=3.5))

    def objective(trial: Trial) -> float:
        report = Reporter(trial)
        for epoch in range(9):
            report(np.float32(epoch))
        return 0.0

    study.optimize(objective, n_trials=1)
    assert study.trials[0].state is TrialState.PRUNED
    assert study.trials[0].intermediate_values == {0: 0.0, 1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}


def test_steps_may_be_given() -> None:
    trial = hpo.create_study(sampler=RandomSampler(), pruner=NopPruner()).ask()
    report = Reporter(trial)
    for step in (10, None, 30, None):
        report(0.5, step)
    assert list(trial.study.trials[0].intermediate_values) == [10, 11, 30, 31]


def test_several_objectives_are_reported_together() -> None:
    trial = hpo.create_study(directions=["minimize", "maximize"]).ask()
    Reporter(trial)([1, math.inf])
    assert trial.study.trials[0].intermediate_values == {0: (1.0, math.inf)}


def test_a_paused_trial_is_saved_and_goes_on_at_its_step(tmp_path: Path) -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote")
    study = hpo.create_study(sampler=RandomSampler(), pruner=pruner, seed=0, checkpoints=tmp_path)
    resumed = []

    def objective(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        if trial.resume_step:
            resumed.append((int((trial.checkpoint_dir / "n").read_text()), trial.resume_step))
        report = Reporter(trial, save=lambda folder: (folder / "n").write_text(str(report.step)))
        for _ in range(trial.resume_step, 5):
            report(x)
        return x

    study.optimize(objective, n_trials=20)
    assert {trial.state for trial in study.trials} == {TrialState.PAUSED, TrialState.COMPLETE}
    assert resumed
    assert all(saved == step for saved, step in resumed)


def test_without_a_study_it_does_nothing() -> None:
    report = Reporter(FixedTrial({"x": 1.0}))
    for _ in range(3):
        report(1.0)
    assert report.step == 3


def test_scikit_learn_by_partial_fit_and_by_folds() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    linear, selection = pytest.importorskip("sklearn.linear_model"), pytest.importorskip("sklearn.model_selection")
    x, y = datasets.make_classification(200, random_state=0)

    def by_steps(trial: Trial) -> float:
        model = linear.SGDClassifier(alpha=trial.suggest_float("alpha", 1e-6, 10, log=True), random_state=0)
        report = Reporter(trial)
        for _ in range(9):
            model.partial_fit(x[:100], y[:100], classes=[0, 1])
            loss = 1.0 - float(model.score(x[100:], y[100:]))
            report(loss)
        return loss

    def by_folds(trial: Trial) -> float:
        losses, report = [], Reporter(trial)
        for train, test in selection.KFold(5).split(x):
            model = linear.SGDClassifier(alpha=trial.suggest_float("alpha", 1e-6, 1e3, log=True), random_state=0)
            losses.append(1.0 - float(model.fit(x[train], y[train]).score(x[test], y[test])))
            report(losses[-1])
        return sum(losses) / len(losses)

    for objective, pruner in ((by_steps, SuccessiveHalvingPruner(1, 3)), (by_folds, WilcoxonPruner(p_threshold=0.3))):
        study = hpo.create_study(sampler=RandomSampler(), pruner=pruner, seed=0)
        study.optimize(objective, n_trials=12)
        assert {trial.state for trial in study.trials} == {TrialState.PRUNED, TrialState.COMPLETE}
        assert study.verify() == []
