"""What a log says of samplers and pruners is the same in every process, and hpo's own are built from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hpo.pruners import HyperbandPruner, MedianPruner, PatientPruner, SuccessiveHalvingPruner, ThresholdPruner
from hpo.reading.descriptions import described, rebuilt
from hpo.samplers import GPSampler, GridSampler, RandomSampler, TPESampler

OURS = [
    RandomSampler(seed=3),
    TPESampler(n_startup_trials=3, multivariate=False),
    GPSampler(noise_std=0.5),
    GridSampler({"x": [1, 2.5], "kind": ["a", None, True]}),
    MedianPruner(),
    HyperbandPruner(max_resource=9),
    PatientPruner(SuccessiveHalvingPruner(mode="promote"), 2),
    ThresholdPruner(upper=-1.5),
]


class Mine:
    def prune(self, history: Any, curve: Any) -> bool:
        return False


@pytest.mark.parametrize("plug_in", OURS, ids=lambda one: type(one).__name__)
def test_hpos_own_are_built_from_what_is_said_of_them(plug_in: object) -> None:
    again = rebuilt(described(plug_in))
    assert type(again) is type(plug_in)
    assert repr(again) == repr(plug_in)


def test_numbers_of_numpy_s_are_said_as_plain_ones() -> None:
    pruner = HyperbandPruner(max_resource=np.int64(9))  # type: ignore[arg-type]
    assert described(pruner) == described(HyperbandPruner(max_resource=9))
    assert rebuilt(described(pruner)) == pruner


@pytest.mark.parametrize(
    "make",
    [
        Mine,
        lambda: TPESampler(gamma=lambda n: n // 2),
        lambda: GridSampler({"x": list(range(10_000))}),
        lambda: PatientPruner(Mine(), 2),
    ],
)
def test_others_are_not_built_but_described_alike_every_time(make: Callable[[], Any]) -> None:
    one, other = make(), make()
    assert described(one) == described(other)
    assert len(described(one)) < 2100
    assert rebuilt(described(one)) is None


def test_long_descriptions_that_differ_at_their_end_only_differ() -> None:
    values = list(range(10_000))
    assert described(GridSampler({"x": values})) != described(GridSampler({"x": [*values, -1]}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RandomSampler",
        "print()",
        "__import__('os')",
        "RandomSampler(1)",
        "RandomSampler(seed=open('x'))",
        "(" * 500,
    ],
)
def test_nothing_else_is_called(text: str) -> None:
    assert rebuilt(text) is None
