"""Learning curves are continued by what they are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hpo.history import Curve
from hpo.pruners import LearningCurvePruner
from hpo.pruners.extrapolation import extrapolate, shapes
from tests.pruners.test_percentile import history

FAMILIES: dict[str, Callable[[Any], Any]] = {
    "power": lambda t: 0.2 + t**-0.7,
    "exponential": lambda t: 0.3 + 2 * np.exp(-t / 20),
    "logarithmic": lambda t: 0.1 + 1 / np.log1p(t),
    "hill": lambda t: 0.5 + 1 / (1 + (t / 10) ** 2),
    "rising": lambda t: 2.0 - np.exp(-t / 15),
    "flat": lambda t: 0.7 + 0 * t,
}


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_curves_of_many_families_are_continued(name: str, noise: float) -> None:
    steps = np.arange(30)
    rng = np.random.default_rng(0)
    losses = FAMILIES[name](steps + 1.0) + noise * rng.normal(size=30)
    forecast = extrapolate(tuple(steps.tolist()), losses, 99)
    truth = float(FAMILIES[name](np.array(100.0)))
    assert abs(forecast.mean - truth) < 0.1
    assert 0.001 < forecast.probability_below(truth + 1e-12) < 0.999 or name == "flat"
    assert forecast.probability_below(truth + 0.3) > 0.85
    assert forecast.probability_below(truth - 0.3) < 0.15


def test_the_forecast_is_a_distribution() -> None:
    forecast = extrapolate((0, 1, 2, 5), np.array([1.0, 0.6, 0.5, 0.4]), 50)
    grid = [forecast.probability_below(x) for x in np.linspace(-50, 50, 101)]
    assert np.all(np.diff(grid) >= 0)
    assert grid[0] < 0.05
    assert grid[-1] > 0.95
    assert forecast.weights.sum() == pytest.approx(1.0)


def test_scale_and_shift_do_not_matter() -> None:
    steps, losses = tuple(range(12)), np.reciprocal(np.arange(1.0, 13.0))
    one, other = extrapolate(steps, losses, 60), extrapolate(steps, 1000.0 * losses - 7.0, 60)
    assert other.mean == pytest.approx(1000.0 * one.mean - 7.0)
    assert other.probability_below(93.0) == pytest.approx(one.probability_below(0.1))


def test_more_reports_make_it_surer() -> None:
    def width(k: int) -> float:
        f = extrapolate(tuple(range(k)), np.reciprocal(np.arange(1.0, k + 1.0)), 99)
        return float(f.weights @ (f.scales + np.abs(f.locations - f.mean)))

    assert width(60) < width(20) < width(5)


def test_shapes_fall_from_their_start() -> None:
    table = shapes(tuple(range(50)), 99)
    assert np.all(np.diff(table, axis=1) <= 0)
    assert np.all((table > 0) & (table < 1.5))


def test_hopeless_trials_are_stopped_and_promising_ones_are_not() -> None:
    best = {step: 0.1 + 0.9 / (step + 1) for step in range(50)}
    past = history(best)
    pruner = LearningCurvePruner()
    steps = tuple(range(10))
    assert pruner.prune(past, Curve(9, steps, tuple(0.6 + 0.4 / (step + 1) for step in steps)))
    assert not pruner.prune(past, Curve(9, steps, tuple(best[step] - 0.01 for step in steps)))
    assert not pruner.prune(past, Curve(9, steps, tuple(2.0 - 0.15 * step for step in steps)))  # falls fast
    assert not pruner.prune(past, Curve(9, (*steps, 49), (5.0,) * 11))  # nothing left to save
    assert not pruner.prune(past, Curve(9, steps[:3], (5.0,) * 3))
    assert not LearningCurvePruner(n_startup_trials=2).prune(past, Curve(9, steps, (5.0,) * 10))
    assert not pruner.prune(past, Curve(9, steps, (math.nan,) * 10))
    assert pruner.prune(past, Curve(9, steps, (math.inf, math.nan, *[5.0] * 8)))


def test_the_order_of_reports_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    past = history(dict.fromkeys(range(50), 0.5))
    pruner = LearningCurvePruner(p_threshold=0.5)
    for _ in range(20):
        losses = 0.5 + 0.1 * rng.normal() + np.exp(-np.arange(9) / 3)
        order = [*rng.permutation(8).tolist(), 8]
        one = Curve(9, tuple(range(9)), tuple(losses.tolist()))
        assert pruner.prune(past, one) == pruner.prune(past, Curve(9, tuple(order), tuple(losses[order].tolist())))


@pytest.mark.parametrize(
    "options",
    [
        {"p_threshold": -0.1},
        {"p_threshold": 1.1},
        {"max_resource": 0},
        {"max_resource": "all"},
        {"n_startup_trials": -1},
        {"n_min_reports": 2},
        {"n_warmup_steps": -1},
        {"interval_steps": 0},
    ],
    ids=repr,
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        LearningCurvePruner(**options)
