"""What one fold gave, and how a trial keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from hpo.arrays import JSON

__all__ = ["FOLDS", "FoldScores", "by_metric", "from_attribute", "to_attribute"]

FOLDS = "folds"
"""The attribute of a trial that holds the scores of its folds."""


@final
@dataclass(frozen=True)
class FoldScores:
    """What came of fitting and scoring on one fold.

    Args:
        test: By metric, on what was left out.
        train: By metric, on what was learned from; empty unless asked for.
        fit_time, score_time: Seconds.
        error: The traceback, if the estimator could not be fitted; empty otherwise.
    """

    test: Mapping[str, float]
    train: Mapping[str, float]
    fit_time: float
    score_time: float
    error: str = ""

    def on_test(self, metric: str) -> float:
        """A score on what was left out."""
        return self._of(self.test, metric)

    def on_train(self, metric: str) -> float:
        """A score on what was learned from; NaN if none was asked for when the fold was scored."""
        return self._of(self.train, metric) if self.train else math.nan

    def _of(self, scores: Mapping[str, float], metric: str) -> float:
        """One of some scores; a function as scoring cannot say what the metrics of a fold that failed would be."""
        return scores.get(metric, scores.get("score", math.nan)) if self.error else scores[metric]

    @classmethod
    def of_result(cls, result: Mapping[str, Any]) -> FoldScores:
        """What scikit-learn found for a fold."""
        return cls(
            by_metric(result["test_scores"]),
            by_metric(result.get("train_scores", {})),
            float(result["fit_time"]),
            float(result["score_time"]),
            result["fit_error"] or "",
        )


def by_metric(scores: Any) -> dict[str, float]:
    """Scores by metric; one alone is called "score", as scikit-learn does."""
    named = scores if isinstance(scores, Mapping) else {"score": scores}
    return {str(name): float(score) for name, score in named.items()}


def to_attribute(folds: Sequence[FoldScores]) -> JSON:
    """The scores of a trial's folds, as columns that any storage can hold."""
    columns: dict[str, Any] = {
        "test": {name: [fold.on_test(name) for fold in folds] for name in _names([fold.test for fold in folds])},
        "train": {name: [fold.on_train(name) for fold in folds] for name in _names([fold.train for fold in folds])},
        "fit_time": [fold.fit_time for fold in folds],
        "score_time": [fold.score_time for fold in folds],
        "errors": {str(i): fold.error for i, fold in enumerate(folds) if fold.error},
    }
    return columns


def from_attribute(columns: Any) -> list[FoldScores]:
    """The scores that `to_attribute` was given; none of None."""
    if columns is None:
        return []
    return [
        FoldScores(
            {name: column[i] for name, column in columns["test"].items()},
            {name: column[i] for name, column in columns["train"].items()},
            columns["fit_time"][i],
            columns["score_time"][i],
            columns["errors"].get(str(i), ""),
        )
        for i in range(len(columns["fit_time"]))
    ]


def _names(scores: Sequence[Mapping[str, float]]) -> list[str]:
    """The metrics of all folds; "score" only where nothing else is known."""
    names = list(dict.fromkeys(name for one in scores for name in one))
    return [name for name in names if name != "score"] or names
