"""Mixtures are densities: they integrate to 1 along every kind of axis, and draw what they say."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from hpo.arrays import Array, BoolArray
from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
)
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.tpe.bandwidth import Rule, between, neighbour_gap, smallest, spread, widths
from hpo.samplers.tpe.parzen import Kernels, draw, even_shares, log_density, log_kernels, mass, shares
from hpo.space import Space

DISTRIBUTIONS: list[BaseDistribution] = [
    FloatDistribution(-3.0, 5.0),
    FloatDistribution(1e-5, 1e2, log=True),
    FloatDistribution(0.0, 1.0, step=0.25),
    FloatDistribution(0.5, 4.0, step=0.5, log=True),
    IntDistribution(-2, 4),
    IntDistribution(1, 60, log=True),
    NormalDistribution(1.0, 2.0),
    NormalDistribution(1.0, 2.0, low=0.0, high=4.0, step=1.0),
    CategoricalDistribution(["a", "b", "c"]),
    CategoricalDistribution(["a", "b", "c", "d"], weights=[1, 2, 3, 4]),
    CategoricalDistribution(["s", "m", "l"], ordered=True),
    CategoricalDistribution(["s", "m", "l"], weights=[5, 1, 2], ordered=True),
]


def kernels(axes: Axes, points: Array, *, narrowest: float = 0.05) -> Kernels:
    width = np.clip(neighbour_gap(points[:, axes.numbers]), narrowest, 1.0)
    leave = np.broadcast_to(axes.n_choices / (len(points) + axes.n_choices), (len(points), len(axes.categories)))
    return Kernels(axes, points, width, leave, mass(points[:, axes.numbers], width))


def density(
    axes: Axes, points: Array, x: Array, active: BoolArray | None = None, weights: Array | None = None
) -> Array:
    """The logarithm of a mixture's density."""
    mixture = shares(np.ones(len(points)) if weights is None else weights, 1.0)
    active = np.ones(x.shape, dtype=np.bool_) if active is None else active
    return log_density(log_kernels(kernels(axes, points), x, active), [mixture])[0]


def grid(distribution: BaseDistribution, axes: Axes) -> tuple[Array, Array]:
    """Points along one axis, and the prior's probability that each stands for."""
    if len(axes.categories):
        return np.arange(len(axes.priors[0]), dtype=np.float64), axes.priors[0]
    edges, middles = axes.edges[0], axes.middles[0]
    if edges is not None and middles is not None:
        return middles, np.diff(edges)
    u = (np.arange(4000) + 0.5) / 4000
    return u, np.full(4000, 1 / 4000)


def drawn(distributions: list[BaseDistribution], n: int, seed: int) -> tuple[Space, Axes, Array]:
    space = Space({str(i): distribution for i, distribution in enumerate(distributions)})
    rng = np.random.default_rng(seed)
    rows = np.array(
        [[d.draw(u) for d, u in zip(distributions, row, strict=True)] for row in rng.random((n, len(space)))]
    )
    axes = axes_of(space)
    return space, axes, axes.points(rows.reshape(n, len(space)))


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=repr)
@pytest.mark.parametrize("n", [0, 1, 9])
def test_a_density_along_one_axis_integrates_to_1(distribution: BaseDistribution, n: int) -> None:
    _, axes, points = drawn([distribution], n, seed=n)
    x, probability = grid(distribution, axes)
    assert float((np.exp(density(axes, points, x[:, None])) * probability).sum()) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("pair", list(itertools.combinations(range(2, len(DISTRIBUTIONS), 3), 2)), ids=repr)
def test_a_joint_density_integrates_to_1(pair: tuple[int, int]) -> None:
    distributions = [DISTRIBUTIONS[i] for i in pair]
    _, axes, points = drawn(distributions, 7, seed=3)
    points[2, 0] = points[4, 1] = np.nan
    sides = [grid(d, axes_of(Space({"x": d}))) for d in distributions]
    x = np.array(list(itertools.product(sides[0][0], sides[1][0])))
    p = np.outer(sides[0][1], sides[1][1]).ravel()
    assert float((np.exp(density(axes, points, x)) * p).sum()) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=repr)
