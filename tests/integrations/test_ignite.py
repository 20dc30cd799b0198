"""PyTorch Ignite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hpo import integrations
from hpo.trial import FixedTrial, Trial
from tests.integrations.laws import EPOCHS, Fit, MetricLaws, X, Y
from tests.integrations.libraries import library

torch, engine, metrics = library("torch"), library("ignite.engine"), library("ignite.metrics")
handlers = library("ignite.handlers")


class TestIgnite(MetricLaws):
    missing = "no metric 'nonsense', only 'loss'.*Attach it to the evaluator"

    def fit(self, trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None) -> Fit:
        torch.manual_seed(0)
        model, loss = torch.nn.Linear(4, 1), torch.nn.MSELoss()
        optimizer = torch.optim.SGD(model.parameters(), rate, momentum=0.2)
        trainer = engine.create_supervised_trainer(model, optimizer, loss)
        evaluator = engine.create_supervised_evaluator(model, {"loss": metrics.Loss(loss)})
        losses: list[float] = []
        done = engine.Events.COMPLETED
        evaluator.add_event_handler(done, lambda: losses.append(evaluator.state.metrics["loss"]))
        if trial is not None:
            everything = {"model": model, "optimizer": optimizer, "trainer": trainer}
            handler = integrations.PyTorchIgnitePruningHandler(trial, monitor or "loss", trainer, to_save=everything)
            evaluator.add_event_handler(done, handler)
            if handler.checkpoint:
                handlers.Checkpoint.load_objects(everything, handler.checkpoint)
        data: list[Any] = [(torch.from_numpy(X), torch.from_numpy(Y))]
        trainer.add_event_handler(engine.Events.EPOCH_COMPLETED, lambda: evaluator.run(data))
        trainer.run(data, max_epochs=EPOCHS)
        return Fit(losses, [weight.detach().numpy() for weight in model.parameters()], trainer.state.epoch)
