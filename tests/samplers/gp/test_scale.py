"""Units of models, on both sides of the best loss."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.samplers.gp.scale import Scale
from hpo.samplers.gp.warp import Warp

LOSSES = np.random.default_rng(0).exponential(3.0, 20) - 1.0
FLOORS = [np.inf, 3.0, 0.1]


@pytest.mark.parametrize("floor", FLOORS)
def test_what_was_seen_is_as_the_warp_makes_it(floor: float) -> None:
    scale = Scale.of(Warp(floor), LOSSES)
    np.testing.assert_allclose(scale.y(LOSSES), Warp(floor)(LOSSES)[0], atol=1e-12)


@pytest.mark.parametrize("floor", FLOORS)
def test_losses_come_back_from_their_units(floor: float) -> None:
    scale = Scale.of(Warp(floor), LOSSES)
    losses = np.linspace(LOSSES.min() - 50.0, LOSSES.max() + 50.0, 41)
    y = scale.y(losses)
    assert (np.diff(y) > 0).all()
    np.testing.assert_allclose(scale.losses(y), losses, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("floor", FLOORS)
def test_below_the_best_loss_a_unit_is_the_same_everywhere(floor: float) -> None:
    scale = Scale.of(Warp(floor), LOSSES)
    steps = np.array([0.0, 1e-6, 1.0, 100.0])
    y = scale.y(LOSSES.min() - steps)
    np.testing.assert_allclose(y[0] - y, steps / scale.unit, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("floor", FLOORS)
def test_the_slope_is_that_of_the_units(floor: float) -> None:
    scale = Scale.of(Warp(floor), LOSSES)
    losses = np.linspace(LOSSES.min() - 5.0, LOSSES.max() + 5.0, 40)
    numeric = (scale.y(losses + 1e-6) - scale.y(losses - 1e-6)) / 2e-6
    np.testing.assert_allclose(scale.log_slope(losses), np.log(numeric), rtol=1e-5, atol=1e-5)


def test_equal_losses_have_no_unit() -> None:
    assert not Scale.of(Warp(), np.ones(4)).is_usable
    assert Scale.of(Warp(), LOSSES).is_usable
