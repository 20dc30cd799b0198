"""Reports from the epochs of PyTorch Ignite."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import torch

from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.metrics import metric as metric_named
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["PyTorchIgnitePruningHandler"]

_MODEL = "ignite.pt"


@final
class PyTorchIgnitePruningHandler:
    """Reports a metric when an evaluator of Ignite has finished, at the trainer's epoch from 0, and stops the trial.

    Args:
        trial: The objective's.
        metric: What the evaluator calls it.
        trainer: The engine whose epochs count.
        to_save: What a paused trial saves, as for Ignite's `Checkpoint`: objects with `state_dict`, by name.

    Attributes:
        checkpoint: The file of a paused trial, for `Checkpoint.load_objects`; None for a new trial.

    Raises:
        ValueError: If there is no such metric.

    Example:
        >>> def objective(trial):
        ...     trainer = create_supervised_trainer(model, optimizer, loss)
        ...     evaluator = create_supervised_evaluator(model, {"loss": Loss(loss)})
        ...     handler = PyTorchIgnitePruningHandler(trial, "loss", trainer)
        ...     evaluator.add_event_handler(Events.COMPLETED, handler)
        ...     trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda: evaluator.run(valid))
        ...     trainer.run(train, max_epochs=30)
        ...     return evaluator.state.metrics["loss"]

        with a pruner that lets trials wait:

        ...     everything = {"model": model, "optimizer": optimizer, "trainer": trainer}
        ...     handler = PyTorchIgnitePruningHandler(trial, "loss", trainer, to_save=everything)
        ...     if handler.checkpoint:
        ...         Checkpoint.load_objects(everything, handler.checkpoint)
    """

    def __init__(
        self, trial: Trial | FixedTrial, metric: str, trainer: Any, *, to_save: Mapping[str, Any] | None = None
    ) -> None:
        self.checkpoint: Path | None = checkpoint_of(trial, _MODEL)
        self._metric = metric
        self._trainer = trainer
        self._to_save = to_save
        self._report = Reporter(trial, save=self._save)

    def __call__(self, engine: Any) -> None:
        """Report the epoch; Ignite calls it."""
        remedy = "Attach it to the evaluator, and this handler to the evaluator's Events.COMPLETED."
        self._report(metric_named(self._metric, engine.state.metrics, remedy), self._trainer.state.epoch - 1)

    def _save(self, folder: Path) -> None:
        if self._to_save is not None:
            torch.save({name: one.state_dict() for name, one in self._to_save.items()}, folder / _MODEL)
