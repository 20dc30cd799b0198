"""What scripts written for Optuna give to samplers works, or is answered by a sentence."""

from __future__ import annotations

import math
from typing import Any

import pytest

import hpo
from hpo.samplers import GPSampler, GridSampler, PartialFixedSampler, RandomSampler, TPESampler
from hpo.samplers.unused import _say
from hpo.storage import InMemoryStorage
from hpo.trial import FrozenTrial, Trial, TrialState


def objective(trial: Trial) -> float:
    x, n = trial.suggest_float("x", 0, 1), trial.suggest_int("n", 1, 50)
    trial.set_user_attr("room", x - 0.5)
    if trial.number == 3:
        raise ArithmeticError
    if trial.number == 5:
        raise hpo.TrialPruned
    return x * n


def room(trial: FrozenTrial) -> list[float]:
    assert trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
    assert (trial.value is None) == (trial.state is TrialState.PRUNED)
    return [0.3 - trial.params["x"], trial.user_attrs["room"]]


@pytest.mark.parametrize("made", [TPESampler, GPSampler])
def test_constraints_that_a_function_says_are_those_that_a_trial_sets(made: Any) -> None:
    def setting(trial: Trial) -> float:
        value = objective(trial)
        trial.set_constraint("constraint 0", 0.3 - trial.params["x"])
        trial.set_constraint("constraint 1", trial.params["x"] - 0.5)
        return value

    storage = InMemoryStorage()
    said = hpo.create_study(storage=storage, sampler=made(constraints_func=room, n_startup_trials=6), seed=0)
    said.optimize(objective, n_trials=14, catch=ArithmeticError)
    known = hpo.create_study(sampler=made(n_startup_trials=6), seed=0)
    known.optimize(setting, n_trials=5, catch=ArithmeticError)
    assert [t.params for t in said.trials[:5]] == [t.params for t in known.trials]
    assert said.trials[0].constraints == known.trials[0].constraints
    assert said.trials[0].system_attrs["constraints"] == list(known.trials[0].constraints.values())
    assert "constraints" not in said.trials[3].system_attrs
    assert len(said.trials[5].constraints) == 2
    assert said.verify() == []
    assert 0.3 <= said.best_params["x"] <= 0.5
    again = hpo.load_study(study_name=said.study_name, storage=storage, sampler=made(n_startup_trials=6))
    assert again.verify() == []


def test_a_function_also_says_the_constraints_of_a_trial_that_another_process_asked_for() -> None:
    storage = InMemoryStorage()
    asking = hpo.create_study(study_name="s", storage=storage, sampler=RandomSampler(), seed=0)
    number = asking.ask({"x": hpo.distributions.FloatDistribution(0, 1)}).number
    telling = hpo.load_study(
        study_name="s", storage=storage, sampler=TPESampler(constraints_func=lambda trial: [trial.params["x"] - 2])
    )
    telling.tell(number, 1.0)
    assert telling.trials[0].constraints == {"constraint 0": telling.trials[0].params["x"] - 2}


@pytest.mark.parametrize("returned", [math.nan, [math.nan], "no", None, [None]], ids=repr)
def test_a_function_that_says_nothing_useful_ends_the_run(returned: Any) -> None:
    study = hpo.create_study(sampler=TPESampler(constraints_func=lambda trial: returned), seed=0)
    with pytest.raises((TypeError, ValueError), match="constraints_func must"):
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    assert [trial.state for trial in study.trials] == [TrialState.FAIL]


def test_constraints_in_the_attributes_of_a_record_count() -> None:
    study = hpo.create_study()
    study.add_trial(hpo.create_trial(value=1.0, system_attrs={"constraints": [0.5, -1.0]}))
    (trial,) = study.trials
    assert trial.constraints == {"constraint 0": 0.5, "constraint 1": -1.0}
    copy = hpo.create_study()
    copy.add_trial(trial)
    assert copy.trials[0].system_attrs == trial.system_attrs
    assert copy.best_trials == []


