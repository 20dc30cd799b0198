"""Samplers: pure functions from what is known to the next configuration.

Each is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpo.samplers.brute_force import BruteForceSampler
    from hpo.samplers.gp import GPSampler
    from hpo.samplers.grid import GridSampler
    from hpo.samplers.random import RandomSampler
    from hpo.samplers.tpe import TPESampler

__all__ = ["BruteForceSampler", "GPSampler", "GridSampler", "RandomSampler", "TPESampler"]

_HOME = {
    "BruteForceSampler": "hpo.samplers.brute_force",
    "GPSampler": "hpo.samplers.gp",
    "GridSampler": "hpo.samplers.grid",
    "RandomSampler": "hpo.samplers.random",
    "TPESampler": "hpo.samplers.tpe",
    "gaussian_process": "hpo.samplers.gaussian_process",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(_HOME[name])
    value = globals()[name] = home if name == "gaussian_process" else getattr(home, name)
    return value


def __dir__() -> list[str]:
    return __all__
