"""What JSON cannot say survives its way through strict JSON."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.log.text import choice, dumps, loads, loads_together
from tests.hpo.log.test_codec import strict
from tests.strategies import json_values, same


@given(json_values)
def test_loads_undoes_dumps(value: Any) -> None:
    text = dumps(value)
    strict(text)
    assert same(loads(text), value)


@pytest.mark.parametrize(
    "value",
    [
        {"$float": "nan"},
        {"$float": math.nan},
        {"$$float": math.inf},
        {"$": {"$": [{"$float": -math.inf}]}},
        ["$float", '"$'],
        {'"$': 1},
        "\ud800\x00",
    ],
    ids=repr,
)
def test_words_of_the_format_are_no_trap(value: Any) -> None:
    assert same(loads(dumps(value)), value)


@pytest.mark.parametrize(
    ("scalar", "plain"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.float32("nan"), math.nan),
        (np.float64("-inf"), -math.inf),
    ],
    ids=repr,
)
def test_numpy_scalars_become_plain_ones(scalar: Any, plain: Any) -> None:
    assert same(loads(dumps({"a": [scalar, math.nan]})), {"a": [plain, math.nan]})
    assert same(loads(dumps(scalar)), plain)


def test_choices_keep_their_tuples_and_other_tuples_become_lists() -> None:
    value = {"a": (1, (2.5, math.nan)), "b": [(3,), {"$c": ()}]}
    assert same(loads(dumps(choice(value))), value)
    assert same(loads(dumps(value)), {"a": [1, [2.5, math.nan]], "b": [[3], {"$c": []}]})


@given(st.lists(json_values))
def test_texts_are_read_together_as_one_by_one(values: list[Any]) -> None:
    texts = [dumps(value) for value in values]
    together = loads_together(texts)
    assert (together is None) == any('"$' in text for text in texts)
    assert together is None or same(together, [loads(text) for text in texts])


@pytest.mark.parametrize("texts", [["1", "{"], ["1,2"], ["1]", "[2"], [""], ["1", "2 3"]])
def test_what_is_no_json_is_not_read_together(texts: list[str]) -> None:
    assert loads_together(texts) is None
