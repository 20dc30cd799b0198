"""The quadratic model is exact where losses are quadratic, and absent where trials say too little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.arrays import Array
from hpo.samplers.cmaes.gaussian import Gaussian
from hpo.samplers.cmaes.quadratic import Quadratic, most_known


def frame(n: int, rng: np.random.Generator) -> Gaussian:
    a = rng.normal(size=(n, n))
    matrix = a @ a.T + np.eye(n)
    width = np.sqrt(np.diag(matrix))
    return Gaussian.start(rng.random(n), 0.05, width, matrix / np.outer(width, width))


def quadratic(x: Array, rng: np.random.Generator) -> Array:
    n = x.shape[1]
    matrix, slope = rng.normal(size=(n, n)), rng.normal(size=n)
    return np.asarray(np.einsum("ki,ij,kj->k", x, matrix, x) + x @ slope + 3.0)


@given(n=st.integers(1, 12), seed=st.integers(0, 100))
def test_it_is_exact_where_losses_are_quadratic_whatever_the_frame(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    gaussian = frame(n, rng)
    x = gaussian.mean + 0.1 * rng.normal(size=(most_known(n) + 10, n))
    losses = quadratic(x, np.random.default_rng(seed + 1))
    model = Quadratic.of(gaussian, x[:-10], losses[:-10])
    assert model is not None
    assert np.allclose(model(x[-10:]), losses[-10:], atol=1e-4 * np.ptp(losses))


@pytest.mark.parametrize(("k", "kind"), [(4, None), (5, 0), (7, 0), (8, 1), (10, 1), (11, 2)])
def test_its_terms_follow_from_how_many_trials_there_are(k: int, kind: int | None) -> None:
    rng = np.random.default_rng(0)
    x = rng.random((k, 3))
    model = Quadratic.of(frame(3, rng), x, x.sum(axis=1))
    assert (None if model is None else model.kind) == kind


def test_products_of_many_parameters_are_left_out() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((2000, 30))
    model = Quadratic.of(frame(30, rng), x, (x**2).sum(axis=1))
    assert model is not None
    assert model.kind == 1
    assert len(model.coefficients) == 61
    assert most_known(30) < 150


@pytest.mark.parametrize(
    "losses",
    [np.ones(50), np.append(-np.ones(49), 1.0) * 1e308, np.linspace(0, 1, 50) * 1e-320],
    ids=["alike", "far", "near"],
)
def test_losses_that_are_alike_or_too_far_apart_give_nothing_or_a_finite_model(losses: Array) -> None:
    rng = np.random.default_rng(0)
    model = Quadratic.of(frame(2, rng), rng.random((50, 2)), losses)
    assert model is None or np.isfinite(model(rng.random((5, 2)))).all()


@pytest.mark.parametrize("scale", [1e-300, 1e300, 1e306])
def test_it_takes_losses_of_any_size(scale: float) -> None:
    rng = np.random.default_rng(0)
    x = rng.random((50, 2))
    model = Quadratic.of(frame(2, rng), x, scale * (x**2).sum(axis=1))
    assert model is not None
    assert np.allclose(model(x) / scale, (x**2).sum(axis=1), atol=1e-4)


def test_alike_trials_give_a_finite_model() -> None:
    rng = np.random.default_rng(0)
    x = np.repeat(rng.random((2, 4)), 20, axis=0)
    model = Quadratic.of(frame(4, rng), x, np.repeat([0.0, 1.0], 20))
    assert model is not None
    assert np.allclose(model(x[[0, -1]]), [0.0, 1.0], atol=1e-3)
