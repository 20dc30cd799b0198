"""A history tells how trials stand as the study does, also of trials that paused and went on."""

from __future__ import annotations

from functools import cache

import pytest

import hpo
from hpo.pruners import SuccessiveHalvingPruner
from hpo.reading.counts import latest, state_counts
from hpo.samplers import RandomSampler
from hpo.study import Study
from hpo.trial import Trial, TrialState
from tests.growing import prefixes

UNFINISHED = (TrialState.RUNNING, TrialState.WAITING)


def objective(trial: Trial) -> float:
    """Trials that pause, go on, fail and end."""
    x = trial.suggest_float("x", 0, 1)
    if trial.number % 5 == 4:
        raise ArithmeticError
    if trial.number % 7 == 6:
        raise hpo.TrialPruned
    for step in range(trial.resume_step, 9):
        trial.report(x + 1 / (step + 1), step)
        if trial.should_pause():
            raise hpo.TrialPaused
    return x


@cache
def states() -> list[Study]:
    """A study after each of its events."""
    pruner = SuccessiveHalvingPruner(mode="promote", min_resource=1, reduction_factor=2)
    study = hpo.create_study(sampler=RandomSampler(seed=0), pruner=pruner)
    study.optimize(objective, n_trials=40, catch=ArithmeticError)
    study.enqueue_trial({"x": 0.5})
    study.ask()
    study.ask()
    study.enqueue_trial({"x": 0.25})
    study.delete_trial(3)
    return prefixes(study, 1, len(study.events()))


def test_all_trials_are_counted_but_the_waiting_ones() -> None:
    met = set()
    for study in states():
        counted = state_counts(study.history)
        met |= {state for state, n in counted.items() if n}
        for state in TrialState:
            assert counted[state] == (0 if state is TrialState.WAITING else study.count_trials((state,)))
    assert met == set(TrialState) - {TrialState.WAITING}


def test_each_trial_has_one_row() -> None:
    for study in states():
        ended = [trial.number for trial in study.trials if trial.state not in UNFINISHED]
        assert sorted(latest(study.history).number.tolist()) == ended


@pytest.mark.parametrize("part", [0, -1], ids=["head", "parameter"])
def test_the_space_is_summed_up_over_trials_and_not_over_pauses(part: int) -> None:
    study = states()[-1]
    n = study.count_trials() - study.count_trials(UNFINISHED)
    assert str(n) in study.search_space_summary().splitlines()[part].split()
