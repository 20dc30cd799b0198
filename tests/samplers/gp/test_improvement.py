"""The expected added hypervolume against simulation and finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.pareto import hypervolume
from hpo.samplers.gp.improvement import Front, log_hypervolume_improvement


def front_of(m: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(m)
    return rng.random((7, m)), np.full(m, 1.1)


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_boxes_fill_what_is_not_dominated(m: int) -> None:
    losses, reference = front_of(m)
    front = Front.of(losses, reference)
    edges = np.maximum(front.edges, -1.0)
    ends = np.stack([edges[np.arange(m), front.high], edges[np.arange(m), front.low]])
    volume = (ends[0] - ends[1]).prod(axis=1).sum()
    assert volume == pytest.approx((reference + 1.0).prod() - hypervolume(losses, reference))


@pytest.mark.parametrize("m", [1, 2, 3])
def test_the_expectation_is_the_average_of_what_draws_add(m: int) -> None:
    losses, reference = front_of(m)
    rng = np.random.default_rng(0)
    mean, sigma = rng.uniform(0.1, 0.6, (3, m)), rng.uniform(0.05, 0.3, (3, m))
    value = log_hypervolume_improvement(mean, sigma, Front.of(losses, reference))[0]
    base = hypervolume(losses, reference)
    for i in range(3):
        draws = mean[i] + sigma[i] * rng.normal(size=(4000, m))
        added = [hypervolume(np.vstack([losses, draw]), reference) - base for draw in draws]
        assert np.exp(value[i]) == pytest.approx(np.mean(added), abs=4 * np.std(added) / np.sqrt(4000) + 1e-6)


def test_derivatives_agree_with_differences() -> None:
    losses, reference = front_of(3)
    front = Front.of(losses, reference)
    rng = np.random.default_rng(1)
    mean, sigma = rng.uniform(0.1, 1.5, (6, 3)), rng.uniform(0.05, 0.3, (6, 3))
    _, by_mean, by_sigma = log_hypervolume_improvement(mean, sigma, front)
    for j in range(3):
        h = 1e-6 * np.eye(3)[j]
        up, down = (log_hypervolume_improvement(mean + step, sigma, front)[0] for step in (h, -h))
        np.testing.assert_allclose(by_mean[:, j], (up - down) / 2e-6, rtol=1e-4, atol=1e-6)
        up, down = (log_hypervolume_improvement(mean, sigma + step, front)[0] for step in (h, -h))
        np.testing.assert_allclose(by_sigma[:, j], (up - down) / 2e-6, rtol=1e-4, atol=1e-6)


def test_points_that_differ_by_rounding_alone_count_once() -> None:
    losses, reference = front_of(2)
    twice = np.vstack([losses, np.nextafter(losses, [[1.0, 0.0]])])
    rng = np.random.default_rng(2)
    mean, sigma = rng.uniform(-1.0, 1.5, (50, 2)), np.full((50, 2), 1e-3)
    for found, wanted in zip(
        log_hypervolume_improvement(mean, sigma, Front.of(twice, reference)),
        log_hypervolume_improvement(mean, sigma, Front.of(losses, reference)),
        strict=True,
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)


def test_hopeless_points_can_still_be_compared() -> None:
    losses, reference = front_of(2)
    mean = np.array([[3.0, 3.0], [4.0, 4.0], [9.0, 9.0]])
    value = log_hypervolume_improvement(mean, np.full((3, 2), 0.1), Front.of(losses, reference))[0]
    assert np.isfinite(value).all()
    assert (np.diff(value) < 0).all()


def test_long_fronts_are_represented_by_few_points() -> None:
    x = np.linspace(0, 1, 400)
    front = Front.of(np.column_stack([x, 1 - x]), np.array([1.1, 1.1]))
    assert len(front.low) == 101
