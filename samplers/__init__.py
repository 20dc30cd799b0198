"""Samplers: pure functions from what is known to the next configuration.

Each is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo.lazy import load

if TYPE_CHECKING:
    from hpo.samplers.auto import AutoSampler
    from hpo.samplers.brute_force import BruteForceSampler
    from hpo.samplers.cmaes import CmaEsSampler
    from hpo.samplers.forest import ForestSampler
    from hpo.samplers.gp import GPSampler
    from hpo.samplers.grid import GridSampler
    from hpo.samplers.latin_hypercube import LatinHypercubeSampler
    from hpo.samplers.nsgaii import MOEADSampler, NSGAIIISampler, NSGAIISampler
    from hpo.samplers.partial_fixed import PartialFixedSampler
    from hpo.samplers.qmc import QMCSampler
    from hpo.samplers.random import RandomSampler
    from hpo.samplers.tpe import TPESampler

__all__ = [
    "AutoSampler",
    "BruteForceSampler",
    "CmaEsSampler",
    "ForestSampler",
    "GPSampler",
    "GridSampler",
    "LatinHypercubeSampler",
    "MOEADSampler",
    "NSGAIIISampler",
    "NSGAIISampler",
    "PartialFixedSampler",
    "QMCSampler",
    "RandomSampler",
    "TPESampler",
]

_HOME = {
    "AutoSampler": "hpo.samplers.auto",
    "BaseSampler": "hpo.bases",
    "BruteForceSampler": "hpo.samplers.brute_force",
    "CmaEsSampler": "hpo.samplers.cmaes",
    "ForestSampler": "hpo.samplers.forest",
    "GPSampler": "hpo.samplers.gp",
    "GridSampler": "hpo.samplers.grid",
    "LatinHypercubeSampler": "hpo.samplers.latin_hypercube",
    "MOEADSampler": "hpo.samplers.nsgaii",
    "NSGAIIISampler": "hpo.samplers.nsgaii",
    "NSGAIISampler": "hpo.samplers.nsgaii",
    "PartialFixedSampler": "hpo.samplers.partial_fixed",
    "QMCSampler": "hpo.samplers.qmc",
    "RandomSampler": "hpo.samplers.random",
    "TPESampler": "hpo.samplers.tpe",
    "gaussian_process": "hpo.samplers.gaussian_process",
    "nsgaii": "hpo.samplers.nsgaii",
}

_INSTEAD = {
    "BaseGASampler": "a sampler is any object with `sample(space, history, key)`, which returns coded values; there is "
    "nothing to inherit (see hpo.protocols.Sampler and CONTRIBUTING.md)",
    "BoTorchSampler": "use GPSampler()",
    "MOTPESampler": "use TPESampler(), which takes several objectives",
}


def __getattr__(name: str) -> Any:
    if name in _INSTEAD:  # what `from … import` says of an AttributeError would hide the sentence
        raise ImportError(f"hpo.samplers has no {name}: {_INSTEAD[name]}.")
    return load(__name__, name, _HOME)


def __dir__() -> list[str]:
    return __all__
