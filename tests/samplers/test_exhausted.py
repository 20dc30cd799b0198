"""What happens when everything has been tried: a study ends, says so, and goes on when there is more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.samplers import (
    AutoSampler,
    BruteForceSampler,
    ForestSampler,
    GPSampler,
    GridSampler,
    PartialFixedSampler,
    TPESampler,
)
from hpo.trial import Trial

LISTING: list[Any] = [
    BruteForceSampler(),
    AutoSampler(on_exhausted="stop"),
    ForestSampler(on_exhausted="stop"),
    GPSampler(on_exhausted="stop"),
    TPESampler(on_exhausted="stop"),
    GridSampler({"x": [0, 1, 2]}),
]


def up_to(most: int) -> Callable[[Trial], float]:
    return lambda trial: float(trial.suggest_int("x", 0, most))


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("sampler", LISTING, ids=lambda sampler: type(sampler).__name__)
def test_a_queued_trial_runs_although_nothing_is_left_and_shows_what_there_is(sampler: Any, n_jobs: int) -> None:
    study = hpo.create_study(sampler=sampler, seed=0)
    study.optimize(up_to(2))
    assert sorted(trial.params["x"] for trial in study.trials) == [0, 1, 2]
    study.enqueue_trial({})
    study.optimize(up_to(5), n_trials=20, n_jobs=n_jobs)
    assert all(trial.value is not None for trial in study.trials)
    assert {trial.params["x"] for trial in study.trials} == set(range(3 if isinstance(sampler, GridSampler) else 6))
    assert len(study.trials) <= 7
    assert study.verify() == []


@pytest.mark.parametrize("sampler", LISTING, ids=lambda sampler: type(sampler).__name__)
def test_a_run_without_a_trial_says_why(sampler: Any, caplog: pytest.LogCaptureFixture) -> None:
    study = hpo.create_study(sampler=sampler, seed=0)
    study.optimize(up_to(2))
    hpo.logging.set_verbosity(hpo.logging.WARNING)
    logging.getLogger("hpo").addHandler(caplog.handler)
    try:
        study.optimize(up_to(5), n_trials=5)
    finally:
        logging.getLogger("hpo").removeHandler(caplog.handler)
    assert len(study.trials) == 3
    assert [r.getMessage().partition(":")[0] for r in caplog.records if r.levelno == logging.WARNING] == [
        "No trial has begun"
    ]


def first_x(trial: Trial) -> float:
    return trial.suggest_int("x", 0, 2) + trial.suggest_float("y", 0, 2, step=1.0)


def first_y(trial: Trial) -> float:
    return trial.suggest_float("y", 0, 2, step=1.0) + trial.suggest_int("x", 0, 2)


@pytest.mark.parametrize("fixed", [{"x": 1}, {"y": 0}, {"x": 2, "y": 1}], ids=str)
@pytest.mark.parametrize("objective", [first_x, first_y])
@pytest.mark.parametrize(
    "sampler", [BruteForceSampler(), GridSampler({"x": [0, 1, 2], "y": [0, 1, 2]})], ids=lambda one: type(one).__name__
)
def test_with_fixed_values_all_that_has_them_is_tried_once(
    sampler: Any, objective: Callable[[Trial], float], fixed: dict[str, int]
) -> None:
    study = hpo.create_study(sampler=PartialFixedSampler(fixed, sampler), seed=0)
    study.optimize(objective, n_trials=50)
    assert len(study.trials) == 3 ** (2 - len(fixed))
    assert all(trial.params.items() >= fixed.items() for trial in study.trials)
    assert study.verify() == []
    study.sampler = sampler
    study.optimize(objective, n_trials=50)
    assert len({tuple(sorted(trial.params.items())) for trial in study.trials}) == len(study.trials) == 9


@pytest.mark.parametrize("sampler", [BruteForceSampler(), GridSampler({"x": [0, 1, 2], "y": [0, 1, 2]})], ids=repr)
def test_samplers_around_each_other_end_together(sampler: Any) -> None:
    both = PartialFixedSampler({"x": 1}, PartialFixedSampler({"y": 2}, sampler))
    study = hpo.create_study(sampler=both, seed=0)
    study.optimize(first_x, n_trials=20)
    assert [trial.params for trial in study.trials] == [{"x": 1, "y": 2.0}]


@pytest.mark.parametrize(
    ("sampler", "step"),
    [(BruteForceSampler(), 0.1), (GridSampler({"f": np.linspace(0, 1, 11).tolist(), "x": [0, 1]}), None)],
)
@pytest.mark.parametrize("value", [0.3, 0.1 * 3])
def test_a_fixed_value_is_what_trials_have_but_for_rounding(sampler: Any, step: float | None, value: float) -> None:
    study = hpo.create_study(sampler=PartialFixedSampler({"f": value}, sampler), seed=0)
    study.optimize(lambda trial: trial.suggest_float("f", 0, 1, step=step) + trial.suggest_int("x", 0, 1), n_trials=9)
    assert [trial.params["f"] for trial in study.trials] == pytest.approx([0.3, 0.3])


def test_a_fixed_value_that_is_none_of_the_grid_s_is_refused() -> None:
    study = hpo.create_study(sampler=PartialFixedSampler({"x": 7}, GridSampler({"x": [0, 1, 2], "y": [0, 1, 2]})))
    with pytest.raises(ValueError, match="The grid has no 7 for 'x': add it there, or do not fix it"):
        study.optimize(first_x, n_trials=9)


@pytest.mark.parametrize("base", [BruteForceSampler(), TPESampler()])
@pytest.mark.parametrize(
    ("value", "sentence"), [("z", "'z' is not in the choices"), (None, "None is not in the choices")]
)
def test_a_fixed_value_that_no_parameter_can_have_is_refused(base: Any, value: object, sentence: str) -> None:
    study = hpo.create_study(sampler=PartialFixedSampler({"c": value}, base), seed=0)
    with pytest.raises(ValueError, match=f"{value!r} is not in the choices"):
        study.optimize(lambda trial: float(trial.suggest_categorical("c", ["a", "b"]) == "a"), n_trials=1)


@pytest.mark.parametrize("seed", range(4))
def test_a_failed_trial_takes_a_cell_with_its_values(seed: int) -> None:
    def failing(trial: Trial) -> float:
        x = trial.suggest_int("x", 0, 2)
        if trial.number == 0:
            raise ArithmeticError
        return x + trial.suggest_float("y", 0, 2)

    grid = GridSampler({"x": [0, 1, 2], "y": [0.0, 1.0, 2.0]})
    study = hpo.create_study(sampler=PartialFixedSampler({"x": 1}, grid), seed=seed)
    study.optimize(failing, n_trials=20, catch=ArithmeticError)
    assert len(study.trials) == 3
    study.sampler = grid
    study.optimize(failing, n_trials=20, catch=ArithmeticError)
    assert len(study.trials) == 9
