"""One candidate of a search, fold by fold or epoch by epoch."""

from __future__ import annotations

import inspect
import math
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.metrics._scorer import _MultimetricScorer
from sklearn.model_selection._validation import _fit_and_score, _score
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_method_params

from hpo.integrations.reporter import Reporter
from hpo.integrations.sklearn.scores import FOLDS, FoldScores, by_metric, to_attribute
from hpo.integrations.sklearn.spaces import Candidate
from hpo.integrations.sklearn.workers import Workers
from hpo.trial import Trial

__all__ = ["CandidateFailed", "Evaluation", "Learning", "learn", "scorers_of"]

_SAVED = "folds.joblib"


class CandidateFailed(Exception):
    """A candidate has no score: on some fold it could not be fitted, or its score is not a number."""


@final
@dataclass(frozen=True)
class Learning:
    """What an estimator learns from, and how it is scored.

    Args:
        x, y: All the data; y may be None.
        scorer: One scorer, or a multi-metric one.
        fit_params, score_params: For `fit` (or `partial_fit`) and for the scorer; what has one value for each sample is
            split with the data.
        train_scores: Whether to score on what was learned from, too.
        error_score: The score of a fold on which fitting or scoring raises; "raise" lets the error through.
        verbose: As of scikit-learn's searches.
    """

    x: Any
    y: Any
    scorer: Any
    fit_params: Mapping[str, Any]
    score_params: Mapping[str, Any]
    train_scores: bool
    error_score: float | str
    verbose: int

    def fold(self, estimator: Any, params: dict[str, Any], fold: tuple[Any, Any], place: tuple[int, int]) -> FoldScores:
        """Fit a clone on a fold, and score it."""
        result = _fit_and_score(
            estimator,
            self.x,
            self.y,
            scorer=self.scorer,
            train=fold[0],
            test=fold[1],
            verbose=self.verbose,
            parameters=params,
            fit_params=self.fit_params,
            score_params=self.score_params,
            return_train_score=self.train_scores,
            return_times=True,
            split_progress=place,
            error_score=self.error_score,
        )
        return FoldScores.of_result(result)

    def epoch(self, estimator: Any, fold: tuple[Any, Any], before: FoldScores | None) -> tuple[Any, FoldScores]:
        """Let an estimator pass once over a fold, and score it; times add up over the epochs, and errors remain."""
        if before is not None and before.error:
            return estimator, before
        train, _ = fold
        start = time.perf_counter()
        x, y = _safe_split(estimator, self.x, self.y, train)
        fit_params = _check_method_params(self.x, self.fit_params, indices=train)
        error = ""
        try:
            learn(estimator, x, y, self.y, fit_params)
        except Exception:
            if self.error_score == "raise":
                raise
            error = traceback.format_exc()
        fitted = time.perf_counter()
        on_test, on_train = self._scores(estimator, fold, (x, y), failed=bool(error))
        scored = time.perf_counter()
        spent = (0.0, 0.0) if before is None else (before.fit_time, before.score_time)
        return estimator, FoldScores(on_test, on_train, spent[0] + fitted - start, spent[1] + scored - fitted, error)

    def _scores(
        self, estimator: Any, fold: tuple[Any, Any], learned: tuple[Any, Any], *, failed: bool
    ) -> tuple[dict[str, float], dict[str, float]]:
        """On what was left out, and where asked for on what was learned from."""
        if failed:
            worst = dict.fromkeys(scorers_of(self.scorer) or ["score"], float(self.error_score))
            return worst, worst if self.train_scores else {}
        train, test = fold
        held_out = _safe_split(estimator, self.x, self.y, test, train)
        test_params = _check_method_params(self.x, self.score_params, indices=test)
        on_test = by_metric(_score(estimator, *held_out, self.scorer, test_params, self.error_score))
        if not self.train_scores:
            return on_test, {}
        train_params = _check_method_params(self.x, self.score_params, indices=train)
        return on_test, by_metric(_score(estimator, *learned, self.scorer, train_params, self.error_score))


def learn(estimator: Any, x: Any, y: Any, all_y: Any, fit_params: Mapping[str, Any]) -> None:
    """One `partial_fit`, with the classes where it wants to know them."""
    wanted = inspect.signature(estimator.partial_fit).parameters
    classes = {"classes": _classes(all_y)} if "classes" in wanted and all_y is not None else {}
    if y is None:
        estimator.partial_fit(x, **fit_params)
    else:
        estimator.partial_fit(x, y, **classes, **fit_params)


def _classes(y: Any) -> Any:
    """The labels in y; for several outputs those of each."""
    labels = np.asarray(y)
    return np.unique(labels) if labels.ndim == 1 else [np.unique(column) for column in labels.T]


