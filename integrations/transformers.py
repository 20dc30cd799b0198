"""Reports from the evaluations of Hugging Face's Trainer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from transformers import TrainerCallback

from hpo.exceptions import TrialPaused
from hpo.integrations.metrics import metric
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["TransformersPruningCallback"]


@final
class TransformersPruningCallback(TrainerCallback):
    """Reports a metric after each evaluation of a `Trainer`, at the number of optimizer steps, and stops the trial.

    It takes the place of `Trainer.hyperparameter_search`, which knows a fixed list of backends: the objective makes the
    trainer, and so may choose models, data and arguments as it likes. Nothing of the training changes.

    Args:
        trial: The objective's.
        monitor: What the trainer calls the metric: "eval_loss", or `eval_` and a name that `compute_metrics` gives.

    Raises:
        ValueError: If there is no such metric.

    Example:
        >>> def objective(trial):
        ...     rate = trial.suggest_float("lr", 1e-6, 1e-3, log=True)
        ...     arguments = TrainingArguments(str(trial.checkpoint_dir), eval_strategy="epoch", learning_rate=rate)
        ...     pruning = TransformersPruningCallback(trial, "eval_loss")
        ...     trainer = Trainer(model, arguments, train_dataset=train, eval_dataset=valid, callbacks=[pruning])
        ...     trainer.train()
        ...     return trainer.evaluate()["eval_loss"]

        With a pruner that lets trials wait, the trainer saves a checkpoint of its own into its output directory, and
        goes on from there by

        ...     trainer.train(resume_from_checkpoint=trial.resume_step > 0)
    """

    def __init__(self, trial: Trial | FixedTrial, monitor: str = "eval_loss") -> None:
        self._monitor = monitor
        self._report = Reporter(trial)
        self._ended = False
        self._pause: TrialPaused | None = None

    def on_evaluate(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Report the evaluation; the trainer calls it."""
        if self._ended:
            return
        metrics: Mapping[str, Any] = rest["metrics"]
        remedy = "Give the trainer compute_metrics=; names begin with 'eval_'."
        value = metric(self._monitor, metrics, remedy)
        try:
            self._report(value, state.global_step)
        except TrialPaused as pause:
            self._pause = pause
            control.should_save = True

    def on_save(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """End the trial when the trainer has saved what it needs to go on; the trainer calls it."""
        if self._pause is not None:
            raise self._pause

    def on_train_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Take no evaluation after the training for one within; the trainer calls it."""
        self._ended = True
