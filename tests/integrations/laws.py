"""What holds for a training loop whose epochs are reported, whatever the library."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpo.trial import FixedTrial, Trial, TrialState
from tests.integrations.studies import pausing_study, run_one

__all__ = ["EPOCHS", "Fit", "LoopLaws", "MetricLaws", "X", "Y"]

EPOCHS = 8
_rng = np.random.default_rng(0)
X = _rng.normal(size=(64, 4)).astype(np.float32)
Y = (X @ np.array([[1.0], [-2.0], [0.5], [0.0]])).astype(np.float32)


@dataclass(frozen=True)
class Fit:
    """What a training leaves.

    Args:
        losses: The validation loss of each epoch of this training, by the library's own record.
        weights: Of the model.
        n_epochs: That the model has been trained for, those before a pause too.
    """

    losses: list[float]
    weights: list[Any]
    n_epochs: int


class LoopLaws(ABC):
    """Laws of a loop that trains a linear model by gradient descent."""

    steps_per_epoch: int | None = None
    """None where epochs are counted, from 0; otherwise steps are, from 1."""

    @abstractmethod
    def fit(self, trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None) -> Fit:
        """Train for all epochs, without a callback if there is no trial, and from where the trial paused.

        Args:
            trial: The objective's.
            rate: For learning.
            folder: For what the library writes.
            monitor: The metric to report; None for the validation loss.
        """

    def step(self, epoch: int) -> int:
        """The step at which an epoch, counted from 0, is reported."""
        return epoch if self.steps_per_epoch is None else (epoch + 1) * self.steps_per_epoch

    def reported(self, trial: Any) -> list[float]:
        steps = list(trial.intermediate_values)
        assert steps == [self.step(epoch) for epoch in range(len(steps))]
        return list(trial.intermediate_values.values())

    def test_a_good_trial_runs_to_its_end_with_the_librarys_values_and_the_same_model(self, tmp_path: Path) -> None:
        fits: list[Fit] = []

        def objective(trial: Trial) -> float:
            fits.append(self.fit(trial, 0.05, tmp_path / "with"))
            return fits[-1].losses[-1]

        trial = run_one(objective, upper=1e3)
        alone = self.fit(None, 0.05, tmp_path / "without")
        assert trial.state is TrialState.COMPLETE
        assert self.reported(trial) == fits[0].losses == alone.losses
        assert len(alone.losses) == EPOCHS
        for weight, other in zip(fits[0].weights, alone.weights, strict=True):
            np.testing.assert_array_equal(weight, other)

    def test_a_bad_trial_is_stopped_in_the_epoch_in_which_it_is_bad(self, tmp_path: Path) -> None:
        alone = self.fit(None, 0.05, tmp_path / "without").losses
        assert alone == sorted(alone, reverse=True)
        bound = (alone[2] + alone[3]) / 2
        trial = run_one(lambda trial: self.fit(trial, 0.05, tmp_path / "with").losses[-1], lower=bound)
        assert trial.state is TrialState.PRUNED
        assert self.reported(trial) == alone[:4]

    def test_a_promoted_trial_goes_on_with_the_model_that_it_has(self, tmp_path: Path) -> None:
        study = pausing_study(tmp_path / "checkpoints", first=self.step(0) + 1)
        n_resumed = 0

        def objective(trial: Trial) -> float:
            nonlocal n_resumed
            n_resumed += trial.resume_step > 0
            fit = self.fit(trial, trial.suggest_float("rate", 0.001, 0.1), tmp_path / str(trial.number))
            assert fit.n_epochs == EPOCHS
            return fit.losses[-1]

        study.optimize(objective, n_trials=12)
        ended = study.get_trials(states=[TrialState.COMPLETE])
        assert ended
        assert n_resumed
        for trial in ended:
            alone = self.fit(None, trial.params["rate"], tmp_path / f"alone-{trial.number}").losses
            assert self.reported(trial) == pytest.approx(alone, rel=1e-6)


class MetricLaws(LoopLaws):
    """Laws of a loop whose library calls its metrics by names."""

    missing: str = "no metric 'nonsense', only .*loss"

    def test_a_metric_that_is_missing_is_named_with_those_that_exist(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=self.missing):
            self.fit(FixedTrial({}), 0.05, tmp_path, monitor="nonsense")
