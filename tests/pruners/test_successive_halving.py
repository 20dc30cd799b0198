"""Successive halving decides as Optuna's does, and as the paper says."""

from __future__ import annotations

import math
from typing import Any

import optuna
import pytest
from hypothesis import given, settings

import hpo
from hpo.history import Curve
from hpo.pruners import SuccessiveHalvingPruner
from hpo.pruners.rungs import Ladder
from tests.pruners.schedules import Schedule, answers, schedules
from tests.pruners.test_percentile import history

OPTIONS: list[dict[str, Any]] = [
    {"min_resource": 1, "reduction_factor": 2},
    {"min_resource": 2, "reduction_factor": 3, "min_early_stopping_rate": 1},
    {"min_resource": 1, "reduction_factor": 2, "bootstrap_count": 3},
]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@given(schedule=schedules())
@settings(max_examples=8)
def test_decisions_are_those_of_optuna(schedule: Schedule, options: dict[str, Any], direction: str) -> None:
    """One report passes one rung here; of several, Optuna counts a trial that stops at the first one there alone."""
    curves, n_workers = schedule
    steady = [dict(enumerate(curve.values())) for curve in curves], n_workers
    ours = answers(hpo, SuccessiveHalvingPruner(**options), steady, direction)
    theirs = answers(optuna, optuna.pruners.SuccessiveHalvingPruner(**options), steady, direction)
    assert ours == theirs


def test_one_of_eta_goes_on() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    past = history(*({1: float(loss)} for loss in range(8)))
    stopped = [pruner.prune(past, Curve(99, (1,), (loss,))) for loss in (-0.5, 0.5, 1.5, 2.0, 2.5, 7.5)]
    assert stopped == [False, False, False, False, True, True]  # 9 with it, so the best 3; 2.0 is as good as the third


def test_the_first_ones_go_on_if_they_are_the_best() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=4)
    assert not pruner.prune(history(), Curve(99, (1,), (5.0,)))
    assert pruner.prune(history({1: 4.0}), Curve(99, (1,), (5.0,)))
    assert not pruner.prune(history({1: 5.0}), Curve(99, (1,), (5.0,)))


def test_a_trial_is_compared_by_its_first_report_at_the_rung() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=4, reduction_factor=2)
    past = history({3: 0.0, 5: 9.0, 6: 0.0}, {4: 9.0})
    assert not pruner.prune(past, Curve(99, (3, 7), (99.0, 8.0)))
    assert pruner.prune(past, Curve(99, (3, 7), (0.0, 9.5)))


def test_between_rungs_nothing_is_decided() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=4)
    past = history(*(dict.fromkeys(range(1, 20), 0.0),) * 8)
    steps = tuple(range(1, 20))
    asked = [n for n in steps if pruner.prune(past, Curve(99, steps[:n], (1.0,) * n, asked=n - 1))]
    assert asked == [1, 4, 16]


def test_rungs_that_were_passed_without_a_question_count_at_the_next_one() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=4)
    past = history(*(dict.fromkeys(range(1, 20), 0.0),) * 8)
    passed = Curve(99, (1, 2, 3), (1.0, -1.0, -1.0))
    assert pruner.prune(past, passed)
    assert not pruner.prune(past, Curve(99, passed.steps, passed.losses, asked=1))


def test_auto_is_a_hundredth_of_the_first_completed_trial() -> None:
    long = {1: 0.0, 5: 0.0, 500: 0.0}
    pruner = SuccessiveHalvingPruner()
    assert not pruner.prune(history(), Curve(99, (500,), (1.0,)))
    assert not pruner.prune(history(long, {5: 0.0, 5000: 0.0}), Curve(99, (4,), (1.0,)))
    assert pruner.prune(history(long, {5: 0.0, 5000: 0.0}), Curve(99, (5,), (1.0,)))


def test_rungs_are_powers() -> None:
    ladder = Ladder(2, 3)
    assert [ladder.step(k) for k in range(4)] == [2, 6, 18, 54]
    assert list(ladder.reached(Curve(0, (1,), (0.0,)))) == []
    assert list(ladder.reached(Curve(0, (20, 3), (0.0, 0.0)))) == [0, 1, 2]
    assert list(ladder.reached(Curve(0, (3, 20), (0.0, 0.0), asked=1))) == [1, 2]
    assert list(ladder.reached(Curve(0, (20, 3), (0.0, 0.0), asked=1))) == []


@pytest.mark.parametrize(
    "options",
    [
        {"min_resource": 0},
        {"min_resource": "all"},
        {"reduction_factor": 1},
        {"min_early_stopping_rate": -1},
        {"bootstrap_count": -1, "min_resource": 1},
        {"bootstrap_count": 1},
    ],
    ids=repr,
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        SuccessiveHalvingPruner(**options)


def test_nan_at_a_rung_is_pruned_and_does_not_compete() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    assert pruner.prune(history(), Curve(99, (1,), (math.nan,)))
    assert not pruner.prune(history({1: math.nan}, {1: 0.0}), Curve(99, (1,), (0.0,)))
