"""The search for good parameters of XGBoost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, final

import xgboost as xgb
from xgboost.callback import EarlyStopping, TrainingCallback

from hpo.distributions import BaseDistribution, FloatDistribution, IntDistribution
from hpo.integrations.boosting import Boosting, Metric, Progress, Tuned, check_data, free, opened, search
from hpo.protocols import Pruner, Storage
from hpo.study import Callback, Study
from hpo.trial import Trial

__all__ = ["DEFAULTS", "SPACE", "tune"]

SPACE: Mapping[str, BaseDistribution] = MappingProxyType(
    {
        "learning_rate": FloatDistribution(0.02, 0.3, log=True),
        "max_depth": IntDistribution(2, 12),
        "min_child_weight": FloatDistribution(0.1, 100.0, log=True),
        "subsample": FloatDistribution(0.4, 1.0),
        "colsample_bytree": FloatDistribution(0.3, 1.0),
        "reg_alpha": FloatDistribution(1e-3, 10.0, log=True),
        "reg_lambda": FloatDistribution(1e-2, 100.0, log=True),
    }
)
"""What `tune` searches by default; `space={**SPACE, "max_depth": (2, 6)}` changes it."""

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "learning_rate": 0.3,
        "max_depth": 6,
        "min_child_weight": 1.0,
        "subsample": 1.0,
        "colsample_bytree": 1.0,
        "reg_alpha": 1e-3,
        "reg_lambda": 1.0,
    }
)
"""What XGBoost does by itself, as nearly as the space has it, as a logarithm has no 0: the first trial."""

_ALIASES = {
    "eta": "learning_rate",
    "gamma": "min_split_loss",
    "lambda": "reg_lambda",
    "alpha": "reg_alpha",
    "n_jobs": "nthread",
    "random_state": "seed",
}


def tune(
    params: Mapping[str, Any],
    train_set: xgb.DMatrix,
    valid_set: xgb.DMatrix | None = None,
    *,
    nfold: int | None = None,
    num_boost_round: int = 1000,
    early_stopping_rounds: int = 50,
    space: Mapping[str, Any] = SPACE,
    n_trials: int | None = 100,
    timeout: float | None = None,
    seed: int | None = None,
    study: Study | None = None,
    storage: str | Storage | None = None,
    study_name: str | None = None,
    pruner: Pruner | None = None,
    callbacks: Iterable[Callback] | Callback | None = None,
) -> Tuned[xgb.Booster]:
    """Search for good parameters by an ordinary study: all at once, and beginning with XGBoost's own defaults.

    Each trial trains until the metric no longer improves, or until it falls behind the others. The metric is the last
    one that XGBoost reports for `params`, as in its early stopping, which knows whether more of it is better.

    Args:
        params: As of `xgb.train`. What they say stays as it is, and the rest of the space is searched.
        train_set: What to train on.
        valid_set: What to measure on.
        nfold: Measure by a cross-validation with so many folds instead.
        num_boost_round: Rounds of a trial at most.
        early_stopping_rounds: A training ends after so many rounds without a better metric.
        space: Distributions by name, or what `StudySearchCV` takes for them: `(0.01, 0.3, "log-uniform")`.
        n_trials: How many trials the study is to have at the end, with those that it has already; None for no limit.
        timeout: Seconds after which no further trial begins; None for no limit.
        seed: Of the search; that of the training is XGBoost's, `params["seed"]`.
        study: A study to go on with, which has a sampler and a pruner of its own.
        storage, study_name: Where to keep a new study, or to go on with the one that is there.
        pruner: By default asynchronous successive halving; `NopPruner()` for none. A trial's steps are rounds at a
            learning rate of 0.1: with another one there are more of them to a step, or fewer.
        callbacks: Called with the study and each trial that has ended.

    Raises:
        TypeError, ValueError: If an argument is not what it should be, or the study's trials are of another metric.

    Example:
        >>> params = {"objective": "binary:logistic", "eval_metric": "auc"}
        >>> tuned = tune(params, xgb.DMatrix(x, y), xgb.DMatrix(x_valid, y_valid), n_trials=50)
        >>> tuned.booster.predict(xgb.DMatrix(x_test)), tuned.best_params, tuned.study.report("boosting.html")
    """
    check_data(valid_set, nfold)
    fixed = dict(params)
    metric, known = _learned(fixed, train_set)
    searched = free(space, params, known, _first_name)
    stratified = str(params.get("objective", "")).startswith(("binary:", "multi:"))

    def curve(params: dict[str, Any], trial: Trial) -> Sequence[float]:
        data = "valid" if nfold is None else "test"
        stopping = EarlyStopping(
            rounds=early_stopping_rounds, data_name=data, metric_name=metric.name, maximize=metric.maximised
        )
        watchers = [stopping, _Watcher(Progress(trial, _learning_rate(params)), data, metric.name)]
        if nfold is not None:
            means: Mapping[str, Sequence[float]] = xgb.cv(
                params, train_set, num_boost_round, nfold=nfold, stratified=stratified, as_pandas=False,
                callbacks=watchers,
            )  # fmt: skip
            return means[f"test-{metric.name}-mean"]
        record: dict[str, dict[str, Sequence[float]]] = {}
        xgb.train(
            params, train_set, num_boost_round, evals=[(valid_set, "valid")], evals_result=record, verbose_eval=False,
            callbacks=watchers,
        )  # fmt: skip
        return record["valid"][metric.name]

    def train(params: dict[str, Any], n_rounds: int) -> xgb.Booster:
        return xgb.train(params, train_set, n_rounds)

    return search(
        Boosting(metric=metric, fixed=fixed, curve=curve, train=train),
        searched,
        {name: DEFAULTS[first] for name in searched if (first := _first_name(name)) in DEFAULTS},
        opened(
            metric,
            n_rounds=num_boost_round,
            study=study,
            storage=storage,
            study_name=study_name,
            seed=seed,
            pruner=pruner,
        ),
        n_trials=n_trials,
        timeout=timeout,
        callbacks=callbacks,
    )


@final
class _Watcher(TrainingCallback):
    """Reports a metric, or its mean over the folds, after each round."""

    def __init__(self, report: Progress, data: str, name: str) -> None:
        super().__init__()
        self._report, self._data, self._name = report, data, name

    def after_iteration(self, model: Any, epoch: int, evals_log: dict[str, dict[str, list[Any]]]) -> bool:
        value = evals_log[self._data][self._name][-1]
        self._report(value[0] if isinstance(value, tuple) else value, epoch + 1)
        return False


def _first_name(name: str) -> str:
    return _ALIASES.get(name, name)


def _learning_rate(params: Mapping[str, Any]) -> float:
    given = (value for name, value in params.items() if _first_name(name) == "learning_rate")
    return float(next(given, DEFAULTS["learning_rate"]))


def _learned(params: Mapping[str, Any], train_set: xgb.DMatrix) -> tuple[Metric, set[str]]:
    """What XGBoost reports last, and the names of its parameters, learned from one round of boosting."""
    record: dict[str, Any] = {}
    stopping = EarlyStopping(rounds=1)
    booster = xgb.train(
        dict(params), train_set, 1, evals=[(train_set, "train")], evals_result=record, verbose_eval=False,
        callbacks=[stopping],
    )  # fmt: skip
    names = set(_names(json.loads(booster.save_config())))
    name = list(record["train"])[-1]
    return Metric(name, bool(stopping.maximize)), names | {alias for alias, first in _ALIASES.items() if first in names}


def _names(config: Any) -> Iterator[str]:
    """The names of all values in a nested configuration."""
    match config:
        case dict():
            for name, value in config.items():
                yield from _names(value) if isinstance(value, (dict, list)) else (name,)
        case list():
            for value in config:
                yield from _names(value)
