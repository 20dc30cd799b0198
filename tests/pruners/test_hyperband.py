"""Hyperband: brackets in proportion, each with trials of its own."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.events import TrialState
from hpo.history import Curve, History
from hpo.key import Key
from hpo.pruners import HyperbandPruner, SuccessiveHalvingPruner
from hpo.space import Space
from tests.pruners.test_percentile import history

PRUNER = HyperbandPruner(min_resource=1, max_resource=9, reduction_factor=3)


def bracket(number: int) -> int:
    return PRUNER.bracket(number, 9)


def test_brackets_get_about_the_same_number_of_steps() -> None:
    counts = Counter(bracket(number) for number in range(1700))
    sizes = {0: 9, 1: 5, 2: 3}  # ceil(3 * 9 / 3), ceil(3 * 3 / 2), 3, as in the paper
    for b, size in sizes.items():
        assert abs(counts[b] - 100 * size) <= 2
    for first in range(0, 170, 17):  # and in every stretch
        window = Counter(bracket(number) for number in range(first, first + 17))
        assert all(abs(window[b] - size) <= 1 for b, size in sizes.items())


@pytest.mark.parametrize(
    ("most", "factor", "n_brackets"), [(1, 3, 1), (2, 3, 1), (3, 3, 2), (80, 3, 4), (81, 3, 5), (243, 3, 6), (64, 4, 4)]
)
def test_there_are_as_many_brackets_as_rungs(most: int, factor: int, n_brackets: int) -> None:
    pruner = HyperbandPruner(max_resource=most, reduction_factor=factor)
    assert {pruner.bracket(number, most) for number in range(2000)} == set(range(n_brackets))


def test_trials_compete_within_their_bracket() -> None:
    numbers = range(40)
    past = history(*({1: 0.0, 3: 0.0, 9: 0.0} if bracket(n) == 1 else {1: 9.0, 3: 9.0, 9: 9.0} for n in numbers))
    for number in range(40, 80):
        curve = Curve(number, (1, 2, 3), (5.0, 5.0, 5.0))
        assert PRUNER.prune(past, curve) == (bracket(number) == 1)


def test_each_bracket_is_successive_halving_on_its_cohort() -> None:
    rng = np.random.default_rng(0)
    past = history(*({step: float(rng.normal()) for step in range(10)} for _ in range(60)))
    decisions = set()
    for number in range(60, 120):
        curve = Curve(number, tuple(range(10)), tuple(rng.normal(size=10).tolist()))
        b = bracket(number)
        cohort = past.where(np.array([bracket(n) == b for n in past.number.tolist()]))
        halving = SuccessiveHalvingPruner(1, 3, b)
        assert PRUNER.prune(past, curve) == halving.prune(cohort, curve)
        decisions.add(PRUNER.prune(past, curve))
    assert decisions == {False, True}


class Watching:
    """A sampler that notes what it is shown."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, list[int], list[int]]] = []

    def sample(self, space: Space, history: History, key: Key) -> Array:
        assert key.number is not None
        self.seen.append((key.number, history.number.tolist(), history.running.tolist()))
        return np.full(len(space), np.nan)


def test_samplers_see_their_bracket_alone() -> None:
    sampler = Watching()
    study = hpo.create_study(sampler=sampler, pruner=PRUNER, seed=0)
    trials = []
    for number in range(40):
        trials.append(study.ask())
        trials[-1].suggest_float(f"x{number % 2}", 0, 1)
        if number % 2:
            study.tell(trials[number - 1], 0.0)
    assert len(sampler.seen) > 40
    for number, finished, running in sampler.seen:
        assert {bracket(other) for other in (*finished, *running)} <= {bracket(number)}
        everyone = {other for other in range(number) if bracket(other) == bracket(number)}
        assert everyone == {*finished, *running} - {number}


def test_auto_is_decided_by_the_first_completed_trial() -> None:
    auto, known = HyperbandPruner(), HyperbandPruner(max_resource=9)
    past = history(dict.fromkeys(range(9), 0.0), {0: 1.0, 30: 1.0}, *({1: 0.0, 3: 0.0},) * 30)
    for number in range(40, 70):
        curve = Curve(number, (1, 2, 3), (5.0, 5.0, 5.0))
        assert auto.prune(past, curve) == known.prune(past, curve)
        assert auto.cohort(past, number).number.tolist() == known.cohort(past, number).number.tolist()
    empty = history({1: 0.0}, state=TrialState.PRUNED)
    assert not auto.prune(empty, Curve(9, (1,), (1.0,)))
    assert auto.cohort(empty, 9).number.tolist() == [0]


@pytest.mark.parametrize(
    "options",
    [
        {"min_resource": 0},
        {"max_resource": 0},
        {"max_resource": "all"},
        {"max_resource": 3, "min_resource": 4},
        {"reduction_factor": 1},
        {"bootstrap_count": -1, "max_resource": 9},
        {"bootstrap_count": 1},
    ],
    ids=repr,
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        HyperbandPruner(**options)
