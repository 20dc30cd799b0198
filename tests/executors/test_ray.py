"""Trials on a Ray cluster of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.executors import Ray
from hpo.samplers import RandomSampler
from hpo.testing import EngineContract
from tests.executors.clusters import check_losses, needed

ray = needed("ray")
pytestmark = pytest.mark.filterwarnings("default")  # Ray's own are its affair


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, resources={"seat": 3})
    yield Ray()
    ray.shutdown()


class TestRay(EngineContract):
    pass


def test_trials_whose_workers_die_are_lost_and_tried_again(engine: Any, tmp_path: Path) -> None:
    check_losses(engine, tmp_path)


def test_a_study_in_memory_is_served(engine: Any) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5, executor=engine)
    assert len(study.trials) == 5


def test_slots_are_what_there_is_room_for(engine: Any) -> None:
    assert engine.slots == 2
    assert Ray(num_cpus=0.5).slots == 4
    assert Ray(num_cpus=0.5, resources={"seat": 1}).slots == 3
    assert Ray(num_gpus=1).slots == 0
    assert Ray(num_cpus=0, slots=7).slots == 7
    with pytest.raises(ValueError, match="slots=8"):
        Ray(num_cpus=0)


def test_no_room_is_refused(engine: Any) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    with pytest.raises(ValueError, match="no slot"):
        study.optimize(lambda trial: 0.0, n_trials=3, executor=Ray(num_gpus=1))
    assert study.trials == []
