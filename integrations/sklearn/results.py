"""`cv_results_`, from the study's trials: the table that GridSearchCV makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hpo.arrays import Array, BoolArray
from hpo.integrations.sklearn.scores import FoldScores
from hpo.trial import FrozenTrial, TrialState

__all__ = ["Row", "cv_results"]

_STOPPED = (TrialState.PRUNED, TrialState.PAUSED)


@final
@dataclass(frozen=True)
class Row:
    """A trial with what it stood for.

    Args:
        trial: Complete, pruned, paused or failed.
        params: Of the estimator.
        folds: Those that were scored, in their order; a pruned trial has fewer than others.
    """

    trial: FrozenTrial
    params: Mapping[str, Any]
    folds: Sequence[FoldScores]


def cv_results(rows: Sequence[Row], n_splits: int, metrics: Sequence[str], *, train: bool) -> dict[str, Any]:
    """Scores, times and ranks of all candidates, in the order of the trials, as arrays of one shape (n,).

    A candidate that was pruned has the scores that it had reached, NaN for the folds that it lacks and for its mean,
    and is among the last in rank, as one that failed; `trial_state` says which it was, and `trial_number` where the
    study has it.

    Args:
        rows: The trials.
        n_splits: How many folds a complete one has.
        metrics: Names of the scores.
        train: Whether to add scores on what was learned from.
    """
    table: dict[str, Any] = {}
    for name, times in (
        ("fit_time", _table(rows, n_splits, lambda fold: fold.fit_time)),
        ("score_time", _table(rows, n_splits, lambda fold: fold.score_time)),
    ):
        table[f"mean_{name}"], table[f"std_{name}"] = _over_seen_folds(times)
    table |= _parameters([row.params for row in rows])
    table["params"] = [dict(row.params) for row in rows]
    stopped = np.array([row.trial.state in _STOPPED for row in rows], dtype=np.bool_)
    for metric in metrics:
        scores = _table(rows, n_splits, lambda fold, name=metric: fold.on_test(name))  # type: ignore[misc]
        table |= _statistics(f"test_{metric}", scores, stopped)
        table[f"rank_test_{metric}"] = _ranks(table[f"mean_test_{metric}"])
        if train:
            scores = _table(rows, n_splits, lambda fold, name=metric: fold.on_train(name))  # type: ignore[misc]
            table |= _statistics(f"train_{metric}", scores, stopped)
    table["trial_number"] = np.array([row.trial.number for row in rows], dtype=np.int64)
    table["trial_state"] = np.array([row.trial.state.name for row in rows], dtype=object)
    return table


def _table(rows: Sequence[Row], n_splits: int, value: Callable[[FoldScores], float]) -> Array:
    """Shape (n, n_splits); NaN for folds that a trial lacks."""
    table = np.full((len(rows), n_splits), np.nan)
    for i, row in enumerate(rows):
        for split, fold in enumerate(row.folds):
            table[i, split] = value(fold)
    return table


def _over_seen_folds(table: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each row, without NaN; NaN where nothing else is there."""
    seen = ~np.isnan(table)
    n = np.where(seen.any(axis=1), seen.sum(axis=1), np.nan)
    mean = np.where(seen, table, 0.0).sum(axis=1) / n
    variance = np.where(seen, (table - mean[:, None]) ** 2, 0.0).sum(axis=1) / n
    return mean, np.sqrt(variance)


def _statistics(name: str, scores: Array, stopped: BoolArray) -> dict[str, Array]:
    """A score on each fold; mean and standard deviation of those that went to their end."""
    columns = {f"split{split}_{name}": scores[:, split] for split in range(scores.shape[1])}
    whole = np.where(stopped[:, None], np.nan, scores)
    with np.errstate(invalid="ignore"):  # of infinite scores
        return columns | {f"mean_{name}": whole.mean(axis=1), f"std_{name}": whole.std(axis=1)}


def _ranks(mean: Array) -> NDArray[np.int32]:
    """From 1 for the largest, equal ones with the smallest of their ranks, NaN behind all others."""
    from scipy.stats import rankdata

    worst = np.nanmin(mean) - 1 if not np.isnan(mean).all() else 0.0
    return rankdata(-np.where(np.isnan(mean), worst, mean), method="min").astype(np.int32)


def _parameters(params: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A masked array for each parameter, in the order of their first use; masked where a candidate lacks it."""
    names = dict.fromkeys(name for one in params for name in one)
    return {
        f"param_{name}": _masked([one.get(name) for one in params], [name not in one for one in params])
        for name in names
    }


def _masked(values: Sequence[Any], mask: Sequence[bool]) -> Any:
    """Numbers and truth values as such, anything else as objects."""
    array: Any = np.ma.MaskedArray(np.empty(len(values), dtype=_dtype(values, mask)), mask=True)
    for i, (value, masked) in enumerate(zip(values, mask, strict=True)):
        if not masked:
            array[i] = value
    return array


def _dtype(values: Sequence[Any], mask: Sequence[bool]) -> np.dtype[Any]:
    seen = [value for value, masked in zip(values, mask, strict=True) if not masked]
    try:
        array = np.array(seen)
    except ValueError:  # sequences of different lengths
        return np.dtype(object)
    return array.dtype if array.ndim == 1 and array.dtype.kind in "biufc" else np.dtype(object)
