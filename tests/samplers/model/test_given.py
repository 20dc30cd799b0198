"""A model is asked for what a trial was given as well, and the proposal is of what was asked for."""

from __future__ import annotations

import numpy as np
import pytest

import hpo
from hpo.distributions import FloatDistribution
from hpo.history import History
from hpo.samplers import RandomSampler
from hpo.samplers.model.given import completed, narrowed
from hpo.space import Space

SPACE = Space({"c": FloatDistribution(0, 1), "a": FloatDistribution(0, 1)})


def history(**given: float) -> History:
    """What a trial knows that was given values, in a study whose parameters are a, b and c."""
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: sum(trial.suggest_float(name, 0, 1) for name in "abc"), n_trials=2)
    return study.history.with_given(given)


@pytest.mark.parametrize("given", [{}, {"a": 0.5}, {"c": 0.5, "a": 0.2}, {"unknown": 0.5}], ids=str)
def test_a_space_that_lacks_nothing_is_its_own_completion(given: dict[str, float]) -> None:
    assert completed(SPACE, history(**given)) is SPACE


def test_a_space_is_completed_by_what_it_lacks_and_the_study_knows() -> None:
    assert completed(SPACE, history(b=0.2, unknown=0.5)).names == ("b", "c", "a")
    assert completed(SPACE, history(a=0.5, b=0.2)).names == ("a", "b", "c")


def test_a_row_is_narrowed_to_what_was_asked_for_in_its_order() -> None:
    row, model = np.array([0.1, 0.2, 0.3]), completed(SPACE, history(a=0.5, b=0.2))
    assert narrowed(row, model, SPACE).tolist() == [0.3, 0.1]
    assert narrowed(row, model, model) is row
