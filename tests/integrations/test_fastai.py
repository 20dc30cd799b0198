"""fastai."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hpo import integrations
from hpo.trial import FixedTrial, Trial
from tests.integrations.laws import EPOCHS, Fit, MetricLaws, X, Y
from tests.integrations.libraries import library
from tests.integrations.studies import run_one

torch, learner, schedule = library("torch"), library("fastai.learner"), library("fastai.callback.schedule")
core, optimizer = library("fastai.data.core"), library("fastai.optimizer")
pytestmark = pytest.mark.filterwarnings("ignore:.*(deprecated|pin_memory)")


def linear(folder: Path, **options: Any) -> Any:
    torch.manual_seed(0)
    data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    batches = torch.utils.data.DataLoader(data, batch_size=64)
    return learner.Learner(
        core.DataLoaders(batches, batches, device="cpu"), torch.nn.Linear(4, 1), torch.nn.MSELoss(),
        opt_func=optimizer.SGD, path=folder, moms=None, **options,
    )  # fmt: skip


class TestFastai(MetricLaws):
    missing = "no metric 'nonsense', only 'train_loss', 'valid_loss'.*Give the learner metrics="

    def fit(self, trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None) -> Fit:
        pruning = None if trial is None else integrations.FastAIPruningCallback(trial, monitor or "valid_loss")
        model, first = linear(folder), 0
        callbacks = [] if pruning is None else [pruning]
        if trial is not None and pruning is not None and pruning.checkpoint:
            model.load(pruning.checkpoint.with_suffix(""))
            first = trial.resume_step
        with model.no_bar(), model.no_logging():
            model.fit(EPOCHS, rate, start_epoch=first, cbs=callbacks)
        losses = [values[-1] for values in model.recorder.values if values]
        weights = [weight.detach().numpy() for weight in model.model.parameters()]
        return Fit(losses, weights, model.epoch + 1)


def test_looking_for_a_learning_rate_is_not_reported(tmp_path: Path) -> None:
    def objective(trial: Trial) -> float:
        model = linear(tmp_path, cbs=[integrations.FastAIPruningCallback(trial)])
        with model.no_bar(), model.no_logging():
            model.lr_find(num_it=5, show_plot=False)
            assert not trial.study.trials[0].intermediate_values
            model.fit(2)
        return 0.0

    assert list(run_one(objective).intermediate_values) == [0, 1]
    assert integrations.FastAIV2PruningCallback is integrations.FastAIPruningCallback
