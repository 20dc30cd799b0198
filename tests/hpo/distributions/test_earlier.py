"""The distributions that Optuna had before are those of today, and say so once."""

from __future__ import annotations

from typing import Any

import pytest

from hpo import caution, distributions
from hpo.distributions import FloatDistribution, IntDistribution

EARLIER: list[tuple[str, tuple[Any, ...], dict[str, Any], Any]] = [
    ("UniformDistribution", (0.0, 1.0), {}, FloatDistribution(0.0, 1.0)),
    ("LogUniformDistribution", (1e-3, 1.0), {}, FloatDistribution(1e-3, 1.0, log=True)),
    ("DiscreteUniformDistribution", (0.0, 1.0, 0.25), {}, FloatDistribution(0.0, 1.0, step=0.25)),
    ("DiscreteUniformDistribution", (), {"low": 0, "high": 1, "q": 0.5}, FloatDistribution(0, 1, step=0.5)),
    ("IntUniformDistribution", (1, 9), {}, IntDistribution(1, 9)),
    ("IntUniformDistribution", (1, 9, 4), {}, IntDistribution(1, 9, step=4)),
    ("IntLogUniformDistribution", (1, 9), {}, IntDistribution(1, 9, log=True)),
]


@pytest.mark.parametrize(("name", "args", "options", "now"), EARLIER)
def test_they_make_those_of_today(
    name: str, args: tuple[Any, ...], options: dict[str, Any], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caution, "_said", set())
    with pytest.warns(FutureWarning, match=rf"{name} is deprecated; write {type(now).__name__}\(") as said:
        made = [getattr(distributions, name)(*args, **options) for _ in range(3)]
    assert len(said) == 1
    assert made == [now] * 3
