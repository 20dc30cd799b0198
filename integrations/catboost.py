"""Reports from CatBoost's boosting rounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, final

from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.metrics import metric as metric_named
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["CatBoostPruningCallback"]

_MODEL = "catboost.cbm"


@final
class CatBoostPruningCallback:
    """Reports a metric after each round of CatBoost, and ends the training of a trial that is to stop.

    CatBoost lets no exception through, so call `check_pruned` after `fit`. Nothing of the training changes.

    Args:
        trial: The objective's.
        metric: What CatBoost calls it, such as "Logloss" or "AUC".
        eval_set_index: Which of several evaluation sets, from 0; with a single one it may be left out.

    Attributes:
        checkpoint: The model that a paused trial has saved, for `init_model=`; None for a new trial.

    Raises:
        ValueError: From `check_pruned`, if there is no such metric.

    Example:
        >>> def objective(trial):
        ...     model = CatBoostClassifier(iterations=300, depth=trial.suggest_int("depth", 2, 10), eval_metric="AUC")
        ...     pruning = CatBoostPruningCallback(trial, "AUC")
        ...     model.fit(x, y, eval_set=(x_valid, y_valid), callbacks=[pruning])
        ...     pruning.check_pruned()
        ...     return model.best_score_["validation"]["AUC"]

        with a pruner that lets trials wait, hand the model over, and go on with it:

        ...     model = CatBoostClassifier(iterations=300 - trial.resume_step, …)
        ...     model.fit(x, y, init_model=pruning.checkpoint and str(pruning.checkpoint), callbacks=[pruning], …)
        ...     pruning.check_pruned(model)
    """

    def __init__(self, trial: Trial | FixedTrial, metric: str, eval_set_index: int | None = None) -> None:
        self.checkpoint: Path | None = checkpoint_of(trial, _MODEL)
        self._metric = metric
        self._data = "validation" if eval_set_index is None else f"validation_{eval_set_index}"
        self._first = trial.resume_step if self.checkpoint else 0
        self._report = Reporter(trial, save=self._save)
        self._paused_in: Path | None = None
        self._end: Exception | None = None

    def after_iteration(self, info: Any) -> bool:
        """Report the round, and say whether to go on; CatBoost calls it."""
        latest = {
            f"{data} {name}": values[-1] for data, named in info.metrics.items() for name, values in named.items()
        }
        try:
            remedy = "Give eval_set= to fit, and name metrics by eval_metric= or custom_metric=."
            value = metric_named(f"{self._data} {self._metric}", latest, remedy)
            self._report(value, self._first + info.iteration - 1)
        except Exception as end:  # whatever it is, CatBoost would make an error of its own of it
            self._end = end
        return self._end is None

    def check_pruned(self, model: Any = None) -> None:
        """Raise what ended the training, if something did.

        Args:
            model: What was fitted, to be saved if the trial waits for its promotion; without it the trial begins anew.

        Raises:
            TrialPruned, TrialPaused: As the pruner said.
            ValueError: If there is no such metric.
        """
        if self._paused_in is not None and model is not None:
            model.save_model(str(self._paused_in / _MODEL))
        if self._end is not None:
            raise self._end

    def _save(self, folder: Path) -> None:
        """Remember where to; the model is there only after the training."""
        self._paused_in = folder
