"""Keras Tuner's `hp` in a trial: the same names, values and conditions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import hpo
from hpo.integrations import HyperParameters
from hpo.samplers import RandomSampler
from hpo.trial import FixedTrial


def studied(build: Callable[[HyperParameters], Any], n: int = 40) -> list[tuple[Any, hpo.FrozenTrial]]:
    """What `build` returned in each trial of a random search, and the trial."""
    built: list[Any] = []

    def objective(trial: hpo.Trial) -> float:
        built.append(build(HyperParameters(trial)))
        return 0.0

    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    with warnings.catch_warnings(action="error"):
        study.optimize(objective, n_trials=n)
    return list(zip(built, study.trials, strict=True))


@pytest.mark.parametrize(
    ("ask", "values"),
    [
        (lambda hp: hp.Int("n", 6, 9), [6, 7, 8, 9]),
        (lambda hp: hp.Int("n", 6, 13, step=3), [6, 9, 12]),
        (lambda hp: hp.Int("n", 2, 40, step=2, sampling="log"), [2, 4, 8, 16, 32]),
        (lambda hp: hp.Int("n", 1, 8, step=2, sampling="reverse_log"), [1, 5, 7, 8]),
        (lambda hp: hp.Float("x", 0.0, 0.55, step=0.1), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (lambda hp: hp.Float("x", 1.0, 100.0, step=10, sampling="log"), [1.0, 10.0, 100.0]),
        (lambda hp: hp.Choice("c", ["relu", "tanh"]), ["relu", "tanh"]),
        (lambda hp: hp.Choice("c", [32, 64]), [32, 64]),
        (lambda hp: hp.Boolean("b"), [False, True]),
        (lambda hp: hp.Fixed("f", 7), [7]),
    ],
)
def test_values_are_those_of_keras_tuner(ask: Callable[[HyperParameters], Any], values: list[Any]) -> None:
    seen = [value for value, _ in studied(ask)]
    assert set(seen) == set(values)
    assert {type(value) for value in seen} == {type(value) for value in values}


@pytest.mark.parametrize(("sampling", "middle"), [("linear", 0.505), ("log", 0.1), ("reverse_log", 0.91)])
def test_half_of_all_values_lie_below_the_middle_of_the_scale(sampling: Any, middle: float) -> None:
    values = sorted(value for value, _ in studied(lambda hp: hp.Float("x", 0.01, 1.0, sampling=sampling), 301))
    assert 0.01 <= values[0] < values[-1] <= 1.0
    below = sum(value < middle for value in values)
    assert 110 < below < 190


def test_a_mirrored_scale_is_named_by_what_the_study_keeps() -> None:
    for value, trial in studied(lambda hp: (hp.Float("m", 0.1, 1.0, sampling="reverse_log"), hp.get("m"))):
        assert list(trial.params) == ["1.1 - m"]
        assert value[0] == value[1] == pytest.approx(1.1 - trial.params["1.1 - m"])
    defaults = HyperParameters()
    assert defaults.Float("m", 0.1, 1.0, sampling="reverse_log", default=0.9) == 0.9
    assert defaults.params == {"1.1 - m": pytest.approx(0.2)}


def model(hp: HyperParameters) -> dict[str, Any]:
    kind = hp.Choice("kind", ["mlp", "cnn"])
    found: dict[str, Any] = {"kind": kind}
    with hp.conditional_scope("kind", ["mlp"]):
        found["layers"] = hp.Int("layers", 1, 3)
        with hp.name_scope("first"):
            found["units"] = hp.Int("units", 8, 64, step=8)
    with hp.conditional_scope("kind", "cnn"):
        found["filters"] = hp.Int("filters", 4, 8)
    found["rate"] = hp.Float("rate", 1e-4, 1e-1, sampling="log", parent_name="kind", parent_values=["cnn"])
    found["again"] = hp.Int("layers", 7, 9)
    return found


def test_what_is_not_active_is_none_and_not_asked() -> None:
    for found, trial in studied(model):
        if found["kind"] == "mlp":
            assert (found["filters"], found["rate"]) == (None, None)
            assert set(trial.params) == {"kind", "layers", "first/units"}
            assert found["again"] == found["layers"] in (1, 2, 3)
            assert found["units"] == trial.params["first/units"]
        else:
            assert (found["layers"], found["units"]) == (None, None)
            assert set(trial.params) == {"kind", "filters", "rate", "layers"}
            assert found["again"] in (7, 8, 9)


def test_without_a_trial_there_are_the_defaults_which_a_study_can_begin_with() -> None:
    hp = HyperParameters()
    assert model(hp) == {"kind": "mlp", "layers": 1, "units": 8, "filters": None, "rate": None, "again": 1}
    assert hp.Float("x", 0.5, 1.0, default=0.75) == 0.75
    assert hp.Choice("c", [1, 2, 3], default=2) == 2
    assert hp.Boolean("b", default=True) is True
    study = hpo.create_study(sampler=RandomSampler())
    study.enqueue_trial(hp.params)
    again = HyperParameters(study.ask())
    assert model(again) == model(HyperParameters())
    assert again.Float("x", 0.5, 1.0) == 0.75


def test_values_are_found_by_their_names() -> None:
    hp = HyperParameters(FixedTrial({"a": 1, "s/b": True}))
    hp.Int("a", 0, 3)
    with hp.name_scope("s"):
        hp.Boolean("b")
        assert hp.get("b") is True
        assert "a" not in hp
    with hp.conditional_scope("a", [2]):
        hp.Int("c", 0, 3)
    assert hp["a"] == hp.get("a") == 1
    assert hp.values == {"a": 1, "s/b": True}
    assert "a" in hp
    assert "c" not in hp
    assert repr(hp) == "HyperParameters({'a': 1, 's/b': True})"
    with pytest.raises(ValueError, match="'c' is not active"):
        hp.get("c")
    with pytest.raises(KeyError, match="No parameter 'd' was asked for; there are 'a', 's/b'"):
        hp.get("d")


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda hp: hp.Int("n", 3, 2), "min_value of 'n' must be ≤ max_value, got 3 and 2"),
        (lambda hp: hp.Float("x", 0, 1, sampling="log"), "sampling='log' of 'x' needs min_value > 0, got 0.0"),
        (lambda hp: hp.Float("x", 1, 2, sampling="logarithmic"), "must be 'linear', 'log' or 'reverse_log'"),
        (lambda hp: hp.Int("n", 1, 8, step=1, sampling="log"), "step of 'n' is a factor .* must be > 1, got 1"),
        (lambda hp: hp.Choice("c", []), "values of 'c' must not be empty"),
        (lambda hp: hp.Choice("c", [1, 2], default=3), r"default of 'c' must be one of \[1, 2\], got 3"),
        (lambda hp: hp.conditional_scope("c", [1]).__enter__(), "'c' is not known; ask for it before"),
    ],
)
def test_what_makes_no_sense_is_named(ask: Callable[[HyperParameters], Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ask(HyperParameters())
