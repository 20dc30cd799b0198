"""Predictions, their gradients, imagined observations, and leaving one out."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.samplers.gp.kernel import matern, squared_distances
from hpo.samplers.gp.likelihood import Hyperparameters
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.trend import trend

GROUP = np.array([0, 1, 2, 2])


def model(
    n: int = 20, *, warped: bool = False, noise: float = 0.01, trending: float = 0.0
) -> tuple[Posterior, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    features = rng.uniform(0.05, 0.95, (n, 4))
    y = np.cos(4 * features[:, 0]) - features[:, 2]
    exponents = (np.array([0.7, 1.5]), np.array([1.2, 0.8])) if warped else (np.empty(0), np.empty(0))
    hyper = Hyperparameters(np.array([0.4, 0.9, 1.3]), 1.4, noise, trending, *exponents)
    return Posterior.of(hyper, GROUP, 2, features, y), features, y


def covariance(hyper: Hyperparameters, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of the function at some points and at others."""
    z, x = hyper.scaled(a, GROUP), hyper.scaled(b, GROUP)
    k = hyper.amplitude * matern(squared_distances(z, x))[0]
    return np.asarray(k + hyper.trend * trend(a[:, :2]) @ trend(b[:, :2]).T)


@pytest.mark.parametrize("trending", [0.0, 2.0])
def test_the_prediction_is_that_of_linear_algebra(trending: float) -> None:
    posterior, features, y = model(trending=trending)
    at = np.random.default_rng(1).random((5, 4))
    hyper = posterior.hyper
    k = covariance(hyper, features, features) + hyper.noise * np.eye(20)
    c = covariance(hyper, at, features)
    solved = np.linalg.solve(k, c.T)
    ones = np.linalg.solve(k, np.ones(20))
    mean = ones @ y / ones.sum()
    prediction = posterior.at(at)
    np.testing.assert_allclose(prediction.mean[:, 0], mean + solved.T @ (y - mean), atol=1e-10)
    variance = covariance(hyper, at, at).diagonal() - (c * solved.T).sum(axis=1)
    np.testing.assert_allclose(prediction.sigma**2, variance, atol=1e-10)
    np.testing.assert_allclose(posterior.fitted[:, 0], posterior.at(features).mean[:, 0], atol=1e-10)


def test_far_from_all_observations_the_prior_is_believed() -> None:
    posterior, _, _ = model()
    at = posterior.at(np.array([[40.0, 0.5, 0.5, 0.5], [0.5, -60.0, 0.5, 0.5]]))
    np.testing.assert_allclose(at.mean[:, 0], posterior.mean)
    np.testing.assert_allclose(at.sigma**2, posterior.hyper.amplitude)


def test_where_the_function_is_known_a_rounding_error_of_doubt_is_left() -> None:
    posterior, features, y = model(noise=0.0)
    at = posterior.at(features)
    np.testing.assert_allclose(at.mean[:, 0], y, atol=1e-6)
    least = np.sqrt(1e-12 * posterior.hyper.amplitude)
    assert at.sigma.min() == pytest.approx(least, rel=1e-9)
    assert at.sigma.max() < 1e-5


@pytest.mark.parametrize("n", [5, 20, 150])
def test_a_prediction_does_not_depend_on_what_is_asked_beside_it(n: int) -> None:
    posterior, _, _ = model(n)
    x = np.random.default_rng(8).random((2000, 4))
    together, rows = posterior.at(x), np.arange(0, 2000, 97)
    np.testing.assert_allclose(posterior.at(x[rows]).mean, together.mean[rows], atol=1e-12)
    np.testing.assert_allclose(posterior.at(x[rows]).sigma, together.sigma[rows], atol=1e-12)


@pytest.mark.parametrize("trending", [0.0, 2.0])
@pytest.mark.parametrize("warped", [False, True])
def test_gradients_agree_with_differences(warped: bool, trending: float) -> None:
    posterior, _, _ = model(warped=warped, trending=trending)
    posterior = posterior.given(np.full((1, 4), 0.5), np.array([[0.3, -1.0]]))  # two versions
    x = np.random.default_rng(2).uniform(0.1, 0.9, (6, 4))
    weights = np.array([0.7, -0.4])

    def f(points: np.ndarray) -> np.ndarray:
        at = posterior.at(points)
        return np.asarray(np.sin(at.mean) @ weights + at.sigma**3)

    at = posterior.at(x)
    gradient = at.gradient(np.cos(at.mean) * weights, 3 * at.sigma**2)
    for j in range(2):
        h = 1e-6 * np.eye(4)[j]
        np.testing.assert_allclose(gradient[:, j], (f(x + h) - f(x - h)) / 2e-6, rtol=1e-5, atol=1e-7)


