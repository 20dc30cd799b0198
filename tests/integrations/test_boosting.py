"""What LightGBM, XGBoost and CatBoost reach is reported as they say it, and a trial ends within a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpo import integrations
from hpo.trial import FixedTrial, Trial, TrialState
from tests.integrations.libraries import library
from tests.integrations.studies import pausing_study, run_one, untouched

lgb, xgb, catboost = library("lightgbm"), library("xgboost"), library("catboost")
pytestmark = pytest.mark.filterwarnings("default:The argument .eval_set. is deprecated")

ROUNDS = 12
rng = np.random.default_rng(0)
X = rng.normal(size=(240, 5))
Y = (X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=240) > 0).astype(int)


@dataclass(frozen=True)
class Fit:
    """What a training leaves: the validation loss of each round by the library's own record, and the predictions."""

    losses: list[float]
    predictions: Any


def lightgbm_train(trial: Trial | None, learning_rate: float, *others: Any) -> Fit:
    record: dict[str, Any] = {}
    callbacks = [lgb.record_evaluation(record), *others]
    if trial is not None:
        callbacks.insert(0, integrations.LightGBMPruningCallback(trial, "binary_logloss", "valid"))
    params = {"objective": "binary", "learning_rate": learning_rate, "verbose": -1, "num_threads": 1, "seed": 0}
    data = lgb.Dataset(X[:120], Y[:120])
    valid = lgb.Dataset(X[120:], Y[120:], reference=data)
    names = {"valid_sets": [data, valid], "valid_names": ["train", "valid"]}
    model = lgb.train(params, data, ROUNDS, callbacks=callbacks, **names)
    return Fit(record["valid"]["binary_logloss"], model.predict(X))


def lightgbm_cv(trial: Trial | None, learning_rate: float) -> Fit:
    callbacks = [] if trial is None else [integrations.LightGBMPruningCallback(trial, "binary_logloss")]
    params = {"objective": "binary", "learning_rate": learning_rate, "verbose": -1, "num_threads": 1, "seed": 0}
    options = {"nfold": 3, "return_cvbooster": True, "callbacks": callbacks}
    result = lgb.cv(params, lgb.Dataset(X, Y), ROUNDS, **options)
    return Fit(result["valid binary_logloss-mean"], np.array(result["cvbooster"].predict(X)))


def lightgbm_estimator(trial: Trial | None, learning_rate: float) -> Fit:
    callbacks = [] if trial is None else [integrations.LightGBMPruningCallback(trial, "binary_logloss")]
    model = lgb.LGBMClassifier(n_estimators=ROUNDS, learning_rate=learning_rate, verbose=-1, n_jobs=1, random_state=0)
    model.fit(X[:120], Y[:120], eval_set=[(X[120:], Y[120:])], callbacks=callbacks)
    return Fit(model.evals_result_["valid_0"]["binary_logloss"], model.predict_proba(X))


def xgboost_train(trial: Trial | None, learning_rate: float, *others: Any) -> Fit:
    record: dict[str, Any] = {}
    callbacks = (
        [*others] if trial is None else [integrations.XGBoostPruningCallback(trial, "validation-logloss"), *others]
    )
    params = {"objective": "binary:logistic", "learning_rate": learning_rate, "nthread": 1, "eval_metric": "logloss"}
    data, valid = xgb.DMatrix(X[:120], Y[:120]), xgb.DMatrix(X[120:], Y[120:])
    evals = [(data, "train"), (valid, "validation")]
    model = xgb.train(params, data, ROUNDS, evals=evals, evals_result=record, verbose_eval=False, callbacks=callbacks)
    return Fit(record["validation"]["logloss"], model.predict(xgb.DMatrix(X)))


def xgboost_cv(trial: Trial | None, learning_rate: float) -> Fit:
    callbacks = [] if trial is None else [integrations.XGBoostPruningCallback(trial, "test-logloss")]
    params = {"objective": "binary:logistic", "learning_rate": learning_rate, "nthread": 1, "eval_metric": "logloss"}
    result = xgb.cv(params, xgb.DMatrix(X, Y), ROUNDS, nfold=3, as_pandas=False, callbacks=callbacks)
    return Fit(result["test-logloss-mean"], np.array(result["test-logloss-std"]))


def xgboost_estimator(trial: Trial | None, learning_rate: float) -> Fit:
    callbacks = None if trial is None else [integrations.XGBoostPruningCallback(trial, "validation_0-logloss")]
    model = xgb.XGBClassifier(n_estimators=ROUNDS, learning_rate=learning_rate, n_jobs=1, callbacks=callbacks)
    model.fit(X[:120], Y[:120], eval_set=[(X[120:], Y[120:])], verbose=False)
    return Fit(model.evals_result()["validation_0"]["logloss"], model.predict_proba(X))


