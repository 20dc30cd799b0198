"""`tune` finds parameters of LightGBM and XGBoost by an ordinary study, which begins with the library's own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.distributions import BaseDistribution, FloatDistribution
from hpo.events import StudyDirection
from hpo.pruners import NopPruner
from hpo.samplers import RandomSampler
from hpo.trial import TrialState
from tests.integrations.libraries import library

lgb, xgb = library("lightgbm"), library("xgboost")
lightgbm, xgboost = library("hpo.integrations.lightgbm"), library("hpo.integrations.xgboost")

ROUNDS = 30
rng = np.random.default_rng(0)
X = rng.normal(size=(300, 5))
Y = (X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * rng.normal(size=300) > 0).astype(int)
TRAIN, VALID = slice(0, 180), slice(180, None)


@dataclass(frozen=True)
class Library:
    """What a test needs to know about a library.

    Args:
        module: Of hpo.
        data: Makes the library's data of a part of the rows.
        params: Of a binary classification whose metric is to be minimised.
        metric: The name of the parameter that names metrics.
        minimised: The metric of `params`.
        alias: Another name of the learning rate.
        n_trees: How many a model has.
        predict: A model's probabilities for a part of the rows.
        own: What the library does by itself, by names of parameters.
    """

    module: Any
    data: Callable[[slice], Any]
    params: dict[str, Any]
    metric: str
    minimised: str
    alias: str
    n_trees: Callable[[Any], int]
    predict: Callable[[Any, slice], Any]
    own: Callable[[], Mapping[str, Any]]

    def __repr__(self) -> str:
        name: str = self.module.__name__.split(".")[-1]
        return name

    @property
    def space(self) -> Mapping[str, BaseDistribution]:
        space: Mapping[str, BaseDistribution] = self.module.SPACE
        return space

    def tune(self, **options: Any) -> Any:
        if "nfold" not in options:
            options.setdefault("valid_set", self.data(VALID))
        options = {"params": self.params, "n_trials": 12, "seed": 0, "num_boost_round": ROUNDS, **options}
        return self.module.tune(train_set=options.pop("train_set", self.data(TRAIN)), **options)


def lightgbm_itself() -> Mapping[str, Any]:
    model = lgb.train({"objective": "binary", "verbose": -1}, lgb.Dataset(X, Y), 1)
    return dict(re.findall(r"\[(\w+): (.*)\]", model.model_to_string()))


def xgboost_itself() -> Mapping[str, Any]:
    config = json.loads(xgb.train({}, xgb.DMatrix(X, Y), 1).save_config())
    named: Mapping[str, Any] = config["learner"]["gradient_booster"]["tree_train_param"]
    return named


LIGHTGBM = Library(
    lightgbm,
    lambda rows: lgb.Dataset(X[rows], Y[rows]),
    {"objective": "binary", "num_threads": 1},
    "metric",
    "binary_logloss",
    "eta",
    lambda booster: int(booster.num_trees()),
    lambda booster, rows: booster.predict(X[rows]),
    lightgbm_itself,
)
XGBOOST = Library(
    xgboost,
    lambda rows: xgb.DMatrix(X[rows], Y[rows]),
    {"objective": "binary:logistic", "nthread": 1},
    "eval_metric",
    "logloss",
    "eta",
    lambda booster: int(booster.num_boosted_rounds()),
    lambda booster, rows: booster.predict(xgb.DMatrix(X[rows])),
    xgboost_itself,
)
libraries = pytest.mark.parametrize("library", [LIGHTGBM, XGBOOST], ids=repr)


def log_loss(library: Library, booster: Any, rows: slice) -> float:
    p = np.asarray(library.predict(booster, rows), dtype=float)
    return float(-np.mean(np.where(Y[rows] == 1, np.log(p), np.log(1 - p))))


def in_short(study: hpo.Study) -> list[Any]:
    return [(trial.state, trial.params, trial.values, trial.user_attrs) for trial in study.trials]


@libraries
def test_the_defaults_are_what_the_library_does_by_itself(library: Library) -> None:
    own = library.own()
    assert set(library.module.DEFAULTS) == set(library.space)
    for name, value in library.module.DEFAULTS.items():
        assert float(own[name]) == pytest.approx(value, abs=1e-3)
        assert library.space[name].contains(value)


@libraries
def test_the_first_trial_is_what_the_library_does_by_itself(library: Library) -> None:
    first = library.tune(n_trials=1)
    assert first.best_params == first.study.trials[0].params == dict(library.module.DEFAULTS)
    penalties = {name: value for name, value in library.module.DEFAULTS.items() if name.startswith(("lambda", "reg"))}
    alone = library.tune(params={**library.params, **penalties}, space={"learning_rate": (0.05, 0.3)}, n_trials=1)
    assert alone.best_value == pytest.approx(first.best_value, rel=1e-6)


@libraries
def test_the_booster_is_that_of_the_best_trial(library: Library) -> None:
    tuned = library.tune(n_trials=20)
    complete = tuned.study.get_trials(states=[TrialState.COMPLETE])
    assert tuned.best_value == min(trial.value for trial in complete) == tuned.study.best_value
    assert tuned.best_params == tuned.study.best_params
    assert tuned.params.items() >= {**library.params, **tuned.best_params}.items()
    assert tuned.best_iteration == library.n_trees(tuned.booster)
    assert log_loss(library, tuned.booster, VALID) == pytest.approx(tuned.best_value, rel=1e-5)


@libraries
def test_trials_that_fall_behind_are_pruned(library: Library) -> None:
    study = library.tune(n_trials=30).study
    pruned = study.get_trials(states=[TrialState.PRUNED])
    assert pruned
    assert study.trials[0].state is TrialState.COMPLETE
    assert all(trial.value > study.best_value for trial in pruned)
    assert library.tune(pruner=NopPruner()).study.count_trials([TrialState.COMPLETE]) == 12


@libraries
@pytest.mark.parametrize("nfold", [None, 3])
def test_trials_are_compared_when_rounds_times_learning_rate_are_alike(library: Library, nfold: int | None) -> None:
    data = {} if nfold is None else {"nfold": nfold}
    for rate, steps in ((0.1, range(1, 31)), (0.3, range(3, 91, 3)), (0.02, range(1, 7))):
        params = {**library.params, library.alias: rate}
        tuned = library.tune(params=params, n_trials=1, early_stopping_rounds=ROUNDS, **data)
        curve = tuned.study.trials[0].intermediate_values
        assert list(curve) == list(steps)
        whole = library.tune(params=params, n_trials=1, early_stopping_rounds=ROUNDS, num_boost_round=10, **data)
        common = [step for step in curve if step <= 100 * rate]
        assert [curve[step] for step in common] == list(whole.study.trials[0].intermediate_values.values())
        assert tuned.best_value <= min(curve.values())


@libraries
def test_a_slow_learner_is_as_far_as_a_quick_one_where_they_are_compared(library: Library) -> None:
    quick, slow = (
        library.tune(params={**library.params, "learning_rate": rate}, n_trials=1).study.trials[0].intermediate_values
        for rate in (0.2, 0.05)
    )
    after_4_rounds = quick[8], slow[2]
    assert abs(quick[8] - slow[8]) < 0.2 * abs(after_4_rounds[0] - after_4_rounds[1])


@libraries
def test_what_the_user_has_fixed_stays_as_it_is(library: Library) -> None:
    for name in ("learning_rate", library.alias):
        tuned = library.tune(params={**library.params, name: 0.07})
        assert tuned.params[name] == 0.07
        assert {"learning_rate", "eta"} & tuned.params.keys() == {name}
        assert all(trial.params.keys() == library.space.keys() - {"learning_rate"} for trial in tuned.study.trials)


@libraries
def test_a_search_that_is_resumed_makes_the_trials_of_one_that_was_not_interrupted(
    library: Library, tmp_path: Path
) -> None:
    def search(file: str, n_trials: int) -> Any:
        return library.tune(n_trials=n_trials, storage=f"sqlite:///{tmp_path}/{file}.db", study_name="boosting")

    whole = search("whole", 14)
    search("parts", 5)
    with pytest.warns(UserWarning, match=r"has trials of \{.*, and now params are \{.*'max_bin': 200"):
        library.tune(
            n_trials=5, storage=f"sqlite:///{tmp_path}/parts.db", study_name="boosting",
            params={**library.params, "max_bin": 200},
        )  # fmt: skip
    parts = search("parts", 14)
    assert len(in_short(whole.study)) == 14
    assert whole.study.verify() == []
    assert in_short(parts.study) == in_short(whole.study)
    assert (parts.params, parts.best_iteration) == (whole.params, whole.best_iteration)
    again = search("parts", 14)
    assert in_short(again.study) == in_short(whole.study)
    np.testing.assert_array_equal(library.predict(again.booster, VALID), library.predict(whole.booster, VALID))


@libraries
def test_a_metric_to_maximise_is_known_to_be_one(library: Library) -> None:
    tuned = library.tune(params={**library.params, library.metric: "auc"})
    assert tuned.study.direction is StudyDirection.MAXIMIZE
    assert tuned.best_value == max(trial.value for trial in tuned.study.get_trials(states=[TrialState.COMPLETE]))
    assert 0.5 < tuned.best_value <= 1


@libraries
def test_folds_measure_where_there_is_no_valid_set(library: Library) -> None:
    tuned = library.tune(nfold=3, train_set=library.data(slice(None)))
    best = tuned.study.best_trial
    assert tuned.best_value <= min(best.intermediate_values.values())
    assert tuned.best_iteration == library.n_trees(tuned.booster)
    assert log_loss(library, tuned.booster, slice(None)) < tuned.best_value, "it was trained on all of them"


@libraries
def test_without_anything_to_measure_on_it_says_what_to_give(library: Library) -> None:
    with pytest.raises(ValueError, match="not been trained on.*give valid_set=, or nfold=5"):
        library.tune(valid_set=None)
    with pytest.raises(ValueError, match="valid_set= or .* nfold= or folds=; give one of them"):
        library.tune(nfold=3, valid_set=library.data(VALID))
    with pytest.raises(ValueError, match="nfold must be ≥ 2, got 1"):
        library.tune(nfold=1)


@libraries
def test_a_space_may_be_changed_and_its_names_are_checked(library: Library) -> None:
    tuned = library.tune(space={library.alias: (0.2, 0.25), "max_depth": [3, 5]}, n_trials=6, study_name="other")
    assert {trial.params["max_depth"] for trial in tuned.study.trials} <= {3, 5}
    assert all(0.2 <= trial.params[library.alias] <= 0.25 for trial in tuned.study.trials), "0.1 and 0.3 are outside"
    with pytest.raises(ValueError, match="no parameter 'learning_rat', which is in the space. Did you mean 'learning"):
        library.tune(space={"learning_rat": (0.1, 0.2)})
    with pytest.raises(ValueError, match=r"one parameter under 2 names, \['learning_rate', 'eta'\]"):
        library.tune(space={"learning_rate": (0.1, 0.2), "eta": (0.1, 0.2)})
    with pytest.raises(ValueError, match=r"params fixes all that the space has, \['eta'\]"):
        library.tune(space={"eta": (0.1, 0.2)}, params={**library.params, "learning_rate": 0.1})
    with pytest.raises(TypeError, match=r"Parameter 'eta': .* write \[0.1\]"):
        library.tune(space={"eta": 0.1})


@libraries
def test_a_study_of_ones_own_is_used_if_it_fits(library: Library) -> None:
    study = hpo.create_study(sampler=RandomSampler(), pruner=NopPruner(), seed=1)
    seen = []
    tuned = library.tune(study=study, seed=None, n_trials=4, callbacks=lambda study, trial: seen.append(trial.number))
    assert tuned.study is study
    assert seen == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="study= has a seed of its own; leave seed= out"):
        library.tune(study=study)
    with pytest.raises(ValueError, match=r"'auc' is one to maximize: create_study\(direction='maximize'\)"):
        library.tune(study=study, seed=None, params={**library.params, library.metric: "auc"})
    error = "binary_error" if library is LIGHTGBM else "error"
    with pytest.raises(ValueError, match=f"measured by '{library.minimised}', and now it is '{error}'"):
        library.tune(study=study, seed=None, params={**library.params, library.metric: error})
    other = hpo.create_study(sampler=RandomSampler())
    other.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    with pytest.raises(ValueError, match="trials that tune did not make; give it another study_name"):
        library.tune(study=other, seed=None)


def test_options_that_have_an_argument_of_their_own_are_refused_as_parameters_of_lightgbm() -> None:
    with pytest.raises(ValueError, match=r"Write tune\(…, num_boost_round=50\), and leave 'n_estimators' out"):
        LIGHTGBM.tune(params={**LIGHTGBM.params, "n_estimators": 50})


def test_an_objective_without_a_metric_is_told_of() -> None:
    with pytest.raises(ValueError, match="nothing to measure: add a metric"):
        LIGHTGBM.tune(params={**LIGHTGBM.params, "metric": "None"})


def test_a_dataset_that_is_ready_is_taken_if_features_were_not_filtered() -> None:
    with pytest.raises(lgb.basic.LightGBMError, match="feature_pre_filter") as caught:
        LIGHTGBM.tune(train_set=LIGHTGBM.data(TRAIN).construct())
    assert 'params={"feature_pre_filter": False}' in caught.value.__notes__[0]
    ready = lgb.Dataset(X[TRAIN], Y[TRAIN], params={"feature_pre_filter": False}).construct()
    assert LIGHTGBM.tune(train_set=ready, n_trials=3).study.count_trials() == 3


def test_regression_and_several_classes_are_tuned_alike() -> None:
    target = X[:, 0] + X[:, 1] ** 2
    classes = np.digitize(target, [0.0, 1.5])
    for objective, y, extra in (("regression", target, {}), ("multiclass", classes, {"num_class": 3})):
        tuned = LIGHTGBM.tune(
            params={"objective": objective, "num_threads": 1, **extra}, train_set=lgb.Dataset(X, y), nfold=3, n_trials=3
        )
        assert tuned.booster.num_trees() == tuned.best_iteration * extra.get("num_class", 1)
    for objective, y, extra in (("reg:squarederror", target, {}), ("multi:softprob", classes, {"num_class": 3})):
        params = {"objective": objective, "nthread": 1, **extra}
        tuned = XGBOOST.tune(params=params, train_set=xgb.DMatrix(X, y), nfold=3, n_trials=3)
        assert tuned.booster.num_boosted_rounds() == tuned.best_iteration


def test_bagging_is_at_work_where_it_is_searched_and_as_the_user_says_elsewhere() -> None:
    space = {"bagging_fraction": FloatDistribution(0.3, 0.5)}
    values = {trial.value for trial in LIGHTGBM.tune(space=space, n_trials=4, pruner=NopPruner()).study.trials}
    assert len(values) == 4
    assert "bagging_freq" not in LIGHTGBM.tune(params={**LIGHTGBM.params, "subsample": 0.5}, n_trials=2).params
    for name in ("boosting", "data_sample_strategy"):
        study = LIGHTGBM.tune(params={**LIGHTGBM.params, name: "goss"}, n_trials=3).study
        assert all("bagging_fraction" not in trial.params for trial in study.trials), "goss draws rows its own way"
