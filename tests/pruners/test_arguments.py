"""Arguments of pruners that are no numbers, or do not count where they are to, are refused where they are given."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from hpo import pruners
from hpo.pruners import (
    HyperbandPruner,
    LearningCurvePruner,
    MedianPruner,
    PatientPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
)
from hpo.reading.descriptions import described, rebuilt
from tests.arguments import Argument, numeric, takes_numbers_only

NEEDED: dict[str, dict[str, Any]] = {
    "HyperbandPruner": {"max_resource": 27},
    "PatientPruner": {"wrapped_pruner": None, "patience": 1},
    "PercentilePruner": {"percentile": 50.0},
    "SuccessiveHalvingPruner": {"min_resource": 1},
    "ThresholdPruner": {"upper": 1.0},
}
CLASSES = [made for name in pruners.__all__ if isinstance(made := getattr(pruners, name), type)]
ARGUMENTS = numeric(CLASSES)


def maker(argument: Argument) -> partial[object]:
    return partial(getattr(pruners, argument.of), **NEEDED.get(argument.of, {}))


def test_there_are_arguments_of_all_pruners() -> None:
    assert {argument.of for argument in ARGUMENTS} == set(pruners.__all__) - {"NopPruner"}


@pytest.mark.parametrize("argument", ARGUMENTS, ids=lambda one: f"{one.of}-{one.name}")
def test_what_is_no_number_is_refused(argument: Argument) -> None:
    takes_numbers_only(maker(argument), argument)


def test_what_is_only_compared_may_be_a_whole_float() -> None:
    for made in (MedianPruner(n_warmup_steps=5.0), SuccessiveHalvingPruner(reduction_factor=3.0)):  # type: ignore[arg-type]
        assert repr(rebuilt(described(made))) == repr(made)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (SuccessiveHalvingPruner, "min_resource"),
        (HyperbandPruner, "max_resource"),
        (LearningCurvePruner, "max_resource"),
    ],
)
def test_a_resource_says_what_else_there_is_to_write(made: Any, name: str) -> None:
    for value in (2.5, None, 0, "all"):
        with pytest.raises((TypeError, ValueError), match=f"^{name} must be .*'auto'.*got {value!r}"):
            made(**{name: value})


def test_a_whole_trial_is_no_shorter_than_its_first_rung() -> None:
    with pytest.raises(ValueError, match="max_resource must be at least min_resource=4, or 'auto', got 3"):
        HyperbandPruner(min_resource=4, max_resource=3)


def test_a_wrapped_pruner_is_checked_where_it_is_made() -> None:
    with pytest.raises(TypeError, match="n_min_trials must be a whole number, got 1.5"):
        PatientPruner(PercentilePruner(25.0, n_min_trials=1.5), patience=1)  # type: ignore[arg-type]
