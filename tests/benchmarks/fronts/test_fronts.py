"""The problems are those of their papers: known points of the Pareto set lie on known fronts, and none lies below."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.benchmarks.fronts.dtlz import DTLZ
from tests.benchmarks.fronts.listing import FRONTS, half
from tests.benchmarks.fronts.wfg import WFG, n_along
from tests.benchmarks.fronts.zdt import ZDT

Array = NDArray[np.float64]
OBJECTIVES = (2, 3, 4, 5)
ON_A_SPHERE = ("dtlz2", "dtlz3", "dtlz4", "dtlz5", "dtlz6")
CONCAVE = ("wfg4", "wfg5", "wfg6", "wfg7", "wfg8", "wfg9")
each_count = pytest.mark.parametrize("m", OBJECTIVES)


def along(n: int, k: int, away: Array) -> Array:
    """Random coordinates along a front, and given ones away from it."""
    return np.hstack([np.random.default_rng(0).random((n, k)), np.tile(away, (n, 1))])


def bias(u: float) -> float:
    """The power that WFG8 and WFG9 give to a coordinate."""
    a = 0.98 / 49.98
    return 0.02 + 49.98 * (a - (1 - 2 * u) * abs(math.floor(0.5 - u) + a))


def wfg_set(name: str, m: int, n: int = 50) -> Array:
    """Points of the Pareto set of a problem, by the papers' equations."""
    k, away = n_along(m), 10
    points = along(n, k, np.full(away, 0.35))
    for row in points:
        for i in range(k, k + away) if name == "wfg8" else range(k + away - 2, k - 1, -1) if name == "wfg9" else ():
            others = row[:i] if name == "wfg8" else row[i + 1 :]
            row[i] = 0.35 ** (1 / bias(float(others.mean())))
    return points


FRONTS_OF_ZDT: dict[str, Callable[[Array], Array]] = {
    "zdt1": lambda t: 1 - np.sqrt(t),
    "zdt2": lambda t: 1 - t**2,
    "zdt3": lambda t: 1 - np.sqrt(t) - t * np.sin(10 * np.pi * t),
    "zdt4": lambda t: 1 - np.sqrt(t),
    "zdt6": lambda t: 1 - t**2,
}


@pytest.mark.parametrize("name", ZDT)
def test_fronts_of_two_objectives_are_curves(name: str) -> None:
    d = 10
    best = ZDT[name](along(50, 1, np.full(d - 1, 0.5 if name == "zdt4" else 0.0)))
    np.testing.assert_allclose(best[:, 1], FRONTS_OF_ZDT[name](best[:, 0]), atol=1e-12)
    others = ZDT[name](np.random.default_rng(1).random((500, d)))
    assert (others[:, 1] > FRONTS_OF_ZDT[name](others[:, 0])).all()


@each_count
def test_the_front_of_the_first_dtlz_is_a_plane(m: int) -> None:
    best = DTLZ["dtlz1"](along(50, m - 1, np.full(5, 0.5)), m)
    np.testing.assert_allclose(best.sum(axis=1), 0.5)
    others = DTLZ["dtlz1"](np.random.default_rng(1).random((500, m + 4)), m)
    assert others.sum(axis=1).min() > 0.5
    assert others.min() >= 0.0


@each_count
@pytest.mark.parametrize("name", ON_A_SPHERE)
def test_fronts_of_the_next_dtlz_are_parts_of_a_sphere(name: str, m: int) -> None:
    best = DTLZ[name](along(50, m - 1, np.full(10, 0.0 if name == "dtlz6" else 0.5)), m)
    np.testing.assert_allclose((best**2).sum(axis=1), 1.0)
    others = DTLZ[name](np.random.default_rng(1).random((500, m + 9)), m)
    assert (others**2).sum(axis=1).min() > 1.0
    assert others.min() >= 0.0


