"""The kernel's slope, and that mixed, branching points have a positive definite covariance."""

from __future__ import annotations

import numpy as np

from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.kernel import matern, squared_distances
from hpo.samplers.model.axes import axes_of
from hpo.space import Space

SPACE = Space(
    {
        "x": FloatDistribution(0.0, 1.0),
        "kind": CategoricalDistribution(["a", "b", "c"]),
        "n": IntDistribution(1, 5),
        "only": FloatDistribution(0.5, 0.5),
        "rate": FloatDistribution(0.0, 1.0),
        "depth": IntDistribution(1, 9),
    }
)


def embedded() -> tuple[np.ndarray, np.ndarray, Embedding]:
    """Points of which the last two parameters come with "a" alone."""
    rng = np.random.default_rng(0)
    axes = axes_of(SPACE)
    points = axes.points(np.stack([rng.random(len(SPACE)) for _ in range(40)]))
    points[:, 1] = rng.integers(3, size=40)
    active = np.ones(points.shape, dtype=np.bool_)
    active[points[:, 1] != 0, 4:] = False
    embedding = Embedding.of(axes, active)
    return points, active, embedding


def test_the_slope_is_the_derivative() -> None:
    s = np.array([1e-6, 0.01, 0.5, 3.0, 40.0])
    h = 1e-7 * np.maximum(s, 1e-3)
    numeric = (matern(s + h)[0] - matern(s - h)[0]) / (2 * h)
    np.testing.assert_allclose(matern(s)[1], numeric, rtol=1e-5)
    assert matern(np.zeros(1))[0] == 1.0
    assert matern(np.zeros(1))[1] == -5 / 6


def test_distances_are_those_of_rows() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.random((5, 3)), rng.random((4, 3))
    np.testing.assert_allclose(squared_distances(a, b), ((a[:, None] - b) ** 2).sum(axis=2), atol=1e-14)


def test_choices_are_all_at_one_distance_between_that_of_random_numbers_and_one() -> None:
    points, active, embedding = embedded()
    points[:3], points[:3, 1], active[:3] = points[0], [0, 1, 2], active[0]
    s = squared_distances(*[embedding.features(points[:3], active[:3])] * 2)
    np.testing.assert_allclose(s, s[0, 1] * (1.0 - np.eye(3)), atol=1e-12)
    u = (np.arange(1000) + 0.5) / 1000
    mean_of_numbers = ((u[:, None] - u) ** 2).mean()
    with_mean_of_numbers = mean_of_numbers / (2 / 3)  # two random ones of three choices differ in 2/3 of all pairs
    np.testing.assert_allclose(s[0, 1], np.sqrt(with_mean_of_numbers), rtol=1e-5)


def test_what_both_lack_makes_no_difference() -> None:
    points, active, embedding = embedded()
    rows = np.flatnonzero(~active[:, 4])[:2]
    points[rows] = points[rows[0]]
    points[rows[1], 4:] = 0.123
    first, second = embedding.features(points[rows], active[rows])
    np.testing.assert_array_equal(first, second)


def test_parameters_that_come_together_share_one_scale() -> None:
    _, _, embedding = embedded()
    assert embedding.optional.tolist() == [4]
    assert embedding.n_scales == 4 + 1 + 1


def test_covariances_of_branching_points_are_positive_definite() -> None:
    points, active, embedding = embedded()
    rng = np.random.default_rng(2)
    for _ in range(20):
        z = embedding.features(points, active) / np.exp(rng.normal(size=embedding.n_scales))[embedding.group]
        assert np.linalg.eigvalsh(matern(squared_distances(z, z))[0]).min() > -1e-10


def test_integers_are_compared_at_their_values() -> None:
    axes = axes_of(SPACE)
    row = SPACE.encode({"x": 0.5, "kind": "a", "n": 2, "only": 0.5, "rate": 0.1, "depth": 3})
    near = row + np.array([0.0, 0.0, 0.04, 0.0, 0.0, 0.0])
    np.testing.assert_array_equal(axes.points(row[None]), axes.points(near[None]))
