"""Records of trials: copies, loaded when looked at, equal by content, checked when made."""

from __future__ import annotations

import copy
import datetime as datetime_module
import math
import operator
import pickle
from datetime import datetime, timedelta
from typing import Any

import pytest

import hpo
from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.events import TrialError
from hpo.samplers import RandomSampler
from hpo.study import Study
from hpo.trial import Trial, TrialState
from hpo.trial.frozen import FrozenTrial, create_trial

X = FloatDistribution(0, 1)


def objective(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    trial.set_user_attr("list", [1, {"a": 2}])
    trial.set_constraint("c", x - 2)
    trial.report(x, 3)
    trial.report(2 * x, 1)
    if trial.number == 2:
        raise ValueError("broken")
    return x


def studied() -> Study:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=4, catch=ValueError)
    study.ask().suggest_float("x", 0, 1)
    study.enqueue_trial({"x": 0.5}, user_attrs={"a": 1})
    return study


def fields(trial: FrozenTrial) -> dict[str, Any]:
    return {name: getattr(trial, name) for name in FrozenTrial.__annotations__}


def test_a_record_shows_what_happened() -> None:
    study = studied()
    complete, failed, running, waiting = (study.trials[number] for number in (0, 2, 4, 5))
    x = complete.params["x"]
    assert (complete.number, complete.state, complete.value, complete.values) == (0, TrialState.COMPLETE, x, [x])
    assert (complete.intermediate_values, complete.last_step) == ({3: x, 1: 2 * x}, 3)
    assert (complete.user_attrs, complete.constraints) == ({"list": [1, {"a": 2}]}, {"c": x - 2})
    assert complete.distributions == {"x": X}
    assert complete.datetime_start is not None
    assert complete.datetime_complete is not None
    assert complete.duration == complete.datetime_complete - complete.datetime_start >= timedelta(0)
    assert (failed.state, failed.value, failed.values) == (TrialState.FAIL, None, None)
    assert failed.error is not None
    assert (failed.error.type, failed.error.message) == ("ValueError", "broken")
    assert "raise ValueError" in failed.error.traceback
    assert (running.state, running.duration, list(running.params)) == (TrialState.RUNNING, None, ["x"])
    assert (waiting.state, waiting.datetime_start, waiting.user_attrs) == (TrialState.WAITING, None, {"a": 1})
    assert waiting.last_step is None


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda trial: pickle.loads(pickle.dumps(trial))])
@pytest.mark.parametrize("number", range(6))
def test_copies_are_equal_whether_they_were_looked_at_or_not(copied: Any, number: int) -> None:
    study = studied()
    unseen = copied(study.trials[number])
    seen = study.trials[number]
    shown = repr(seen)
    assert copied(seen) == seen == unseen
    assert hash(unseen) == hash(seen)
    assert repr(unseen) == shown
    assert fields(unseen) == fields(seen)


def test_changing_a_record_changes_no_study() -> None:
    study = studied()
    for number in range(6):
        before, trial = repr(study.trials[number]), study.trials[number]
        trial.params["x"] = 7.0
        trial.user_attrs.setdefault("list", []).append(5)
        trial.intermediate_values[9] = 1.0
        trial.distributions.clear()
        trial.constraints["d"] = 1.0
        trial.value = -1.0
        trial.set_user_attr("new", 1)
        trial.set_constraint("new", 2)
        assert (trial.values, trial.user_attrs["new"], trial.constraints["new"]) == ([-1.0], 1, 2.0)
        assert repr(study.trials[number]) == before


def test_what_is_set_before_a_record_is_loaded_stays() -> None:
    trial = studied().trials[0]
    trial.params = {"x": 9.0}
    assert trial.state is TrialState.COMPLETE
    assert trial.params == {"x": 9.0}


def test_a_record_stays_as_it_was_when_the_study_goes_on() -> None:
    study = studied()
    trials, shown = study.trials, repr(study.trials)
    study.optimize(objective, n_trials=600)  # beyond the batch in which rows become columns
    assert repr(trials) == shown


