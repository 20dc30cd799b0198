"""The marginal likelihood, its gradient, and fits."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal

from hpo.samplers.gp.kernel import matern, squared_distances
from hpo.samplers.gp.likelihood import Hyperparameters, factor, fit, negative_log_posterior
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.prior import Prior, prior
from hpo.samplers.gp.trend import trend

GROUP = np.array([0, 1, 2, 2])


def data(n: int = 25) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    features = rng.uniform(0.02, 0.98, (n, 4))
    return features, np.sin(5 * features[:, 0]) + features[:, 1] ** 2 + 0.1 * rng.normal(size=n)


def value(features: np.ndarray, y: np.ndarray, believed: Prior, θ: np.ndarray, /) -> float:
    return negative_log_posterior(θ, features, trends(features), y, GROUP, believed)[0]


def trends(features: np.ndarray) -> np.ndarray:
    by_trend = trend(features[:, :2])
    return by_trend @ by_trend.T


@pytest.mark.parametrize("has_trend", [False, True])
@pytest.mark.parametrize("n_warped", [0, 2])
def test_the_gradient_agrees_with_differences(n_warped: int, has_trend: bool) -> None:
    features, y = data()
    believed = prior(3, n_warped, 1e-6, None, has_trend=has_trend)
    for seed in range(3):
        θ = 0.3 * np.random.default_rng(seed).normal(size=6 + 2 * n_warped) - 0.5
        θ = np.clip(θ, believed.low, believed.high)
        numeric = approx_fprime(θ, partial(value, features, y, believed), 1e-6)
        _, gradient = negative_log_posterior(θ, features, trends(features), y, GROUP, believed)
        np.testing.assert_allclose(gradient, numeric, rtol=2e-4, atol=2e-4)


def test_the_value_is_that_of_a_multivariate_normal() -> None:
    features, y = data(8)
    believed = prior(3, 0, 1e-6, None, has_trend=True)
    values = []
    for θ in (np.zeros(6), np.array([0.3, -0.4, 0.1, 0.5, -2.0, 1.0]), np.array([0.3, -0.4, 0.1, 0.5, -2.0, -800.0])):
        hyper = Hyperparameters.of(θ, 3)
        z = hyper.scaled(features, GROUP)
        covariance = hyper.amplitude * matern(squared_distances(z, z))[0] + hyper.noise * np.eye(8)
        covariance += hyper.trend * trends(features)
        weights = np.linalg.solve(covariance, np.ones(8))
        mean = np.full(8, weights @ y / weights.sum())
        exact = -multivariate_normal(mean, covariance).logpdf(y) + believed.penalty(θ)[0]
        values.append(negative_log_posterior(θ, features, trends(features), y, GROUP, believed)[0] - exact)
    np.testing.assert_allclose(values, values[0], rtol=1e-9)


def test_a_fit_finds_which_parameters_matter_and_the_noise() -> None:
    rng = np.random.default_rng(4)
    features = rng.random((80, 4))
    y = np.sin(6 * features[:, 0]) + 0.1 * rng.normal(size=80)
    y = (y - y.mean()) / y.std()
    θ, _ = fit(features, 2, y, GROUP, prior(3, 0, 1e-6, None))
    hyper = Hyperparameters.of(θ, 3)
    assert hyper.scales[0] < 1.0
    assert (hyper.scales[1:] > 2.0 * hyper.scales[0]).all()
    assert 0.003 < hyper.noise < 0.1


def test_a_trend_is_seen_through_noise_that_hides_it_from_the_process() -> None:
    rng = np.random.default_rng(5)
    features = rng.random((40, 4))
    y = (features[:, 0] - 0.3) ** 2 + (features[:, 1] - 0.6) ** 2
    y = y + y.std() * rng.normal(size=40)
    y = (y - y.mean()) / y.std()
    found = {}
    for has_trend in (False, True):
        θ, _ = fit(features, 2, y, GROUP, prior(3, 0, 1e-6, None, has_trend=has_trend))
        hyper = Hyperparameters.of(θ, 3)
        assert (hyper.trend > 0) == has_trend
        grid = np.full((441, 4), 0.5)
        grid[:, :2] = np.stack(np.meshgrid(*[np.linspace(0, 1, 21)] * 2), axis=-1).reshape(-1, 2)
        mean = Posterior.of(hyper, GROUP, 2, features, y).at(grid).mean[:, 0]
        found[has_trend] = np.corrcoef(mean, ((grid[:, :2] - [0.3, 0.6]) ** 2).sum(axis=1))[0, 1]
    assert found[True] > max(0.9, found[False])


def test_known_noise_stays() -> None:
    features, y = data()
    θ, _ = fit(features, 2, y, GROUP, prior(3, 0, 1e-6, 0.25))
    assert Hyperparameters.of(θ, 3).noise == pytest.approx(0.25)


def test_equal_rows_without_noise_have_a_factor() -> None:
    lower = factor(np.ones((6, 6)))
    np.testing.assert_allclose(lower @ lower.T, 1.0, atol=1e-6)
