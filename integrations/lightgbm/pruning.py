"""Reports from LightGBM's boosting rounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, final

from lightgbm import CVBooster

from hpo.events import StudyDirection
from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.metrics import metric as metric_named
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["LightGBMPruningCallback"]

_MODEL = "lightgbm.txt"


@final
class LightGBMPruningCallback:
    """Reports a metric after each round of `lgb.train`, `lgb.cv` and the scikit-learn estimators, and stops the trial.

    Early stopping may stand beside it, in any order. Nothing of the training changes.

    Args:
        trial: The objective's.
        metric: What LightGBM calls it, such as "auc" or "binary_logloss".
        valid_name: The data set: a name in `valid_names`, by default "valid_0"; with `lgb.cv` it is "valid", which is
            taken by itself.
        report_interval: Rounds from one report to the next, ≥ 1.

    Attributes:
        checkpoint: The model that a paused trial has saved, for `init_model=`; None for a new trial. A paused
            cross-validation saves nothing and begins anew.

    Raises:
        ValueError: If there is no such metric, or it is maximised while the study minimises, or the other way round.

    Example:
        >>> def objective(trial):
        ...     params = {"objective": "binary", "metric": "auc", "num_leaves": trial.suggest_int("num_leaves", 4, 256)}
        ...     pruning = LightGBMPruningCallback(trial, "auc")
        ...     model = lgb.train(params, train, 300, valid_sets=[valid], callbacks=[pruning])
        ...     return model.best_score["valid_0"]["auc"]
        >>> study = hpo.create_study(direction="maximize", pruner=hpo.pruners.SuccessiveHalvingPruner())

        with a pruner that lets trials wait:

        ...     pruning = LightGBMPruningCallback(trial, "auc")
        ...     lgb.train(params, train, 300 - trial.resume_step, init_model=pruning.checkpoint, callbacks=[pruning], …)
    """

    def __init__(
        self, trial: Trial | FixedTrial, metric: str, valid_name: str = "valid_0", report_interval: int = 1
    ) -> None:
        if report_interval < 1:
            raise ValueError(f"report_interval must be ≥ 1, got {report_interval!r}.")
        self.checkpoint: Path | None = checkpoint_of(trial, _MODEL)
        self._trial = trial
        self._metric = metric
        self._valid_name = valid_name
        self._interval = report_interval
        self._model: Any = None
        self._report = Reporter(trial, save=self._save)

    def __call__(self, env: Any) -> None:
        """Report the round; LightGBM calls it."""
        if (env.iteration + 1) % self._interval:
            return
        results = env.evaluation_result_list or ()
        by_name = {f"{result[0]} {result[1]}".removeprefix("cv_agg "): result for result in results}
        name = "valid" if isinstance(env.model, CVBooster) and self._valid_name == "valid_0" else self._valid_name
        remedy = "Name data sets by valid_sets= and valid_names=, and metrics by params['metric']."
        result = metric_named(f"{name} {self._metric}", by_name, remedy)
        self._check_direction(maximised=result[3])
        self._model = env.model
        self._report(result[2], env.iteration)

    def _check_direction(self, *, maximised: bool) -> None:
        if not isinstance(self._trial, Trial) or len(self._trial.study.directions) > 1:
            return
        direction = self._trial.study.direction
        if maximised == (direction is StudyDirection.MAXIMIZE):
            return
        wanted = "maximize" if maximised else "minimize"
        raise ValueError(
            f"LightGBM's metric {self._metric!r} is one to {wanted}, and the study is to {direction.name.lower()}: the "
            f"pruner would stop the best trials. Say create_study(direction={wanted!r}), or report another metric."
        )

    def _save(self, folder: Path) -> None:
        if not isinstance(self._model, CVBooster):
            self._model.save_model(folder / _MODEL, num_iteration=-1)
