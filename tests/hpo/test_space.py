"""A space is an immutable value that codes configurations and decodes them again."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution, NormalDistribution
from hpo.key import Key
from hpo.space import Space
from tests.strategies import exact_distributions, names, same, spaces

keys = st.builds(Key, st.integers(0, 2**63), st.integers(0, 1000))

EXAMPLE = Space(
    {
        "lr": FloatDistribution(1e-5, 1e-1, log=True),
        "layers": IntDistribution(1, 9, step=2),
        "kind": CategoricalDistribution(["a", None, 1.5, [1, {"b": 2}]], weights=[1, 2, 3, 4]),
        "noise": NormalDistribution(0.0, 1.0),
        "é\ud800": FloatDistribution(0, 1),
    }
)


@given(spaces, keys)
def test_uniform_rows_decode_into_the_domain(space: Space, key: Key) -> None:
    row = space.uniform(key)
    assert row.shape == (len(space),)
    decoded = space.decode(row)
    assert list(decoded) == list(space)
    assert all(space[name].contains(value) for name, value in decoded.items())


@given(st.dictionaries(names, exact_distributions, max_size=5).map(Space), keys)
def test_encode_then_decode_is_the_identity(space: Space, key: Key) -> None:
    parameters = space.decode(space.uniform(key))
    assert same(space.decode(space.encode(parameters)), parameters)


@given(spaces, keys, st.data())
def test_missing_and_foreign_parameters_are_nan(space: Space, key: Key, data: st.DataObject) -> None:
    active = data.draw(st.lists(st.sampled_from(space.names), unique=True) if space else st.just([]))
    parameters = {name: value for name, value in space.decode(space.uniform(key)).items() if name in active}
    row = space.encode(parameters)
    assert [name for name, u in zip(space, row.tolist(), strict=True) if u == u] == [n for n in space if n in active]
    assert list(space.decode(row)) == [name for name in space if name in active]
    assert np.isnan(Space({"x": FloatDistribution(0, 1)}).encode({"x": 2.0, "y": 1})).all()


@given(spaces, keys, st.randoms(use_true_random=False))
def test_a_draw_depends_on_the_key_and_the_name_alone(space: Space, key: Key, random: object) -> None:
    del random
    backwards = Space(dict(reversed(list(space.items()))))
    assert space.uniform(key).tolist() == backwards.uniform(key).tolist()[::-1]
    for name in space:
        alone = Space({name: space[name]})
        assert alone.uniform(key)[0] == space.uniform(key)[space.index[name]]


@given(spaces)
def test_equal_spaces_are_one_value(space: Space) -> None:
    other = Space(dict(space))
    assert other == space
    assert hash(other) == hash(space)
    assert other.digest == space.digest
    assert pickle.loads(pickle.dumps(space)) == space == copy.deepcopy(space)


def test_order_names_and_distributions_make_the_space() -> None:
    x, y = FloatDistribution(0, 1), IntDistribution(0, 1)
    variants = [Space(), Space({"x": x}), Space({"y": x}), Space({"x": y}), Space({"x": x, "y": y})]
    variants.append(Space({"y": y, "x": x}))
    assert len(set(variants)) == len({space.digest for space in variants}) == len(variants)
    assert Space({"x": x}) != {"y": x}


def test_a_space_does_not_change_with_what_it_was_made_of() -> None:
    source = {"x": FloatDistribution(0, 1)}
    space = Space(source)
    source["x"] = FloatDistribution(0, 2)
    source["y"] = FloatDistribution(0, 3)
    assert dict(space) == {"x": FloatDistribution(0, 1)}
    with pytest.raises(TypeError):
        space["x"] = FloatDistribution(0, 2)  # type: ignore[index]


def test_the_latest_distribution_of_a_name_counts() -> None:
    narrow, wide, other = FloatDistribution(0, 1), FloatDistribution(0, 9), IntDistribution(1, 2)
    space = Space({"x": narrow, "y": other})
    assert space.extended(Space({"z": other, "x": wide})) == Space({"x": wide, "y": other, "z": other})
    assert space == Space({"x": narrow, "y": other})
    assert space.extended(Space({"x": narrow})) is space
    assert space.extended(Space()) is space


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from tests.hpo.test_space import EXAMPLE
from hpo.key import Key
print(EXAMPLE.digest, EXAMPLE.uniform(Key(7, 3, "x")).tolist(), Key(1).generator().random(), Key(2, 3).integer("a"))
"""


def test_digests_and_draws_are_the_same_in_every_process() -> None:
    def run(salt: str) -> str:
        script = SCRIPT.format(root=os.getcwd())  # noqa: PTH109
        environment = os.environ | {"PYTHONHASHSEED": salt}
        return subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        ).stdout

    here = [EXAMPLE.digest, EXAMPLE.uniform(Key(7, 3, "x")).tolist(), Key(1).generator().random()]
    expected = " ".join(map(str, [*here, Key(2, 3).integer("a")]))
    assert run("1").strip() == run("2").strip() == expected
