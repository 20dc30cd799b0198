"""Reports from the epochs of fastai."""

from __future__ import annotations

from pathlib import Path
from typing import final

from fastai.callback.core import Callback

from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.metrics import metric
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["FastAIPruningCallback", "FastAIV2PruningCallback"]

_MODEL = "fastai.pth"


@final
class FastAIPruningCallback(Callback):
    """Reports a metric after each epoch of a `Learner`, and stops the trial.

    Nothing of the training changes; looking for a learning rate (`lr_find`) is not reported.

    Args:
        trial: The objective's.
        monitor: What the learner's recorder calls the metric, such as "valid_loss" or "accuracy".

    Attributes:
        checkpoint: What a paused trial has saved, model and optimizer; None for a new trial.

    Raises:
        ValueError: If there is no such metric.

    Example:
        >>> def objective(trial):
        ...     learner = Learner(data, model, metrics=accuracy, cbs=[FastAIPruningCallback(trial, "accuracy")])
        ...     learner.fit(30, lr=trial.suggest_float("lr", 1e-5, 1e-1, log=True))
        ...     return learner.recorder.values[-1][-1]

        with a pruner that lets trials wait:

        ...     pruning = FastAIPruningCallback(trial, "accuracy")
        ...     if pruning.checkpoint:
        ...         learner.load(pruning.checkpoint.with_suffix(""))
        ...     learner.fit(30, start_epoch=trial.resume_step if pruning.checkpoint else 0, cbs=[pruning])
    """

    order = 60  # after the recorder
    _only_train_loop = True

    def __init__(self, trial: Trial | FixedTrial, monitor: str = "valid_loss") -> None:
        super().__init__()
        self.checkpoint: Path | None = checkpoint_of(trial, _MODEL)
        self._monitor = monitor
        self._report = Reporter(trial, save=self._save)

    def before_fit(self) -> None:
        """Stand aside while a learning rate is looked for; fastai calls it."""
        self.run = "lr_finder" not in vars(self.learn)

    def after_epoch(self) -> None:
        """Report the epoch; fastai calls it."""
        recorder = self.learn.recorder
        if not recorder.values[-1]:
            return  # start_epoch= passes over it
        latest = dict(zip(recorder.metric_names[1:], recorder.values[-1], strict=False))
        self._report(metric(self._monitor, latest, "Give the learner metrics=."), self.learn.epoch)

    def _save(self, folder: Path) -> None:
        self.learn.save((folder / _MODEL).with_suffix(""))


FastAIV2PruningCallback = FastAIPruningCallback
"""Another name of Optuna's for it."""
