"""Successive halving whose last rung rises only where rankings change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpo
from hpo.history import Curve
from hpo.pruners import SuccessiveHalvingPruner
from hpo.pruners.progressive import Progress, crossed_gap, same_ranking
from hpo.pruners.rungs import Ladder
from hpo.samplers import RandomSampler
from hpo.trial import Trial, TrialState

PRUNER = SuccessiveHalvingPruner(min_resource=1, reduction_factor=3, mode="promote", progressive=True)
LADDER = Ladder(1, 3)
LAST_STEP = 26


def settled(trial: Trial) -> float:
    """The first step tells who is best."""
    x = trial.suggest_float("x", 0, 1)
    return _train(trial, lambda step: x + 1 / step)


def turning(trial: Trial) -> float:
    """Whatever was better at one rung is worse at the next."""
    x = trial.suggest_float("x", 0, 1)
    return _train(trial, lambda step: x if LADDER.n_reached(step) % 2 else 1 - x)


def noisy(trial: Trial) -> float:
    """Differences that change their sign from step to step."""
    x = trial.suggest_float("x", 0, 1)
    noise = np.random.default_rng(trial.number).normal(size=LAST_STEP + 1)
    return _train(trial, lambda step: 0.01 * x + noise[step])


def _train(trial: Trial, loss: Callable[[int], float]) -> float:
    for step in range(max(trial.resume_step, 1), LAST_STEP + 1):
        trial.report(float(loss(step)), step)
        if trial.should_pause():
            raise hpo.TrialPaused
    return float(loss(LAST_STEP))


def run(objective: Callable[[Trial], float], folder: Path, pruner: SuccessiveHalvingPruner = PRUNER) -> hpo.Study:
    study = hpo.create_study(pruner=pruner, sampler=RandomSampler(), seed=0, checkpoints=folder)
    study.optimize(objective, n_trials=60)
    return study


def n_steps(study: hpo.Study) -> int:
    return sum(trial.last_step or 0 for trial in study.trials)


def test_what_the_first_steps_tell_is_not_confirmed_by_many(tmp_path: Path) -> None:
    study = run(settled, tmp_path)
    assert Progress.of(study.history, LADDER).top == 1
    everything = run(settled, tmp_path, SuccessiveHalvingPruner(1, 3, mode="promote"))
    assert study.best_params == everything.best_params
    assert n_steps(study) < 0.9 * n_steps(everything)
    beyond = [trial for trial in study.trials if (trial.last_step or 0) > 3]
    assert all(trial.state is TrialState.COMPLETE for trial in beyond)


def test_rankings_that_turn_raise_the_last_rung(tmp_path: Path) -> None:
    assert Progress.of(run(turning, tmp_path).history, LADDER).top >= 3


def test_noise_does_so_less(tmp_path: Path) -> None:
    progress = Progress.of(run(noisy, tmp_path).history, LADDER)
    assert len(progress.gaps) > 10  # what tells that it is noise
    assert progress.top < Progress.of(run(turning, tmp_path).history, LADDER).top


@pytest.mark.parametrize("objective", [settled, turning, noisy])
def test_runs_can_be_recomputed(objective: Callable[[Trial], float], tmp_path: Path) -> None:
    study = run(objective, tmp_path)
    assert study.verify() == []
    assert any(trial.state is TrialState.COMPLETE for trial in study.trials)
    assert not any(trial.state is TrialState.FAIL for trial in study.trials)


def test_progress_does_not_depend_on_how_trials_are_cut_into_pieces(tmp_path: Path) -> None:
    history = run(turning, tmp_path).history
    whole = Progress(LADDER).advance(history)
    by_one = Progress(LADDER)
    for row in range(len(history)):
        by_one = by_one.advance(history.where(np.arange(len(history)) == row))
    assert (by_one.top, by_one.curves, by_one.gaps) == (whole.top, whole.curves, whole.gaps)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=8))
def test_a_ranking_is_the_same_up_to_the_tolerance(losses: list[float]) -> None:
    below = np.array(losses)
    assert same_ranking(below, below * 2, 0.0)
    assert same_ranking(below, -below, float(np.ptp(below)))
    assert same_ranking(below, -below, 0.0) == (np.ptp(below) == 0.0)


def test_trials_without_a_number_do_not_count_in_a_ranking() -> None:
    nan, inf = float("nan"), float("inf")
    assert same_ranking(np.array([1.0, nan, 2.0, inf]), np.array([1.0, 0.0, nan, 0.0]), 0.0)


def test_only_curves_that_cross_twice_show_noise() -> None:
    def curve(*losses: float) -> Curve:
        return Curve(0, tuple(range(len(losses))), losses)

    flat = curve(0.0, 0.0, 0.0, 0.0)
    assert crossed_gap(curve(1.0, -1.0, 2.0, 3.0), flat) == 3.0
    assert crossed_gap(curve(1.0, -1.0, -2.0), flat) is None
    assert crossed_gap(curve(1.0, 0.0, 1.0), flat) is None  # they touch
    assert crossed_gap(curve(1.0, float("nan"), -1.0, 0.5), flat) == 0.5


def test_it_needs_trials_that_pause_and_one_objective(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='mode="promote"'):
        SuccessiveHalvingPruner(progressive=True)
    study = hpo.create_study(directions=["minimize"] * 2, pruner=PRUNER, checkpoints=tmp_path)
    trial = study.ask()
    trial.report((1.0, 2.0), 1)
    with pytest.raises(NotImplementedError, match="one objective, but the study has 2"):
        trial.should_pause()
