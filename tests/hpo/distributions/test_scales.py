"""Scales are monotone and undo themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given

from hpo.distributions.scales import LinearScale, LogScale, NormalScale, Scale
from tests.strategies import units

SCALES: list[Scale] = [
    LinearScale(-3.0, 5.0),
    LogScale(1e-5, 1e3),
    NormalScale(0.0, 1.0, -math.inf, math.inf),
    NormalScale(1.0, 2.0, 0.0, 3.0),
    NormalScale(0.0, 1.0, 20.0, 21.0),
    NormalScale(0.0, 1.0, -21.0, -20.0),
    NormalScale(-2.0, 0.5, 0.0, math.inf, log=True),
]


@pytest.mark.parametrize("scale", SCALES, ids=repr)
@given(u=units, v=units)
def test_inverse_is_monotone_and_forward_undoes_it(scale: Scale, u: float, v: float) -> None:
    x, y = scale.inverse(u), scale.inverse(v)
    assert (x <= y) if u <= v else (y <= x)
    np.testing.assert_allclose(scale.forward(np.array([x, y])), [u, v], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", SCALES, ids=repr)
def test_forward_keeps_nan(scale: Scale) -> None:
    assert np.isnan(scale.forward(np.array([math.nan]))).all()


def test_the_mass_of_a_normal_scale_is_its_probability() -> None:
    assert NormalScale(0, 1, -math.inf, math.inf).mass == 1.0
    assert NormalScale(0, 1, 0, math.inf).mass == 0.5
    assert NormalScale(5, 2, 3, 7).mass == pytest.approx(0.6826894921)
    assert NormalScale(0, 1, 10, 11).mass == pytest.approx(NormalScale(0, 1, -11, -10).mass, rel=1e-12)


@pytest.mark.parametrize("scale", [s for s in SCALES if isinstance(s, NormalScale)], ids=repr)
def test_coded_values_lie_as_many_deviations_above_the_mean_as_their_values(scale: NormalScale) -> None:
    u = np.linspace(0.01, 0.99, 50)
    x = np.array([scale.inverse(one) for one in u.tolist()])
    z, slope = scale.standard(u)
    np.testing.assert_allclose(z, ((np.log(x) if scale.log else x) - scale.mean) / scale.std, rtol=1e-9, atol=1e-12)
    numeric = (scale.standard(u + 1e-6)[0] - scale.standard(u - 1e-6)[0]) / 2e-6
    np.testing.assert_allclose(slope, numeric, rtol=1e-5)
