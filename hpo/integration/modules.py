"""Optuna's module for each library that people train with."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import final

__all__ = ["OptunasModules"]

_PACKAGE = __name__.rpartition(".")[0]
_MODULES = frozenset(
    {
        "botorch",
        "catboost",
        "cma",
        "dask",
        "fastai",
        "fastaiv2",
        "keras",
        "mlflow",
        "pytorch_distributed",
        "pytorch_ignite",
        "pytorch_lightning",
        "shap",
        "skopt",
        "skorch",
        "tensorboard",
        "tfkeras",
        "wandb",
        "xgboost",
    }
)


@final
class OptunasModules(MetaPathFinder, Loader):
    """Makes `hpo.integration.wandb` and the like, each of which has all the names of `hpo.integration`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        package, _, name = fullname.rpartition(".")
        return ModuleSpec(fullname, self) if package == _PACKAGE and name in _MODULES else None

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__getattr__"] = vars(sys.modules[_PACKAGE])["__getattr__"]
