"""Searches over mixed and branching domains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpo.arrays import Array
from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.samplers.gp.domain import Domain
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.search import search
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.branches import Branch, Leaf, Tree
from hpo.space import Space

SPACE = Space(
    {
        "kind": CategoricalDistribution(["a", "b", "c"]),
        "x": FloatDistribution(0.0, 1.0),
        "few": IntDistribution(0, 9),
        "many": IntDistribution(1, 1000),
        "extra": FloatDistribution(0.0, 1.0),
    }
)
AXES = axes_of(SPACE)


@dataclass(frozen=True)
class Peak:
    """A criterion over features with its maximum 0 at given values; "b" is best, and "extra" counts where it is."""

    target: Array

    def __call__(self, features: Array) -> Array:
        return self.gradient(features)[0]

    def gradient(self, features: Array) -> tuple[Array, Array]:
        z = features[:, :4] - self.target
        weight = np.array([1.0, 3.0, 2.0, 1.0])
        kind = features[:, 4:7] @ np.array([-1.0, 0.0, -0.5]) * np.sqrt(2.0)
        return kind - (weight * z**2).sum(axis=1), -2 * weight * z


def domain(tree: Tree, fixed: dict[str, float] | None = None) -> Domain:
    active = np.stack([tree.active] if isinstance(tree, Leaf) else [tree.active, np.ones(5, dtype=np.bool_)])
    given = np.full(5, np.nan)
    for name, value in (fixed or {}).items():
        given[SPACE.index[name]] = value
    return Domain(AXES, tree, Embedding.of(AXES, active), given)


ALL = np.ones(5, dtype=np.bool_)
FLAT = Leaf(ALL)
WITHOUT = np.array([True, True, True, True, False])
BRANCHING = Branch(WITHOUT, 0, {0: Leaf(ALL), 1: Leaf(WITHOUT), 2: Leaf(WITHOUT)}, Leaf(WITHOUT))
TARGET = np.array([0.3141, AXES.middles[1][7], AXES.middles[2][345], 0.9])  # type: ignore[index]


def best(where: Domain, seed: int = 0) -> tuple[Array, float]:
    points, values = search(Peak(TARGET), where, np.empty((0, 5)), np.full(4, 0.5), np.random.default_rng(seed))
    assert (np.diff(values[np.argsort(-values)]) <= 0).all()
    return points[0], float(values[0])


def test_the_best_values_of_all_kinds_of_parameters_are_found() -> None:
    for seed in range(5):
        point, value = best(domain(FLAT), seed)
        assert value > -1e-4
        decoded = SPACE.decode(AXES.coded(point[None])[0])
        assert decoded["kind"] == "b"
        assert decoded["few"] == 7
        assert abs(decoded["many"] - 346) <= 3


def test_no_point_that_differs_in_one_discrete_value_is_better_than_where_searches_end() -> None:
    for tree in (FLAT, BRANCHING):
        where = domain(tree)
        for seed in range(5):
            rng = np.random.default_rng(seed)
            points, values = search(Peak(TARGET), where, np.empty((0, 5)), np.full(4, 0.5), rng)
            others, _ = where.neighbours(points[:1])
            assert (Peak(TARGET)(where.features(others)) <= values[0] + 1e-9).all()


def test_given_values_stay() -> None:
    point, _ = best(domain(FLAT, {"kind": 2.0, "x": 0.125, "few": float(AXES.middles[1][2])}))  # type: ignore[index]
    decoded = SPACE.decode(AXES.coded(point[None])[0])
    assert decoded["kind"] == "c"
    assert decoded["x"] == 0.125
    assert decoded["few"] == 2


def test_branches_are_compared_with_what_is_active_on_them() -> None:
    where = domain(BRANCHING)
    point, value = best(where)
    assert where.active(point[None])[0].tolist() == WITHOUT.tolist()
    assert point[0] == 1.0
    assert value > -((0.9 - 0.5) ** 2) - 1e-4  # on this branch "extra" stands in the middle


def test_all_proposals_lie_on_the_grid() -> None:
    where = domain(FLAT)
    points, _ = search(Peak(TARGET), where, np.empty((0, 5)), np.full(4, 0.5), np.random.default_rng(0))
    np.testing.assert_array_equal(points, AXES.points(AXES.coded(points)))


def test_neighbours_differ_in_one_discrete_value() -> None:
    where = domain(FLAT)
    point = where.spread(np.random.default_rng(1).random((2, 5)))
    others, owner = where.neighbours(point)
    assert ((others != point[owner]).sum(axis=1) == 1).all()
    assert (others[:, [1, 4]] == point[owner][:, [1, 4]]).all()
    assert len(np.unique(others[owner == 0][:, 0])) == 3
    assert len(np.unique(others[owner == 0][:, 2])) == 10


def test_a_spread_follows_the_prior() -> None:
    weighted = axes_of(Space({"c": CategoricalDistribution(["a", "b", "c"], weights=[1, 0, 3])}))
    ones = np.ones((1, 1), dtype=np.bool_)
    where = Domain(weighted, Leaf(ones[0]), Embedding.of(weighted, ones), np.full(1, np.nan))
    drawn = where.spread((np.arange(400)[:, None] + 0.5) / 400)[:, 0]
    assert np.bincount(drawn.astype(int)).tolist() == [100, 0, 300]
    assert dict(where.jumps)[0].tolist() == [0.0, 2.0]
