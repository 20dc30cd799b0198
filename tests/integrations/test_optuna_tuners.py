"""Optuna's tuners of LightGBM take its arguments, and are searches by `tune`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hpo
from hpo.samplers import RandomSampler
from tests.integrations.libraries import library

lightgbm = library("lightgbm")
lgb = library("hpo.integration.lightgbm")

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 4))
Y = (X[:, 0] + 0.5 * rng.normal(size=120) > 0).astype(int)
PARAMS = {"objective": "binary", "metric": "auc", "num_threads": 1, "seed": 1}


def two() -> tuple[Any, Any]:
    return lgb.Dataset(X[:80], Y[:80]), lgb.Dataset(X[80:], Y[80:])


def quick(n: int = 3) -> Any:
    """Ends a study after some trials, as a tuner says itself how many it makes."""
    return lambda study, trial: study.stop() if trial.number >= n - 1 else None


def test_the_module_is_lightgbm_with_hpos_helpers() -> None:
    assert lgb.Dataset is lightgbm.Dataset
    assert lgb.early_stopping is lightgbm.early_stopping
    assert lgb.LightGBMPruningCallback is hpo.integrations.LightGBMPruningCallback
    assert lgb.train is not lightgbm.train
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = lgb.no_such_name


def test_a_tuner_tells_what_it_found_after_it_has_run() -> None:
    train, valid = two()
    tuner = lgb.LightGBMTuner(
        PARAMS,
        train,
        20,
        [train, valid],
        callbacks=[lightgbm.early_stopping(5), lightgbm.log_evaluation(100)],
        optuna_callbacks=[quick()],
        optuna_seed=0,
        show_progress_bar=False,
    )
    with pytest.raises(ValueError, match="call tuner.run"):
        _ = tuner.best_params
    tuner.run()
    assert PARAMS.items() <= tuner.best_params.items()
    assert {"num_leaves", "lambda_l1", "feature_fraction", "bagging_fraction"} <= tuner.best_params.keys()
    assert tuner.best_score == tuner.study.best_value > 0.6
    assert len(tuner.study.trials) == 3
    assert tuner.get_best_booster().predict(X).shape == (120,)


def test_it_goes_on_with_a_study_that_is_given() -> None:
    study = hpo.create_study(direction="maximize", sampler=RandomSampler())
    for n in (2, 4):
        train, valid = two()
        tuner = lgb.LightGBMTuner(PARAMS, train, 5, valid, study=study, optuna_callbacks=[quick(n)])
        tuner.run()
        assert tuner.study is study
        assert len(study.trials) == n


def test_train_is_a_tuner_that_has_run() -> None:
    train, valid = two()
    booster = lgb.train(
        {**PARAMS, "num_iterations": 6}, train, valid_sets=[valid], callbacks=None, optuna_callbacks=[quick()]
    )
    assert 1 <= booster.num_trees() <= 6
    assert booster.params["objective"] == "binary"


@pytest.mark.parametrize("pairs", [False, True])
def test_folds_are_those_that_are_given(pairs: bool) -> None:
    folds: Any = [(np.arange(40, 120), np.arange(40)), (np.arange(80), np.arange(80, 120))]
    if not pairs:
        from sklearn.model_selection import StratifiedKFold

        folds = StratifiedKFold(2, shuffle=True)  # other folds each time that it is asked
    tuner = lgb.LightGBMTunerCV(
        PARAMS, lgb.Dataset(X, Y), 5, iter(folds) if pairs else folds, optuna_callbacks=[quick()]
    )
    tuner.run()
    assert tuner.best_score > 0.6
    assert len(tuner.study.trials) == 3
    if not pairs:
        return
    again = lightgbm.cv(
        {**tuner.best_params, "verbosity": -1},
        lgb.Dataset(X, Y, params={"feature_pre_filter": False}),
        tuner.get_best_booster().num_trees(),
        folds=folds,
    )
    assert again["valid auc-mean"][-1] == pytest.approx(tuner.best_score)


def test_a_splitter_is_asked_once_for_all_trials() -> None:
    from sklearn.model_selection import GroupKFold

    asked: list[Any] = []

    class Asked(GroupKFold):
        def split(self, *args: Any) -> Any:
            asked.append(args[2])
            return super().split(*args)

    ranking = {"objective": "lambdarank", "metric": "ndcg", "eval_at": [3], "num_threads": 1}
    train = lgb.Dataset(X, Y, group=[12] * 10)
    tuner = lgb.LightGBMTunerCV(ranking, train, 5, folds=Asked(2), optuna_callbacks=[quick()])
    tuner.run()
    assert len(tuner.study.trials) == 3
    assert [list(groups) for groups in asked] == [sorted([*range(10)] * 12)]


def test_what_would_be_lost_is_refused() -> None:
    train, valid = two()
    for make in (lgb.LightGBMTuner, lgb.LightGBMTunerCV):
        with pytest.raises(TypeError, match="no argument 'feval'. Write an objective of your own"):
            make(PARAMS, train, feval=lambda y, data: ("own", 0.0, True))
        with pytest.raises(TypeError, match="takes early_stopping and log_evaluation as callbacks"):
            make(PARAMS, train, callbacks=[lightgbm.reset_parameter(learning_rate=[0.1])])
    with pytest.raises(ValueError, match="valid_set="):
        lgb.train(PARAMS, train)
    assert valid is not None