@final
@dataclass(frozen=True)
class Evaluation:
    """The objective of a search.

    Args:
        candidate: Suggests a trial's parameters.
        estimator: Of which each fold gets a clone.
        learning: What from, and how it is scored.
        folds: Indices to learn from and to score on.
        metrics: What the study maximises; None for whatever the scorer gives.
        epochs: How often an estimator passes over its data by `partial_fit`; None for one `fit`.
        workers: Where folds are fitted.
        at_once: Folds that are under way at the same time.
        reports: Whether the study's pruner is asked.
        apart: Whether it is told each fold's own score, and not their mean so far.
    """

    candidate: Candidate
    estimator: Any
    learning: Learning
    folds: Sequence[tuple[Any, Any]]
    metrics: tuple[str, ...]
    epochs: int | None
    workers: Workers
    at_once: int
    reports: bool
    apart: bool

    def __call__(self, trial: Trial) -> tuple[float, ...]:
        """Mean scores of the trial's candidate, over all folds.

        Raises:
            CandidateFailed: If one of them is not a number.
        """
        params = self.candidate(trial)
        folds: list[FoldScores] = []
        try:
            if self.epochs is None:
                self._fold_by_fold(trial, params, folds)
            else:
                self._epoch_by_epoch(trial, params, folds, self.epochs)
        finally:
            trial.set_user_attr(FOLDS, to_attribute(folds))
        values = self._means(folds)
        if any(map(math.isnan, values)):
            raise CandidateFailed(_why(folds, self.metrics))
        return values

    def _fold_by_fold(self, trial: Trial, params: dict[str, Any], folds: list[FoldScores]) -> None:
        folds += _saved(trial) or ()
        reporter = Reporter(trial, save=lambda folder: _save(folds, folder))
        n = len(self.folds)
        for first in range(len(folds), n, self.at_once):
            for scores in self.workers(
                joblib.delayed(self.learning.fold)(clone(self.estimator), params, self.folds[i], (i, n))
                for i in range(first, min(first + self.at_once, n))
            ):
                folds.append(scores)
                self._report(trial, reporter, folds, last=len(folds) == n)

    def _epoch_by_epoch(self, trial: Trial, params: dict[str, Any], folds: list[FoldScores], epochs: int) -> None:
        saved = _saved(trial)
        estimators = saved or [clone(self.estimator).set_params(**clone(params, safe=False)) for _ in self.folds]
        before: list[FoldScores | None] = [None] * len(self.folds)
        if saved is not None:
            estimators, before = [one for one, _ in saved], [one for _, one in saved]
        reporter = Reporter(trial, save=lambda folder: _save(list(zip(estimators, folds, strict=True)), folder))
        for epoch in range(trial.resume_step if saved else 0, epochs):
            learned = self.workers(
                joblib.delayed(self.learning.epoch)(estimator, fold, scores)
                for estimator, fold, scores in zip(estimators, self.folds, before, strict=True)
            )
            estimators, folds[:] = [one for one, _ in learned], [one for _, one in learned]
            before = list(folds)
            self._report(trial, reporter, folds, last=epoch == epochs - 1)

    def _report(self, trial: Trial, reporter: Reporter, folds: Sequence[FoldScores], *, last: bool) -> None:
        """Say how the trial stands, and end it if told to, unless it has come to its end anyway."""
        if not self.reports:
            return
        values = self._means(folds[-1:] if self.apart and self.epochs is None else folds)
        value = values[0] if len(values) == 1 else values
        if any(map(math.isnan, values)):
            reporter.step += 1  # of a fold that failed
        elif last:
            trial.report(value, reporter.step)
        else:
            reporter(value)

    def _means(self, folds: Sequence[FoldScores]) -> tuple[float, ...]:
        """Of what the study maximises; a scorer that gives one score alone need not call it as `refit` does.

        Raises:
            ValueError: If a function as scoring gives several scores, and `refit` names none of them.
        """
        given = next((fold.test for fold in folds if not fold.error), dict.fromkeys(self.metrics))
        metrics = ("score",) if tuple(given) == ("score",) else self.metrics
        if not given.keys() >= set(metrics):
            raise ValueError(
                f"scoring gives {', '.join(map(repr, given))}, so refit must name the one of them that is to be "
                "maximised; for all of them as objectives, give scoring a list of names or a dict of scorers."
            )
        return tuple(sum(fold.on_test(metric) for fold in folds) / len(folds) for metric in metrics)


def scorers_of(scorer: Any) -> Mapping[str, Any]:
    """The scorers of a multi-metric one, by name; empty for any other."""
    return scorer._scorers if isinstance(scorer, _MultimetricScorer) else {}


def _why(folds: Sequence[FoldScores], metrics: Sequence[str]) -> str:
    for place, fold in enumerate(folds):
        if fold.error:
            return f"Fold {place} could not be fitted: {fold.error.strip().splitlines()[-1]}"
        for metric in metrics:
            if math.isnan(fold.on_test(metric)):
                return f"The {metric} of fold {place} is NaN."
    return "A score is NaN."


def _save(state: Any, folder: Path) -> None:
    joblib.dump(state, folder / _SAVED)


def _saved(trial: Trial) -> Any:
    """What a trial that goes on saved when it paused; None for a new one."""
    if not trial.resume_step:
        return None
    path = trial.checkpoint_dir / _SAVED
    return joblib.load(path) if path.exists() else None
