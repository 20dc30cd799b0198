"""What asks cost and what objectives take, from the log alone."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest

import hpo
from hpo.samplers.auto.effort import Effort, n_models_of, seconds_of_asks
from hpo.trial import FrozenTrial

NOON = datetime(2026, 1, 1, 12)


def lasting(seconds: float) -> FrozenTrial:
    """A complete trial that took a time."""
    trial = hpo.create_trial(value=1.0)
    trial.datetime_start, trial.datetime_complete = NOON, NOON + timedelta(seconds=seconds)
    return trial


def effort(durations: list[float], n_models: int = 1) -> float:
    study = hpo.create_study(seed=0)
    study.add_trials([lasting(seconds) for seconds in durations])
    return Effort.of(study.history, n_models).seconds


def test_asks_add_up_and_grow_with_what_is_known() -> None:
    costs = [seconds_of_asks(n, 1) for n in range(2001)]
    each = [after - before for before, after in itertools.pairwise(costs)]
    assert costs[0] == 0.0
    assert all(after >= before - 1e-9 for before, after in itertools.pairwise(each))
    assert each[-1] == pytest.approx(each[600])  # no more than so many trials are given to a model
    assert seconds_of_asks(100, 3) == pytest.approx(3 * costs[100])


def test_a_constraint_costs_less_than_an_objective() -> None:
    study = hpo.create_study(directions=["minimize"] * 2)
    trial = hpo.create_trial(values=[1.0, 2.0], constraints={"size": 0.5, "weight": -1.0})
    study.add_trial(trial)
    assert 2.0 < n_models_of(study.history) < 4.0


def test_long_objectives_are_counted_to_the_half_and_never_too_high() -> None:
    for seconds in (10.0, 60.0, 1000.0):
        assert 0.5 * 40 * (seconds - 1) <= effort([seconds] * 40) <= 40 * seconds


def test_what_an_ask_may_take_on_a_slow_machine_is_no_time_of_the_objective() -> None:
    assert effort([0.04] * 40) == 0.0
    assert effort([0.1] * 40, n_models=3) == 0.0


def test_few_trials_that_are_much_longer_change_nothing() -> None:
    usual = [0.0] * 36
    assert effort(usual) == effort([*usual, 1e5, 1e5, 1e5, 1e5]) == 0.0


def test_no_trials_take_no_time_and_a_clock_that_was_put_back_is_survived() -> None:
    assert effort([]) == 0.0
    assert effort([-5.0, 0.0]) == 0.0


def test_it_does_not_matter_in_which_pieces_trials_come() -> None:
    durations = [float(2**i % 37) for i in range(60)]
    study = hpo.create_study(seed=0)
    for seconds in durations:
        study.add_trial(lasting(seconds))
        Effort.of(study.history, 1)
    assert Effort.of(study.history, 1).seconds == effort(durations)
