"""Reports from the epochs of skorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, final

from skorch.callbacks import Callback

from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.metrics import metric
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["SkorchPruningCallback"]

_FOLDER = "skorch"


@final
class SkorchPruningCallback(Callback):
    """Reports a metric after each epoch of a `NeuralNet`, and stops the trial.

    Nothing of the training changes.

    Args:
        trial: The objective's.
        monitor: What the net's history calls the metric, such as "valid_loss" or "valid_acc".

    Attributes:
        checkpoint: The folder in which a paused trial has saved the net; None for a new trial. `restore` reads it.

    Raises:
        ValueError: If there is no such metric.

    Example:
        >>> def objective(trial):
        ...     pruning = SkorchPruningCallback(trial, "valid_loss")
        ...     net = NeuralNetClassifier(Module, lr=trial.suggest_float("lr", 1e-4, 1, log=True), callbacks=[pruning])
        ...     net.fit(x, y, epochs=30)
        ...     return net.history[-1, "valid_loss"]

        with a pruner that lets trials wait:

        ...     pruning.restore(net)
        ...     net.partial_fit(x, y, epochs=30 - len(net.history))
    """

    def __init__(self, trial: Trial | FixedTrial, monitor: str) -> None:
        super().__init__()
        self.checkpoint: Path | None = checkpoint_of(trial, _FOLDER)
        self._monitor = monitor
        self._trial = trial

    def on_epoch_end(self, net: Any, **rest: Any) -> None:
        """Report the epoch; skorch calls it."""
        report = Reporter(self._trial, save=lambda folder: _save(net, folder / _FOLDER))
        report(metric(self._monitor, net.history[-1]), len(net.history) - 1)

    def restore(self, net: Any) -> None:
        """Initialise a net, and load what a paused trial has saved: weights, the optimizer's state and the history."""
        net.initialize()
        if self.checkpoint is not None:
            net.load_params(**_files(self.checkpoint))


def _save(net: Any, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    net.save_params(**_files(folder))


def _files(folder: Path) -> dict[str, str]:
    names = {"f_params": "weights.pt", "f_optimizer": "optimizer.pt", "f_history": "history.json"}
    return {argument: str(folder / name) for argument, name in names.items()}
