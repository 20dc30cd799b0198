"""Which trials are kept, by the definition: one goes at a time, and everything is found out anew."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import hpo
from hpo.arrays import Array
from hpo.pareto import nondomination_ranks
from hpo.samplers import MOEADSampler, NSGAIIISampler, NSGAIISampler
from hpo.samplers.nsgaii.selection import least_crowded

some = st.sampled_from([-math.inf, -1e308, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 1e308, math.inf]) | st.floats(0, 1)


def area(front: list[tuple[float, float, int]], i: int) -> float:
    """What one of a front dominates alone, as a part of the box around it; of the ends it is infinite."""
    in_order = sorted(front)
    at = in_order.index(front[i])
    if at in (0, len(front) - 1):
        return math.inf
    box = (in_order[-1][0] - in_order[0][0]) * (in_order[0][1] - in_order[-1][1])
    if not 0 < box < math.inf:
        return 0.0
    return (in_order[at + 1][0] - in_order[at][0]) * (in_order[at - 1][1] - in_order[at][1]) / box


@given(st.lists(st.tuples(some, some), min_size=1, max_size=12), st.integers(1, 12))
def test_of_two_objectives_what_dominates_the_least_alone_goes(points: list[tuple[float, float]], size: int) -> None:
    losses: Array = np.array(points, dtype=np.float64)
    size = min(size, len(points))
    kept: list[int] = []
    rooms: list[float] = []
    for rank in range(len(points)):
        rows = np.flatnonzero(nondomination_ranks(losses) == rank).tolist()
        while len(rows) > size - len(kept):
            front = [(*points[row], row) for row in rows]
            del rows[int(np.argmin([area(front, i) for i in range(len(front))]))]
        front = [(*points[row], row) for row in rows]
        rooms += [area(front, i) for i in range(len(front))]
        kept += rows
        if len(kept) == size:
            break
    chosen = least_crowded(np.column_stack([np.zeros((len(points), 3)), losses]), size)
    assert chosen.rows.tolist() == kept
    assert chosen.rank.tolist() == nondomination_ranks(losses)[kept].tolist()
    assert chosen.room.tolist() == rooms


@pytest.mark.parametrize("kind", [NSGAIISampler, NSGAIIISampler, MOEADSampler])
@given(st.integers(2, 4).flatmap(lambda m: st.lists(st.tuples(*[some] * m), min_size=30, max_size=30)))
@example([(-1e308, 1.0), (1e308, 0.0)] * 15)
@example([(0.0,) * 4, (1e200, 2e200, 1e200, 2e200), (2e200, 1e200, 2e200, 1e200)] * 10)
def test_whatever_the_objectives_are_there_are_children(
    kind: type[NSGAIISampler] | type[NSGAIIISampler] | type[MOEADSampler], points: list[tuple[float, ...]]
) -> None:
    study = hpo.create_study(sampler=kind(), directions=["minimize"] * len(points[0]), seed=1)
    for values in points:
        trial = study.ask()
        trial.suggest_float("x", 0.0, 1.0)
        study.tell(trial, values)
    assert 0.0 <= study.ask().suggest_float("x", 0.0, 1.0) <= 1.0
