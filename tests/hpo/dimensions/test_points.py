"""Points are vectors or dicts, as the space is, and are checked where they are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import Bounds

import hpo
from hpo.dimensions import read_points
from hpo.distributions import CategoricalDistribution, FloatDistribution
from hpo.samplers import RandomSampler
from hpo.trial import FixedTrial

SPACES: dict[str, tuple[Any, Any]] = {
    "floats": ([(-1.0, 1.0), (0.1, 10.0, "log-uniform")], np.array([0.5, 1.0])),
    "mixed": ([(-1.0, 1.0), (1, 5), ["a", "b"]], [0.5, 3, "b"]),
    "named": ({"x": (-1.0, 1.0), "kind": ["a", None]}, {"x": 0.25, "kind": None}),
    "bounds": (Bounds(np.array([-1, 0]), np.array([1, 2])), np.array([0.5, 1.0])),
}


@pytest.mark.parametrize(("space", "point"), SPACES.values(), ids=SPACES)
def test_points_go_into_trials_and_come_out_again(space: Any, point: Any) -> None:
    points = read_points(space)
    (parameters,) = points.parameters(point)
    assert points.space.keys() == parameters.keys()
    again = points.suggest(FixedTrial(parameters))
    assert type(again) is type(point)
    assert np.array_equal(again, point) if isinstance(point, np.ndarray) else again == point


@pytest.mark.parametrize(("space", "point"), SPACES.values(), ids=SPACES)
def test_several_points_are_a_list_of_them(space: Any, point: Any) -> None:
    points = read_points(space)
    assert points.parameters([point, point]) == points.parameters(point) * 2


@pytest.mark.parametrize(
    ("space", "kind"),
    [
        ([(0.0, 1.0), [0.5, 1.5]], np.ndarray),
        ([(0.0, 1.0), CategoricalDistribution([0.5, 1.5])], np.ndarray),
        ([stats.norm(), stats.expon(), np.array([0.5, 1.5])], np.ndarray),
        ([(0.0, 1.0), [0.5, "a"]], list),
        ([(0.0, 1.0), [0.5, 1]], list),
        ([(0.0, 1.0), stats.poisson(3)], list),
        ([(0.0, 1.0), (1, 2)], list),
    ],
)
def test_what_points_are_does_not_depend_on_what_is_drawn(space: Any, kind: type) -> None:
    points, study = read_points(space), hpo.create_study(sampler=RandomSampler(seed=0))
    assert {type(points.suggest(study.ask())) for _ in range(20)} == {kind}


def test_bounds_of_scipy_are_those_of_floats() -> None:
    space = read_points(Bounds([-1, 0], [1, 2])).space
    assert list(space.values()) == [FloatDistribution(-1, 1), FloatDistribution(0, 2)]


@pytest.mark.parametrize(
    ("x0", "error", "sentence"),
    [
        (3, TypeError, "x0 must be a point of the space or a list of points, got 3"),
        ([0.5], ValueError, r"x0 must have a value for each of x0, x1, got \[0\.5\]"),
        ([[0.5, 1.0], [0.5]], ValueError, r"for each of x0, x1, got \[0\.5\]"),
        ([7.0, 1.0], ValueError, r"x0 must lie in the space, and x0=7\.0 is not in FloatDistribution\(low=-1\.0"),
    ],
)
def test_what_is_no_point_is_refused(x0: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        read_points(SPACES["floats"][0]).parameters(x0)


@pytest.mark.parametrize("space", [5, "x", [], None])
def test_what_is_no_space_is_refused(space: Any) -> None:
    with pytest.raises(TypeError, match=r"space must be a list with one entry for each element of x.* got "):
        read_points(space)
