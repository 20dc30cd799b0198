"""What JSON cannot say survives its way through strict JSON."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpo
from hpo.events import AttributeSet, TrialQueued
from hpo.log.checkpoint.pack import pack
from hpo.log.text import MOST_LEVELS, check_levels, choice, dumps, loads, loads_together
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


def nested(levels: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = 0.5
    for _ in range(levels):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: {"a": x}, lambda x: (x, "[")], ids=["list", "dict", "tuple"])
def test_what_lies_too_deep_comes_in_nowhere(wrap: Callable[[Any], Any], tmp_path: Path) -> None:
    check_levels(nested(MOST_LEVELS, wrap))
    with pytest.raises(TypeError, match="levels"):
        check_levels(nested(MOST_LEVELS + 1, wrap))
    deep = nested(400, wrap)
    study = hpo.create_study(study_name="s", storage=f"sqlite:///{tmp_path}/s.db")
    trial = study.ask()
    stores: tuple[Callable[[], None], ...] = (
        lambda: study.set_user_attr("deep", deep),
        lambda: trial.set_user_attr("deep", deep),
        lambda: study.enqueue_trial({"x": 0.5}, user_attrs={"deep": deep}),
        lambda: study.enqueue_trial({"x": deep}),
    )
    for store in stores:
        with pytest.raises(TypeError, match="levels"):
            store()
    assert len(hpo.load_study(study_name="s", storage=f"sqlite:///{tmp_path}/s.db").trials) == 1


@pytest.mark.parametrize("levels", [MOST_LEVELS, 150])
def test_what_lies_deep_in_a_log_is_read_and_copied(levels: int, tmp_path: Path) -> None:
    """Earlier versions wrote it."""
    study = hpo.create_study(study_name="s", storage=f"sqlite:///{tmp_path}/s.db")
    value = nested(levels, lambda x: [x])
    study._log.append([AttributeSet("deep", value), TrialQueued({"x": 0.5}, 0.0, user_attrs={"deep": value})])
    hpo.copy_study(from_study_name="s", from_storage=study._log.storage, to_storage=f"journal:///{tmp_path}/s.log")
    again = hpo.load_study(study_name="s", storage=f"journal:///{tmp_path}/s.log")
    assert again.user_attrs == study.user_attrs == {"deep": value}
    assert again.trials[0].user_attrs == {"deep": value}
    assert pack(again._log.ledger.dump())


def test_what_is_wide_is_not_deep() -> None:
    value = [[{"a": [1]}] for _ in range(10 * MOST_LEVELS)] + ["[" * MOST_LEVELS]
    check_levels(value)
    assert loads(dumps(value)) == value
