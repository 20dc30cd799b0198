"""What a run does for a callback depends on what the callback offers, not on its class."""

from __future__ import annotations

import logging
from typing import final

import pytest

import hpo
from hpo.reading.readable import Readable
from hpo.running.budget import Budget
from hpo.trial import FrozenTrial, Trial, TrialState


def objective(trial: Trial) -> float:
    return trial.suggest_float("x", 0, 1)


@final
class Limited:
    """Has a budget, and does nothing when it is called."""

    def __init__(self, budget: object) -> None:
        self.budget = budget

    def __call__(self, study: hpo.Study, trial: FrozenTrial) -> None:
        del study, trial


@final
class Told:
    """Counts how often it was told that the run has ended, and with how many trials."""

    def __init__(self) -> None:
        self.n_trials: list[int] = []

    def __call__(self, study: hpo.Study, trial: FrozenTrial) -> None:
        del study
        if trial.number == 3:
            raise LookupError

    def end_of_run(self, study: Readable) -> None:
        self.n_trials.append(study.count_trials())


@pytest.mark.parametrize("n_jobs", [1, 4])
def test_any_callback_with_a_budget_bounds_the_run(n_jobs: int) -> None:
    study = hpo.create_study()
    budgets = [Limited(Budget(9)), Limited(Budget(7, (TrialState.COMPLETE,)))]
    study.optimize(objective, n_jobs=n_jobs, n_trials=20, callbacks=budgets)
    assert study.count_trials() == 7


def test_a_trial_that_may_be_told_on_another_day_holds_up_no_run() -> None:
    study = hpo.create_study()
    study.ask({"x": hpo.distributions.FloatDistribution(0, 1)})
    study.optimize(objective, n_trials=20, callbacks=hpo.MaxTrialsCallback(3))
    assert [trial.state for trial in study.trials] == [TrialState.RUNNING, *[TrialState.COMPLETE] * 3]


def test_a_run_says_which_trials_of_ask_it_waits_for() -> None:
    study = hpo.create_study()
    study.ask()

    class Teller(logging.Handler):
        """Tells what came of the trial as soon as the run says that it waits for it."""

        def emit(self, record: logging.LogRecord) -> None:
            if "waits for trial 0" in record.getMessage():
                study.tell(0, state=TrialState.FAIL)

    teller = Teller()
    hpo.logging.get_logger("hpo").addHandler(teller)
    try:
        study.optimize(objective, n_trials=20, callbacks=hpo.MaxTrialsCallback(3))
    finally:
        hpo.logging.get_logger("hpo").removeHandler(teller)
    assert [trial.state for trial in study.trials] == [TrialState.FAIL, *[TrialState.COMPLETE] * 3]


def test_what_is_called_a_budget_elsewhere_is_left_alone() -> None:
    study = hpo.create_study()
    study.optimize(objective, n_trials=5, callbacks=[Limited(3), Limited("three"), Limited(None)])
    assert study.count_trials() == 5


@pytest.mark.parametrize("n_trials", [0, 3])
def test_any_callback_that_wants_to_know_is_told_once_of_the_end(n_trials: int) -> None:
    told = Told()
    hpo.create_study().optimize(objective, n_trials=n_trials, callbacks=[told, Told()])
    assert told.n_trials == [n_trials]


def test_it_is_told_of_the_end_after_an_error_too() -> None:
    told = Told()
    with pytest.raises(LookupError):
        hpo.create_study().optimize(objective, n_trials=9, callbacks=[told])
    assert told.n_trials == [4]
