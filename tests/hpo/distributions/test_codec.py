"""A distribution survives as JSON, in Optuna's form, and the short form is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
    distribution_from_dict,
    distribution_to_json,
    json_to_distribution,
)
from tests.strategies import distributions, normal_distributions


@given(distributions | normal_distributions(continuous=False))
def test_json_round_trip(distribution: BaseDistribution) -> None:
    again = json_to_distribution(distribution_to_json(distribution))
    assert again == distribution
    assert hash(again) == hash(distribution)
    assert distribution_to_json(again) == distribution_to_json(distribution)


@pytest.mark.parametrize(
    ("distribution", "text"),
    [
        (FloatDistribution(0, 1), '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}'),  # noqa: E501
        (IntDistribution(1, 9, log=True), '{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 9}}'),  # noqa: E501
        (CategoricalDistribution([True, 1, None]), '{"name": "CategoricalDistribution", "attributes": {"choices": [true, 1, null]}}'),  # noqa: E501
    ],
    ids=repr,
)  # fmt: skip
def test_plain_distributions_are_written_as_optuna_writes_them(distribution: BaseDistribution, text: str) -> None:
    assert json.loads(distribution_to_json(distribution)) == json.loads(text)
    assert json_to_distribution(text) == distribution


def test_normals_are_written_as_before_there_were_integers_among_them() -> None:
    """The digests of stored spaces are made of this text."""
    text = '{"mean": 0.0, "std": 1.0, "low": null, "high": null, "log": true, "step": 1.0}'
    assert json.loads(distribution_to_json(NormalDistribution(0, 1, log=True, step=1)))["attributes"] == json.loads(
        text
    )


@pytest.mark.parametrize(
    ("short", "distribution"),
    [
        ({"type": "float", "low": 0, "high": 1, "step": 0.5}, FloatDistribution(0, 1, step=0.5)),
        ({"type": "int", "low": 1, "high": 8, "log": True}, IntDistribution(1, 8, log=True)),
        ({"type": "categorical", "choices": ["a", 2], "weights": [1, 3]}, CategoricalDistribution(["a", 2], [1, 3])),
        ({"type": "normal", "mean": 0, "std": 1, "low": -1}, NormalDistribution(0, 1, low=-1)),
        ({"type": "normal", "mean": 0, "std": 9, "integer": True}, NormalDistribution(0, 9, integer=True)),
    ],
    ids=str,
)
def test_the_short_form_is_read(short: dict[str, Any], distribution: BaseDistribution) -> None:
    assert json_to_distribution(json.dumps(short)) == distribution


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="Unknown kind"):
        json_to_distribution('{"name": "CauchyDistribution", "attributes": {}}')


@pytest.mark.parametrize("data", [3, "float", ["float", 0, 1], None])
def test_what_describes_no_distribution_is_answered_by_an_example(data: Any) -> None:
    with pytest.raises(TypeError, match=r'as {"type": "float", "low": 0, "high": 1}, got'):
        distribution_from_dict(data)
