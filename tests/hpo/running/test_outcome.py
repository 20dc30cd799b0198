"""Whatever an objective returns or raises becomes an outcome; nothing that it does gets out."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.events import TrialError, TrialState
from hpo.running.outcome import Outcome, read_values


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
    [1, True, np.float32(1), np.int64(1), np.array(1.0), np.array([1.0]), Decimal(1), Fraction(1), [1], (1.0,)],
    ids=repr,
)
def test_what_is_one_as_a_float_is_a_value_of_one(returned: Any) -> None:
    outcome = Outcome.of_return(returned, 1)
    if isinstance(returned, np.ndarray):  # its length would be a guess
        assert outcome.state is TrialState.FAIL
    else:
        assert outcome == Outcome(TrialState.COMPLETE, (1.0,))


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