@each_count
@pytest.mark.parametrize("name", ["dtlz5", "dtlz6"])
def test_two_dtlz_have_a_curve_as_their_front(name: str, m: int) -> None:
    best = DTLZ[name](along(50, m - 1, np.full(10, 0.0 if name == "dtlz6" else 0.5)), m)
    t = best[:, -1]
    shares = [0.5 ** ((m - 2) / 2), *(0.5 ** ((m - 1 - i) / 2) for i in range(1, m - 1))] if m > 2 else [1.0]
    np.testing.assert_allclose(best[:, :-1], np.sqrt(1 - t**2)[:, None] * np.array(shares), atol=1e-9)


@each_count
def test_the_front_of_the_last_dtlz_is_in_pieces(m: int) -> None:
    x = along(50, m - 1, np.zeros(20))
    best = DTLZ["dtlz7"](x, m)
    others = best[:, :-1]
    np.testing.assert_allclose(others, x[:, : m - 1])
    np.testing.assert_allclose(best[:, -1], 2 * m - (others * (1 + np.sin(3 * np.pi * others))).sum(axis=1))


@each_count
@pytest.mark.parametrize("name", CONCAVE)
def test_fronts_of_six_wfg_are_parts_of_an_ellipsoid(name: str, m: int) -> None:
    radii = 2.0 * np.arange(1, m + 1)
    best = WFG[name](wfg_set(name, m), m)
    np.testing.assert_allclose(((best / radii) ** 2).sum(axis=1), 1.0, atol=1e-6)
    others = WFG[name](np.random.default_rng(1).random((500, n_along(m) + 10)), m)
    assert ((others / radii) ** 2).sum(axis=1).min() > 1.0


@each_count
def test_the_front_of_the_third_wfg_is_a_line(m: int) -> None:
    best = WFG["wfg3"](wfg_set("wfg3", m), m) / (2.0 * np.arange(1, m + 1))
    np.testing.assert_allclose(best.sum(axis=1), 1.0)
    t = 1 - best[:, -1]
    shares = [0.5 ** (m - 2), *(0.5 ** (m - 1 - i) for i in range(1, m - 1))] if m > 2 else [1.0]
    np.testing.assert_allclose(best[:, :-1], t[:, None] * np.array(shares), atol=1e-12)


@pytest.mark.parametrize("name", ["wfg1", "wfg2"])
def test_fronts_of_two_wfg_are_convex_but_for_the_last_objective(name: str) -> None:
    first, last = WFG[name](wfg_set(name, 2), 2).T / np.array([[2.0], [4.0]])
    x = np.arccos(1 - first) * 2 / np.pi
    slope = np.cos(10 * np.pi * x + np.pi / 2) / (10 * np.pi) if name == "wfg1" else x * np.cos(5 * np.pi * x) ** 2 - x
    np.testing.assert_allclose(last, 1 - x - slope, atol=1e-6)


@each_count
@pytest.mark.parametrize("name", ["wfg1", "wfg2"])
def test_corners_of_two_wfg_lie_on_the_axes(name: str, m: int) -> None:
    width = n_along(m) // (m - 1)
    corners = np.repeat(np.tri(m, m - 1, -1), width, axis=1)  # ones in the first groups, zeros in the others
    losses = WFG[name](np.hstack([corners, np.full((m, 10), 0.35)]), m)
    np.testing.assert_allclose(losses, np.diag(2.0 * np.arange(1, m + 1))[::-1], atol=1e-9)


@each_count
@pytest.mark.parametrize("name", WFG)
def test_no_point_of_a_wfg_is_nearer_than_its_front(name: str, m: int) -> None:
    others = WFG[name](np.random.default_rng(2).random((500, n_along(m) + 10)), m)
    assert np.isfinite(others).all()
    assert others.min() > 0.0
    assert (others <= 2.0 * np.arange(1, m + 1) + 1).all()


def test_the_listing_has_every_problem_in_one_half_with_all_its_counts_of_objectives() -> None:
    assert len(FRONTS) == len(ZDT) + len(OBJECTIVES) * (len(DTLZ) + len(WFG))
    assert {half(name) for name in FRONTS} == {"tune", "report"}
    for name, problem in FRONTS.items():
        middle = problem.function({node.name: 0.35 for node in problem.space})
        assert len(middle) == problem.n_objectives == int(name.partition("-")[2])
