"""What a trial offers: suggestions, reports, attributes, constraints."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.exceptions import DistributionMismatchError, UpdateFinishedTrialError
from hpo.samplers import RandomSampler
from hpo.trial import FixedTrial, Trial, TrialState

SUGGESTIONS: list[tuple[str, tuple[Any, ...], dict[str, Any], type]] = [
    ("suggest_float", (0.5, 2), {}, float),
    ("suggest_float", (1e-5, 1e-1), {"log": True}, float),
    ("suggest_float", (0, 1), {"step": 0.1}, float),
    ("suggest_float", (0.01, 100), {"step": 0.01, "log": True}, float),
    ("suggest_int", (1, 100), {}, int),
    ("suggest_int", (1, 100), {"log": True}, int),
    ("suggest_int", (2, 10), {"step": 4}, int),
    ("suggest_int", (1, 65), {"step": 8, "log": True}, int),
    ("suggest_normal", (0, 1), {}, float),
    ("suggest_normal", (0, 1), {"low": -1, "high": 2}, float),
    ("suggest_normal", (-3, 1), {"log": True}, float),
    ("suggest_normal", (0, 10), {"step": 2.5}, float),
    ("suggest_normal", (100, 15), {"integer": True}, int),
    ("suggest_normal", (3, 1), {"integer": True, "log": True}, int),
    ("suggest_normal", (0, 10), {"integer": True, "step": 5, "low": -20, "high": 20}, int),
    ("suggest_categorical", (["a", "b"],), {}, str),
    ("suggest_categorical", ([1, 2, 4],), {"ordered": True}, int),
    ("suggest_categorical", ([True, False],), {"weights": [3, 1]}, bool),
]


def ask(seed: int = 0) -> Trial:
    return hpo.create_study(seed=seed).ask()


@pytest.mark.parametrize(("method", "arguments", "options", "kind"), SUGGESTIONS)
@pytest.mark.parametrize("warm", [False, True], ids=["first", "proposed"])
def test_suggestions_are_plain_values_in_their_domain(
    method: str, arguments: tuple[Any, ...], options: dict[str, Any], kind: type, warm: bool
) -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    if warm:
        study.optimize(lambda trial: float(getattr(trial, method)("p", *arguments, **options) is None), n_trials=3)
    trial = study.ask()
    value = getattr(trial, method)("p", *arguments, **options)
    assert type(value) is kind
    assert trial.distributions["p"].contains(value)
    assert getattr(trial, method)("p", *arguments, **options) == value
    assert trial.params == {"p": value}


def test_a_parameter_does_not_depend_on_the_others_or_on_history() -> None:
    alone = hpo.create_study(seed=1)
    alone.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5)
    together = hpo.create_study(seed=1)
    together.optimize(lambda trial: trial.suggest_int("n", 1, 9) + trial.suggest_float("x", 0, 1), n_trials=5)
    assert [t.params["x"] for t in alone.trials] == [t.params["x"] for t in together.trials]


@pytest.mark.parametrize(
    ("method", "arguments", "options"),
    [
        ("suggest_float", (1, 0), {}),
        ("suggest_float", (0, 1), {"step": 0}),
        ("suggest_float", (0, 1), {"log": True}),
        ("suggest_float", (math.nan, 1), {}),
        ("suggest_float", (0, math.inf), {}),
        ("suggest_int", (0, 4), {"log": True}),
        ("suggest_int", (0, 2**60), {}),
        ("suggest_categorical", ([],), {}),
        ("suggest_categorical", (["a"],), {"weights": [1, 2]}),
        ("suggest_normal", (0, 0), {}),
        ("suggest_normal", (0, 1), {"low": 60, "high": 70}),
        ("suggest_normal", (0, 1), {"integer": True, "step": 0.5}),
        ("suggest_normal", (0, 1), {"integer": True, "low": 0.5}),
        ("suggest_normal", (0, 1), {"integer": True, "high": 2.0**60}),
    ],
)
def test_impossible_domains_are_refused(method: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    trial = ask()
    with pytest.raises(ValueError, match="must|range|no probability|exact up"):
        getattr(trial, method)("p", *arguments, **options)
    assert trial.params == {}


def test_steps_are_keywords() -> None:
    with pytest.raises(TypeError):
        ask().suggest_float("x", 0, 1, 0.1)  # type: ignore[call-arg]


def test_a_range_that_the_step_does_not_divide_ends_early() -> None:
    trial = ask()
    with pytest.warns(UserWarning, match="not divisible"):
        trial.suggest_float("x", 0, 1.01, step=0.3)
    assert trial.distributions["x"] == hpo.distributions.FloatDistribution(0, 0.9, step=0.3)


def test_another_range_in_one_trial_keeps_the_value() -> None:
    trial = ask()
    value = trial.suggest_float("x", 0, 1)
    with pytest.warns(RuntimeWarning, match="Inconsistent parameter values"):
        assert trial.suggest_float("x", 5, 6) == value


@pytest.mark.parametrize("other", [("suggest_int", 0, 1), ("suggest_categorical", [0, 1]), ("suggest_normal", 0, 1)])
@pytest.mark.parametrize("same_trial", [True, False])
def test_a_name_keeps_its_kind(other: tuple[Any, ...], same_trial: bool) -> None:
    study = hpo.create_study()
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    if not same_trial:
        study.tell(trial, 0.0)
        trial = study.ask()
    method, *arguments = other
    with pytest.raises(DistributionMismatchError, match="x"):
        getattr(trial, method)("x", *arguments)
    with pytest.raises(ValueError, match="keeps its kind"):
        trial.suggest_float("x", 1, 2, log=True)


def test_choices_stay_within_a_trial_and_may_change_between_trials() -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    trial = study.ask()
    trial.suggest_categorical("c", ["a", "b"])
    for other in (["b", "a"], ["a", "b", "c"], ["a"]):
        with pytest.raises(ValueError, match="choices"):
            trial.suggest_categorical("c", other)
    study.tell(trial, 0.0)
    for other in (["b", "a"], ["a", "b", "c"], ["a"]):
        assert study.ask().suggest_categorical("c", other) in other


def test_choices_are_told_apart_by_value_and_type() -> None:
    choices = [1, True, 1.0, "1", None, [1, 2], {"a": [True]}, {"a": [1]}]
    study = hpo.create_study(seed=0)
    for choice in choices:
        study.enqueue_trial({"c": choice})
    seen: list[Any] = []

    def objective(trial: Trial) -> float:
        seen.append(trial.suggest_categorical("c", choices))
        return 0.0

    study.optimize(objective, n_trials=len(choices))
    assert [(type(value), value) for value in seen] == [(type(choice), choice) for choice in choices]
    assert [(type(t.params["c"]), t.params["c"]) for t in study.trials] == [(type(c), c) for c in choices]


def test_objects_that_json_cannot_hold_are_choices_in_memory_only() -> None:
    study = hpo.create_study(seed=0)
    with pytest.warns(UserWarning, match="cannot be stored"):
        study.optimize(lambda trial: float(trial.suggest_categorical("f", [math.sin, math.cos])(0)), n_trials=5)
    assert study.best_params["f"] is math.sin


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (lambda t: t.suggest_uniform("x", 0, 1), lambda t: t.suggest_float("x", 0, 1)),
        (lambda t: t.suggest_loguniform("x", 1, 9), lambda t: t.suggest_float("x", 1, 9, log=True)),
        (lambda t: t.suggest_discrete_uniform("x", 0, 1, 0.5), lambda t: t.suggest_float("x", 0, 1, step=0.5)),
    ],
)
def test_old_names_work_and_warn(old: Any, new: Any) -> None:
    with pytest.warns(FutureWarning, match="write suggest_float"):
        value = old(ask())
    assert value == new(ask())


class TestReports:
    def test_numbers_and_integer_steps(self) -> None:
        trial = ask()
        trial.report("0.5", 4.0)  # type: ignore[arg-type]
        trial.report(float("nan"), np.int64(5))  # type: ignore[arg-type]
        trial.report(np.float32(1), 6)  # type: ignore[arg-type]
        values = trial.study.trials[0].intermediate_values
        assert list(values) == [4, 5, 6]
        assert values[4] == 0.5
        assert math.isnan(values[5])

    def test_useless_ones_are_refused(self) -> None:
        trial = ask()
        with pytest.raises(TypeError, match="number"):
            trial.report(None, 0)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="step"):
            trial.report(0.0, "x")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="≥ 0"):
            trial.report(0.0, -1)
        for step in (1.5, math.inf, np.float64(0.5)):
            with pytest.raises(ValueError, match="whole number"):
                trial.report(0.0, step)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"of shape \(1,\)\. Write `\.item\(\)`"):
            trial.report(np.array([0.5]), 0)  # type: ignore[arg-type]
        assert not trial.study.trials[0].intermediate_values

    def test_the_first_at_a_step_counts(self) -> None:
        trial = ask()
        trial.report(1.0, 1)
        with pytest.warns(UserWarning, match="already reported at step 1"):
            trial.report(2.0, 1)
        assert trial.study.trials[0].intermediate_values == {1: 1.0}

    def test_nothing_is_pruned_before_the_first(self) -> None:
        assert ask().should_prune() is False

    def test_several_objectives_need_a_value_each(self) -> None:
        study = hpo.create_study(directions=["minimize", "maximize"])
        trial = study.ask()
        for wrong in [1.0, "12", None, [1.0, "a"]]:
            with pytest.raises(TypeError, match="2 numbers"):
                trial.report(wrong, 1)  # type: ignore[arg-type, unused-ignore]
        for numbers in ([], [1.0], [1.0, 2.0, 3.0]):
            with pytest.raises(ValueError, match="2 values"):
                trial.report(numbers, 1)
        trial.report(np.array([1, math.nan]), 1)  # type: ignore[arg-type]
        trial.report([1, 2], 0)
        assert repr(study.trials[0].intermediate_values) == "{1: (1.0, nan), 0: (1.0, 2.0)}"
        assert trial.curve().vectors[1] == (1.0, -2.0)
        study.tell(trial, state=TrialState.PRUNED)
        assert study.trials[0].values is None
        other = study.ask()
        other.report((3.0, 4.0), 5)
        study.tell(other, state=TrialState.PRUNED)
        assert study.trials[1].values == [3.0, 4.0]


def test_a_finished_trial_takes_nothing_more() -> None:
    study = hpo.create_study()
    trial = study.ask()
    x = trial.suggest_float("x", 0, 1)
    study.tell(trial, 0.0)
    actions: list[Callable[[], object]] = [
        lambda: trial.suggest_float("y", 0, 1),
        lambda: trial.report(0.0, 1),
        lambda: trial.should_prune(),
        lambda: trial.set_user_attr("a", 1),
        lambda: trial.set_constraint("c", 0.0),
    ]
    for action in actions:
        with pytest.raises(UpdateFinishedTrialError):
            action()
    assert trial.suggest_float("x", 0, 1) == x
    assert trial.params == {"x": x}


def test_attributes_are_copies() -> None:
    trial = ask()
    trial.set_user_attr("list", [1])
    trial.user_attrs["other"] = 2
    trial.params["other"] = 2
    assert trial.user_attrs == {"list": [1]}
    assert trial.params == {}


def test_constraints_decide_what_is_best() -> None:
    study = hpo.create_study()
    for value, constraint in ((1.0, 0.5), (2.0, 0.0), (3.0, -1.0)):
        trial = study.ask()
        trial.set_constraint("c", constraint)
        with pytest.warns(UserWarning, match="already set"):
            trial.set_constraint("c", 9.0)
        study.tell(trial, value)
    assert study.best_value == 2.0
    assert [trial.number for trial in study.best_trials] == [1]
    assert study.trials[0].constraints == {"c": 0.5}
    with pytest.raises(ValueError, match="NaN"):
        study.ask().set_constraint("c", float("nan"))


class TestFixedTrial:
    def test_it_gives_what_it_was_given(self) -> None:
        trial = FixedTrial({"x": 0.5, "unused": 1}, number=3)
        assert trial.suggest_float("x", 0, 1) == 0.5
        trial.report(1.0, 0)
        trial.set_user_attr("a", 1)
        trial.set_constraint("c", 1)
        assert (trial.number, trial.params, trial.user_attrs) == (3, {"x": 0.5}, {"a": 1})
        assert trial.constraints == {"c": 1.0}
        assert trial.should_prune() is False

    def test_it_shows_what_it_was_given(self) -> None:
        assert repr(FixedTrial({"x": 0.5}, number=3)) == "FixedTrial({'x': 0.5}, number=3)"

    def test_a_missing_parameter_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="'y', which is not among"):
            FixedTrial({"x": 0.5}).suggest_float("y", 0, 1)

    def test_out_of_range_is_a_warning(self) -> None:
        with pytest.warns(UserWarning, match="does not lie"):
            assert FixedTrial({"x": 5}).suggest_float("x", 0, 1) == 5


def test_single_values_need_no_sampler() -> None:
    class Refuses:
        seed = None

        def sample(self, space: Any, history: Any, key: Any) -> Any:
            assert len(space) == 0
            return np.empty(0)

    trial = hpo.create_study(sampler=Refuses()).ask()
    assert trial.suggest_float("x", 2, 2) == 2.0
    assert trial.suggest_int("n", 3, 3) == 3
    assert trial.suggest_categorical("c", ["only"]) == "only"
    assert trial.suggest_normal("z", 0, 1, low=1, high=1) == 1.0


def test_the_state_enum_has_optunas_numbers_and_one_more() -> None:
    assert [(state.name, state.value, state.is_finished()) for state in TrialState] == [
        ("RUNNING", 0, False),
        ("COMPLETE", 1, True),
        ("PRUNED", 2, True),
        ("FAIL", 3, True),
        ("WAITING", 4, False),
        ("PAUSED", 5, False),
    ]


def test_warnings_do_not_end_up_in_trials() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = hpo.create_study()
        study.enqueue_trial({"x": 7})
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    assert study.trials[0].params == {"x": 7.0}
    assert 0 <= study.trials[1].params["x"] <= 1
