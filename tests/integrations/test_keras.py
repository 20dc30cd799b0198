"""Keras 3, on PyTorch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpo import integrations
from hpo.trial import FixedTrial, Trial
from tests.integrations.laws import EPOCHS, Fit, MetricLaws, X, Y
from tests.integrations.libraries import library
from tests.integrations.studies import run_one

os.environ.setdefault("KERAS_BACKEND", "torch")  # is read when Keras is imported
keras = library("keras")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # between Keras and numpy


def linear() -> Any:
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="zeros")])


class TestKeras(MetricLaws):
    def fit(self, trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None) -> Fit:
        pruning = None if trial is None else integrations.KerasPruningCallback(trial, monitor or "val_loss")
        folder.mkdir(parents=True, exist_ok=True)
        first = 0
        if trial is not None and pruning is not None and pruning.checkpoint:
            model, first = keras.saving.load_model(pruning.checkpoint), trial.resume_step
        else:
            model = linear()
            model.compile(keras.optimizers.SGD(rate, momentum=0.2), "mse")
        others = [
            keras.callbacks.ModelCheckpoint(folder / "best.keras"),
            keras.callbacks.ReduceLROnPlateau(patience=50),
            keras.callbacks.EarlyStopping(patience=50),
        ]
        options = {"epochs": EPOCHS, "initial_epoch": first, "batch_size": 64, "verbose": 0, "shuffle": False}
        history = model.fit(
            X, Y, validation_data=(X, Y), callbacks=[*others, *([pruning] if pruning else [])], **options
        )
        return Fit(history.history["val_loss"], model.get_weights(), first + len(history.epoch))


def test_every_other_epoch_is_reported_if_so_wished() -> None:
    def objective(trial: Trial) -> float:
        model = linear()
        model.compile("sgd", "mse")
        model.fit(X, Y, epochs=5, verbose=0, callbacks=[integrations.KerasPruningCallback(trial, "loss", interval=2)])
        return 0.0

    assert list(run_one(objective).intermediate_values) == [1, 3]
    assert np.isfinite(run_one(objective).intermediate_values[3])


def test_the_same_holds_on_tensorflow_with_its_keras(tmp_path: Path) -> None:
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        assert integrations.TFKerasPruningCallback is integrations.KerasPruningCallback
        assert issubclass(integrations.KerasPruningCallback, library("tensorflow").keras.callbacks.Callback)
        return
    library("tensorflow")
    environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-m", "pytest", "-q", "-k", "good or bad or same", f"--basetemp={tmp_path}", __file__]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
