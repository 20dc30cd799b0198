"""Neighbours differ in one value that is there, and all that is looked at lies in the space."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.samplers.forest.features import ABSENT
from hpo.samplers.forest.region import Region
from hpo.samplers.forest.search import search
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.branches import active_at, tree_of
from hpo.space import Space
from hpo.testing.studies import DISTRIBUTIONS

SPACE = Space(DISTRIBUTIONS)
AXES = axes_of(SPACE)


def region(seed: int, fixed: dict[str, object] | None = None) -> Region:
    """Where "n" is there for one kind alone, and "lr" for the others."""
    rng = np.random.default_rng(seed)
    rows = [
        [d.draw(u) for d, u in zip(SPACE.distributions, row, strict=True)]
        for row in rng.random((90, len(SPACE))).tolist()
    ]
    points = AXES.points(np.array(rows))
    is_a = points[:, SPACE.index["kind"]] == 0.0
    active = np.ones(points.shape, dtype=np.bool_)
    active[:, SPACE.index["n"]], active[:, SPACE.index["lr"]] = is_a, ~is_a
    return Region(AXES, tree_of(AXES, points, active), AXES.points(SPACE.encode(fixed or {})[None])[0])


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_differ_in_one_value_that_is_there(seed: int) -> None:
    here, rng = region(seed), np.random.default_rng(seed)
    points = here.drawn(20, rng)
    active = here.active(points)
    near, owner = here.neighbours(points, active, rng)
    changed = (near != points[owner]) & active[owner]
    assert (changed.sum(axis=1) == 1).all()
    moves = {int(column) for column in np.flatnonzero(changed.any(axis=0))}
    assert moves == {*AXES.numbers.tolist(), *AXES.categories.tolist()}
    for row in AXES.coded(near[:50]):
        for name, value in SPACE.decode(row).items():
            assert SPACE[name].contains(value)
    assert (here.rounded(near) == near).all()


def test_choices_that_are_never_drawn_are_no_neighbours() -> None:
    here, rng = region(0), np.random.default_rng(0)
    points = here.drawn(50, rng)
    near, _ = here.neighbours(points, here.active(points), rng)
    column = SPACE.index["rare"]
    assert set(near[:, column]) == set(points[:, column]) == {0.0, 2.0}


@pytest.mark.parametrize("kind", ["a", "b"])
def test_what_is_given_stays(kind: str) -> None:
    here, rng = region(1, {"kind": kind, "x": 0.25}), np.random.default_rng(1)
    found = search(lambda features: features.x[0], here, here.drawn(3, rng), 100, rng)
    assert (found[:, SPACE.index["x"]] == 0.25).all()
    assert (found[:, SPACE.index["kind"]] == ("a", "b").index(kind)).all()
    assert np.isnan(found[:, SPACE.index["n"]]).all() == (kind == "b")
    assert (np.isnan(found) == ~active_at(here.tree, AXES, here.drawn(1, rng))[0]).all()


def test_what_is_found_is_better_than_what_is_drawn() -> None:
    here, rng = region(2), np.random.default_rng(2)

    def score(features: object) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        numbers = features.x[: len(AXES.numbers)]  # type: ignore[attr-defined]
        return -np.where(numbers == ABSENT, 0.0, np.abs(numbers - 0.4)).sum(axis=0)  # type: ignore[no-any-return]

    drawn = here.drawn(200, rng)
    chance = score(here.features(drawn, here.active(drawn))).max()
    best = search(score, here, drawn[:1], 200, rng)[:1]
    assert score(here.features(best, ~np.isnan(best)))[0] > 0.5 * chance
