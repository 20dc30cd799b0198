"""Reports from the epochs of Keras, and the `hp` of Keras Tuner."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

from keras.callbacks import Callback

from hpo.integrations import hyperparameters
from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.metrics import metric
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["HyperParameters", "KerasPruningCallback", "TFKerasPruningCallback"]

_MODEL = "model.keras"


@final
class KerasPruningCallback(Callback):
    """Reports a metric after each epoch of a Keras 3 model, and stops the trial.

    It works with each backend, with `tf.keras` since TensorFlow 2.16, and beside `EarlyStopping`, `ReduceLROnPlateau`,
    `ModelCheckpoint` and others. Nothing of the training changes. What Keras does at the end of a training, such as
    restoring the best weights, it does not do for a trial that was stopped.

    Args:
        trial: The objective's.
        monitor: What Keras calls the metric, such as "val_accuracy" or "val_loss".
        interval: Epochs from one report to the next, ≥ 1; with 5 epochs 4, 9, … are reported, counted from 0.

    Attributes:
        checkpoint: The model that a paused trial has saved, with its optimizer's state; None for a new trial.

    Raises:
        ValueError: If there is no such metric.

    Example:
        >>> def objective(trial):
        ...     model = build(trial)
        ...     pruning = KerasPruningCallback(trial, "val_loss")
        ...     history = model.fit(x, y, epochs=30, validation_data=valid, callbacks=[pruning])
        ...     return history.history["val_loss"][-1]

        with a pruner that lets trials wait:

        ...     pruning = KerasPruningCallback(trial, "val_loss")
        ...     model = keras.saving.load_model(pruning.checkpoint) if pruning.checkpoint else build(trial)
        ...     first = trial.resume_step if pruning.checkpoint else 0
        ...     model.fit(x, y, epochs=30, initial_epoch=first, validation_data=valid, callbacks=[pruning])
    """

    def __init__(self, trial: Trial | FixedTrial, monitor: str, interval: int = 1) -> None:
        if interval < 1:
            raise ValueError(f"interval must be ≥ 1, got {interval!r}.")
        super().__init__()
        self.checkpoint: Path | None = checkpoint_of(trial, _MODEL)
        self._monitor = monitor
        self._interval = interval
        self._report = Reporter(trial, save=self._save)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Report the epoch; Keras calls it."""
        if (epoch + 1) % self._interval:
            return
        remedy = "Name metrics in compile(metrics=[…]), and give fit validation_data= for those that begin with 'val_'."
        self._report(metric(self._monitor, logs or {}, remedy), epoch)

    def _save(self, folder: Path) -> None:
        self.model.save(folder / _MODEL)


TFKerasPruningCallback = KerasPruningCallback
"""Optuna's name for it with `tf.keras`, which is Keras 3."""

HyperParameters = hyperparameters.HyperParameters
"""Keras Tuner's `hp`, which asks a trial."""
