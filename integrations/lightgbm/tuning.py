"""The search for good parameters of LightGBM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import lightgbm as lgb
import numpy as np
from lightgbm.basic import LightGBMError, _ConfigAliases

from hpo.distributions import BaseDistribution, FloatDistribution, IntDistribution
from hpo.integrations.boosting import Boosting, Metric, Progress, Tuned, check_data, free, opened, search
from hpo.protocols import Pruner, Storage
from hpo.study import Callback, Study
from hpo.trial import Trial

__all__ = ["DEFAULTS", "SPACE", "tune"]

SPACE: Mapping[str, BaseDistribution] = MappingProxyType(
    {
        "learning_rate": FloatDistribution(0.02, 0.3, log=True),
        "num_leaves": IntDistribution(4, 256, log=True),
        "min_data_in_leaf": IntDistribution(2, 100, log=True),
        "feature_fraction": FloatDistribution(0.3, 1.0),
        "bagging_fraction": FloatDistribution(0.4, 1.0),
        "lambda_l1": FloatDistribution(1e-3, 10.0, log=True),
        "lambda_l2": FloatDistribution(1e-3, 100.0, log=True),
    }
)
"""What `tune` searches by default; `space={**SPACE, "num_leaves": (4, 64, "log-uniform")}` changes it."""

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "learning_rate": 0.1,
        "num_leaves": 31,
        "min_data_in_leaf": 20,
        "feature_fraction": 1.0,
        "bagging_fraction": 1.0,
        "lambda_l1": 1e-3,
        "lambda_l2": 1e-3,
    }
)
"""What LightGBM does by itself, as nearly as the space has it, as a logarithm has no 0: the first trial."""

_OPTIONS = {"num_iterations": "num_boost_round", "early_stopping_round": "early_stopping_rounds"}


def tune(
    params: Mapping[str, Any],
    train_set: lgb.Dataset,
    valid_set: lgb.Dataset | None = None,
    *,
    nfold: int | None = None,
    folds: Any = None,
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
) -> Tuned[lgb.Booster]:
    """Search for good parameters by an ordinary study: all at once, and beginning with LightGBM's own defaults.

    Each trial trains until the metric no longer improves, or until it falls behind the others. The metric is the first
    one that LightGBM reports for `params`, and LightGBM knows whether more of it is better.

    Args:
        params: As of `lgb.train`. What they say stays as it is, and the rest of the space is searched.
        train_set: What to train on; not yet constructed, or with `params={"feature_pre_filter": False}`.
        valid_set: What to measure on.
        nfold: Measure by a cross-validation with so many folds instead.
        folds: Measure by a cross-validation with these: a splitter of scikit-learn, or pairs of indices.
        num_boost_round: Rounds of a trial at most.
        early_stopping_rounds: A training ends after so many rounds without a better metric.
        space: Distributions by name, or what `StudySearchCV` takes for them: `(0.01, 0.3, "log-uniform")`.
        n_trials: How many trials the study is to have at the end, with those that it has already; None for no limit.
        timeout: Seconds after which no further trial begins; None for no limit.
        seed: Of the search; that of the training is LightGBM's, `params["seed"]`.
        study: A study to go on with, which has a sampler and a pruner of its own.
        storage, study_name: Where to keep a new study, or to go on with the one that is there.
        pruner: By default asynchronous successive halving; `NopPruner()` for none. A trial's steps are rounds at a
            learning rate of 0.1: with another one there are more of them to a step, or fewer.
        callbacks: Called with the study and each trial that has ended.

    Raises:
        TypeError, ValueError: If an argument is not what it should be, or the study's trials are of another metric.

    Example:
        >>> params = {"objective": "binary", "metric": "auc"}
        >>> tuned = tune(params, lgb.Dataset(x, y), lgb.Dataset(x_valid, y_valid), n_trials=50)
        >>> tuned.booster.predict(x_test), tuned.best_params, tuned.study.report("boosting.html")
    """
    check_data(valid_set, nfold, folds)
    _check_options(params)
    searched = free(space, _taken(params), _ConfigAliases.get(*_aliases()), _first_name)
    fixed = {**_constants(params, searched), **params}
    metric = _metric(fixed, train_set)
    pairs = None if folds is None else _pairs(folds, train_set)
    objective = next((value for name, value in params.items() if _first_name(name) == "objective"), "")
    stratified = str(objective).startswith(("binary", "multiclass"))

    def curve(params: dict[str, Any], trial: Trial) -> Sequence[float]:
        report = Progress(trial, _learning_rate(params))
        watchers = [
            lgb.early_stopping(early_stopping_rounds, first_metric_only=True, verbose=False),
            lambda env: report(env.evaluation_result_list[0][2], env.iteration + 1),
        ]
        if valid_set is None:
            splits = {"folds": pairs} if nfold is None else {"nfold": nfold, "stratified": stratified}
            means: Mapping[str, Sequence[float]] = lgb.cv(
                params, train_set, num_boost_round, callbacks=watchers, **splits
            )
            return means[f"valid {metric.name}-mean"]
        record: dict[str, dict[str, Sequence[float]]] = {}
        watchers.insert(0, lgb.record_evaluation(record))
        lgb.train(params, train_set, num_boost_round, valid_sets=[valid_set], callbacks=watchers)
        return record["valid_0"][metric.name]

    def train(params: dict[str, Any], n_rounds: int) -> lgb.Booster:
        return lgb.train(params, train_set, n_rounds)

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


def _pairs(folds: Any, train_set: lgb.Dataset) -> list[Any]:
    """The rows to train on and those to measure on, the same ones for all trials."""
    if isinstance(folds, Iterable):
        return list(folds)
    sizes = train_set.get_group()
    groups = None if sizes is None else np.repeat(np.arange(len(sizes)), sizes)
    return list(folds.split(np.empty(train_set.num_data()), train_set.get_label(), groups))


def _aliases() -> Mapping[str, Sequence[str]]:
    """All names of each parameter, by the first one."""
    _ConfigAliases.get()  # loads them
    aliases: Mapping[str, Sequence[str]] = _ConfigAliases.aliases
    return aliases


def _first_name(name: str) -> str:
    return next((first for first, names in _aliases().items() if name in names), name)


def _learning_rate(params: Mapping[str, Any]) -> float:
    given = (value for name, value in params.items() if _first_name(name) == "learning_rate")
    return float(next(given, DEFAULTS["learning_rate"]))


def _taken(params: Mapping[str, Any]) -> set[str]:
    """The parameters that are not to be searched."""
    sampling = [value for name, value in params.items() if _first_name(name) in ("boosting", "data_sample_strategy")]
    return {*params, *(("bagging_fraction",) if "goss" in sampling else ())}  # which draws rows by their gradients


def _check_options(params: Mapping[str, Any]) -> None:
    """Refuse parameters that have an argument of their own, as trainings differ in them."""
    for name in params:
        if option := _OPTIONS.get(_first_name(name)):
            raise ValueError(f"Write tune(…, {option}={params[name]!r}), and leave {name!r} out of params.")


def _constants(params: Mapping[str, Any], searched: Iterable[str]) -> dict[str, Any]:
    """What all trials have beside the user's parameters."""
    names = {_first_name(name) for name in searched}
    constants: dict[str, Any] = {"verbosity": -1}
    if "min_data_in_leaf" in names:
        constants["feature_pre_filter"] = False  # else the first trial's value decides which features there are
    if "bagging_fraction" in names:
        constants["bagging_freq"] = 1  # else LightGBM does without
    given = {_first_name(name) for name in params}
    return {name: value for name, value in constants.items() if name not in given}


def _metric(params: Mapping[str, Any], train_set: lgb.Dataset) -> Metric:
    """What LightGBM reports first, learned from one round of boosting."""
    results: list[Any] = []
    try:
        report = lambda env: results.extend(env.evaluation_result_list or ())  # noqa: E731
        lgb.train(dict(params), train_set, 1, valid_sets=[train_set], callbacks=[report])
    except LightGBMError as error:
        if "feature_pre_filter" in str(error):
            error.add_note('Give tune a new Dataset, or make yours with params={"feature_pre_filter": False}.')
        raise
    if not results:
        raise ValueError("params name nothing to measure: add a metric, such as {'metric': 'auc'}.")
    return Metric(results[0][1], bool(results[0][3]))