def catboost_fit(trial: Trial | None, learning_rate: float) -> Fit:
    pruning = None if trial is None else integrations.CatBoostPruningCallback(trial, "Logloss", eval_set_index=1)
    model = catboost.CatBoostClassifier(
        iterations=ROUNDS, learning_rate=learning_rate, verbose=0, thread_count=1, allow_writing_files=False,
        use_best_model=False, random_seed=0,
    )  # fmt: skip
    sets = [(X[:120], Y[:120]), (X[120:], Y[120:])]
    model.fit(X[:120], Y[:120], eval_set=sets, callbacks=pruning and [pruning])
    if pruning is not None:
        pruning.check_pruned()
    return Fit(model.get_evals_result()["validation_1"]["Logloss"], model.predict_proba(X))


LOOPS: list[Callable[[Trial | None, float], Fit]] = [
    lightgbm_train, lightgbm_cv, lightgbm_estimator, xgboost_train, xgboost_cv, xgboost_estimator, catboost_fit,
]  # fmt: skip
loops = pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)


@loops
def test_a_good_trial_runs_to_its_end_with_the_librarys_values_and_the_same_model(loop: Callable[..., Fit]) -> None:
    fits: list[Fit] = []

    def objective(trial: Trial) -> float:
        fits.append(loop(trial, 0.1))
        return fits[-1].losses[-1]

    trial = run_one(objective, upper=0.75)
    alone = loop(None, 0.1)
    assert trial.state is TrialState.COMPLETE
    assert untouched(trial) == fits[0].losses == alone.losses
    assert len(alone.losses) == ROUNDS
    np.testing.assert_array_equal(fits[0].predictions, alone.predictions)


@loops
def test_a_bad_trial_is_stopped_in_the_round_in_which_it_is_bad(loop: Callable[..., Fit]) -> None:
    alone = loop(None, 0.9).losses
    bound = sorted(alone)[ROUNDS // 2]
    first = next(i for i, loss in enumerate(alone) if loss > bound)
    trial = run_one(lambda trial: loop(trial, 0.9).losses[-1], upper=bound)
    assert trial.state is TrialState.PRUNED
    assert untouched(trial) == alone[: first + 1]
    assert first + 1 < ROUNDS


@pytest.mark.parametrize(
    ("loop", "early"),
    [
        (lightgbm_train, lambda: lgb.early_stopping(2, verbose=False)),
        (xgboost_train, lambda: xgb.callback.EarlyStopping(rounds=2)),
    ],
    ids=["lightgbm", "xgboost"],
)
def test_early_stopping_works_beside_it(loop: Callable[..., Fit], early: Callable[[], Any]) -> None:
    alone = loop(None, 0.9, early()).losses
    trial = run_one(lambda trial: loop(trial, 0.9, early()).losses[-1])
    assert untouched(trial) == alone
    assert len(alone) < ROUNDS


def lightgbm_missing(trial: Trial) -> float:
    data = lgb.Dataset(X, Y)
    callbacks = [integrations.LightGBMPruningCallback(trial, "auc")]
    lgb.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 2, valid_sets=[data], callbacks=callbacks)
    return 0.0


def xgboost_missing(trial: Trial) -> float:
    data = xgb.DMatrix(X, Y)
    callbacks = [integrations.XGBoostPruningCallback(trial, "valid-auc")]
    xgb.train(
        {"eval_metric": "error", "nthread": 1},
        data,
        2,
        evals=[(data, "valid")],
        verbose_eval=False,
        callbacks=callbacks,
    )
    return 0.0


