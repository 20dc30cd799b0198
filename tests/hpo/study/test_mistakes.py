"""What is no sampler, no number of trials, no direction is refused at once, by a sentence that says what to write."""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

import hpo
from hpo.distributions import FloatDistribution
from hpo.pruners import MedianPruner, NopPruner
from hpo.running.retry import RetryPolicy
from hpo.samplers import GPSampler, RandomSampler
from hpo.storage import InMemoryStorage


class OfOptunasShape(optuna.pruners.BasePruner):
    def prune(self, study: Any, trial: Any) -> bool:
        del study, trial
        return False


PLUGINS: list[tuple[str, Any, str]] = [
    ("sampler", GPSampler, "write sampler=GPSampler()"),
    ("sampler", "tpe", "hpo.samplers.TPESampler()"),
    ("sampler", MedianPruner(), "lacks sample"),
    ("sampler", optuna.samplers.TPESampler(), "of Optuna's"),
    ("pruner", MedianPruner, "write pruner=MedianPruner()"),
    ("pruner", "median", "hpo.pruners.MedianPruner()"),
    ("pruner", RandomSampler(), "lacks prune"),
    ("pruner", optuna.pruners.MedianPruner(), "of Optuna's"),
    ("pruner", OfOptunasShape(), "of Optuna's"),
]


def refused(call: Any, advice: str, error: type[Exception] = TypeError) -> None:
    with pytest.raises(error) as caught:
        call()
    assert advice in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(("role", "given", "advice"), PLUGINS, ids=lambda value: str(value)[:30])
def test_what_is_no_plug_in_is_refused_wherever_it_enters(role: str, given: Any, advice: str) -> None:
    storage = InMemoryStorage()
    refused(lambda: hpo.create_study(storage=storage, study_name="s", **{role: given}), advice)
    assert not storage.studies()  # nothing was begun
    study = hpo.create_study(storage=storage, study_name="s", sampler=RandomSampler(), pruner=NopPruner())
    refused(lambda: hpo.load_study(storage=storage, study_name="s", **{role: given}), advice)
    refused(lambda: hpo.Study("s", storage, **{role: given}), advice)
    refused(lambda: setattr(study, role, given), advice)
    assert (study.sampler, study.pruner) == (RandomSampler(), NopPruner())


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (InMemoryStorage, "write storage=InMemoryStorage()"),
        (optuna.storages.InMemoryStorage(), "of Optuna's"),
        (Path("study.db"), 'write storage="sqlite:///study.db"'),
        (3, 'a URL such as "sqlite:///study.db"'),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_storage_is_refused(given: Any, advice: str) -> None:
    refused(lambda: hpo.create_study(storage=given), advice)
    refused(lambda: hpo.load_study(storage=given), advice)
    refused(lambda: hpo.delete_study(study_name="s", storage=given), advice)
    refused(lambda: hpo.get_all_study_names(given), advice)
    refused(lambda: hpo.get_all_study_summaries(given), advice)
    refused(lambda: hpo.storage.get_storage(given), "storage must be a URL")
    good = InMemoryStorage()
    copied = {"from_study_name": "s", "from_storage": good, "to_storage": good}
    hpo.create_study(storage=good, study_name="s")
    for name in ("from_storage", "to_storage"):
        refused(partial(hpo.copy_study, **{**copied, name: given}), advice.replace("storage=", f"{name}="))
    assert list(good.studies()) == ["s"]


