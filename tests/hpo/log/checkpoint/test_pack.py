"""Bytes give back the arrays and values that went into them, and no damage is taken for something else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from numpy.typing import NDArray

from hpo.history.dump import Dump
from hpo.log.checkpoint.pack import pack, unpack
from tests.strategies import json_values, same

names = st.text(max_size=3)
arrays = st.sampled_from([np.int8, np.int32, np.int64, np.float64]).flatmap(
    lambda dtype: st_numpy.arrays(dtype, st_numpy.array_shapes(min_side=0, max_dims=2))
)
dumps = st.builds(Dump, st.dictionaries(names, arrays, max_size=4), st.dictionaries(names, json_values, max_size=4))
repetitive = st.builds(
    Dump, st.dictionaries(names, st.builds(np.arange, st.integers(0, 40_000)), max_size=2), st.just({})
)


@given(dumps | repetitive)
def test_what_was_packed_comes_back(dump: Dump) -> None:
    again = unpack(pack(dump))
    assert list(again.arrays) == list(dump.arrays)
    for name, array in dump.arrays.items():
        assert again.arrays[name].dtype == array.dtype
        assert again.arrays[name].shape == array.shape
        assert again.arrays[name].tobytes() == array.tobytes()
    assert same(again.values, dump.values)


def test_what_repeats_itself_takes_little_room() -> None:
    n = 10**6
    regular: dict[str, NDArray[Any]] = {
        "number": np.arange(n),
        "state": np.ones(n, np.int8),
        "integers": np.arange(n) % 7 * 1.0,
    }
    assert len(pack(Dump(regular, {}))) < n / 5


@given(dumps, st.data())
def test_a_byte_that_is_another_or_missing_is_noticed(dump: Dump, data: st.DataObject) -> None:
    good = pack(dump)
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != good[at]))
    for bad in (good[:at] + bytes([other]) + good[at + 1 :], good[:at], good + b"\0", good[:at] + good[at + 1 :]):
        with pytest.raises(ValueError, match="damaged"):
            unpack(bad)


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no checkpoint"):
        unpack(data)
