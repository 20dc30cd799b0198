"""The search, as an estimator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, final

import joblib
import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.model_selection import check_cv
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._validation import _warn_or_raise_about_fit_failures
from sklearn.utils import check_random_state, indexable
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.validation import _check_method_params

from hpo.arrays import JSON
from hpo.caution import warn
from hpo.events import StudyDirection
from hpo.integrations.sklearn.claim import claim, written
from hpo.integrations.sklearn.evaluation import CandidateFailed, Evaluation, Learning, learn, scorers_of
from hpo.integrations.sklearn.results import Row, cv_results
from hpo.integrations.sklearn.scores import FOLDS, from_attribute
from hpo.integrations.sklearn.spaces import Candidate, read_spaces
from hpo.integrations.sklearn.workers import Workers
from hpo.numbers import whole
from hpo.protocols import Pruner, Sampler, Storage, pairs
from hpo.pruners import NopPruner
from hpo.study import Callback, Study, create_study
from hpo.trial import FrozenTrial, TrialState

__all__ = ["StudySearchCV"]

_ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED)


@final
class StudySearchCV(BaseSearchCV):
    """Search for good parameters of an estimator by cross-validation, with a study.

    It stands where `GridSearchCV` or `BayesSearchCV` stands: in pipelines, in nested cross-validations, with routed
    metadata. After `fit` it has their attributes, of which `cv_results_` tells of every trial.

    Args:
        estimator: What to fit. Each fold gets a clone.
        spaces: What the parameters may be.

            * A dict from their names, such as `"svc__C"`, to a distribution of `hpo.distributions` or `scipy.stats`, a
              list of choices, a `range`, or a tuple such as `(0.01, 100.0, "log-uniform")`. Choices may be estimators:
              `{"model": [SVC(), Ridge()], "model__C": …, "model__alpha": …}`, where each has its own parameters.
            * A list of such dicts, of which a trial takes one; as tuples `(dict, weight)` one more often than another.
            * A function that takes a trial and returns a dict of values, for conditions of any kind.
        n_trials: How many trials the study is to have at the end, with those that it has already. So a program that was
            interrupted runs the rest when it is started again, and several that share a study do so many together.
        timeout: Seconds after which no further trial begins; None for no limit.
        scoring, refit, cv, error_score, return_train_score, verbose: As of `GridSearchCV`. With several scores the one
            that `refit` names is maximised; without a name the study has an objective for each, and a function as
            `refit` chooses from `cv_results_`. Where a function as `scoring` gives several, `refit` must name one. The
            lines about trials are not those of `verbose`, but of `hpo.logging`.
        sampler: What proposes candidates; `AutoSampler` by default, which ends the search where nothing is left to try.
        pruner: Stops candidates that fall behind, after a fold or an epoch; None for none. A pruner that compares fold
            by fold, such as `WilcoxonPruner`, is told each fold's score, others the mean so far.
        epochs: Learn by `partial_fit`, with so many passes over the data, and ask the pruner after each; None for one
            `fit`. Refitting makes as many passes.
        n_points: Trials at a time. Which ones are tried depends on it, and not on `n_jobs`.
        n_jobs: Processes, for the folds of the trials that are under way; -1 for one per core. A pruner saves the more
            the fewer folds begin together, so with one rather take more points.
        study: A study to go on with, which has a sampler and a pruner of its own; its direction must be "maximize".
        storage, study_name: Where to keep a new study, or to go on with the one that is there.
        callbacks: Called with the study and each trial that has ended; `NoImprovement` and others end the search.
        random_state: Seed of the search; those of the estimator and of `cv` are their own.

    Attributes:
        study_: With all trials, for plots, importances and reports.
        cv_results_: As of `GridSearchCV`, with `trial_number` and `trial_state`. Candidates that were pruned or failed
            have NaN as mean scores, and rank last.
        best_estimator_, best_score_, best_params_, best_index_, n_splits_, scorer_, multimetric_, refit_time_:
            As of `GridSearchCV`.

    Raises:
        TypeError, ValueError: From `fit`, if `spaces` or another argument is not what it should be, if the study's
            trials are of other data, folds, scores or epochs, or if none of them has any score.

    Example:
        >>> from sklearn.datasets import load_digits
        >>> from sklearn.svm import SVC
        >>> x, y = load_digits(return_X_y=True)
        >>> space = {"C": (0.01, 100.0, "log-uniform"), "gamma": (1e-5, 0.1, "log-uniform"), "kernel": ["rbf", "poly"]}
        >>> search = StudySearchCV(SVC(), space, n_trials=20, cv=3, random_state=0).fit(x[:300], y[:300])
        >>> bool(search.best_score_ > 0.9)
        True
    """

    def __init__(
        self,
        estimator: Any,
        spaces: Any,
        *,
        n_trials: int = 50,
        timeout: float | None = None,
        scoring: Any = None,
        refit: bool | str | Callable[[dict[str, Any]], int] = True,
        cv: Any = None,
        sampler: Sampler | None = None,
        pruner: Pruner | None = None,
        epochs: int | None = None,
        n_points: int = 1,
        n_jobs: int | None = None,
        study: Study | None = None,
        storage: str | Storage | None = None,
        study_name: str | None = None,
        callbacks: Iterable[Callback] | Callback | None = None,
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.spaces = spaces
        self.n_trials = n_trials
        self.timeout = timeout
        self.sampler = sampler
        self.pruner = pruner
        self.epochs = epochs
        self.n_points = n_points
        self.study = study
        self.storage = storage
        self.study_name = study_name
        self.callbacks = callbacks
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, **params: Any) -> StudySearchCV:
        """Run the search, and fit the best candidate on all the data.

        Args:
            X: Shape (n, d), or whatever the estimator takes.
            y: Targets, shape (n,) or (n, m); None without any.
            **params: For the estimator's `fit`, the scorer and the splitter, such as `groups` and `sample_weight`.
        """
        self._validate_params()
        n_trials, n_points = _at_least_one(self.n_trials, "n_trials"), _at_least_one(self.n_points, "n_points")
        epochs = _epochs(self.epochs, self.estimator)
        candidate = read_spaces(self.spaces, self.estimator)
        scorer, _ = self._get_scorers()
        X, y = indexable(X, y)
        params = _check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        folds = list(cv.split(X, y, **routed["splitter"]["split"]))
        self.n_splits_ = _checked(len(folds), cv.get_n_splits(X, y, **routed["splitter"]["split"]))
        fit_params = routed["estimator"].get("fit") or routed["estimator"].get("partial_fit", {})  # wherever they went
        learning = Learning(
            X, y, scorer, fit_params, routed["scorer"]["score"], self.return_train_score, self.error_score, self.verbose
        )
        metrics = self._metrics(scorer)
        self.study_ = self._opened(len(metrics))
        if self.study is not None or self.storage is not None:
            of: dict[str, JSON] = {"maximises": list(metrics), "scoring": written(self.scoring), "epochs": epochs}
            claim(self.study_, self.estimator, of | {"data": joblib.hash([X, y, folds])})
        with Workers(self.n_jobs) as workers:
            evaluation = Evaluation(
                candidate,
                clone(self.estimator),
                learning,
                folds,
                metrics,
                epochs,
                workers,
                at_once=max(1, joblib.effective_n_jobs(self.n_jobs) // n_points),
                reports=self.study is not None or self.pruner is not None,
                apart=pairs(self.study_.pruner),
            )
            self.study_.optimize(
                evaluation,
                timeout=self.timeout,
                n_jobs=n_points,
                catch=CandidateFailed,
                callbacks=self.callbacks,
                max_trials=n_trials,
                reproducible=n_points > 1,
                lag=n_points if n_points > 1 else None,
            )
        self._conclude(candidate)
        if self.refit:
            self._refit(X, y, fit_params, epochs)
        self.scorer_ = scorers_of(scorer) or scorer
        return self

    def get_metadata_routing(self) -> MetadataRouter:
        """Where `fit` sends what it is given besides X and y; with `epochs`, to `partial_fit`."""
        router = super().get_metadata_routing()
        if self.epochs is None:
            return router
        learned = MethodMapping().add(caller="fit", callee="partial_fit")
        return router.add(estimator=self.estimator, method_mapping=learned)

    def _metrics(self, scorer: Any) -> tuple[str, ...]:
        """What the study maximises."""
        named = tuple(scorers_of(scorer))
        if isinstance(self.refit, str) and (named or callable(self.scoring)):
            return (self.refit,)
        return named or ("score",)

    def _opened(self, n_objectives: int) -> Study:
        """The study, checked for what it maximises."""
        if self.study is None:
            sampler = self.sampler
            if sampler is None:
                from hpo.samplers import AutoSampler

                sampler = AutoSampler(on_exhausted="stop")
            return create_study(
                storage=self.storage,
                study_name=self.study_name,
                sampler=sampler,
                pruner=NopPruner() if self.pruner is None else self.pruner,
                directions=["maximize"] * n_objectives,
                seed=_seed(self.random_state),
                load_if_exists=self.study_name is not None,
            )
        for name in ("sampler", "pruner", "storage", "study_name", "random_state"):
            if getattr(self, name) is not None:
                raise ValueError(f"study= has a {name} of its own; leave {name}= out, or study=.")
        if self.study.directions != [StudyDirection.MAXIMIZE] * n_objectives:
            wanted = '"maximize"' if n_objectives == 1 else f'["maximize"] * {n_objectives}'
            option = "direction" if n_objectives == 1 else "directions"
            raise ValueError(
                f"scikit-learn's scores are the better the larger they are: create_study({option}={wanted}); the study "
                f"has {[direction.name.lower() for direction in self.study.directions]}."
            )
        return self.study

    def _conclude(self, candidate: Candidate) -> None:
        """Tell what the study found, as scikit-learn does."""
        rows = _rows(self.study_, candidate)
        if not rows:
            raise ValueError(_none_completed(self.study_, self.timeout))
        errors = [{"fit_error": fold.error or None} for row in rows for fold in row.folds]
        _warn_or_raise_about_fit_failures(errors, self.error_score)
        if all(row.trial.state is not TrialState.COMPLETE for row in rows):
            warn(_none_completed(self.study_, self.timeout))  # and take the first one, as GridSearchCV does
        scored = [fold for row in rows for fold in row.folds if not fold.error] or [rows[0].folds[0]]
        names = tuple(scored[0].test)
        self.multimetric_ = names != ("score",) or isinstance(self.scoring, (list, tuple, set, dict))
        if self.multimetric_ and callable(self.scoring):
            self._check_refit_for_multimetric(scored[0].test)
        self.cv_results_ = cv_results(rows, self.n_splits_, names, train=self.return_train_score)
        if not self.refit and self.multimetric_:
            return
        metric = self.refit if self.multimetric_ else "score"
        self.best_index_ = self._select_best_index(self.refit, metric, self.cv_results_)
        if callable(self.refit):
            _warn_of(rows[self.best_index_].trial)
        else:
            self.best_score_ = self.cv_results_[f"mean_test_{metric}"][self.best_index_]
        self.best_params_ = self.cv_results_["params"][self.best_index_]

    def _refit(self, x: Any, y: Any, fit_params: Mapping[str, Any], epochs: int | None) -> None:
        """Fit the best candidate on all the data."""
        self.best_estimator_ = clone(self.estimator).set_params(**clone(self.best_params_, safe=False))
        start = time.perf_counter()
        if epochs is not None:
            for _ in range(epochs):
                learn(self.best_estimator_, x, y, y, fit_params)
        elif y is None:
            self.best_estimator_.fit(x, **fit_params)
        else:
            self.best_estimator_.fit(x, y, **fit_params)
        self.refit_time_ = time.perf_counter() - start
        names = getattr(self.best_estimator_, "feature_names_in_", None)
        if names is not None:
            self.feature_names_in_ = names


def _rows(study: Study, candidate: Candidate) -> list[Row]:
    """The trials that have scores, with the parameters that they stood for."""
    rows, n_others = [], 0
    for trial in study.get_trials(states=_ENDED):
        folds = from_attribute(trial.user_attrs.get(FOLDS))
        if not folds:
            continue
        try:
            rows.append(Row(trial, candidate(trial), folds))
        except ValueError:
            n_others += 1
    if n_others:
        warn(
            f"{n_others} trials of the study {study.study_name!r} have other parameters than `spaces` says now; "
            "cv_results_ leaves them out."
        )
    return rows


def _warn_of(chosen: FrozenTrial) -> None:
    """Say if a function as refit chose a candidate without a score, as `argmax` does, for which NaN is the largest."""
    if chosen.state is not TrialState.COMPLETE:
        warn(
            f"refit chose trial {chosen.number}, whose state is {chosen.state.name} and whose mean score is NaN; let "
            "it use np.nanargmax instead of argmax, or rank_test_score."
        )


def _none_completed(study: Study, timeout: float | None) -> str:
    n_pruned, n_failed = study.count_trials([TrialState.PRUNED]), study.count_trials([TrialState.FAIL])
    if n_pruned or n_failed:
        return (
            f"No trial has a score that is a number: {n_failed} failed, and {n_pruned} were pruned; see "
            "study_.results_summary()."
        )
    return f"No trial completed within timeout={timeout!r} seconds; give the search more time."


def _checked(n_folds: int, n_splits: int) -> int:
    if n_folds != n_splits:
        raise ValueError(
            f"cv.split and cv.get_n_splits return inconsistent results. Expected {n_splits} splits, got {n_folds}"
        )
    return n_folds


def _at_least_one(given: Any, name: str) -> int:
    n = whole(given, name)
    if n < 1:
        raise ValueError(f"{name} must be ≥ 1, got {given!r}.")
    return n


def _epochs(given: Any, estimator: Any) -> int | None:
    if given is None:
        return None
    if not callable(getattr(estimator, "partial_fit", None)):
        raise ValueError(
            f"epochs={given!r} needs an estimator with partial_fit, which {type(estimator).__name__} lacks; "
            "leave epochs= out."
        )
    return _at_least_one(given, "epochs")


def _seed(random_state: Any) -> int | None:
    if random_state is None or isinstance(random_state, (int, np.integer)):
        return random_state  # type: ignore[return-value]
    return int(check_random_state(random_state).randint(2**31 - 1))
