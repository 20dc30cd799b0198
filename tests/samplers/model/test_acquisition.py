"""Acquisitions against quadrature and finite differences."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm, t

from hpo.samplers.model.acquisition import (
    Acquired,
    log_expected_improvement,
    log_feasibility,
    log_h,
    log_probability_of_improvement,
    log_students_improvement,
    lower_confidence_bound,
)

CASES = [(0.3, 0.5, 0.1), (-1.0, 0.2, 0.4), (2.0, 0.7, 0.0), (0.0, 1.5, -3.0)]


@pytest.mark.parametrize(("mean", "sigma", "best"), CASES)
def test_expected_improvement_is_its_integral(mean: float, sigma: float, best: float) -> None:
    exact, _ = quad(lambda f: (best - f) * norm.pdf(f, mean, sigma), best - 12 * sigma - abs(mean), best)
    value = log_expected_improvement(np.array([mean]), np.array([sigma]), best)[0]
    assert np.exp(value[0]) == pytest.approx(exact, rel=1e-7)


@pytest.mark.parametrize("freedom", [2.0, 3.0, 12.0, 49.0])
@pytest.mark.parametrize(("mean", "sigma", "best"), CASES)
def test_students_improvement_is_its_integral(mean: float, sigma: float, best: float, freedom: float) -> None:
    exact, _ = quad(lambda f: (best - f) * t.pdf((f - mean) / sigma, freedom) / sigma, -np.inf, best)
    value = log_students_improvement(np.array([mean]), np.array([sigma]), best, freedom)[0]
    assert np.exp(value[0]) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("freedom", [2.0, 5.0, 20.0, 49.0])
def test_students_chance_of_much_falls_like_a_power(freedom: float) -> None:
    far = np.logspace(3, 5, 9)
    value = log_students_improvement(far, np.ones(9), 0.0, freedom)[0]
    np.testing.assert_allclose(np.diff(value) / np.diff(np.log(far)), 1.0 - freedom, rtol=1e-3)
    assert np.isfinite(log_students_improvement(np.array([1e300]), np.ones(1), 0.0, freedom)[0]).all()


def test_students_improvement_tends_to_the_normal_one() -> None:
    mean, sigma = np.linspace(-3, 3, 13), np.full(13, 0.8)
    expected = log_expected_improvement(mean, sigma, 0.1)[0]
    np.testing.assert_allclose(log_students_improvement(mean, sigma, 0.1, 1e6)[0], expected, rtol=1e-3)


@pytest.mark.parametrize(("mean", "sigma", "best"), CASES)
def test_probabilities_are_those_of_the_normal(mean: float, sigma: float, best: float) -> None:
    at = np.array([mean]), np.array([sigma])
    assert log_probability_of_improvement(*at, best)[0][0] == pytest.approx(norm.logcdf(best, mean, sigma))
    assert log_feasibility(*at)[0][0] == pytest.approx(norm.logcdf(0.0, mean, sigma))


def test_far_tails_do_not_underflow() -> None:
    z = -np.logspace(0, 12, 200)
    values, slopes = log_h(z)
    assert np.isfinite(values).all()
    assert (np.diff(values) < 0).all()
    asymptotic = -0.5 * z**2 - 0.5 * np.log(2 * np.pi) - 2 * np.log(-z)
    far = z < -1e3
    np.testing.assert_allclose(values[far], asymptotic[far], rtol=1e-9)
    np.testing.assert_allclose(slopes[far], -z[far], rtol=1e-5)


def test_the_pieces_of_log_h_meet() -> None:
    for joint in (-1e4, 5.0):
        for below, above in log_h(np.array([joint * (1 + 1e-12), joint * (1 - 1e-12)])):
            assert below == pytest.approx(above, rel=1e-7)


@pytest.mark.parametrize(
    "acquisition",
    [
        partial(log_expected_improvement, best=0.2),
        partial(log_probability_of_improvement, best=0.2),
        partial(log_students_improvement, best=0.2, freedom=3.0),
        log_feasibility,
        partial(lower_confidence_bound, kappa=1.96),
    ],
)
def test_derivatives_agree_with_differences(acquisition: Callable[..., Acquired]) -> None:
    mean, sigma = np.array([-0.5, 0.1, 0.7, 5.0, 40.0]), np.array([0.3, 1.0, 0.2, 0.5, 0.9])
    _, by_mean, by_sigma = acquisition(mean, sigma)
    h = 1e-6
    numeric = (acquisition(mean + h, sigma)[0] - acquisition(mean - h, sigma)[0]) / (2 * h)
    np.testing.assert_allclose(by_mean, numeric, rtol=1e-5)
    numeric = (acquisition(mean, sigma + h)[0] - acquisition(mean, sigma - h)[0]) / (2 * h)
    np.testing.assert_allclose(by_sigma, numeric, rtol=1e-5, atol=1e-7)
