"""Hugging Face's Trainer, with a tiny model that is made here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hpo import integrations
from hpo.trial import FixedTrial, Trial
from tests.integrations.laws import EPOCHS, Fit, MetricLaws, X, Y
from tests.integrations.libraries import library

torch, transformers = library("torch"), library("transformers")
Module: Any = torch.nn.Module
library("accelerate")
pytestmark = pytest.mark.filterwarnings("ignore:.*(pin_memory|deprecated)")


class Linear(Module):
    """A linear model with the loss that the Trainer asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
        torch.nn.init.zeros_(self.layer.weight)
        torch.nn.init.zeros_(self.layer.bias)

    def forward(self, x: Any, labels: Any) -> dict[str, Any]:
        y = self.layer(x)
        return {"loss": torch.nn.functional.mse_loss(y, labels), "logits": y}


@pytest.fixture(autouse=True)
def _checkpoints_lie_in_the_tests_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HPO_CHECKPOINTS", str(tmp_path / "checkpoints"))


class TestTransformers(MetricLaws):
    steps_per_epoch = 2
    missing = "no metric 'nonsense', only 'eval_loss'.*names begin with 'eval_'"

    def fit(self, trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None) -> Fit:
        data = [{"x": x, "labels": y} for x, y in zip(X, Y, strict=True)]
        arguments = transformers.TrainingArguments(
            str(folder if trial is None else trial.checkpoint_dir), num_train_epochs=EPOCHS, learning_rate=rate,
            eval_strategy="epoch", save_strategy="no", per_device_train_batch_size=32, per_device_eval_batch_size=64,
            report_to=[], disable_tqdm=True, use_cpu=True, seed=0, optim="sgd", lr_scheduler_type="constant",
            logging_strategy="no",
        )  # fmt: skip
        callbacks = [] if trial is None else [integrations.TransformersPruningCallback(trial, monitor or "eval_loss")]
        trainer = transformers.Trainer(Linear(), arguments, train_dataset=data, eval_dataset=data, callbacks=callbacks)
        first = trial is not None and trial.resume_step > 0
        trainer.train(resume_from_checkpoint=first)
        losses = [entry["eval_loss"] for entry in trainer.state.log_history if "eval_loss" in entry]
        weights = [weight.detach().numpy() for weight in trainer.model.parameters()]
        assert trainer.evaluate()["eval_loss"] == losses[-1]
        return Fit(losses, weights, round(trainer.state.epoch))
