"""When a study counts as stalled."""

from __future__ import annotations

import math

import pytest

import hpo
from hpo.samplers.auto.progress import is_stalled

RISING = [10.0 - i for i in range(10)]


def stalled(losses: list[float], *, direction: str = "minimize", limits: list[float] | None = None) -> bool:
    study = hpo.create_study(direction=direction, seed=0)
    sign = -1.0 if direction == "maximize" else 1.0
    constraints = [None] * len(losses) if limits is None else [{"limit": limit} for limit in limits]
    study.add_trials(
        [hpo.create_trial(value=sign * loss, constraints=c) for loss, c in zip(losses, constraints, strict=True)]
    )
    return is_stalled(study.history)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_what_counts_is_a_gain_of_a_hundredth_of_the_distance_to_the_median(direction: str) -> None:
    assert not stalled(RISING, direction=direction)
    assert stalled([*RISING, *[5.0] * 8], direction=direction)  # best 1, median 5
    assert stalled([*RISING, *[5.0] * 7, 0.97], direction=direction)
    assert not stalled([*RISING, *[5.0] * 7, 0.9], direction=direction)


def test_few_trials_are_too_few_to_tell() -> None:
    assert not stalled([])
    assert not stalled([1.0] * 9)
    assert stalled([1.0] * 10)


def test_of_many_trials_the_latest_fifth_counts() -> None:
    assert not stalled([5.0] * 85 + [0.0] + [5.0] * 14)
    assert stalled([5.0] * 75 + [0.0] + [5.0] * 24)


def test_trials_that_break_a_constraint_find_nothing() -> None:
    losses = [*RISING, *[5.0] * 7, -50.0]
    assert not stalled(losses, limits=[-1.0] * 18)
    assert stalled(losses, limits=[*[-1.0] * 17, 1.0])
    assert not stalled(losses, limits=[*[1.0] * 17, -1.0])  # the first feasible one
    assert stalled(losses, limits=[1.0] * 18)


def test_infinite_losses_are_survived() -> None:
    assert stalled([math.inf] * 18)
    assert not stalled([*[math.inf] * 17, 1.0])
    assert stalled([-math.inf, *[math.inf] * 17])
    assert stalled([-1e308, *[1e308] * 17])
