"""Events survive their way through rows of scalars and strict JSON, whatever they hold."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from hpo.distributions import CategoricalDistribution
from hpo.events import AttributeSet, Event, SpaceDeclared, TrialFinished, TrialQueued, TrialReported, TrialState
from hpo.log.codec import KINDS, Row, decode, encode
from hpo.log.text import dumps
from hpo.space import Space
from tests.strategies import events, same


def strict(text: str) -> Any:
    """What a parser reads that knows the standard and nothing else."""
    text.encode("ascii")

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


@given(events)
def test_decode_undoes_encode(event: Event) -> None:
    assert same(decode(encode(event)), event)


@given(events)
def test_rows_hold_finite_scalars_and_strict_json(event: Event) -> None:
    row = encode(event)
    assert row.kind == KINDS[type(event)]
    assert row.value is None or math.isfinite(row.value)
    assert row.body is None or strict(row.body) is not None
    assert same(encode(decode(row)), row)


def circle() -> list[Any]:
    a: list[Any] = [math.nan]
    a.append(a)
    return a


IMPOSSIBLE = [
    {1, 2},
    b"bytes",
    object(),
    1j,
    len,
    np.zeros(2),
    np.complex128(1),
    np.datetime64("2020-01-01"),
    np.longdouble(1),
    {(1, 2): 3},
    {math.nan: 1},
    circle(),
    circle()[1:],
    [math.nan, {1, 2}],
]


@pytest.mark.parametrize("value", IMPOSSIBLE, ids=lambda value: type(value).__name__)
def test_what_json_cannot_hold_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError):
        dumps(value)
    for event in (
        AttributeSet("key", value),
        TrialQueued({"x": value}, 0.0),
        TrialFinished(0, TrialState.FAIL, 0.0, user_attrs={"x": value}),
        TrialFinished(0, TrialState.FAIL, 0.0, None, "digest", {"x": value}),
    ):
        with pytest.raises(TypeError):
            encode(event)


def test_a_space_whose_choices_json_cannot_hold_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="JSON cannot hold"):
        encode(SpaceDeclared(Space({"x": CategoricalDistribution([{1}, 2])})))


def test_common_events_need_little() -> None:
    assert encode(TrialReported(3, 5, 0.5, 1.0)) == Row(5, 3, 5, 0.5, None, 1.0, None)
    assert encode(TrialFinished(3, TrialState.COMPLETE, 1.0, (0.5,))) == Row(6, 3, None, 0.5, 1, 1.0, None)
