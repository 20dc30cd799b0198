"""skorch."""

from __future__ import annotations

from pathlib import Path

from hpo import integrations
from hpo.trial import FixedTrial, Trial
from tests.integrations.laws import EPOCHS, Fit, MetricLaws, X, Y
from tests.integrations.libraries import library

torch, skorch = library("torch"), library("skorch")


class TestSkorch(MetricLaws):
    def fit(self, trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None) -> Fit:
        torch.manual_seed(0)
        pruning = None if trial is None else integrations.SkorchPruningCallback(trial, monitor or "valid_loss")
        net = skorch.NeuralNetRegressor(
            torch.nn.Linear, module__in_features=4, module__out_features=1, lr=rate, optimizer__momentum=0.2, verbose=0,
            callbacks=[] if pruning is None else [pruning],
        )  # fmt: skip
        if pruning is None:
            net.fit(X, Y, epochs=EPOCHS)
        else:
            pruning.restore(net)
            net.partial_fit(X, Y, epochs=EPOCHS - len(net.history))
        weights = [weight.detach().numpy() for weight in net.module_.parameters()]
        return Fit(net.history[:, "valid_loss"], weights, len(net.history))