def test_a_retry_is_a_policy_or_a_number() -> None:
    refused(lambda: hpo.create_study(retry=RetryPolicy), "write retry=RetryPolicy()")  # type: ignore[arg-type]
    refused(lambda: hpo.create_study(retry="2"), "without quotes")  # type: ignore[arg-type]
    study = hpo.create_study(retry=2)
    study.retry = 3
    assert study.retry == RetryPolicy(max_retry=3, failed=True)


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ({"direction": "min"}, 'Write "minimize".'),
        ({"direction": "MAX"}, 'Write "maximize".'),
        ({"direction": "Minimise"}, 'Write "minimize".'),
        ({"direction": ["minimize", "maximize"]}, "write directions=['minimize', 'maximize']"),
        ({"directions": ["min"]}, 'Write "minimize".'),
        ({"directions": "minimize"}, 'such as ["minimize", "maximize"]'),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"seed": -1}, "seed must be ≥ 0"),
    ],
    ids=str,
)
def test_a_wrong_word_or_number_is_answered_by_the_right_one(arguments: dict[str, Any], advice: str) -> None:
    refused(lambda: hpo.create_study(**arguments), advice, ValueError)


def objective(trial: hpo.Trial) -> float:
    return trial.suggest_float("x", 0, 1)


@pytest.mark.parametrize(
    ("arguments", "error", "advice"),
    [
        ({"n_trials": "3"}, TypeError, "n_trials must be a number, got the text '3'. Write it without quotes"),
        ({"n_trials": -1}, ValueError, "n_trials must be ≥ 0, or None for no limit"),
        ({"n_trials": 2.5}, ValueError, "n_trials must be a whole number"),
        ({"reproducible": True, "lag": "3"}, TypeError, "lag must be a whole number, or None for 8, got '3'"),
        ({"reproducible": True, "lag": True}, TypeError, "lag must be a whole number, or None for 8, got True"),
        ({"lag": 0}, ValueError, "lag must be at least 1"),
        ({"max_trials": -1}, ValueError, "max_trials must be ≥ 0"),
        ({"timeout": "3"}, TypeError, "timeout must be a number"),
        ({"timeout": -1}, ValueError, "timeout must be ≥ 0 seconds, or None for no limit"),
        ({"timeout": float("nan")}, ValueError, "timeout must be ≥ 0 seconds"),
        ({"n_jobs": 0}, ValueError, "n_jobs must be ≥ 1, or -1 for one thread per core"),
        ({"n_jobs": "2"}, TypeError, "n_jobs must be a number"),
        ({"callbacks": hpo.TableCallback}, TypeError, "write callbacks=[TableCallback()]"),
        ({"callbacks": [hpo.TableCallback]}, TypeError, "write callbacks=[TableCallback()]"),
        ({"callbacks": "table"}, TypeError, "list of functions that take the study and a trial"),
        ({"catch": "ValueError"}, TypeError, "such as ValueError"),
        ({"func": 0.5}, TypeError, "without calling it"),
    ],
    ids=str,
)
def test_a_run_checks_its_arguments_before_a_trial_begins(
    arguments: dict[str, Any], error: type[Exception], advice: str
) -> None:
    study = hpo.create_study()
    refused(lambda: study.optimize(**{"func": objective, "n_trials": 1, **arguments}), advice, error)
    assert not study.trials


def test_what_is_meant_clearly_is_accepted() -> None:
    study, seen = hpo.create_study(), []
    study.optimize(objective, n_trials=2.0, callbacks=lambda study, trial: seen.append(trial.number))  # type: ignore[arg-type]
    study.optimize(objective, n_trials=0, timeout=0)
    assert seen == [0, 1]


@pytest.mark.parametrize(
    ("call", "error", "advice"),
    [
        (lambda trial: trial.suggest_int("n", 0.5, 3.7), ValueError, "low must be a whole number, got 0.5."),
        (lambda trial: trial.suggest_int("n", 0, 3, step=0.5), ValueError, "step must be a whole number, got 0.5."),
        (lambda trial: trial.suggest_float("x", "0", 1), TypeError, "low must be a number, got the text '0'."),
        (lambda trial: trial.suggest_float("x", 0, 1, step="0.1"), TypeError, "step must be a number"),
    ],
)
def test_bounds_are_exact_or_refused(call: Any, error: type[Exception], advice: str) -> None:
    trial = hpo.create_study().ask()
    refused(lambda: call(trial), advice, error)
    assert not trial.params
    assert 1 <= trial.suggest_int("n", 1.0, 1e3) <= 1000  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "advice"),
    [("pruned", "hpo.TrialState.PRUNED, got 'pruned'"), ("FAIL", "State.FAIL"), (True, "got True"), (99, "got 99")],
)
def test_a_trial_is_told_with_a_state_of_trials(state: Any, advice: str) -> None:
    study = hpo.create_study()
    trial = study.ask()
    with pytest.raises(TypeError, match=advice):
        study.tell(trial, 1.0, state)
    assert study.tell(trial, 1.0).value == 1.0


