"""Arguments of callbacks that are no numbers, or do not count where they are to, are refused where they are given."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from hpo.running import stopping
from tests.arguments import Argument, numeric, takes_numbers_only

NEEDED: dict[str, dict[str, Any]] = {"DeltaY": {"delta": 0.5}, "NoImprovement": {"n_trials": 3}}
ARGUMENTS = numeric(getattr(stopping, name) for name in stopping.__all__)


def test_there_are_arguments_of_all_callbacks() -> None:
    assert {argument.of for argument in ARGUMENTS} == set(stopping.__all__)


@pytest.mark.parametrize("argument", ARGUMENTS, ids=lambda one: f"{one.of}-{one.name}")
def test_what_is_no_number_is_refused(argument: Argument) -> None:
    make = partial(getattr(stopping, argument.of), **NEEDED.get(argument.of, {}))
    takes_numbers_only(make, argument)
