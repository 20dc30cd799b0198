"""Points of scrambled Sobol' sequences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats.qmc import Sobol

from hpo.samplers.cmaes.sobol import MOST, scrambled


@pytest.mark.parametrize("d", [1, 2, 10, 300])
@pytest.mark.parametrize("m", [1, 3, 6])
def test_the_points_are_those_of_scipy(d: int, m: int) -> None:
    expected = Sobol(d, rng=np.random.default_rng(d)).random(2**m)
    assert np.array_equal(scrambled(d, m, np.random.default_rng(d)), expected)


def test_there_are_as_many_dimensions_as_in_scipy() -> None:
    assert MOST == Sobol.MAXDIM
