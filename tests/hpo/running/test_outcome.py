"""Whatever an objective returns or raises becomes an outcome; nothing that it does gets out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpo
from hpo.events import TrialError, TrialState
from hpo.running.outcome import Outcome, read_values
from hpo.samplers import RandomSampler


class Hostile:
    def __float__(self) -> float:
        raise OSError("no number today")

    def __repr__(self) -> str:
        raise OSError("no repr either")


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise OSError("no text")


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=4))
def test_numbers_are_values(numbers: list[float]) -> None:
    for returned in (numbers, tuple(numbers)):
        assert Outcome.of_return(returned, len(numbers)) == Outcome(TrialState.COMPLETE, tuple(numbers))
        assert isinstance(read_values(returned, len(numbers) + 1), str)


@pytest.mark.parametrize(
    "returned",
    [1, True, np.float32(1), np.int64(1), np.array(1.0), np.array(1), Decimal(1), Fraction(1), [1], (np.array(1.0),)],
    ids=repr,
)
def test_what_is_one_as_a_float_is_a_value_of_one(returned: Any) -> None:
    assert Outcome.of_return(returned, 1) == Outcome(TrialState.COMPLETE, (1.0,))


@pytest.mark.parametrize("returned", [np.array([1.0]), np.array([[1.0]]), [np.array([1.0])]], ids=repr)
def test_an_array_with_an_axis_is_no_number(returned: Any) -> None:  # its length would be a guess
    outcome = Outcome.of_return(returned, 1)
    assert outcome.error is not None
    assert "`.item()`" in outcome.error.message


class Tensor:
    """What frameworks return: it has a length and elements, and is no sequence."""

    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Iterator[np.float32]:
        return iter(np.array([1.0, 2.0], np.float32))

    def __contains__(self, _: object) -> bool:
        return False


@pytest.mark.parametrize(
    "returned",
    [np.array([1.0, 2.0]), np.array([1, 2]), [np.array(1), np.float32(2)], Tensor(), {"a": 1, "b": 2}.values()],
    ids=lambda returned: type(returned).__name__,
)
def test_what_holds_a_number_for_each_objective_is_their_values(returned: Any) -> None:
    assert Outcome.of_return(returned, 2) == Outcome(TrialState.COMPLETE, (1.0, 2.0))
    assert isinstance(read_values(returned, 3), str)


@pytest.mark.parametrize(
    ("returned", "n_objectives", "advice"),
    [
        (None, 1, "must end with `return` and a number."),
        (None, 2, "must end with `return` and a tuple of 2 numbers, one per objective."),
        ({"loss": 0.5, "accuracy": 0.9}, 1, "return a number out of the dict, such as `result['loss']`."),
        ({}, 2, "return a tuple of 2 numbers, one per objective out of the dict, such as `result[…]`."),
        ((0.5, 0.9), 1, 'create_study(directions=["minimize", "minimize"]) if there are 2 objectives.'),
        (tuple(range(9)), 1, 'create_study(directions=["minimize", …]) if there are 9 objectives.'),
        ((), 1, "did not match the number of the objectives 1: return a number."),
        (0.5, 2, "The number of the values 1 did not match the number of the objectives 2: return 2 numbers"),
        ({0.5, 0.6}, 2, "The number of the values 1 did not match"),
        (np.array([[0.5, 0.6], [0.7, 0.8]]), 2, "expected a number"),
    ],
    ids=repr,
)
def test_the_sentence_says_what_to_write(returned: Any, n_objectives: int, advice: str) -> None:
    sentence = read_values(returned, n_objectives)
    assert isinstance(sentence, str)
    assert advice in sentence


@pytest.mark.parametrize(
    "returned",
    [
        None,
        "1",
        b"1",
        "",
        [],
        [1, 2],
        math.nan,
        [math.nan],
        {},
        {"x": 1},
        1j,
        object(),
        Hostile(),
        [Hostile()],
        10**400,
    ],
    ids=lambda returned: type(returned).__name__,
)
def test_what_is_no_value_fails_with_a_sentence(returned: Any) -> None:
    outcome = Outcome.of_return(returned, 1)
    assert outcome.state is TrialState.FAIL
    assert outcome.values is None
    assert outcome.error is not None
    assert outcome.error.message.startswith("The ")
    assert outcome.error.message.endswith(".")


def raised(make: Callable[[], BaseException]) -> BaseException:
    try:
        raise make()
    except BaseException as error:
        return error


def test_an_error_keeps_its_type_text_and_traceback() -> None:
    error = Outcome.of_error(raised(lambda: ValueError("broken"))).error
    assert error is not None
    assert (error.type, error.message) == ("ValueError", "broken")
    assert "in raised" in error.traceback
    assert error.traceback.endswith("ValueError: broken\n")


def test_an_error_that_cannot_be_shown_is_an_outcome_too() -> None:
    error = Outcome.of_error(raised(Unspeakable)).error
    assert error == TrialError(
        f"{__name__}.Unspeakable", error.message if error else "", error.traceback if error else ""
    )
    assert error.message


def test_a_trial_that_says_that_it_failed_ends_alone() -> None:
    def objective(trial: hpo.Trial) -> float:
        if trial.number == 1:
            raise hpo.TrialFailed("The loss diverged.")
        return 0.0

    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(objective, n_trials=3)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.FAIL, TrialState.COMPLETE]
    assert study.trials[1].error == TrialError("TrialFailed", "The loss diverged.")
