"""Thresholds, patience and Wilcoxon's test decide as Optuna's do."""

from __future__ import annotations

import math
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpo
from hpo.history import Curve
from hpo.pruners import MedianPruner, PatientPruner, SuccessiveHalvingPruner, ThresholdPruner, WilcoxonPruner
from tests.pruners.schedules import Schedule, answers, schedules
from tests.pruners.test_percentile import history

directions = pytest.mark.parametrize("direction", ["minimize", "maximize"])
NOTHING = history()
EXPERIMENTAL = "ignore::optuna.exceptions.ExperimentalWarning"


@directions
@pytest.mark.parametrize(
    "options",
    [{"lower": -1.0}, {"upper": 2}, {"lower": -2, "upper": 2, "n_warmup_steps": 2, "interval_steps": 3}],
    ids=repr,
)
@given(schedule=schedules())
@settings(max_examples=8)
def test_thresholds_are_those_of_optuna(schedule: Schedule, options: dict[str, Any], direction: str) -> None:
    ours = answers(hpo, ThresholdPruner(**options), schedule, direction)
    assert ours == answers(optuna, optuna.pruners.ThresholdPruner(**options), schedule, direction)


def test_thresholds_bound_what_was_reported() -> None:
    study = hpo.create_study(direction="maximize", pruner=ThresholdPruner(lower=0.5))
    trial = study.ask()
    trial.report(0.6, 0)
    assert not trial.should_prune()
    trial.report(0.4, 1)
    assert trial.should_prune()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({}, TypeError),
        ({"lower": "low"}, TypeError),
        ({"upper": [1]}, TypeError),
        ({"lower": 1.0, "upper": 0.0}, ValueError),
        ({"upper": math.nan}, ValueError),
        ({"upper": 1.0, "n_warmup_steps": -1}, ValueError),
        ({"upper": 1.0, "interval_steps": 0}, ValueError),
    ],
    ids=repr,
)
def test_thresholds_are_checked(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ThresholdPruner(**options)


@directions
@given(schedules(), st.integers(0, 3), st.sampled_from([0.0, 1.0]))
@settings(max_examples=8)
@pytest.mark.filterwarnings("ignore:All-NaN", EXPERIMENTAL)
def test_patience_is_that_of_optuna(direction: str, schedule: Schedule, patience: int, min_delta: float) -> None:
    ours = answers(hpo, PatientPruner(None, patience, min_delta), schedule, direction)
    assert ours == answers(optuna, optuna.pruners.PatientPruner(None, patience, min_delta), schedule, direction)


@directions
@given(schedules(finite=True), st.integers(0, 2))
@settings(max_examples=8)
@pytest.mark.filterwarnings(EXPERIMENTAL)
def test_patience_asks_the_wrapped_pruner(direction: str, schedule: Schedule, patience: int) -> None:
    wrapped = PatientPruner(MedianPruner(n_startup_trials=2), patience)
    theirs = optuna.pruners.PatientPruner(optuna.pruners.MedianPruner(n_startup_trials=2), patience)
    assert answers(hpo, wrapped, schedule, direction) == answers(optuna, theirs, schedule, direction)


def test_patience_lasts_while_the_trial_improves() -> None:
    pruner = PatientPruner(None, patience=1)
    falling, standing = (3.0, 2.0, 1.0, 0.5), (3.0, 1.0, 2.0, 2.0)
    assert not pruner.prune(NOTHING, Curve(0, (0, 1, 2, 3), falling))
    assert pruner.prune(NOTHING, Curve(0, (0, 1, 2, 3), standing))
    assert pruner.prune(NOTHING, Curve(0, (3, 2, 0, 1), tuple(standing[i] for i in (3, 2, 0, 1))))
    assert not pruner.prune(NOTHING, Curve(0, (0, 1), (1.0, 2.0)))


def test_a_rung_that_was_passed_in_peace_counts_when_patience_ends() -> None:
    halving = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    past = history(*({1: 0.0},) * 4)
    curve = Curve(9, (1, 2, 3), (5.0, 5.0, 6.0), asked=2)
    assert not halving.prune(past, Curve(9, (1, 2, 3), (5.0, 5.0, 6.0), asked=2))
    assert PatientPruner(halving, patience=0).prune(past, curve)


@pytest.mark.parametrize("options", [{"patience": -1}, {"patience": 0, "min_delta": -0.1}], ids=repr)
def test_patience_is_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be at least 0, got"):
        PatientPruner(None, **options)


@pytest.mark.parametrize("given", [3, "median", PatientPruner], ids=repr)
def test_patience_wraps_a_pruner(given: Any) -> None:
    with pytest.raises(TypeError, match="wrapped_pruner must be a pruner"):
        PatientPruner(given, 1)


@directions
@pytest.mark.parametrize("options", [{}, {"p_threshold": 0.4}, {"p_threshold": 0.3, "n_startup_steps": 4}], ids=repr)
@given(schedule=schedules(finite=True))
@settings(max_examples=8)
@pytest.mark.filterwarnings(EXPERIMENTAL, "ignore:WilcoxonPruner finds")
def test_wilcoxon_decides_like_optuna(schedule: Schedule, options: dict[str, Any], direction: str) -> None:
    ours = answers(hpo, WilcoxonPruner(**options), schedule, direction)
    assert ours == answers(optuna, optuna.pruners.WilcoxonPruner(**options), schedule, direction)


def test_wilcoxon_compares_pairs_with_the_best_trial() -> None:
    easy_and_hard = {fold: 10.0 * (fold % 2) for fold in range(10)}
    past = history({fold: loss + 5.0 for fold, loss in easy_and_hard.items()}, easy_and_hard)
    worse = tuple(loss + 0.5 for loss in easy_and_hard.values())
    assert not WilcoxonPruner().prune(history(), Curve(9, tuple(range(10)), worse))
    assert not WilcoxonPruner(p_threshold=0.01).prune(past, Curve(9, (0, 1, 2), worse[:3]))
    assert WilcoxonPruner(p_threshold=0.01).prune(history(easy_and_hard), Curve(9, tuple(range(10)), worse))
    assert not WilcoxonPruner().prune(history(easy_and_hard), Curve(9, (0, 1), (math.nan, 9.0)))


@pytest.mark.parametrize("options", [{"p_threshold": -0.1}, {"p_threshold": 1.1}, {"n_startup_steps": -1}], ids=repr)
def test_wilcoxon_is_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        WilcoxonPruner(**options)