def catboost_missing(trial: Trial) -> float:
    pruning = integrations.CatBoostPruningCallback(trial, "AUC")
    model = catboost.CatBoostClassifier(iterations=2, verbose=0, thread_count=1, allow_writing_files=False)
    model.fit(X, Y, eval_set=(X, Y), callbacks=[pruning])
    pruning.check_pruned()
    return 0.0


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        (lightgbm_missing, r"no metric 'valid_0 auc', only 'training binary_logloss'.* valid_sets="),
        (xgboost_missing, r"no metric 'valid-auc', only 'valid-error'. Did you mean 'valid-error'\? .*evals="),
        (catboost_missing, r"no metric 'validation AUC', only 'learn Logloss', 'validation Logloss'.*eval_metric="),
    ],
)
def test_a_metric_that_is_missing_is_named_with_those_that_exist(objective: Callable[..., float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run_one(objective)
    with pytest.raises(ValueError, match=message):
        objective(FixedTrial({}))


def test_a_metric_to_maximise_is_refused_in_a_study_that_minimises() -> None:
    def objective(trial: Trial) -> float:
        data = lgb.Dataset(X, Y)
        params = {"objective": "binary", "metric": "auc", "verbose": -1, "num_threads": 1}
        record: dict[str, Any] = {}
        callbacks = [integrations.LightGBMPruningCallback(trial, "auc", "training", 3), lgb.record_evaluation(record)]
        lgb.train(params, data, 9, valid_sets=[data], callbacks=callbacks)
        return float(record["training"]["auc"][-1])

    with pytest.raises(
        ValueError, match=r"'auc' is one to maximize, and the study is to minimize.*direction='maximize'"
    ):
        run_one(objective)
    assert list(run_one(objective, direction="maximize").intermediate_values) == [2, 5, 8]


def lightgbm_resumed(trial: Trial, rounds: int) -> tuple[int, float]:
    pruning = integrations.LightGBMPruningCallback(trial, "binary_logloss")
    record: dict[str, Any] = {}
    params = {"objective": "binary", "verbose": -1, "num_threads": 1, "num_leaves": trial.suggest_int("leaves", 2, 9)}
    options = {"valid_sets": [lgb.Dataset(X[120:], Y[120:])], "init_model": pruning.checkpoint}
    callbacks = [pruning, lgb.record_evaluation(record)]
    model = lgb.train(params, lgb.Dataset(X[:120], Y[:120]), rounds, callbacks=callbacks, **options)
    return model.num_trees(), record["valid_0"]["binary_logloss"][-1]


def xgboost_resumed(trial: Trial, rounds: int) -> tuple[int, float]:
    pruning = integrations.XGBoostPruningCallback(trial, "v-logloss")
    record: dict[str, Any] = {}
    params = {"objective": "binary:logistic", "nthread": 1, "max_depth": trial.suggest_int("leaves", 1, 6)}
    valid = [(xgb.DMatrix(X[120:], Y[120:]), "v")]
    options = {"evals": valid, "evals_result": record, "verbose_eval": False, "xgb_model": pruning.checkpoint}
    model = xgb.train(params, xgb.DMatrix(X[:120], Y[:120]), rounds, callbacks=[pruning], **options)
    return model.num_boosted_rounds(), record["v"]["logloss"][-1]


def catboost_resumed(trial: Trial, rounds: int) -> tuple[int, float]:
    pruning = integrations.CatBoostPruningCallback(trial, "Logloss")
    model = catboost.CatBoostClassifier(
        iterations=rounds, depth=trial.suggest_int("leaves", 1, 6), verbose=0, thread_count=1, learning_rate=0.2,
        allow_writing_files=False, use_best_model=False,
    )  # fmt: skip
    init = None if pruning.checkpoint is None else str(pruning.checkpoint)
    model.fit(X[:120], Y[:120], eval_set=(X[120:], Y[120:]), callbacks=[pruning], init_model=init)
    pruning.check_pruned(model)
    return model.tree_count_, model.get_evals_result()["validation"]["Logloss"][-1]


@pytest.mark.parametrize("loop", [lightgbm_resumed, xgboost_resumed, catboost_resumed])
@pytest.mark.parametrize("anew", [False, True], ids=["goes on", "begins anew"])
def test_a_promoted_trial_goes_on_with_the_trees_that_it_has(
    loop: Callable[[Trial, int], tuple[int, float]], anew: bool, tmp_path: Path
) -> None:
    study = pausing_study(tmp_path)
    resumed = []

    def objective(trial: Trial) -> float:
        if anew and trial.resume_step:
            for path in trial.checkpoint_dir.iterdir():
                path.unlink()
        n_trees, loss = loop(trial, ROUNDS if anew else ROUNDS - trial.resume_step)
        assert n_trees == ROUNDS
        resumed.append(trial.resume_step)
        return loss

    study.optimize(objective, n_trials=16)
    ended = study.get_trials(states=[TrialState.COMPLETE])
    assert ended
    assert any(resumed)
    assert {trial.state for trial in study.trials} == {TrialState.PAUSED, TrialState.COMPLETE}
    for trial in ended:
        assert untouched(trial)[-1] == trial.value
        assert len(trial.intermediate_values) == ROUNDS