def test_draws_follow_the_density(distribution: BaseDistribution) -> None:
    _, axes, points = drawn([distribution], 4, seed=1)
    rng = np.random.default_rng(0)
    n = 40_000
    kernel = rng.integers(0, 5, n)
    x = draw(kernels(axes, points), kernel[:, None], rng.random((n, 1 + len(axes.categories))))[:, 0]
    at, probability = grid(distribution, axes)
    below = np.cumsum(np.exp(density(axes, points, at[:, None])) * probability)
    assert np.abs(below - (x[:, None] <= at).mean(axis=0)).max() < 0.02


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(0, 1000))
def test_the_order_of_trials_makes_no_difference(n: int, seed: int) -> None:
    _, axes, points = drawn(DISTRIBUTIONS, n, seed)
    rng = np.random.default_rng(seed)
    weights, order = rng.random(n) + 0.1, rng.permutation(n)
    _, _, x = drawn(DISTRIBUTIONS, 5, seed + 1)
    active = rng.random(x.shape) < 0.8
    one = density(axes, points, x, active, weights)
    other = density(axes, points[order], x, active, weights[order])
    np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8)


def test_axes_that_are_missing_say_nothing() -> None:
    _, axes, points = drawn(DISTRIBUTIONS, 6, seed=0)
    _, _, x = drawn(DISTRIBUTIONS, 5, seed=1)
    nothing = np.zeros(x.shape, dtype=np.bool_)
    np.testing.assert_allclose(density(axes, points, x, nothing), 0.0, atol=1e-12)
    np.testing.assert_allclose(density(axes, np.full_like(points, np.nan), x), 0.0, atol=1e-12)


def test_a_mirrored_density_is_the_mirror_image() -> None:
    _, axes, points = drawn([FloatDistribution(0, 1), IntDistribution(0, 6)], 8, seed=0)
    x = points[::-1] * 0.9
    x = axes.points(x)
    np.testing.assert_allclose(density(axes, points, x), density(axes, 1 - points, 1 - x), rtol=1e-8)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=repr)
def test_coded_values_and_points_name_the_same_values(distribution: BaseDistribution) -> None:
    space, axes, points = drawn([distribution], 20, seed=0)
    for point in points:
        value = space.decode(axes.coded(point[None])[0])["0"]
        again = axes.points(space.encode({"0": value})[None])
        np.testing.assert_allclose(again[0], point, atol=1e-9)


def test_a_kernel_is_as_wide_as_the_gap_to_its_farther_neighbour() -> None:
    u = np.array([[0.5, np.nan], [0.2, 0.25], [0.6, np.nan]])
    np.testing.assert_allclose(neighbour_gap(u), [[0.3, np.nan], [0.3, 0.75], [0.4, np.nan]])


def test_the_normal_reference_rule_on_a_sample_of_a_normal() -> None:
    u = np.random.default_rng(0).normal(0.5, 0.1, (1000, 2))
    np.testing.assert_allclose(spread(u, np.ones(1000), 2), 0.1 * 1000 ** (-1 / 6), rtol=0.1)
    u[:500, 1] = np.nan
    np.testing.assert_allclose(spread(u, np.ones(1000), 2)[1], 0.1 * 500 ** (-1 / 6), rtol=0.1)
    assert spread(np.full((5, 1), 0.5), np.ones(5), 1).max() == pytest.approx(0.0, abs=1e-7)


def test_a_trial_that_weighs_nothing_does_not_widen_kernels() -> None:
    u, w = np.array([[0.4], [0.5], [0.6], [0.0]]), np.array([1.0, 1.0, 1.0, 0.0])
    np.testing.assert_allclose(spread(u, w, 1), spread(u[:3], w[:3], 1))
    np.testing.assert_allclose(between(u, w, 1) ** 2, spread(u, w, 1) * neighbour_gap(u))


def test_the_magic_clip() -> None:
    assert smallest(1, 2.0, 0.03) == 0.25
    assert smallest(100, 2.0, 0.03) == 0.03
    assert isinstance(smallest(100, 2.0, 1), float)