def test_states_of_optuna_are_states() -> None:
    study = hpo.create_study()
    states: list[Any] = [optuna.trial.TrialState.PRUNED, optuna.trial.TrialState.FAIL]
    for state in states:
        assert study.tell(study.ask(), state=state).state.name == state.name


def test_a_trial_is_told_to_its_own_study() -> None:
    study, other = hpo.create_study(), hpo.create_study(study_name="b")
    trial, _ = study.ask(), other.ask()
    for one in (trial, pickle.loads(pickle.dumps(trial))):
        with pytest.raises(ValueError, match=r"Trial 0 is of the study .* not of 'b'"):
            other.tell(one, 1.0)
    assert other.trials[0].state is hpo.TrialState.RUNNING
    assert study.tell(trial, 1.0).value == 1.0


def test_whoever_tells_a_number_hears_that_parameters_are_not_known_there() -> None:
    storage = InMemoryStorage()
    study = hpo.create_study(storage=storage, study_name="s")
    study.ask().suggest_float("x", 0, 1)
    study.ask({"x": hpo.distributions.FloatDistribution(0, 1)})
    elsewhere = hpo.load_study(storage=storage, study_name="s")
    with pytest.warns(UserWarning, match="Trial 0 was asked for by another process or study object"):
        assert elsewhere.tell(0, 1.0).params == {}
    assert elsewhere.tell(1, 1.0).params.keys() == {"x"}


def test_a_record_is_told_by_its_number() -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.ask()
    refused(lambda: study.tell(study.trials[0], 1.0), "got a record of trial 0; write study.tell(0, …)")  # type: ignore[arg-type]
    study.tell(study.trials[0].number, 1.0)


UNIT = FloatDistribution(0, 1)
OF_OPTUNA = optuna.create_trial(value=1.0)


