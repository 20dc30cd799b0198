"""A retry knows, while it runs, which trials it retries."""

from __future__ import annotations

import pytest

import hpo
from hpo.samplers import RandomSampler
from hpo.storages import RetryFailedTrialCallback
from hpo.study import RetryPolicy
from hpo.trial import Trial


def test_an_objective_can_ask_which_trials_its_own_retries() -> None:
    seen: list[tuple[int | None, list[int]]] = []

    def objective(trial: Trial) -> float:
        first = RetryFailedTrialCallback.retried_trial_number(trial)
        seen.append((first, RetryFailedTrialCallback.retry_history(trial)))
        assert trial.system_attrs.get("failed_trial") == first
        if trial.number < 2:
            raise ZeroDivisionError
        return trial.suggest_float("x", 0, 1)

    study = hpo.create_study(sampler=RandomSampler(), retry=RetryPolicy(failed=True))
    study.optimize(objective, n_trials=4, catch=ZeroDivisionError)
    assert seen == [(None, []), (0, [0]), (0, [0, 1]), (None, [])]
    assert [RetryPolicy.retry_history(trial) for trial in study.trials] == [history for _, history in seen]


def test_what_a_trial_shows_of_hpos_attributes_is_a_copy() -> None:
    trial = hpo.create_study().ask()
    trial.system_attrs["failed_trial"] = 7
    assert trial.system_attrs == {}
    with pytest.raises(AttributeError):
        trial.system_attrs = {}  # type: ignore[misc]


def test_a_number_of_retries_is_none_that_is_below_0() -> None:
    for refused in (lambda: RetryPolicy(max_retry=-1), lambda: hpo.create_study(retry=-1)):
        with pytest.raises(ValueError, match="max_retry must be ≥ 0, or None for no limit, got -1"):
            refused()