@pytest.mark.parametrize(
    ("made", "arguments"),
    [
        (
            TPESampler,
            {"weights": len, "consider_prior": True, "consider_magic_clip": True, "consider_endpoints": False},
        ),
        (TPESampler, {"warn_independent_sampling": False, "categorical_distance_func": {"c": abs}}),
        (GPSampler, {"independent_sampler": RandomSampler(), "warn_independent_sampling": True}),
    ],
)
def test_arguments_without_effect_are_named_once(made: Any, arguments: dict[str, Any]) -> None:
    _say.cache_clear()
    with pytest.warns(FutureWarning) as said:
        sampler = made(**arguments)
    assert {warning.filename for warning in said} == {__file__}
    assert len(said) == len(arguments)
    assert made(**arguments) == sampler == made()  # says nothing again


@pytest.mark.parametrize(
    ("made", "arguments", "sentence"),
    [
        (TPESampler, {"gamma": 0.25}, r"gamma must be a function.*good_fraction=0\.25"),
        (TPESampler, {"constraints_func": [0.0]}, "constraints_func must be a function"),
        (GPSampler, {"constraints_func": 1}, "constraints_func must be a function"),
    ],
)
def test_a_number_is_no_function(made: Any, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        made(**arguments)


def test_hyperopt_s_parameters_are_arguments() -> None:
    study = hpo.create_study(sampler=TPESampler(**TPESampler.hyperopt_parameters()), seed=0)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=25)
    assert study.best_value < 0.1


@pytest.mark.parametrize(
    "sampler",
    [
        RandomSampler(3),
        TPESampler(),
        GPSampler(),
        GridSampler({"x": [0.5]}),
        PartialFixedSampler({"x": 0.5}, TPESampler()),
    ],
    ids=repr,
)
def test_there_is_nothing_to_reseed(sampler: Any) -> None:
    before = repr(sampler)
    sampler.reseed_rng()
    assert repr(sampler) == before


@pytest.mark.parametrize("name", ["BaseGASampler", "BoTorchSampler", "MOTPESampler"])
def test_samplers_that_are_missing_are_answered_by_a_sentence(name: str) -> None:
    with pytest.raises(
        ImportError, match=f"hpo.samplers has no {name}: .*TPESampler|has no {name}: .*sample|GPSampler"
    ):
        exec(f"from hpo.samplers import {name}")


@pytest.mark.parametrize(
    "base", [RandomSampler(), TPESampler(n_startup_trials=3), GPSampler(n_startup_trials=3)], ids=repr
)
def test_fixed_parameters_stay_as_they_are(base: Any) -> None:
    study = hpo.create_study(sampler=PartialFixedSampler({"n": 7, "late": 0.25}, base), seed=0)

    def conditional(trial: Trial) -> float:
        value = objective(trial)
        return value + (trial.suggest_float("late", 0, 1) if trial.number > 6 else 0)

    study.optimize(conditional, n_trials=12, catch=ArithmeticError)
    assert {trial.params["n"] for trial in study.trials} == {7}
    assert {trial.params.get("late") for trial in study.trials} == {None, 0.25}
    assert len({trial.params["x"] for trial in study.trials}) > 6
    assert study.verify() == []


def test_a_fixed_value_outside_of_its_domain_is_used_after_a_warning() -> None:
    study = hpo.create_study(sampler=PartialFixedSampler({"n": 99}, RandomSampler()), seed=0)
    with pytest.warns(UserWarning, match="'n' the value 99, which does not lie in"):
        study.optimize(lambda trial: float(trial.suggest_int("n", 1, 9)), n_trials=3)
    assert [trial.params["n"] for trial in study.trials] == [99] * 3


def test_groups_are_joint() -> None:
    TPESampler(group=True)
    with pytest.raises(ValueError, match="group=True models parameters jointly"):
        TPESampler(group=True, multivariate=False)


def test_samplers_with_fixed_values_are_equal_where_they_say_the_same() -> None:
    one, base = PartialFixedSampler({"a": 1, "b": 0.5}, TPESampler()), TPESampler()
    assert one == PartialFixedSampler({"b": 0.5, "a": 1}, base)
    assert hash(one) == hash(PartialFixedSampler({"b": 0.5, "a": 1}, base))
    assert one != PartialFixedSampler({"a": True, "b": 0.5}, base)
    assert one != PartialFixedSampler({"a": 1}, base)
    assert one != PartialFixedSampler({"a": 1, "b": 0.5}, RandomSampler())
