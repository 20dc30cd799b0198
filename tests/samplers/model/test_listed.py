"""What is left of a finite space is what was tried least often, as points or as codes, unless there is too much."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from hpo.arrays import Array
from hpo.distributions import CategoricalDistribution, IntDistribution
from hpo.exceptions import SearchSpaceExhausted
from hpo.key import Key
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.branches import unbranched
from hpo.samplers.model.configurations import names_of
from hpo.samplers.model.listed import left, points_left, some_of
from hpo.samplers.model.tried import Tried
from hpo.space import Space

SPACE = Space({"n": IntDistribution(0, 4), "kind": CategoricalDistribution(["a", "b", "c"])})
AXES, TREE, KEY = axes_of(SPACE), unbranched(2), Key(0, 1)
ALL = np.array([(n, kind) for n in range(5) for kind in range(3)])


def place(*fixed: float) -> SimpleNamespace:
    return SimpleNamespace(axes=AXES, tree=TREE, fixed=np.array(fixed))


FREE = place(np.nan, np.nan)


@pytest.mark.parametrize("n_tried", [0, 1, 7, 14])
def test_what_was_not_tried_is_left(n_tried: int) -> None:
    tried = Tried().including(names_of(ALL[:n_tried]))
    values = left(TREE, AXES, tried, "stop", KEY)
    assert values is not None
    assert sorted(map(tuple, values.tolist())) == [tuple(row) for row in ALL[n_tried:].tolist()]
    points = points_left(FREE, tried, "stop", KEY)
    assert points is not None
    assert (AXES.values(points, np.ones(points.shape, dtype=np.bool_)) == values).all()


def test_once_nothing_is_left_the_rarest_are_or_the_study_ends() -> None:
    tried = Tried().including(names_of(ALL)).including(names_of(ALL[:13]))
    values = left(TREE, AXES, tried, "repeat", KEY)
    assert values is not None
    assert sorted(map(tuple, values.tolist())) == [tuple(row) for row in ALL[13:].tolist()]
    for of in (lambda: left(TREE, AXES, tried, "stop", KEY), lambda: points_left(FREE, tried, "stop", KEY)):
        with pytest.raises(SearchSpaceExhausted):
            of()


def test_nothing_is_listed_of_a_large_space_or_where_it_may_be_tried_again_or_values_are_given() -> None:
    tried = Tried().including(names_of(ALL))
    assert left(TREE, AXES, tried, "stop", KEY, most=14) is None
    assert points_left(FREE, tried, "stop", KEY, most=14) is None
    assert points_left(FREE, None, "stop", KEY) is None
    assert points_left(place(0.5, np.nan), tried, "stop", KEY) is None


@pytest.mark.parametrize("n", [1, 512, 513, 3000])
def test_some_of_many_points_are_compared_in_their_order(n: int) -> None:
    points: Array = np.arange(n, dtype=np.float64)[:, None]
    some = some_of(points, np.random.default_rng(0))
    assert some.shape == (min(n, 512), 1)
    assert (np.diff(some[:, 0]) > 0).all()
