"""When integers stay, and only a search from elsewhere finds better ones."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.arrays import Array
from hpo.distributions import FloatDistribution, IntDistribution
from hpo.samplers.cmaes.settled import have_settled
from hpo.samplers.model.axes import axes_of
from hpo.space import Space

AXES = axes_of(Space({"n": IntDistribution(0, 9), "x": FloatDistribution(0, 1)}))
X = AXES.points(np.array([[0.25, 0.3], [0.25, 0.3], [0.25, 0.3], [0.35, 0.3]]))


def keys(losses: list[float], scale: float = 1.0, offset: float = 0.0) -> Array:
    return np.column_stack([np.zeros((len(losses), 3)), scale * np.array(losses) + offset])


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_it_depends_on_the_scale_and_the_zero_of_losses_in_no_way(scale: float) -> None:
    assert have_settled(AXES, X, keys([0.0, 1e-10, 2e-10, 1.0], scale, offset=-scale))
    assert not have_settled(AXES, X, keys([0.0, 1e-3, 2e-3, 1.0], scale, offset=-scale))


def test_without_trials_in_other_cells_nothing_is_known_of_their_cost() -> None:
    assert not have_settled(AXES, X[:3], keys([0.0, 1e-10, 2e-10]))
    assert not have_settled(AXES, X, keys([0.0, 0.0, 0.0, 0.0]))
    assert not have_settled(AXES, X, keys([0.0, 0.0, 0.0, np.inf]))
    assert not have_settled(AXES, X, keys([0.0, 1e-10, 2e-10, np.inf]))


def test_equal_losses_are_steps_of_the_objective_and_not_of_the_search() -> None:
    assert not have_settled(AXES, X, keys([0.0, 0.0, 0.0, 1.0]))


def test_pruned_failed_and_infeasible_trials_tell_nothing_of_it() -> None:
    known = keys([0.0, 1e-10, 2e-10, 1.0])
    known[3, 0] = 1.0
    assert not have_settled(AXES, X, known)
    assert not have_settled(AXES, X, known + 1.0)


@pytest.mark.parametrize("name", ["n", "x"])
def test_there_must_be_numbers_of_both_kinds(name: str) -> None:
    distribution = {"n": IntDistribution(0, 9), "x": FloatDistribution(0, 1)}[name]
    column = ["n", "x"].index(name)
    axes = axes_of(Space({name: distribution}))
    assert not have_settled(axes, X[:, [column]], keys([0.0, 1e-10, 2e-10, 1.0]))


def test_a_trial_without_one_of_the_integers_is_in_no_cell() -> None:
    x = X.copy()
    x[0, 0] = np.nan
    assert not have_settled(AXES, x, keys([0.0, 1e-10, 2e-10, 1.0]))
