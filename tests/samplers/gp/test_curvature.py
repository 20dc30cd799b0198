"""The limited memory is the BFGS formula of the latest steps, for each search on its own."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array
from hpo.samplers.gp.curvature import Curvature

SCALE = np.array([0.04, 1.0, 0.25])


def bfgs(steps: list[tuple[Array, Array]]) -> Array:
    """The inverse Hessian after some steps and changes of slope, by its definition (Nocedal and Wright, eq. 6.17)."""
    H = np.diag(SCALE)
    if steps:
        s, y = steps[-1]
        H = H * (s @ y) / (y @ (SCALE * y))
    for s, y in steps:
        ρ, eye = 1.0 / (s @ y), np.eye(len(s))
        H = (eye - ρ * np.outer(s, y)) @ H @ (eye - ρ * np.outer(y, s)) + ρ * np.outer(s, s)
    return H


def walked(n: int) -> tuple[Curvature, list[list[tuple[Array, Array]]]]:
    """Two searches on a bowl, of which the second one takes every other step only."""
    rng = np.random.default_rng(0)
    hessian = np.array([[9.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 4.0]])
    steps: list[list[tuple[Array, Array]]] = [[], []]
    curvature = Curvature.unknown(2, SCALE)
    for i in range(n):
        rows = np.arange(2 - i % 2)
        s = rng.normal(size=(len(rows), 3))
        curvature.learn(rows, s, s @ hessian)
        for row in rows:
            steps[row].append((s[row], s[row] @ hessian))
    return curvature, steps


def test_directions_are_those_of_the_bfgs_formula() -> None:
    for n in range(7):
        curvature, steps = walked(n)
        g = np.random.default_rng(1).normal(size=(2, 3))
        expected = [bfgs(of_one[-5:]) @ slope for of_one, slope in zip(steps, g, strict=True)]
        np.testing.assert_allclose(curvature.direction(g, np.arange(2)), expected, rtol=1e-9)
        np.testing.assert_array_equal(curvature.is_known(np.arange(2)), [len(of_one) > 0 for of_one in steps])


def test_what_was_seen_along_the_latest_step_is_kept() -> None:
    curvature, steps = walked(9)
    for row in range(2):
        s, y = steps[row][-1]
        np.testing.assert_allclose(curvature.direction(y[None], np.array([row]))[0], s, rtol=1e-9)


def test_steps_along_which_the_slope_does_not_fall_teach_nothing() -> None:
    curvature, _ = walked(3)
    g = np.ones((2, 3))
    before = curvature.direction(g, np.arange(2))
    s = np.array([[1.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
    curvature.learn(np.arange(2), s, np.array([[0.0, 1.0, 0.0], [-1.0, -2.0, -3.0]]))
    np.testing.assert_array_equal(curvature.direction(g, np.arange(2)), before)