def test_records_are_ordered_by_number() -> None:
    trials = studied().trials
    assert sorted([trials[3], trials[0], trials[2]]) == [trials[0], trials[2], trials[3]]
    assert trials[0] < trials[1] <= trials[1]
    assert trials[0] != trials[1]
    assert trials[0] != "trial"


def test_a_record_plays_the_trial_for_an_objective() -> None:
    trial = create_trial(params={"x": 0.25}, distributions={"x": X}, value=1.0)

    def plain(trial: Any) -> float:
        trial.report(1.0, 0)
        assert not trial.should_prune()
        return float(trial.suggest_float("x", 0, 1))

    assert plain(trial) == 0.25
    with pytest.raises(ValueError, match="no parameter 'y'"):
        trial.suggest_float("y", 0, 1)
    with pytest.warns(UserWarning, match="does not lie in"):
        assert trial.suggest_float("x", 0.5, 1) == 0.25


def test_a_constraint_is_a_number() -> None:
    with pytest.raises(ValueError, match="got NaN for 'b'"):
        create_trial(value=1.0, constraints={"a": 0.0, "b": float("nan")})
    with pytest.raises(ValueError, match="got NaN"):
        create_trial(value=1.0, system_attrs={"constraints": [float("nan")]})


def test_several_values_are_no_single_one() -> None:
    trial = create_trial(values=[1.0, 2.0])
    assert trial.values == [1.0, 2.0]
    with pytest.raises(RuntimeError, match="several objectives"):
        _ = trial.value


