"""How many trials are good."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.samplers import TPESampler
from hpo.samplers.tpe.split import Split, linear, root
from hpo.study import create_study
from hpo.trial import Trial

Rule = Callable[[int, float, int], int]
RULES: list[tuple[Rule, Callable[[int], float]]] = [(linear, float), (root, math.sqrt)]


@pytest.mark.parametrize(("rule", "of"), RULES)
@given(n=st.integers(0, 10_000), fraction=st.floats(1e-3, 5.0), limit=st.integers(1, 100))
def test_a_rule_rounds_up_and_keeps_its_limit(
    rule: Rule, of: Callable[[int], float], n: int, fraction: float, limit: int
) -> None:
    exact, k = fraction * of(n), rule(n, fraction, limit)
    assert k == limit < exact or exact <= k < exact + 1


@given(n=st.integers(0, 300), wanted=st.integers(-5, 300), most=st.integers(1, 300))
def test_at_least_one_is_good_if_there_is_one_and_as_many_as_are_wanted_if_they_are_remembered(
    n: int, wanted: int, most: int
) -> None:
    asked: list[int] = []

    def rule(of: int) -> int:
        asked.append(of)
        return wanted

    k = Split(rule, most)(n)
    assert asked == [n]
    assert min(n, 1) <= k <= min(n, most)
    assert k == wanted or wanted > min(n, most) or wanted < min(n, 1)


def test_parts_of_a_trial_do_not_count() -> None:
    assert Split(lambda n: 3.9, 64)(10) == 3  # type: ignore[arg-type, return-value]


def proposals(**options: Any) -> list[dict[str, Any]]:
    """Of a study long enough for several rules to differ."""

    def bowl(trial: Trial) -> float:
        return sum(((trial.suggest_float(f"x{i}", -5, 5) - 1.5) ** 2 for i in range(2)), 0.0)

    study = create_study(sampler=TPESampler(seed=0, **options))
    study.optimize(bowl, n_trials=60)
    return [trial.params for trial in study.trials]


@pytest.mark.parametrize(
    ("options", "gamma"),
    [
        ({}, lambda n: math.ceil(0.1 * n)),
        ({"good_fraction": 0.25, "good_limit": 7}, lambda n: min(math.ceil(0.25 * n), 7)),
        ({"split": "sqrt", "good_fraction": 0.7}, lambda n: math.ceil(0.7 * math.sqrt(n))),
        ({"good_fraction": 0.9, "good_limit": 80}, lambda n: math.ceil(0.9 * n)),
    ],
)
def test_named_rules_are_what_their_formulas_say(options: dict[str, Any], gamma: Callable[[int], int]) -> None:
    good_limit = options.get("good_limit", 25)
    assert proposals(**options) == proposals(gamma=gamma, good_limit=good_limit)
    assert proposals(**options) != proposals(gamma=lambda n: gamma(n) // 2, good_limit=good_limit)
