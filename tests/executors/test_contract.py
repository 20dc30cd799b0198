"""Every engine of this machine keeps the laws of engines."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import loky
import pytest

from hpo.executors import Processes
from hpo.testing import EngineContract


def spawned() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))


ENGINES: dict[str, Callable[[], Any]] = {
    "processes": lambda: Processes(2),
    "spawned processes": spawned,
    "loky": lambda: loky.ProcessPoolExecutor(2),
    "threads": lambda: ThreadPoolExecutor(2),
}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    engine = ENGINES[request.param]()
    yield engine
    if not isinstance(engine, Processes):
        engine.shutdown()


class TestEngines(EngineContract):
    pass
