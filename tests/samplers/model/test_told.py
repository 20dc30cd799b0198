"""Points are one where history cannot tell them apart."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.distributions import FloatDistribution, IntDistribution
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.told import SAME, alike, told
from hpo.space import Space


def test_points_are_alike_that_are_as_near_in_every_coordinate() -> None:
    point = np.array([0.5, np.nan])
    known = np.array([[0.5, np.nan], [0.5 + SAME / 2, np.nan], [0.5 + 2 * SAME, np.nan], [0.5, 0.0], [np.nan, np.nan]])
    assert alike(point, known).tolist() == [True, True, False, False, False]
    assert alike(point, known, within=1.0).tolist() == [True, True, True, False, False]
    assert alike(point, known[:0]).shape == (0,)


@pytest.mark.parametrize("u", [0.1, 0.5, 0.9])
def test_points_between_two_integers_by_the_million_are_one(u: float) -> None:
    space = Space({"n": IntDistribution(0, 10**8), "only": IntDistribution(3, 3), "x": FloatDistribution(0, 1)})
    axes = axes_of(space)
    points = [told(np.array([u + shift, 0.5 + shift, u]), axes, space) for shift in (0.0, 1e-10)]
    assert alike(points[0], points[1][None]).all()
    assert (points[0] == points[1]).all()
