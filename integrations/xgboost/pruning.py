"""Reports from XGBoost's boosting rounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, final

from xgboost import Booster
from xgboost.callback import TrainingCallback

from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.metrics import metric
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["XGBoostPruningCallback"]

_MODEL = "xgboost.ubj"


@final
class XGBoostPruningCallback(TrainingCallback):
    """Reports a metric after each round of `xgb.train`, `xgb.cv` and the scikit-learn estimators, and stops the trial.

    Early stopping may stand beside it. Nothing of the training changes.

    Args:
        trial: The objective's.
        observation_key: Data set and metric, such as "validation-auc" for `evals=[(valid, "validation")]`; it is
            "test-auc" with `xgb.cv` and "validation_0-auc" with estimators. The mean over the folds is reported.

    Attributes:
        checkpoint: The model that a paused trial has saved, for `xgb_model=`; None for a new trial. A paused
            cross-validation saves nothing and begins anew.

    Raises:
        ValueError: If there is no such metric.

    Example:
        >>> def objective(trial):
        ...     params = {"eval_metric": "auc", "max_depth": trial.suggest_int("max_depth", 2, 12)}
        ...     pruning, results = XGBoostPruningCallback(trial, "validation-auc"), {}
        ...     evals = [(valid, "validation")]
        ...     xgb.train(params, train, 300, evals=evals, evals_result=results, callbacks=[pruning])
        ...     return results["validation"]["auc"][-1]

        with a pruner that lets trials wait:

        ...     xgb.train(params, train, 300 - trial.resume_step, xgb_model=pruning.checkpoint, callbacks=[pruning], …)
    """

    def __init__(self, trial: Trial | FixedTrial, observation_key: str) -> None:
        super().__init__()
        self.checkpoint: Path | None = checkpoint_of(trial, _MODEL)
        self._trial = trial
        self._key = observation_key
        self._first = 0
        self._model: Any = None
        self._report = Reporter(trial, save=self._save)

    def before_training(self, model: Any) -> Any:
        """Look whether the model is the one that the trial saved: XGBoost counts its rounds from 0 again."""
        done = model.num_boosted_rounds() if isinstance(model, Booster) else 0
        self._first = self._trial.resume_step if done >= self._trial.resume_step else 0
        return model

    def after_iteration(self, model: Any, epoch: int, evals_log: dict[str, dict[str, list[Any]]]) -> bool:
        """Report the round; XGBoost calls it."""
        latest = {f"{data}-{name}": values[-1] for data, named in evals_log.items() for name, values in named.items()}
        value = metric(self._key, latest, "Name data sets by evals=, and metrics by params['eval_metric'].")
        self._model = model
        self._report(value[0] if isinstance(value, tuple) else value, self._first + epoch)
        return False

    def _save(self, folder: Path) -> None:
        if isinstance(self._model, Booster):
            self._model.save_model(folder / _MODEL)
