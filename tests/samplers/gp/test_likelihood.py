"""The marginal likelihood, its gradient, and fits."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal

from hpo.samplers.gp.kernel import matern, squared_distances
from hpo.samplers.gp.likelihood import Hyperparameters, factor, fit, negative_log_posterior
from hpo.samplers.gp.prior import Prior, prior

GROUP = np.array([0, 1, 2, 2])


def data(n: int = 25) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    features = rng.uniform(0.02, 0.98, (n, 4))
    return features, np.sin(5 * features[:, 0]) + features[:, 1] ** 2 + 0.1 * rng.normal(size=n)


def value(features: np.ndarray, y: np.ndarray, believed: Prior, θ: np.ndarray, /) -> float:
    return negative_log_posterior(θ, features, y, GROUP, believed)[0]


@pytest.mark.parametrize("n_warped", [0, 2])
def test_the_gradient_agrees_with_differences(n_warped: int) -> None:
    features, y = data()
    believed = prior(3, n_warped, 1e-6, None)
    for seed in range(3):
        θ = 0.3 * np.random.default_rng(seed).normal(size=5 + 2 * n_warped) - 0.5
        numeric = approx_fprime(θ, partial(value, features, y, believed), 1e-6)
        np.testing.assert_allclose(
            negative_log_posterior(θ, features, y, GROUP, believed)[1], numeric, rtol=2e-4, atol=2e-4
        )


def test_the_value_is_that_of_a_multivariate_normal() -> None:
    features, y = data(8)
    believed = prior(3, 0, 1e-6, None)
    values = []
    for θ in (np.zeros(5), np.array([0.3, -0.4, 0.1, 0.5, -2.0])):
        hyper = Hyperparameters.of(θ, 3)
        z = hyper.scaled(features, GROUP)
        covariance = hyper.amplitude * matern(squared_distances(z, z))[0] + hyper.noise * np.eye(8)
        weights = np.linalg.solve(covariance, np.ones(8))
        mean = np.full(8, weights @ y / weights.sum())
        exact = -multivariate_normal(mean, covariance).logpdf(y) + believed.penalty(θ)[0]
        values.append(negative_log_posterior(θ, features, y, GROUP, believed)[0] - exact)
    assert values[0] == pytest.approx(values[1], abs=1e-8)


def test_a_fit_finds_which_parameters_matter_and_the_noise() -> None:
    rng = np.random.default_rng(4)
    features = rng.random((80, 4))
    y = np.sin(6 * features[:, 0]) + 0.1 * rng.normal(size=80)
    y = (y - y.mean()) / y.std()
    θ, _ = fit(features, y, GROUP, prior(3, 0, 1e-6, None))
    hyper = Hyperparameters.of(θ, 3)
    assert hyper.scales[0] < 1.0
    assert (hyper.scales[1:] > 2.0 * hyper.scales[0]).all()
    assert 0.003 < hyper.noise < 0.1


def test_known_noise_stays() -> None:
    features, y = data()
    θ, _ = fit(features, y, GROUP, prior(3, 0, 1e-6, 0.25))
    assert Hyperparameters.of(θ, 3).noise == pytest.approx(0.25)


def test_equal_rows_without_noise_have_a_factor() -> None:
    lower = factor(np.ones((6, 6)))
    np.testing.assert_allclose(lower @ lower.T, 1.0, atol=1e-6)
