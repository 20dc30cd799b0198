"""Reports from the epochs of PyTorch Lightning, in one process or in several."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, final

import torch
from lightning.pytorch.callbacks import Callback

from hpo.exceptions import TrialPaused, TrialPruned
from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.metrics import metric
from hpo.integrations.reporter import Reporter
from hpo.protocols import is_private
from hpo.study import Study
from hpo.trial import FixedTrial, Trial

__all__ = ["LightningPruningCallback", "PyTorchLightningPruningCallback"]

_MODEL = "lightning.ckpt"
_GO_ON, _PRUNED, _PAUSED = 0, 1, 2


@final
class LightningPruningCallback(Callback):
    """Reports a metric after each validation of a `lightning.pytorch.Trainer`, and stops the trial.

    Steps are epochs, from 0; of several validations in an epoch the first one counts.
    With several processes the first one reports and decides, and all end the training together. Then the study needs a
    storage that processes share, such as `sqlite:///study.db`, and the trainer `strategy="ddp_spawn"` or `"ddp_fork"`,
    which start processes for a training and not for the program. Nothing of the training changes.

    Args:
        trial: The objective's.
        monitor: What the module calls the metric in `self.log`, such as "val_loss". With DDP log it with
            `sync_dist=True` where it should be that of all processes.

    Attributes:
        checkpoint: What a paused trial has saved, for `trainer.fit(…, ckpt_path=pruning.checkpoint)`; None for a new
            trial.

    Raises:
        ValueError: If there is no such metric.

    Example:
        >>> def objective(trial):
        ...     pruning = LightningPruningCallback(trial, "val_loss")
        ...     trainer = lightning.Trainer(max_epochs=30, callbacks=[pruning])
        ...     trainer.fit(Module(trial), train, valid, ckpt_path=pruning.checkpoint)
        ...     pruning.check_pruned()  # does something with several processes only
        ...     return trainer.callback_metrics["val_loss"].item()
    """

    def __init__(self, trial: Trial | FixedTrial, monitor: str) -> None:
        super().__init__()
        self.checkpoint: Path | None = checkpoint_of(trial, _MODEL)
        self._trial = trial
        self._monitor = monitor
        self._report = Reporter(trial)
        self._process = os.getpid()
        self._end = torch.zeros((), dtype=torch.int8).share_memory_()  # is seen by the process that began the others

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """See whether the processes share the trial; Lightning calls it, in each process."""
        if trainer.world_size == 1 or not isinstance(self._trial, Trial):
            return
        if self._process == os.getpid():
            raise ValueError(
                "Each process runs the whole program, and so has a trial of its own. Train with strategy='ddp_spawn' "
                "or 'ddp_fork', which start processes for one training; or, with torchrun, share the trial by "
                "TorchDistributedTrial and report to it without this callback."
            )
        study = self._trial.study
        if isinstance(study, Study) and is_private(study.storage):
            raise ValueError(
                "Training in several processes needs a storage that processes share, such as "
                "create_study(storage='sqlite:///study.db'); this study is in the memory of one."
            )

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Report the epoch; Lightning calls it, in each process."""
        if trainer.sanity_checking or self._end != _GO_ON:
            return
        remedy = "Log it with self.log(name, value) in the module's validation_step."
        value = metric(self._monitor, trainer.callback_metrics, remedy)
        first = trainer.is_global_zero
        end = self._ask(value, trainer.current_epoch) if first else _GO_ON
        end, folder = trainer.strategy.broadcast((end, str(self._trial.checkpoint_dir) if end == _PAUSED else ""))
        if end == _GO_ON:
            return
        if end == _PAUSED:
            trainer.save_checkpoint(Path(folder) / _MODEL)  # together, as the state may be divided between processes
        self._end.fill_(end)
        trainer.should_stop = True
        if trainer.world_size == 1:
            self.check_pruned()

    def check_pruned(self) -> None:
        """Raise what ended the training; call it after `fit` if there are several processes.

        Raises:
            TrialPruned, TrialPaused: As the pruner said.
        """
        if self._end == _PRUNED:
            raise TrialPruned
        if self._end == _PAUSED:
            raise TrialPaused

    def _ask(self, value: Any, step: int) -> int:
        try:
            self._report(value, step)
        except TrialPruned:
            return _PRUNED
        except TrialPaused:
            return _PAUSED
        return _GO_ON


PyTorchLightningPruningCallback = LightningPruningCallback
"""Optuna's name for it."""
