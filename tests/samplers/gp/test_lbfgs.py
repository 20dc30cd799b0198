"""Batched maximisation in boxes."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from hpo.arrays import Array, IntArray
from hpo.samplers.gp.lbfgs import maximise

CENTRE = np.array([0.3, 1.4, -0.2, 0.7])
CURVATURE = np.array([1.0, 30.0, 4.0, 200.0])


def bowl(x: Array, rows: IntArray) -> tuple[Array, Array]:
    """A concave quadratic with its maximum outside of the box in two coordinates, and a twist."""
    del rows
    z = x - CENTRE
    twist = z[:, 0] + z[:, 3]
    value = -(CURVATURE * z**2).sum(axis=1) - 20 * twist**2
    slope = -2 * CURVATURE * z
    slope[:, [0, 3]] -= 40 * twist[:, None]
    return value, slope


def test_maxima_are_those_of_another_method() -> None:
    starts = np.random.default_rng(0).random((12, 4))
    x, value = maximise(bowl, starts, np.ones(starts.shape, dtype=np.bool_), np.ones(4), most=200, tolerance=1e-12)
    every = np.zeros(1, dtype=np.int64)

    def negative(z: Array) -> float:
        return -float(bowl(z[None], every)[0][0])

    expected = minimize(negative, starts[0], bounds=[(0.0, 1.0)] * 4, method="L-BFGS-B")
    np.testing.assert_allclose(value, -expected.fun, rtol=1e-6)
    np.testing.assert_allclose(x, np.tile(expected.x, (12, 1)), atol=1e-3)


def test_each_search_is_independent_of_the_others() -> None:
    starts = np.random.default_rng(1).random((5, 4))
    free = np.ones(starts.shape, dtype=np.bool_)
    together = maximise(bowl, starts, free, np.ones(4))[0]
    for i in range(5):
        np.testing.assert_allclose(maximise(bowl, starts[[i]], free[[i]], np.ones(4))[0][0], together[i], atol=1e-9)


def test_what_is_not_free_stays_and_nothing_leaves_the_box() -> None:
    starts = np.random.default_rng(2).random((8, 4))
    free = np.random.default_rng(3).random((8, 4)) < 0.5
    x, value = maximise(bowl, starts, free, np.ones(4))
    np.testing.assert_array_equal(x[~free], starts[~free])
    assert ((x >= 0) & (x <= 1)).all()
    assert (value >= bowl(starts, np.arange(8))[0]).all()


def test_curved_valleys_are_followed() -> None:
    def valley(x: Array, rows: IntArray) -> tuple[Array, Array]:
        del rows
        a, b = 4 * x[:, 0] - 2, 4 * x[:, 1] - 2
        value = -(100 * (b - a**2) ** 2 + (1 - a) ** 2)
        slope = -4 * np.column_stack([-400 * a * (b - a**2) - 2 * (1 - a), 200 * (b - a**2)])
        return value, slope

    starts = np.array([[0.1, 0.9], [0.5, 0.2]])
    free = np.ones(starts.shape, dtype=np.bool_)
    x, _ = maximise(valley, starts, free, np.full(2, 0.5), most=200, tolerance=1e-12)
    np.testing.assert_allclose(x, 0.75, atol=1e-3)
