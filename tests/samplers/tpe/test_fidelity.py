"""With several fidelities, trials are compared at the largest step that enough of them have reached."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpo
from hpo.events import Event, TrialFinished, TrialReported, TrialStarted, TrialState
from hpo.history import History
from hpo.pruners import HyperbandPruner, SuccessiveHalvingPruner
from hpo.samplers import TPESampler
from hpo.samplers.tpe.fidelity import enough_step, losses_at_first
from hpo.samplers.tpe.record import Record
from hpo.testing import SamplerContract
from hpo.trial import Trial
from tests.logs import header, replay


def history(*reports: dict[int, float]) -> History:
    log: list[Event] = [header()]
    for number, curve in enumerate(reports):
        log.append(TrialStarted(0.0))
        log += [TrialReported(number, step, value, 0.0) for step, value in curve.items()]
        log.append(TrialFinished(number, TrialState.PRUNED, 0.0, None))
    return replay(log).history()


def test_the_step_is_the_largest_that_enough_have_reached() -> None:
    past = history({1: 0.0}, {1: 0.0, 3: 0.0}, {}, {1: 0.0, 9: 0.0}, {3: 0.0})
    assert [enough_step(past, n) for n in (1, 2, 3, 4, 5)] == [9, 3, 3, 1, None]


def test_losses_are_those_of_the_first_report_there() -> None:
    past = history({1: 5.0, 3: 4.0}, {2: 3.0}, {4: 2.0, 3: 1.0}, {3: math.nan})
    np.testing.assert_array_equal(losses_at_first(past, 3)[:, 0], [4.0, np.nan, 2.0, np.nan])


def test_who_got_there_comes_first_and_then_who_got_farthest() -> None:
    past = history({1: 0.0}, {1: 9.0, 3: 5.0}, {1: 9.0, 3: 4.0, 9: 8.0}, {2: 0.0}, {1: 9.0, 3: 6.0})
    record = Record.empty(9, 9, False, 1).advance(past, 3)
    assert record.best.tolist() == [2, 1, 4, 3, 0]


@pytest.mark.parametrize("pruner", [HyperbandPruner(max_resource=9), SuccessiveHalvingPruner(1, 3, mode="promote")])
def test_studies_with_rungs_can_be_recomputed(pruner: object, tmp_path: object) -> None:
    sampler = TPESampler(seed=0, multi_fidelity=True, n_startup_trials=5)
    study = hpo.create_study(sampler=sampler, pruner=pruner, checkpoints=tmp_path)  # type: ignore[arg-type]

    def objective(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        for step in range(trial.resume_step, 10):
            trial.report((x - 0.3) ** 2 + 1 / (step + 1), step)
            if trial.should_pause():
                raise hpo.TrialPaused
            if not getattr(pruner, "pauses", False) and trial.should_prune():
                raise hpo.TrialPruned
        return (x - 0.3) ** 2

    study.optimize(objective, n_trials=50)
    assert study.verify() == []
    last = [trial.params["x"] for trial in study.trials][-15:]
    assert np.median(np.abs(np.array(last) - 0.3)) < 0.2  # 0.28 by chance


class TestContract(SamplerContract):
    @pytest.fixture
    def sampler(self) -> TPESampler:
        return TPESampler(multi_fidelity=True, n_startup_trials=4)
