"""Whoever asks for the best of a study without one is told what became of its trials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import hpo
from hpo.events import TrialState


def failing(trial: hpo.Trial) -> float:
    trial.suggest_float("x", 0, 1)
    raise ZeroDivisionError(f"no luck with trial {trial.number}")


def broken(trial: hpo.Trial) -> float:
    trial.set_constraint("weight", 3.0 - trial.number)
    trial.set_constraint("size", -1.0)
    return 1.0


def pruned(trial: hpo.Trial) -> float:
    raise hpo.TrialPruned


CONSUMERS: list[Callable[[hpo.Study], Any]] = [
    lambda study: study.best_trial,
    lambda study: study.best_value,
    lambda study: study.best_params,
    lambda study: study.snapshot().best_trial,
    lambda study: study.snapshot().best_value,
    lambda study: study.snapshot().best_params,
]


def told(study: hpo.Study) -> str:
    sentences = set()
    for consumer in CONSUMERS:
        with pytest.raises(ValueError, match="completed yet") as caught:
            consumer(study)
        sentences.add(str(caught.value))
    (sentence,) = sentences
    assert sentence in study.results_summary()
    return sentence


def test_failures_are_counted_and_the_last_error_is_shown() -> None:
    study = hpo.create_study()
    study.optimize(failing, n_trials=3, catch=ZeroDivisionError)
    study.optimize(pruned, n_trials=1)
    study.ask()
    assert told(study) == (
        "No trials are completed yet: of 5 trials, 3 failed, 1 pruned, 1 running. "
        "The last error, of trial 2: ZeroDivisionError: no luck with trial 2"
    )


def test_a_forgotten_return_is_named() -> None:
    study = hpo.create_study()
    study.optimize(lambda trial: None, n_trials=2)
    assert "of 2 trials, 2 failed." in told(study)
    assert "must end with `return` and a number." in told(study)


def test_trials_that_were_told_to_have_failed() -> None:
    study = hpo.create_study()
    study.tell(study.ask(), state=TrialState.FAIL)
    assert told(study) == "No trials are completed yet: of 1 trial, 1 failed. Trial 0 was told to have failed."


def test_an_empty_study() -> None:
    assert told(hpo.create_study()).startswith("No trials are completed yet: run some with study.optimize(")


def test_where_all_are_infeasible_the_nearest_is_named() -> None:
    study = hpo.create_study()
    study.optimize(broken, n_trials=2)
    assert told(study) == (
        "No feasible trials are completed yet: 2 complete trials, and each violates a constraint. "
        "The nearest is trial 1 (weight=2; feasible where ≤ 0)."
    )


def test_a_long_message_is_cut() -> None:
    study = hpo.create_study()
    study.optimize(lambda trial: [1.0] * 999 if trial.number else "x" * 999, n_trials=1)
    assert len(told(study)) < 600


def test_several_objectives_have_a_summary_too() -> None:
    study = hpo.create_study(directions=["minimize", "maximize"])
    study.optimize(lambda trial: 1.0, n_trials=1)
    assert study.best_trials == []
    assert "of 1 trial, 1 failed." in study.results_summary()
    assert "return 2 numbers, one per objective" in study.results_summary()
