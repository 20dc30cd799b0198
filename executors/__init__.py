"""Engines: where the trials of a study run, on this machine or on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo.lazy import load

if TYPE_CHECKING:
    from hpo.executors.dask import Dask
    from hpo.executors.futures import Futures
    from hpo.executors.processes import Processes
    from hpo.executors.ray import Ray
    from hpo.executors.spark import Spark

__all__ = ["Dask", "Futures", "Processes", "Ray", "Spark"]

_HOME = {  # what an engine needs is loaded when it is wanted
    "Dask": "hpo.executors.dask",
    "Futures": "hpo.executors.futures",
    "Processes": "hpo.executors.processes",
    "Ray": "hpo.executors.ray",
    "Spark": "hpo.executors.spark",
}


def __getattr__(name: str) -> Any:
    return load(__name__, name, _HOME)
