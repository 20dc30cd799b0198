"""Trials are counted from a history as the study counts them."""

from __future__ import annotations

import hpo
from hpo.pruners import SuccessiveHalvingPruner
from hpo.reading.counts import state_counts
from hpo.samplers import RandomSampler
from hpo.trial import Trial, TrialState
from tests.growing import prefixes


def objective(trial: Trial) -> float:
    """Trials that pause, go on, fail and end."""
    x = trial.suggest_float("x", 0, 1)
    for step in range(trial.resume_step, 9):
        trial.report(x + 1 / (step + 1), step)
        if trial.should_pause():
            raise hpo.TrialPaused
    if trial.number % 5 == 4:
        raise ArithmeticError
    if trial.number % 7 == 6:
        raise hpo.TrialPruned
    return x


def test_a_history_counts_all_trials_but_the_waiting_ones() -> None:
    pruner = SuccessiveHalvingPruner(mode="promote", min_resource=1, reduction_factor=2)
    study = hpo.create_study(sampler=RandomSampler(seed=0), pruner=pruner)
    study.optimize(objective, n_trials=40, catch=ArithmeticError)
    study.enqueue_trial({"x": 0.5})
    study.ask()
    study.ask()
    study.enqueue_trial({"x": 0.25})
    study.delete_trial(3)
    n_events = len(study._log.storage.read(study.study_name))
    met = set()
    for state in prefixes(study, 1, n_events):
        counted = state_counts(state.history)
        met |= {one for one, n in counted.items() if n}
        assert counted | {TrialState.WAITING: 0} == {
            one: 0 if one is TrialState.WAITING else state.count_trials((one,)) for one in TrialState
        }
    assert met == set(TrialState) - {TrialState.WAITING}