def test_imagining_what_was_believed_changes_no_mean_and_lowers_doubt() -> None:
    posterior, _, _ = model()
    where, at = np.random.default_rng(3).random((3, 4)), np.random.default_rng(4).random((9, 4))
    believed = posterior.given(where, np.zeros((3, 1)))
    np.testing.assert_allclose(believed.at(at).mean, posterior.at(at).mean, atol=1e-9)
    assert (believed.at(at).sigma < posterior.at(at).sigma).all()
    assert believed.at(where).sigma.max() < 0.11


def test_imagined_versions_scatter_as_the_posterior_says() -> None:
    posterior, _, _ = model(noise=1e-6)
    where = np.array([[0.1, 0.9, 0.2, 0.9], [0.15, 0.8, 0.2, 0.9]])
    versions = posterior.given(where, np.random.default_rng(5).normal(size=(2, 4000))).at(where).mean
    at = posterior.at(where)
    np.testing.assert_allclose(versions.mean(axis=1), at.mean[:, 0], atol=0.05)
    np.testing.assert_allclose(versions.std(axis=1), at.sigma, rtol=0.05)
    assert np.corrcoef(versions[0], versions[1])[0][1] > 0.5


@pytest.mark.parametrize("trending", [0.0, 2.0])
@pytest.mark.parametrize("noise", [1e-3, 0.3])
def test_imagined_observations_are_as_noisy_as_real_ones(noise: float, trending: float) -> None:
    posterior, features, y = model(noise=noise, trending=trending)
    where, at = np.random.default_rng(6).random((5, 4)), np.random.default_rng(7).random((5, 4))
    versions = posterior.given(where, np.eye(5, 6))
    hyper, known = posterior.hyper, np.concatenate([features, where])
    k = covariance(hyper, known, known)
    n, noisy = len(y), k + noise * np.eye(len(k))
    np.testing.assert_allclose(versions.L @ versions.L.T, noisy, atol=1e-9)
    believed = posterior.mean + k[n:, :n] @ np.linalg.solve(noisy[:n, :n], y - posterior.mean)
    scatter = noisy[n:, n:] - k[n:, :n] @ np.linalg.solve(noisy[:n, :n], k[:n, n:])
    np.testing.assert_allclose(versions.y[n:, 5], believed, atol=1e-9)  # the last version adds nothing
    deviations = versions.y[n:, :5] - versions.y[n:, 5:]
    np.testing.assert_allclose(deviations, np.linalg.cholesky(scatter), atol=1e-9)
    np.testing.assert_array_equal(versions.y[:n], np.tile(y[:, None], 6))
    c = covariance(hyper, at, known)
    expected = posterior.mean + c @ np.linalg.solve(noisy, versions.y - posterior.mean)
    np.testing.assert_allclose(versions.at(at).mean, expected, atol=1e-9)
    variance = covariance(hyper, at, at).diagonal() - (c * np.linalg.solve(noisy, c.T).T).sum(axis=1)
    np.testing.assert_allclose(versions.at(at).sigma ** 2, variance)


def test_leaving_one_out_is_fitting_without_it() -> None:
    posterior, _, y = model(12)
    mean, std = posterior.left_out
    for i in range(12):
        rest = np.arange(12) != i
        z = posterior.scaled
        hyper = posterior.hyper
        k = hyper.amplitude * matern(squared_distances(z[rest], z[rest]))[0] + hyper.noise * np.eye(11)
        c = hyper.amplitude * matern(squared_distances(z[[i]], z[rest]))[0][0]
        np.testing.assert_allclose(mean[i, 0], posterior.mean + c @ np.linalg.solve(k, y[rest] - posterior.mean))
        np.testing.assert_allclose(std[i], np.sqrt(hyper.amplitude + hyper.noise - c @ np.linalg.solve(k, c)))
