"""Arguments of evaluators that are no numbers, or do not count where they are to, are refused where they are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hpo
from hpo import importance
from hpo.importance import (
    FanovaImportanceEvaluator,
    MeanDecreaseImpurityImportanceEvaluator,
    PedAnovaImportanceEvaluator,
    ShapleyImportanceEvaluator,
    explain_gain,
)
from tests.arguments import Argument, numeric, takes_numbers_only

ARGUMENTS = numeric(
    [
        FanovaImportanceEvaluator,
        MeanDecreaseImpurityImportanceEvaluator,
        PedAnovaImportanceEvaluator,
        ShapleyImportanceEvaluator,
    ]
)


@pytest.mark.parametrize("argument", ARGUMENTS, ids=lambda one: f"{one.of}-{one.name}")
def test_what_is_no_number_is_refused(argument: Argument) -> None:
    make = getattr(importance, argument.of)
    takes_numbers_only(make, argument)


@pytest.mark.parametrize("name", ["n_trees", "max_samples"])
def test_nothing_is_learned_from_no_trees_and_no_trials(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        ShapleyImportanceEvaluator(**{name: 0})


def test_a_baseline_is_a_dict_or_a_trial_s_number() -> None:
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(), seed=0)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=9)
    third: Any = np.int64(3)
    baselines: list[Any] = ["x", 3.0, True, ["x"]]
    for baseline in baselines:
        with pytest.raises(TypeError, match="baseline must be a whole number, a dict of parameters, or None, got"):
            explain_gain(study, baseline=baseline)
        with pytest.raises(TypeError, match="trial must be a whole number, or None for the best one, got"):
            explain_gain(study, trial=baseline)
    assert explain_gain(study, baseline=third) == explain_gain(study, baseline=3)
