"""Optuna's older names mean what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

import hpo
from hpo.distributions import BaseDistribution, FloatDistribution, IntDistribution, json_to_distribution

PAIRS: list[tuple[str, dict[str, Any], BaseDistribution]] = [
    ("UniformDistribution", {"low": 0, "high": 2}, FloatDistribution(0, 2)),
    ("LogUniformDistribution", {"low": 1, "high": 2}, FloatDistribution(1, 2, log=True)),
    ("DiscreteUniformDistribution", {"low": 0, "high": 2, "q": 0.5}, FloatDistribution(0, 2, step=0.5)),
    ("IntUniformDistribution", {"low": 0, "high": 2, "step": 2}, IntDistribution(0, 2, step=2)),
    ("IntLogUniformDistribution", {"low": 1, "high": 2}, IntDistribution(1, 2, log=True)),
]


@pytest.mark.filterwarnings("ignore:.*is deprecated:FutureWarning")
@pytest.mark.parametrize(("name", "arguments", "today"), PAIRS)
def test_an_older_name_makes_a_distribution_of_today(
    name: str, arguments: dict[str, Any], today: BaseDistribution
) -> None:
    assert getattr(hpo.distributions, name)(**arguments) == today


@pytest.mark.parametrize(("name", "arguments", "today"), PAIRS)
def test_json_with_an_older_name_is_read(name: str, arguments: dict[str, Any], today: BaseDistribution) -> None:
    assert json_to_distribution(json.dumps({"name": name, "attributes": arguments})) == today
