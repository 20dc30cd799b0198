"""Warps of losses and of inputs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hpo.samplers.gp.input_warp import warp, warp_gradient, warp_slope
from hpo.samplers.gp.warp import Warp, finite, standard, warps

LOSSES = np.random.default_rng(0).exponential(size=30) ** 4


@pytest.mark.parametrize("one", warps(LOSSES), ids=repr)
def test_warps_keep_the_order_and_can_be_turned_back(one: Warp) -> None:
    y, _ = one(LOSSES)
    assert (np.argsort(y) == np.argsort(LOSSES)).all()
    assert y.mean() == pytest.approx(0.0, abs=1e-12)
    assert y.std() == pytest.approx(1.0)
    np.testing.assert_allclose(one.inverse(y, LOSSES), LOSSES, rtol=1e-9, atol=1e-12)


def test_the_slope_is_what_makes_likelihoods_comparable() -> None:
    one = Warp(0.5)
    raised = np.log1p((LOSSES - LOSSES.min()) / 0.5)
    slopes = 1 / (0.5 + LOSSES - LOSSES.min()) / raised.std()
    assert one(LOSSES)[1] == pytest.approx(np.log(slopes).sum())


def test_infinite_and_equal_losses_are_no_trouble() -> None:
    losses = finite(np.array([1.0, np.inf, 3.0, -np.inf]))
    assert losses.tolist() == [1.0, 5.0, 3.0, -1.0]
    assert standard(np.full(3, 7.0)).tolist() == [0.0, 0.0, 0.0]
    assert np.isfinite(standard(np.array([1e300, -1e300, 0.0]))).all()
    assert warps(np.full(5, 2.0)) == [Warp()]


LARGEST = np.finfo(float).max
EXTREMES = [
    np.array([1e308, -1e308, 3.0, -1e307, 0.0]),
    np.array([LARGEST, 1.0, 2.0, 3.0]),
    np.array([5e-324, 1e-323, 0.0, 5e-323]),
    np.array([1e300, 1e-300, 2e-300, 3e-300]),
    np.array([1e16, 1e16 + 2, 1e16 + 4, 1e16 + 4000]),
]


@pytest.mark.parametrize("losses", EXTREMES, ids=repr)
def test_losses_of_any_magnitude_are_warped_in_their_order(losses: np.ndarray) -> None:
    floors = [warp.floor for warp in warps(losses)] + [5e-324, 1e-5, 1e300]
    for floor in floors:
        y, log_slope = Warp(floor)(losses)
        assert (np.diff(y[np.argsort(losses)]) >= 0).all()
        assert y.std() == pytest.approx(1.0)
        assert np.isfinite(log_slope)
        back = np.clip(Warp(floor).inverse(y, losses), -LARGEST, LARGEST)  # rounding may have led beyond it
        largest = np.abs(losses).max()
        if floor <= largest or floor == np.inf:  # with larger floors differences are rounded away
            np.testing.assert_allclose(back / largest, losses / largest, atol=1e-9)


@given(arrays.arrays(float, st.integers(1, 8), elements=st.floats(allow_nan=False)))
def test_infinite_losses_become_finite_ones_outside_of_the_others(losses: np.ndarray) -> None:
    known, made = losses[np.isfinite(losses)], finite(losses)
    assert np.isfinite(made).all()
    assert (made[np.isfinite(losses)] == known).all()
    if len(known):
        assert (made[losses == np.inf] > min(known.max(), np.nextafter(LARGEST, 0))).all()
        assert (made[losses == -np.inf] < max(known.min(), np.nextafter(-LARGEST, 0))).all()


def test_input_warps_are_changes_of_variable() -> None:
    x, a, b = np.random.default_rng(1).uniform(0.01, 0.99, (9, 2)), np.array([0.5, 2.0]), np.array([1.3, 0.7])
    h = 1e-6
    np.testing.assert_allclose(warp_slope(x, a, b), (warp(x + h, a, b) - warp(x - h, a, b)) / (2 * h), rtol=1e-5)
    by_a, by_b = warp_gradient(x, a, b)
    up, down = np.exp(h), np.exp(-h)
    np.testing.assert_allclose(by_a, (warp(x, a * up, b) - warp(x, a * down, b)) / (2 * h), rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(by_b, (warp(x, a, b * up) - warp(x, a, b * down)) / (2 * h), rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(warp(x, np.ones(2), np.ones(2)), x)
