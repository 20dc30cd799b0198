"""Optuna's name for `hpo.integrations`: what is there is here too, and for the rest it says what to use instead.

>>> from hpo.integration import LightGBMPruningCallback

modules.py    Optuna's module for each library, such as `hpo.integration.wandb`
lightgbm.py   its tuners of LightGBM
sklearn.py    its search of scikit-learn's estimators
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from typing import Any

import hpo.integrations
from hpo.integration.modules import OptunasModules
from hpo.integrations import Reporter

__all__ = ["Reporter"]

_SEARCHES = {"LightGBMTuner": "lightgbm", "LightGBMTunerCV": "lightgbm", "OptunaSearchCV": "sklearn"}
_INSTEAD = {
    "BoTorchSampler": "Write hpo.samplers.GPSampler(), which takes constraints_func= and n_startup_trials= too.",
    "CmaEsSampler": "Write hpo.samplers.CmaEsSampler().",
    "DaskStorage": "Write study.optimize(…, executor=client), or make an engine by hpo.executors.Dask(client).",
    "PyCmaSampler": "Write hpo.samplers.CmaEsSampler().",
    "ShapleyImportanceEvaluator": "Write hpo.importance.ShapleyImportanceEvaluator().",
    "SkoptSampler": "Write hpo.samplers.GPSampler().",
}
_REPORT = (
    "Report from the loop of your framework with hpo.integrations.Reporter(trial), which also ends the trial when the "
    "pruner says so."
)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _SEARCHES.get(name, name)
    if home in _SEARCHES.values():
        getattr(hpo.integrations, home)  # says which library is missing
    if find_spec(f"{__name__}.{home}") is not None:
        module = importlib.import_module(f"{__name__}.{home}")
        return module if home == name else getattr(module, name)
    if name in hpo.integrations.__all__:
        return getattr(hpo.integrations, name)
    # An ImportError, as what `from … import` makes of an AttributeError would hide the sentence.
    raise ImportError(f"hpo has no {name}. {_INSTEAD.get(name, _REPORT)}")


sys.meta_path.append(OptunasModules())
