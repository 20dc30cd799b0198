"""Samplers of the user's own: what they may answer, and what they leave to those that they wrap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hpo
from hpo.protocols import seeding
from hpo.samplers import CmaEsSampler, PartialFixedSampler, RandomSampler
from hpo.trial import TrialState


class Answering:
    """Gives the same answer always."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def sample(self, space: Any, history: Any, key: Any) -> Any:
        return self.answer

    def __repr__(self) -> str:
        return "Answering()"


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        ({"x": 0.5}, TypeError, r"got \{'x': 0\.5\}; space\.encode\(\{name: value\}\) makes one of values"),
        ([0.5], TypeError, r"got \[0\.5\] of type list"),
        (None, TypeError, r"got None of type NoneType"),
        (np.array(["0.5"]), ValueError, r"got the shape \(1,\) and the type <U3"),
        (np.array([0.5, 0.5]), ValueError, r"got the shape \(2,\) and the type float64"),
        (np.array(0.5), ValueError, r"got the shape \(\) and the type float64"),
    ],
    ids=["dict", "list", "none", "text", "longer", "number"],
)
def test_an_answer_that_cannot_be_is_refused(answer: Any, error: type[Exception], message: str) -> None:
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    study.sampler = Answering(answer)
    wanted = r"Answering\(\) must return coded values, an array of floats of shape \(1,\) for \['x'\], "
    with pytest.raises(error, match=wanted + message):
        study.ask()
    assert study.count_trials([TrialState.RUNNING]) == 0


class Around:
    """Adds nothing to another sampler."""

    def __init__(self, wrapped: Any) -> None:
        self.wrapped = wrapped

    def sample(self, space: Any, history: Any, key: Any) -> Any:
        return self.wrapped.sample(space, history, key)


class Seeded(Around):
    """A sampler around another one that has a seed, too."""

    def __init__(self, wrapped: Any, seed: int | None) -> None:
        super().__init__(wrapped)
        self.seed = seed


@pytest.mark.parametrize(
    ("sampler", "seed"),
    [
        (RandomSampler(seed=3), 3),
        (Around(Around(RandomSampler(seed=3))), 3),
        (PartialFixedSampler({"x": 0.5}, Around(CmaEsSampler(seed=4))), 4),
        (Seeded(RandomSampler(seed=3), None), 3),
        (Seeded(RandomSampler(seed=3), 0), 0),
    ],
    ids=["its own", "wrapped", "fixed", "no other", "another"],
)
def test_a_study_has_the_first_seed_that_its_sampler_or_one_in_it_says(sampler: Any, seed: int) -> None:
    assert seeding(sampler) == hpo.create_study(sampler=sampler).seed == seed
    assert hpo.create_study(sampler=sampler, seed=7).seed == 7


def test_samplers_without_a_seed_leave_it_to_chance() -> None:
    one, other = (hpo.create_study(sampler=Around(RandomSampler())) for _ in range(2))
    assert seeding(Around(RandomSampler())) is None
    assert one.seed != other.seed
