"""PyTorch Lightning, in one process and in two."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo import integrations
from hpo.pruners import SuccessiveHalvingPruner, ThresholdPruner
from hpo.samplers import RandomSampler
from hpo.trial import FixedTrial, Trial, TrialState
from tests.integrations.laws import EPOCHS, Fit, MetricLaws, X, Y
from tests.integrations.libraries import library
from tests.integrations.studies import untouched

lightning = library("lightning")
Callback: Any = lightning.Callback
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*(does not have many workers|fork|GPU|smaller than the logging|exists and is not empty|deprecated)"
)

QUIET = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}


class Record(Callback):
    """Lightning's own values, written to a file, as processes share nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if trainer.is_global_zero and not trainer.sanity_checking:
            with self.path.open("a") as file:
                file.write(f"{trainer.callback_metrics['val_loss'].item()!r}\n")

    def losses(self) -> list[float]:
        return [float(line) for line in self.path.read_text().splitlines()]


def fit(
    trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None, **options: Any
) -> Fit:
    from tests.integrations.modules import Linear, loader

    folder.mkdir(parents=True, exist_ok=True)
    pruning = None if trial is None else integrations.LightningPruningCallback(trial, monitor or "val_loss")
    record = Record(folder / f"losses-{0 if trial is None else trial.resume_step}")
    callbacks = [record, *([pruning] if pruning else [])]
    trainer = lightning.Trainer(
        max_epochs=EPOCHS, accelerator="cpu", callbacks=callbacks, default_root_dir=folder, **QUIET, **options
    )
    model, checkpoint = Linear(rate), pruning.checkpoint if pruning else None
    trainer.fit(model, loader(X, Y), loader(X, Y), ckpt_path=checkpoint, weights_only=False)
    if pruning:
        pruning.check_pruned()
    weights = [weight.detach().numpy() for weight in model.parameters()]
    return Fit(record.losses(), weights, trainer.current_epoch)


class TestLightning(MetricLaws):
    def fit(self, trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None) -> Fit:
        return fit(trial, rate, folder, monitor=monitor, devices=1)


def test_optunas_name_is_the_same_thing() -> None:
    assert integrations.PyTorchLightningPruningCallback is integrations.LightningPruningCallback


@pytest.mark.parametrize("strategy", ["ddp_spawn", "ddp_fork"])
def test_of_two_processes_the_first_decides_and_both_stop(strategy: str, tmp_path: Path) -> None:
    alone = fit(None, 0.05, tmp_path / "alone", devices=1).losses
    bound = (alone[2] + alone[3]) / 2
    url = f"sqlite:///{tmp_path}/study.db"
    study = hpo.create_study(storage=url, sampler=RandomSampler(), pruner=ThresholdPruner(lower=bound))
    study.optimize(two_processes(strategy, tmp_path), n_trials=2)
    good, bad = study.trials
    assert (good.state, bad.state) == (TrialState.COMPLETE, TrialState.PRUNED)
    for trial, n_epochs in ((good, EPOCHS), (bad, 4)):
        assert untouched(trial) == Record(tmp_path / str(trial.number) / "losses-0").losses()
        assert len(trial.intermediate_values) == n_epochs
    assert untouched(bad) == pytest.approx(alone[:4], rel=1e-5)
    assert study.verify() == []


def two_processes(strategy: str, folder: Path) -> Callable[[Trial], float]:
    def objective(trial: Trial) -> float:
        rate = 0.0001 if trial.number == 0 else 0.05
        return fit(trial, rate, folder / str(trial.number), devices=2, strategy=strategy).losses[-1]

    return objective


def test_two_processes_save_together_what_a_promoted_trial_goes_on_with(tmp_path: Path) -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote")
    study = hpo.create_study(
        storage=f"sqlite:///{tmp_path}/study.db", sampler=RandomSampler(), pruner=pruner, seed=0,
        checkpoints=tmp_path / "checkpoints",
    )  # fmt: skip
    steps = []

    def objective(trial: Trial) -> float:
        steps.append(trial.resume_step)
        rate = trial.suggest_float("rate", 0.001, 0.1)
        return fit(trial, rate, tmp_path / str(trial.number), devices=2, strategy="ddp_fork").losses[-1]

    study.optimize(objective, n_trials=14)
    resumed = [trial for trial in study.trials if len(trial.intermediate_values) > 1]
    assert resumed
    assert any(steps)
    for trial in resumed:
        alone = fit(None, trial.params["rate"], tmp_path / f"alone-{trial.number}", devices=1).losses
        assert untouched(trial) == pytest.approx(alone[: len(trial.intermediate_values)], rel=1e-5)


def test_processes_that_run_the_whole_program_are_refused(tmp_path: Path) -> None:
    program = """
from pathlib import Path
import hpo
from hpo.samplers import RandomSampler
from tests.integrations.test_lightning import two_processes

hpo.create_study(sampler=RandomSampler(), storage="sqlite:///study.db", study_name="s", load_if_exists=True).optimize(
    two_processes("ddp", Path.cwd()), n_trials=1
)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    (tmp_path / "program.py").write_text(program)
    command = [sys.executable, "-W", "ignore", "program.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "a trial of its own. Train with strategy='ddp_spawn' or 'ddp_fork'" in done.stderr


def test_two_processes_need_a_storage_that_they_share(tmp_path: Path) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    with pytest.raises(
        Exception, match=r"storage that processes share, such as create_study\(storage='sqlite:///study.db'\)"
    ):
        study.optimize(two_processes("ddp_fork", tmp_path), n_trials=1)