def test_an_unknown_field_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = studied().trials[0].nothing


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"value": 1.0, "values": [1.0]}, "not both"),
        ({}, "needs a value"),
        ({"value": math.nan}, "must not be NaN"),
        ({"value": 1.0, "state": TrialState.FAIL}, "has no values"),
        ({"value": 1.0, "params": {"x": 1.0}}, "same names"),
        ({"value": 1.0, "distributions": {"x": X}}, "same names"),
        ({"value": 1.0, "params": {"x": 2.0}, "distributions": {"x": X}}, "does not lie in"),
        ({"value": 1.0, "params": {"x": 1}, "distributions": {"x": CategoricalDistribution([True])}}, "does not lie"),
    ],
    ids=str,
)
def test_a_record_that_contradicts_itself_is_an_error(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        create_trial(**parts)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"state": "complete"}, "state must be a TrialState such as TrialState.COMPLETE, got 'complete'"),
        ({"value": "1"}, "value must be a number, got the text '1'"),
        ({"value": None, "values": 1.0}, "values must be a list of numbers.*write value="),
        ({"value": None, "values": "12"}, "values must be a list of numbers"),
        ({"params": [1]}, "params must be a dict"),
        ({"distributions": X}, "distributions must be a dict"),
        ({"constraints": [1]}, "constraints must be a dict"),
        ({"intermediate_values": {0: 1.0, "1": 2.0}}, "Steps of intermediate_values must be whole numbers, got '1'"),
    ],
    ids=str,
)
def test_parts_of_another_kind_are_named(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        create_trial(**{"value": 1.0, **parts})


def test_what_was_changed_in_a_record_is_checked_when_it_joins_a_study() -> None:
    study, trial = hpo.create_study(), create_trial(value=1.0, intermediate_values={0: 1.0})
    trial.intermediate_values["1"] = 2.0  # type: ignore[index]
    with pytest.raises(TypeError, match="Steps of intermediate_values"):
        study.add_trial(trial)
    assert study.count_trials() == 0


@pytest.mark.parametrize("params", [None, [("x", 1)], "x"], ids=repr)
def test_fixed_parameters_are_a_dict(params: Any) -> None:
    with pytest.raises(TypeError, match="params must be a dict of values by name, got"):
        hpo.FixedTrial(params)


@pytest.mark.parametrize("state", list(TrialState))
def test_a_record_can_join_a_study(state: TrialState) -> None:
    trial = create_trial(
        state=state,
        value=0.5 if state is TrialState.COMPLETE else None,
        params={"x": 0.25, "n": 3, "c": None},
        distributions={"x": X, "n": IntDistribution(1, 9), "c": CategoricalDistribution([None, 1])},
        user_attrs={"a": [1]},
        intermediate_values={} if state is TrialState.WAITING else {0: 1.0, 5: math.inf},
        constraints={"c": 1.5} if state.is_finished() else {},
    )
    study = hpo.create_study()
    study.add_trial(trial)
    (added,) = study.trials
    assert (added.state, added.values, added.user_attrs) == (state, trial.values, trial.user_attrs)
    assert added.intermediate_values == trial.intermediate_values
    assert added.constraints == trial.constraints
    if state not in (TrialState.WAITING, TrialState.RUNNING):
        assert (added.params, added.distributions) == (trial.params, trial.distributions)
        assert (added.datetime_start, added.datetime_complete) == (trial.datetime_start, trial.datetime_complete)
    else:
        assert added.system_attrs["fixed_params"] == trial.params
    assert isinstance(trial.datetime_start, datetime | None)


def test_what_optuna_calls_a_trial_s_identity_is_its_number() -> None:
    study = studied()
    for trial in study.trials:
        assert trial._trial_id == trial.number
    assert study.ask()._trial_id == 5  # of which the queued one is one
    first = study.trials[0]
    fields = ("datetime_start", "datetime_complete", "params", "distributions", "user_attrs", "system_attrs")
    copied = FrozenTrial(
        number=7,
        state=first.state,
        value=first.value,
        **{name: getattr(first, name) for name in fields},
        intermediate_values=first.intermediate_values,
        trial_id=first._trial_id,
    )
    study.add_trial(copied)
    assert study.trials[-1].params == first.params


@pytest.mark.parametrize("state", list(TrialState))
@pytest.mark.parametrize("field", ["datetime_start", "datetime_complete"])
def test_a_record_joins_a_study_with_the_times_of_its_state(state: TrialState, field: str) -> None:
    trial = create_trial(state=state, value=0.5 if state is TrialState.COMPLETE else None)
    waits = state is TrialState.WAITING and field == "datetime_start"
    setattr(trial, field, None if getattr(trial, field) or waits else datetime.now())
    study = hpo.create_study()
    if waits:
        study.add_trial(trial)
        return
    with pytest.raises(ValueError, match=f"{state.name} .* {field}"):
        study.add_trial(trial)


@pytest.mark.parametrize("number", range(6))
def test_what_a_record_shows_is_an_expression(number: int) -> None:
    trial = studied().trials[number]
    names = vars(hpo.distributions) | {"TrialState": TrialState, "FrozenTrial": FrozenTrial, "TrialError": TrialError}
    assert eval(repr(trial), names | {"datetime": datetime_module, "nan": math.nan, "inf": math.inf}) == trial


def test_records_compare_with_records_only() -> None:
    first, second = studied().trials[:2]
    assert first < second
    assert first <= second
    for compare in (operator.lt, operator.le):
        with pytest.raises(TypeError):
            compare(first, 1)


def test_one_value_is_no_answer_for_several_objectives() -> None:
    trial = create_trial(values=[1.0, 2.0])
    with pytest.raises(RuntimeError, match="several objectives"):
        trial.value = 3.0
    assert trial.values == [1.0, 2.0]


@pytest.mark.parametrize(
    "trial",
    [
        hpo.FixedTrial({"c": "other"}),
        create_trial(value=0.0, params={"c": "other"}, distributions={"c": CategoricalDistribution(["other"])}),
    ],
    ids=["fixed", "frozen"],
)
def test_a_given_value_must_be_one_of_the_choices(trial: Any) -> None:
    with pytest.raises(ValueError, match="'other' is not in the choices"):
        trial.suggest_categorical("c", ["a", "b"])