@pytest.mark.parametrize(
    ("call", "error", "advice"),
    [
        (lambda study: study.enqueue_trial({3: 1}), TypeError, "params must have strings as its keys, got 3"),
        (lambda study: study.enqueue_trial([("x", 1)]), TypeError, "params must be a dict"),
        (lambda study: study.enqueue_trial({"x": 1}, user_attrs=[1]), TypeError, "user_attrs must be a dict, got [1]"),
        (lambda study: study.enqueue_trial({"x": 1}, {1: 2}), TypeError, "user_attrs must have strings as its keys"),
        (lambda study: study.enqueue_trial({"known": "0.5"}), ValueError, "'known' must be a number"),
        (lambda study: study.add_trial(OF_OPTUNA), TypeError, "hpo.storage.import_optuna(url, to=…)"),
        (lambda study: study.add_trials([OF_OPTUNA]), TypeError, "hpo.storage.import_optuna(url, to=…)"),
        (lambda study: study.add_trial(None), TypeError, "made by hpo.create_trial, got None"),
        (lambda study: study.add_trials([study.trials[0], 3]), TypeError, "made by hpo.create_trial, got 3"),
        (lambda study: study.add_trials(None), TypeError, "trials must be a list of trials, got None"),
        (lambda study: study.enqueue_trial({"x": 1}, user_attrs=[]), TypeError, "user_attrs must be a dict, got []"),
        (lambda study: study.count_trials(hpo.TrialState.FAIL), TypeError, "write states=[TrialState.FAIL]"),
        (lambda study: study.ask(3), TypeError, "Write study.ask(n=3) for several trials."),
        (lambda study: study.ask([UNIT]), TypeError, "a dict of distributions by name"),
        (lambda study: study.ask({"x": UNIT, "y": 3}), TypeError, "distribution of 'y' must be one of hpo.distribu"),
        (lambda study: study.ask({"x": UNIT, "y": 3}, n=2), TypeError, "distribution of 'y' must be one of hpo.distr"),
        (lambda study: study.ask({"x": optuna.distributions.FloatDistribution(0, 1)}), TypeError, "of Optuna's"),
        (lambda study: study.delete_trial("0"), TypeError, "number must be a number, got the text '0'"),
        (lambda study: study.delete_trial(0.5), ValueError, "number must be a whole number, got 0.5"),
        (lambda study: study.delete_trial(False), TypeError, "number must be a number, got False"),
        (lambda study: study.delete_trial(None), TypeError, "number must be a number, got None"),
        (lambda study: study.set_trial_user_attr("0", "a", 1), TypeError, "number must be a number, got the text '0'"),
        (lambda study: study.set_trial_user_attr(0.5, "a", 1), ValueError, "number must be a whole number, got 0.5"),
        (lambda study: study.set_trial_user_attr(False, "a", 1), TypeError, "number must be a number, got False"),
        (lambda study: study.explain(False), TypeError, "number must be a number, got False"),
        (lambda study: study.ask(queued=True), TypeError, "queued must be a number, got True"),
        (lambda study: study.ask(n=True), TypeError, "n must be a number, got True"),
        (lambda study: study.events(True), TypeError, "since must be a number, got True"),
        (lambda study: study.results_summary(True), TypeError, "n must be a number, got True"),
        (lambda study: study.explain("0"), TypeError, "number must be a number, got the text '0'"),
        (lambda study: study.events("1"), TypeError, "since must be a number, got the text '1'"),
        (lambda study: study.events(0.5), ValueError, "since must be a whole number, got 0.5"),
        (lambda study: study.events(limit="1"), TypeError, "limit must be a number, got the text '1'"),
        (lambda study: study.results_summary(2.5), ValueError, "n must be a whole number, got 2.5"),
        (lambda study: study.results_summary("2"), TypeError, "n must be a number, got the text '2'"),
        (lambda study: study.ask(n="2"), TypeError, "n must be a number"),
        (lambda study: study.ask(n=0), ValueError, "n must be ≥ 1"),
        (lambda study: study.set_metric_names("ab"), TypeError, "a list of strings"),
        (lambda study: study.set_metric_names(["a", None]), TypeError, "a list of strings"),
        (lambda study: study.set_metric_names(["a", "a"]), ValueError, "a name of its own"),
        (lambda study: study.set_metric_names(["a"]), ValueError, "one per objective"),
    ],
)
def test_what_does_not_belong_into_a_study_leaves_it_as_it_is(call: Any, error: type[Exception], advice: str) -> None:
    study = hpo.create_study(directions=["minimize", "maximize"], sampler=RandomSampler())
    study.optimize(lambda trial: (trial.suggest_float("known", 0, 1), 1.0), n_trials=1)
    before = study.events()
    refused(lambda: call(study), advice, error)
    assert study.events() == before


@pytest.mark.parametrize("number", [np.int64(1), np.uint8(1), 1.0], ids=repr)
def test_a_whole_number_of_any_kind_is_the_number_of_a_trial(number: Any) -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(objective, n_trials=3)
    study.set_trial_user_attr(number, "note", "good")
    assert study.trials[1].user_attrs == {"note": "good"}
    assert study.explain(number) == study.explain(1)
    assert study.events(number, limit=number) == study.events(1, limit=1)
    assert study.results_summary(number) == study.results_summary(1)
    study.delete_trial(number)
    assert [trial.number for trial in study.trials] == [0, 2]
