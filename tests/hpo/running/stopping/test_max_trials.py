"""A number of trials ends a run, counted in states that are checked as `count_trials` checks them."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import pytest

import hpo
from hpo import MaxTrialsCallback
from hpo.pruners import NopPruner
from hpo.running.budget import Budget
from hpo.samplers import RandomSampler
from hpo.trial import TrialState

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)


def objective(trial: hpo.Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    if trial.number % 3 == 0:
        raise hpo.TrialPruned
    return x


@pytest.mark.parametrize("states", [(TrialState.COMPLETE,), (TrialState.PRUNED,), FINISHED, None], ids=str)
def test_a_run_ends_with_so_many_trials_in_its_states(states: Container[TrialState] | None) -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0), pruner=NopPruner())
    for _ in range(2):
        study.optimize(objective, n_trials=40, callbacks=[MaxTrialsCallback(7, states)])
        assert study.count_trials(states) == 7


def test_states_are_kept_as_a_tuple_in_the_order_of_states() -> None:
    callback = MaxTrialsCallback(7, reversed(FINISHED))  # type: ignore[arg-type]
    assert callback == MaxTrialsCallback(7, [*FINISHED])
    assert hash(callback) == hash(MaxTrialsCallback(7, FINISHED))
    assert callback.budget == Budget(7, FINISHED)


@pytest.mark.parametrize("states", [TrialState.COMPLETE, "COMPLETE", ["COMPLETE"], 1], ids=repr)
def test_what_are_no_states_is_refused_as_by_count_trials(states: Any) -> None:
    with pytest.raises(TypeError) as expected:
        hpo.create_study().count_trials(states)
    with pytest.raises(TypeError, match="states must be a list of states") as refused:
        MaxTrialsCallback(3, states)
    assert str(refused.value) == str(expected.value)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="n_trials must be at least 0, got -3"):
        MaxTrialsCallback(-3)
