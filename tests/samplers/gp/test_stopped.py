"""What losses of pruned trials would have become."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.events import TrialState
from hpo.history import History
from hpo.samplers import GPSampler, RandomSampler
from hpo.samplers.gp.stopped import Changes
from hpo.samplers.gp.surrogate import Surrogates


def history(curves: list[tuple[list[float], bool]], direction: Any = "minimize") -> History:
    """Of trials with some values at the steps 0, 1, …, which were pruned after them or not."""
    study = hpo.create_study(sampler=RandomSampler(), pruner=hpo.pruners.NopPruner(), seed=0, direction=direction)
    for values, is_pruned in curves:
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        for step, value in enumerate(values):
            trial.report(value, step)
        if is_pruned:
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, values[-1])
    return study.history


CURVES: list[tuple[list[float], bool]] = [
    ([9.0, 9.0], True),  # nothing is known yet
    ([8.0, 4.0, 1.0], False),
    ([7.0, 6.0, 2.0], False),
    ([9.0], True),
    ([9.0, 5.0, 4.0], False),
    ([9.0], True),
    ([9.5, 7.0], True),
    ([9.5, 7.0, 6.5, 6.4], True),  # nobody else came so far
]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_a_pruned_trial_changes_as_the_median_one_did_that_went_on(direction: Any) -> None:
    sign = 1.0 if direction == "minimize" else -1.0
    seen = history([([sign * v for v in values], is_pruned) for values, is_pruned in CURVES], direction)
    _, losses = Changes().after(seen)
    assert losses[:, 0].tolist() == [9.0, 1.0, 2.0, 9.0 - 6.0, 4.0, 9.0 - 5.0, 7.0 - 3.0, 6.4]


def test_it_does_not_matter_how_trials_are_cut() -> None:
    seen, known, pieces = history(CURVES), Changes(), []
    for row in range(len(CURVES)):
        known, losses = known.after(seen.where(np.arange(len(CURVES)) == row))
        pieces.append(losses)
    np.testing.assert_array_equal(np.concatenate(pieces), Changes().after(seen)[1])


@pytest.mark.parametrize("odd", [math.inf, math.nan, 1e308, -1e308])
def test_curves_that_leave_all_measure_are_passed_over(odd: float) -> None:
    seen = history([([odd, 3.0], False), ([-odd, -1e308], False), ([5.0, 2.0], False), ([4.0], True)])
    _, losses = Changes().after(seen)
    assert math.isfinite(losses[3, 0])
    assert Surrogates.of(seen, seen.space, GPSampler().modelling).seen.pruned.sum() == 1


def test_steps_count_and_not_the_order_of_reports() -> None:
    study = hpo.create_study(sampler=RandomSampler(), pruner=hpo.pruners.NopPruner(), seed=0)
    for reports, is_pruned in (({2: 1.0, 0: 5.0, 1: 3.0}, False), ({1: 6.0, 0: 9.0}, True)):
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        for step, value in reports.items():
            trial.report(value, step)
        if is_pruned:
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, 1.0)
    _, losses = Changes().after(study.history)
    assert losses[0, 0] == 1.0
    assert losses[1, 0] == study.history.losses[1, 0] - 2.0


def test_several_objectives_stay_as_they_are() -> None:
    study = hpo.create_study(directions=["minimize"] * 2, sampler=RandomSampler(), seed=0)
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    trial.report((3.0, 4.0), 0)
    study.tell(trial, (1.0, 2.0))
    known, losses = Changes().after(study.history)
    assert known.curves == ()
    assert losses.tolist() == [[1.0, 2.0]]
