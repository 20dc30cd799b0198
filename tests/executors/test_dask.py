"""Trials on a Dask cluster of this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.executors import Dask
from hpo.samplers import RandomSampler
from hpo.testing import EngineContract
from hpo.trial import TrialState
from tests.executors.clusters import check_losses, needed

distributed = needed("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own are its affair


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    options = {"threads_per_worker": 1, "dashboard_address": None, "resources": {"seat": 2}}
    with distributed.LocalCluster(n_workers=2, **options) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def client(cluster: Any) -> Iterator[Any]:
    with distributed.Client(cluster) as client:
        yield client


class TestDask(EngineContract):
    @pytest.fixture
    def engine(self, client: Any) -> Any:
        return client


def test_trials_whose_workers_die_are_lost_and_tried_again(client: Any, tmp_path: Path) -> None:
    check_losses(client, tmp_path)


def test_a_call_whose_result_is_lost_with_its_worker_is_not_called_again(client: Any, tmp_path: Path) -> None:
    def fatal(calls: Path) -> Any:
        class Fatal:
            def __reduce__(self) -> Any:  # when the result is fetched, it is in the worker's memory alone
                os.kill(os.getpid(), signal.SIGKILL)

        with calls.open("a") as file:
            n_calls = file.write("called\n") and file.tell() // len("called\n")
        return Fatal() if n_calls == 1 else None

    engine, calls = Dask(client), tmp_path / "calls"
    error = engine.submit(fatal, calls).exception(timeout=60)
    assert error is not None
    assert engine.is_loss(error)
    assert calls.read_text() == "called\n"
    client.wait_for_workers(2)  # others need them


def test_a_run_goes_on_when_the_cluster_is_begun_again(client: Any) -> None:
    def begin_again(study: hpo.Study, trial: hpo.FrozenTrial) -> None:
        if trial.number == 2:
            client.restart()

    study = hpo.create_study(sampler=RandomSampler(), retry=1)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=8, executor=client, callbacks=[begin_again])
    lost = study.get_trials(states=(TrialState.FAIL,))
    assert study.count_trials((TrialState.COMPLETE,)) + len(lost) == 8
    assert all(trial.error is not None and "worker lost: " in trial.error.message for trial in lost)


def test_a_study_in_memory_is_served(client: Any) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5, executor=Dask(client))
    assert len(study.trials) == 5


def test_slots_are_threads_or_what_there_are_resources_for(client: Any) -> None:
    assert Dask(client).slots == 2
    assert Dask(client, resources={"seat": 2}).slots == 2
    assert Dask(client, resources={"seat": 4}).slots == 0
    assert Dask(client, slots=3).slots == 3


def test_resources_are_asked_for(client: Any) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: 0.0, n_trials=3, executor=Dask(client, resources={"seat": 1}))
    assert len(study.trials) == 3
    with pytest.raises(ValueError, match="no slot"):
        study.optimize(lambda trial: 0.0, n_trials=3, executor=Dask(client, resources={"GPU": 1}))
    assert len(study.trials) == 3


def test_what_cannot_work_is_refused(cluster: Any) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    closed = distributed.Client(cluster)
    closed.close()
    with pytest.raises(RuntimeError, match="closed"):
        study.optimize(lambda trial: 0.0, n_trials=3, executor=closed)
    with pytest.raises(TypeError, match=r"distributed\.Client"):
        Dask("tcp://127.0.0.1:8786")
    assert study.trials == []