def test_points_that_have_every_axis_are_dealt_with_like_any() -> None:
    _, axes, points = drawn(DISTRIBUTIONS, 6, seed=0)
    _, _, x = drawn(DISTRIBUTIONS, 5, seed=1)
    anything = kernels(axes, points)
    whole = replace(anything, complete=True)
    active = np.ones(x.shape, dtype=np.bool_)
    np.testing.assert_allclose(log_kernels(whole, x, active), log_kernels(anything, x, active), rtol=1e-9, atol=1e-9)
    rng = np.random.default_rng(0)
    kernel, u = rng.integers(0, 8, (40, x.shape[1])), rng.random((40, x.shape[1] + len(axes.categories)))
    np.testing.assert_array_equal(draw(whole, kernel, u), draw(anything, kernel, u))


@pytest.mark.parametrize("height", [0.0, 500.0, 5000.0])
def test_mixtures_of_any_height_have_a_logarithm(height: float) -> None:
    rng = np.random.default_rng(0)
    terms = rng.normal(size=(8, 7)) - rng.random((8, 1)) * height
    terms[3:, 2] += height
    mixtures = [shares(rng.random(3), 1.0), shares(rng.random(4), 1.0)]
    found = log_density(terms, mixtures)
    for density, part, share in zip(found, (terms[:, :3], terms[:, 3:]), mixtures, strict=True):
        expected = np.logaddexp.reduce(np.column_stack([part, np.zeros(8)]) + np.log(share), axis=1)
        np.testing.assert_allclose(density, expected, rtol=1e-9, atol=1e-9)


def test_a_parameter_of_one_value_is_drawn_as_that_value() -> None:
    _, axes, points = drawn([FloatDistribution(0, 1), IntDistribution(3, 3)], 4, seed=0)
    u = np.random.default_rng(0).random((500, 2))
    for _ in range(5):
        assert not draw(kernels(axes, points), np.zeros((500, 2), dtype=np.int64), u)[:, 1].any()
        u = u.copy()  # memory that was used before


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("lacking", [False, True])
def test_widths_that_are_kept_are_those_of_the_rule(lacking: bool, order: Literal["C", "F"]) -> None:
    rules: dict[Rule, Callable[[Array, Array], Array]] = {
        "gap": lambda u, w: neighbour_gap(u),
        "scott": lambda u, w: spread(u, w, 3),
        "between": lambda u, w: between(u, w, 3),
    }
    rng = np.random.default_rng(0)
    for k in (1, 2, 9, 9):
        u, w = np.array(rng.random((k, 3)), order=order), rng.random(k)
        if lacking:
            u[0, 1] = np.nan
        for rule, width in rules.items():
            for _ in range(2):
                np.testing.assert_array_equal(widths(rule, u, w, 3), width(u, w))


@given(st.integers(0, 300), st.floats(1e-3, 1e3))
def test_kernels_that_count_the_same_share_evenly(k: int, prior_weight: float) -> None:
    np.testing.assert_array_equal(even_shares(k, prior_weight), shares(np.ones(k), prior_weight))


@pytest.mark.parametrize("width", [0.001, 0.03, 0.0600001, 0.2, 1.0])
def test_the_mass_is_that_of_the_normal_between_the_ends(width: float) -> None:
    u = np.random.default_rng(0).random((40, 3))
    u[0], u[1], u[2, 1] = 0.0, 1.0, np.nan
    exact = ndtr((1 - u) / width) - ndtr(-u / width)
    known = ~np.isnan(u)
    for one in (width, np.full(3, width), np.full((40, 3), width)):
        np.testing.assert_allclose(mass(u, one)[known], exact[known], rtol=1e-14)
    some = np.array([width, 0.01, 0.5])
    for column, one in enumerate(some.tolist()):
        alone = mass(u[:, [column]], np.full((40, 1), one))
        np.testing.assert_allclose(mass(u, some)[:, [column]], alone, rtol=1e-14)
