"""Optuna's search of scikit-learn's estimators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from hpo.distributions import BaseDistribution
from hpo.integrations import StudySearchCV
from hpo.pruners import MedianPruner
from hpo.study import Callback, Study

__all__ = ["OptunaSearchCV"]


def OptunaSearchCV(  # noqa: N802 - as it was a class
    estimator: Any,
    param_distributions: Mapping[str, BaseDistribution],
    cv: Any = None,
    enable_pruning: bool = False,
    error_score: float | str = np.nan,
    max_iter: int = 1000,
    n_jobs: int | None = None,
    n_trials: int = 10,
    random_state: Any = None,
    refit: bool | str | Callable[[dict[str, Any]], int] = True,
    return_train_score: bool = False,
    scoring: Any = None,
    study: Study | None = None,
    subsample: float = 1.0,
    timeout: float | None = None,
    verbose: int = 0,
    callbacks: Iterable[Callback] | Callback | None = None,
) -> StudySearchCV:
    """A `StudySearchCV` from the arguments that Optuna gives its own search.

    Args:
        estimator, cv, error_score, n_trials, refit, return_train_score, scoring, study, timeout, verbose, callbacks:
            As of `StudySearchCV`.
        param_distributions: Its `spaces`.
        enable_pruning: Learn by `partial_fit`, and stop candidates that fall behind the median.
        max_iter: Passes over the data then.
        n_jobs: Processes for the folds; which candidates are tried does not depend on it.
        random_state: Seed of the search; a study that is given has its own.
        subsample: 1.0.

    Raises:
        ValueError: If `subsample` is something else.

    Example:
        >>> from sklearn.svm import SVC
        >>> space = {"C": hpo.distributions.FloatDistribution(0.01, 100, log=True)}
        >>> OptunaSearchCV(SVC(), space, n_trials=20).fit(x, y).best_params_
    """
    if subsample != 1.0:
        raise ValueError(f"The whole data are searched; give fit() a part of them instead of subsample={subsample!r}.")
    return StudySearchCV(
        estimator,
        param_distributions,
        n_trials=n_trials,
        timeout=timeout,
        scoring=scoring,
        refit=refit,
        cv=cv,
        pruner=MedianPruner() if enable_pruning and study is None else None,
        epochs=max_iter if enable_pruning else None,
        n_jobs=n_jobs,
        study=study,
        callbacks=callbacks,
        error_score=error_score,
        return_train_score=return_train_score,
        random_state=random_state if study is None else None,
        verbose=verbose,
    )
