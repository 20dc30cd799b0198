"""Features in which a quadratic trend is linear."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from hpo.samplers.gp.trend import n_coefficients, slope, trend


@pytest.mark.parametrize("q", [0, 1, 3, 20])
def test_random_points_have_a_variance_of_one(q: int) -> None:
    features = trend(np.random.default_rng(0).random((20_000, q)))
    assert features.shape == (20_000, n_coefficients(q) - 1)
    assert (features**2).sum(axis=1).mean() == pytest.approx(float(q > 0), abs=0.02)


def test_they_and_a_constant_are_what_quadratics_without_products_consist_of() -> None:
    x = np.random.default_rng(1).random((30, 3))
    y = 2.0 - x @ [1.0, -3.0, 0.5] + x**2 @ [4.0, 0.0, -2.0]
    by_term = np.concatenate([trend(x), np.ones((30, 1))], axis=1)
    solution, _, rank, _ = np.linalg.lstsq(by_term, y)
    assert rank == n_coefficients(3)
    np.testing.assert_allclose(by_term @ solution, y, atol=1e-12)


def test_the_slope_is_the_derivative() -> None:
    rng = np.random.default_rng(2)
    x, by_feature = rng.random((4, 3)), rng.normal(size=(4, 6))
    for at, by, found in zip(x, by_feature, slope(x, by_feature), strict=True):
        numeric = approx_fprime(at, partial(combined, by), 1e-7)
        np.testing.assert_allclose(found, numeric, atol=1e-5)


def combined(by_feature: np.ndarray, point: np.ndarray, /) -> float:
    return float(trend(point[None])[0] @ by_feature)
