"""The table of parameters says of each trial what it was given, whichever others there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.arrays import Array
from hpo.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.history.parameters import Parameters
from hpo.key import Key
from hpo.space import Space

KINDS: Mapping[str, Sequence[BaseDistribution]] = {
    "x": (FloatDistribution(0.0, 1.0), FloatDistribution(-1.0, 0.5)),
    "log": (FloatDistribution(1e-3, 1.0, log=True),),
    "whole": (IntDistribution(1, 9), IntDistribution(3, 30, log=True)),
    "choice": (CategoricalDistribution(("a", None, True, 1, 2.5)), CategoricalDistribution((2.5, "b", "a"))),
    "either": (FloatDistribution(1.0, 2.0), CategoricalDistribution((1.5, "a"))),
    "late": (FloatDistribution(-5.0, 5.0),),
}
spaces = st.lists(st.sampled_from(sorted(KINDS)), unique=True).flatmap(
    lambda names: st.tuples(*(st.sampled_from(KINDS[name]) for name in names)).map(
        lambda chosen: Space(dict(zip(names, chosen, strict=True)))
    )
)
batches = st.lists(spaces, min_size=1, max_size=4).flatmap(
    lambda known: st.lists(st.lists(st.sampled_from(known), min_size=1, max_size=5), min_size=1, max_size=6)
)


def is_choice(distribution: BaseDistribution) -> bool:
    return isinstance(distribution, CategoricalDistribution)


@given(batches, spaces, st.lists(st.integers(0, 29), max_size=8))
def test_every_trial_is_coded_as_if_it_were_alone(rounds: list[list[Space]], asked: Space, some: list[int]) -> None:
    table = Parameters()
    trials: list[tuple[dict[str, Any], Space]] = []
    views: list[dict[str, Array]] = []
    for batch in rounds:
        n = len(trials)
        trials += [(space.decode(space.uniform(Key(0, n + i))), space) for i, space in enumerate(batch)]
        table.add([values for values, _ in trials[n:]], batch)
        views.append({name: table.raw(name, len(trials))[0] for name in KINDS})
    for row, (values, space) in enumerate(trials):
        assert table.external(row, space) == values
    for view in views:
        for name, column in view.items():
            np.testing.assert_array_equal(column, table.raw(name, len(column))[0])

    chosen = {name: is_choice(one) for _, space in reversed(trials) for name, one in space.items()}  # by its first use
    rows = np.array(some, dtype=np.int64) % len(trials)
    coded, active = table.coded(rows, asked), table.active(rows, asked)
    for row, found, has in zip(rows.tolist(), coded, active, strict=True):
        values, space = trials[row]
        fit = {name: value for name, value in values.items() if is_choice(space[name]) == chosen[name]}
        known = {name: value for name, value in fit.items() if name in asked and is_choice(asked[name]) >= chosen[name]}
        np.testing.assert_array_equal(found, asked.encode(known))
        assert has.tolist() == [name in fit for name in asked]
    np.testing.assert_array_equal(table.coded(slice(1, None), asked), table.coded(np.arange(1, len(trials)), asked))


@pytest.mark.parametrize("n_late", [1, 3])
def test_names_that_come_later_leave_no_mark_on_earlier_trials(n_late: int) -> None:
    table = Parameters()
    one = Space({"x": FloatDistribution(0.0, 1.0)})
    wide = Space({f"x{i}": FloatDistribution(0.0, 1.0) for i in range(n_late)})
    table.add([{"x": 0.25}], [one])
    table.add([dict.fromkeys(wide.names, 0.5)], [wide])
    table.add([{"x": 0.75}] * 2, [one] * 2)
    np.testing.assert_array_equal(table.coded(slice(0, None), one)[:, 0], [0.25, math.nan, 0.75, 0.75])
    np.testing.assert_array_equal(table.coded(slice(0, None), wide)[:, -1], [math.nan, 0.5, math.nan, math.nan])
    assert table.lacks(np.arange(2), one)
    assert not table.lacks(np.array([0, 2, 3]), one)
