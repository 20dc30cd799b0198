"""A storage in memory belongs to one process: copies elsewhere are told of."""

from __future__ import annotations

import copy
import logging
import multiprocessing
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

import hpo

WARNING = "This study is a copy in the memory of a process of its own"


def objective(trial: hpo.Trial) -> float:
    return trial.suggest_float("x", 0, 1)


def warnings_of(study: hpo.Study) -> list[str]:
    """What two runs of a study say above the level of information."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("hpo").addHandler(handler)
    try:
        for _ in range(2):
            study.optimize(objective, n_trials=2)
    finally:
        logging.getLogger("hpo").removeHandler(handler)
    return said


@pytest.fixture
def study() -> Iterator[hpo.Study]:
    study = hpo.create_study()
    study.optimize(objective, n_trials=1)
    yield study
    assert len(study.trials) == 1


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_copy_in_another_process_warns_once(study: hpo.Study, method: str) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        (said,) = pool.submit(warnings_of, study).result()
    assert said.startswith(WARNING)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda study: pickle.loads(pickle.dumps(study))])
def test_a_copy_in_the_same_process_does_not(study: hpo.Study, duplicate: object) -> None:
    assert callable(duplicate)
    assert warnings_of(duplicate(study)) == []
