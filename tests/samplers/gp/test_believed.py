"""Beliefs weigh what an acquisition makes of a point by how likely they make it, and of nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hpo.arrays import Array
from hpo.distributions import CategoricalDistribution, FloatDistribution, NormalDistribution
from hpo.samplers.gp.believed import Believed, beliefs_of
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.model.axes import axes_of
from hpo.space import Space

BELIEFS = {
    "endless": NormalDistribution(1.0, 0.5),
    "cut off": NormalDistribution(0.0, 1.0, low=-1.0, high=4.0),
    "above": NormalDistribution(0.0, 1.0, low=2.0, high=9.0),
    "below": NormalDistribution(0.0, 1.0, low=-9.0, high=-2.0),
    "log": NormalDistribution(-2.0, 1.0, log=True),
    "log, cut off": NormalDistribution(-2.0, 1.0, low=1e-3, high=5.0, log=True),
}
SPACE = Space({**BELIEFS, "u": FloatDistribution(0.0, 1.0), "kind": CategoricalDistribution(["a", "b"])})
WIDE = Space(
    {name: replace(d, std=6.0 * d.std) if isinstance(d, NormalDistribution) else d for name, d in SPACE.items()}
)


class Flat:
    """A criterion that likes all points equally."""

    def __call__(self, features: Array) -> Array:
        return np.zeros(len(features))

    def gradient(self, features: Array) -> tuple[Array, Array]:
        return np.zeros(len(features)), np.zeros((len(features), len(SPACE) - 1))


def features_of(embedding: Embedding, rows: Array) -> Array:
    return embedding.features(rows, ~np.isnan(rows))


def weighed(rows: Array) -> tuple[Believed, Array]:
    """What beliefs make of the rows of the wide space, and their features."""
    active = ~np.isnan(rows)
    embedding = Embedding.of(axes_of(WIDE), active)
    return Believed(Flat(), beliefs_of(WIDE, SPACE, embedding, active)), features_of(embedding, rows)


def rows_of(n: int) -> Array:
    rows = np.random.default_rng(0).uniform(0.02, 0.98, (n, len(SPACE)))
    rows[:, -1] = rows[:, -1] > 0.5
    return rows


@pytest.mark.parametrize("name", BELIEFS)
def test_the_weight_is_how_much_likelier_a_belief_makes_a_value_than_the_axis_does(name: str) -> None:
    from scipy.stats import norm

    rows = np.repeat(rows_of(1), 50, axis=0)
    rows[:, WIDE.index[name]] = np.linspace(0.02, 0.98, 50)
    criterion, features = weighed(rows)
    belief, axis = BELIEFS[name], WIDE[name]
    assert isinstance(axis, NormalDistribution)
    x = np.array([axis.decode(float(u)) for u in rows[:, WIDE.index[name]]])
    x = np.log(x) if belief.log else x
    expected = norm.logpdf(x, belief.mean, belief.std) - norm.logpdf(x, axis.mean, axis.std)
    found = criterion(features)
    np.testing.assert_allclose(found - found[0], expected - expected[0], rtol=1e-6, atol=1e-6)


def test_gradients_are_those_of_the_values() -> None:
    rows = rows_of(20)
    criterion, features = weighed(rows)
    value, slope = criterion.gradient(features)
    np.testing.assert_array_equal(value, criterion(features))
    for j in range(slope.shape[1]):
        step = np.zeros(features.shape[1])
        step[j] = 1e-6
        numeric = (criterion(features + step) - criterion(features - step)) / 2e-6
        np.testing.assert_allclose(slope[:, j], numeric, rtol=1e-4, atol=1e-4)


def test_nothing_is_believed_of_a_parameter_that_is_not_there() -> None:
    rows = rows_of(20)
    rows[::2, WIDE.index["below"]] = np.nan
    criterion, features = weighed(rows)
    without = replace(criterion, beliefs=[b for b in criterion.beliefs if b.axis != WIDE["below"]])
    assert len(without.beliefs) == len(criterion.beliefs) - 1
    same = criterion(features) == without(features)
    assert same[::2].all()
    assert not same[1::2].any()
    same = (criterion.gradient(features)[1] == without.gradient(features)[1]).all(axis=1)
    assert same[::2].all()
    assert not same[1::2].any()


def test_what_is_as_wide_as_its_axis_weighs_nothing() -> None:
    active = np.ones((3, len(SPACE)), dtype=np.bool_)
    assert beliefs_of(WIDE, WIDE, Embedding.of(axes_of(WIDE), active), active) == ()
