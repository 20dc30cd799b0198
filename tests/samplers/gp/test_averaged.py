"""A process averaged over its noise knows what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.arrays import Array
from hpo.distributions import FloatDistribution
from hpo.samplers.gp.averaged import averaged
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.warp import standard
from hpo.samplers.model.axes import axes_of
from hpo.space import Space

EMBEDDING = Embedding.of(
    axes_of(Space({name: FloatDistribution(0, 1) for name in "xy"})), np.ones((1, 2), dtype=np.bool_)
)


def observed(n: int, noise: float, seed: int = 0) -> tuple[Array, Array, Array]:
    """Places, the function there, and what is observed of it, with mean 0 and variance 1."""
    rng = np.random.default_rng(seed)
    x = rng.random((n, 2))
    f = np.sin(3 * x[:, 0]) + x[:, 1]
    y = f + noise * rng.standard_normal(n)
    return x, (f - y.mean()) / y.std(), standard(y)


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.5, 2.0])
def test_the_noise_is_found(noise: float) -> None:
    x, f, y = observed(120, noise)
    model = averaged(EMBEDDING, x, y)
    assert model.weights.sum() == pytest.approx(1.0)
    true = float(((y - f) ** 2).mean())
    assert true / 2 - 1e-3 < model.noise < 2 * true + 1e-3


@pytest.mark.parametrize("n", [10, 20, 60])
@pytest.mark.parametrize("noise", [0.1, 0.5, 2.0])
def test_the_truth_lies_where_it_is_said_to_be(n: int, noise: float) -> None:
    near = []
    for seed in range(10):
        x, f, y = observed(n, noise, seed)
        mean, std = averaged(EMBEDDING, x, y).denoised(EMBEDDING, x, y)
        near.append(np.abs(mean - f) <= 2 * std)
    assert np.mean(near) > 0.75


def test_of_equal_places_only_noise_tells_values_apart() -> None:
    x, _, y = observed(20, 0.0)
    twice, apart = np.concatenate([x, x]), standard(np.concatenate([y - 1.0, y + 1.0]))
    model = averaged(EMBEDDING, twice, apart)
    assert 0.3 < model.noise < 0.8
    mean, std = model.denoised(EMBEDDING, twice, apart)
    assert mean[:20] == pytest.approx(mean[20:])
    assert (std > 0.05).all()


def test_noise_that_is_known_is_not_doubted() -> None:
    x, _, y = observed(20, 0.5)
    model = averaged(EMBEDDING, x, y, 0.3)
    assert [hyper.noise for hyper in model.hypers] == [pytest.approx(0.3)]
    assert model.weights.tolist() == [1.0]
