"""An answer of a sampler of the user's own that cannot be is refused by a sentence that says what one is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hpo
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
