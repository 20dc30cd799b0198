"""A trial that several processes of `torch.distributed` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo import integrations
from hpo.pruners import ThresholdPruner
from hpo.samplers import RandomSampler
from hpo.trial import TrialState
from tests.integrations.libraries import library

torch, multiprocessing = library("torch"), library("torch.multiprocessing")


def together(run: Callable[[int, Path], None], folder: Path) -> None:
    """Run something in two processes that can talk to each other."""
    multiprocessing.spawn(_process, (run, folder), nprocs=2)


def _process(rank: int, run: Callable[[int, Path], None], folder: Path) -> None:
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    try:
        run(rank, folder)
    finally:
        torch.distributed.destroy_process_group()


def objective(trial: Any) -> float:
    trial = integrations.TorchDistributedTrial(trial)
    rank = torch.distributed.get_rank()
    x: float = trial.suggest_float("x", 0, 1)
    width = trial.suggest_categorical("width", [2, 4])
    everywhere: list[Any] = [None, None]
    torch.distributed.all_gather_object(everywhere, (x, width, trial.params, trial.number, trial.resume_step))
    assert everywhere[0] == everywhere[1]
    assert trial.params == {"x": x, "width": width}
    assert list(trial.distributions) == ["x", "width"]
    trial.set_user_attr("rank", rank)
    assert trial.user_attrs == {"rank": 0}
    trial.set_constraint("c", rank - 1.0)
    assert trial.constraints == {"c": -1.0}
    torch.distributed.all_gather_object(everywhere, trial.datetime_start)
    assert everywhere[0] == everywhere[1]
    for epoch in range(5):
        trial.report(x + rank, epoch)
        assert not trial.should_pause()
        if trial.should_prune():
            assert x > 0.5
            raise hpo.TrialPruned
    assert x <= 0.5
    return float(x + rank)


def search(rank: int, folder: Path) -> None:
    if rank == 0:
        study = hpo.create_study(
            sampler=RandomSampler(),
            storage=f"sqlite:///{folder}/study.db",
            study_name="s",
            seed=0,
            pruner=ThresholdPruner(upper=0.5),
        )
        study.optimize(objective, n_trials=8)
        return
    for _ in range(8):
        try:
            objective(None)
        except hpo.TrialPruned:
            continue


def test_both_processes_have_the_trial_of_the_first_and_end_it_together(tmp_path: Path) -> None:
    together(search, tmp_path)
    study = hpo.load_study(study_name="s", storage=f"sqlite:///{tmp_path}/study.db")
    assert {trial.state for trial in study.trials} == {TrialState.COMPLETE, TrialState.PRUNED}
    for trial in study.trials:
        good = trial.params["x"] <= 0.5
        assert (trial.state is TrialState.COMPLETE) == good
        assert list(trial.intermediate_values.values()) == [trial.params["x"]] * (5 if good else 1)
        assert trial.user_attrs == {"rank": 0}


def errors(rank: int, folder: Path) -> None:
    with pytest.raises(ValueError, match=r"rank 0 passes its trial, and the others None; rank . passed"):
        integrations.TorchDistributedTrial(hpo.create_study(sampler=RandomSampler()).ask() if rank else None)
    trial = integrations.TorchDistributedTrial(None if rank else hpo.create_study(sampler=RandomSampler()).ask())
    with pytest.raises(ValueError, match="step must be ≥ 0"):
        trial.report(1.0, -1)
    with pytest.raises(ValueError, match="low"):
        trial.suggest_float("x", 1, 0)
    with pytest.raises(RuntimeError, match=r"other processes cannot be told <function .*pickle"):
        trial.suggest_categorical("activation", [lambda: 0])
    assert 0 <= trial.suggest_float("x", 0, 1) <= 1


def test_what_the_trial_raises_all_processes_raise(tmp_path: Path) -> None:
    together(errors, tmp_path)
