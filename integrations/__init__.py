"""Helpers for the training loops of machine-learning libraries, searches in their manner, and trackers.

Each library is imported when a helper for it is first used, and comes with the extra of its name:
`pip install 'hpo-study[lightgbm]'`.

>>> from hpo.integrations import LightGBMPruningCallback
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hpo.integrations.files import CSVCallback, JSONLinesCallback
from hpo.integrations.hyperparameters import HyperParameters
from hpo.integrations.partial_fit import partial_fit
from hpo.integrations.reporter import Reporter
from hpo.integrations.tracker import TrackerCallback

if TYPE_CHECKING:
    from hpo.integrations.catboost import CatBoostPruningCallback
    from hpo.integrations.fastai import FastAIPruningCallback, FastAIV2PruningCallback
    from hpo.integrations.ignite import PyTorchIgnitePruningHandler
    from hpo.integrations.keras import KerasPruningCallback, TFKerasPruningCallback
    from hpo.integrations.lightgbm import LightGBMPruningCallback
    from hpo.integrations.lightning import LightningPruningCallback, PyTorchLightningPruningCallback
    from hpo.integrations.mlflow import MLflowCallback
    from hpo.integrations.neptune import NeptuneCallback
    from hpo.integrations.ray_tune import StudySearch
    from hpo.integrations.sklearn import StudySearchCV
    from hpo.integrations.skorch import SkorchPruningCallback
    from hpo.integrations.tensorboard import TensorBoardCallback
    from hpo.integrations.torch import TorchDistributedTrial
    from hpo.integrations.transformers import TransformersPruningCallback
    from hpo.integrations.wandb import WeightsAndBiasesCallback
    from hpo.integrations.xgboost import XGBoostPruningCallback

_HOME = {
    "CatBoostPruningCallback": "catboost",
    "FastAIPruningCallback": "fastai",
    "FastAIV2PruningCallback": "fastai",
    "KerasPruningCallback": "keras",
    "LightGBMPruningCallback": "lightgbm",
    "LightningPruningCallback": "lightning",
    "MLflowCallback": "mlflow",
    "NeptuneCallback": "neptune",
    "PyTorchIgnitePruningHandler": "ignite",
    "PyTorchLightningPruningCallback": "lightning",
    "SkorchPruningCallback": "skorch",
    "StudySearch": "ray_tune",
    "StudySearchCV": "sklearn",
    "TFKerasPruningCallback": "keras",
    "TensorBoardCallback": "tensorboard",
    "TorchDistributedTrial": "torch",
    "TransformersPruningCallback": "transformers",
    "WeightsAndBiasesCallback": "wandb",
    "XGBoostPruningCallback": "xgboost",
}
"""The file of each name, which is also the extra that brings its library."""

_MODULES = {*_HOME.values(), "hyperopt"}

__all__ = [
    "CSVCallback",
    "CatBoostPruningCallback",
    "FastAIPruningCallback",
    "FastAIV2PruningCallback",
    "HyperParameters",
    "JSONLinesCallback",
    "KerasPruningCallback",
    "LightGBMPruningCallback",
    "LightningPruningCallback",
    "MLflowCallback",
    "NeptuneCallback",
    "PyTorchIgnitePruningHandler",
    "PyTorchLightningPruningCallback",
    "Reporter",
    "SkorchPruningCallback",
    "StudySearch",
    "StudySearchCV",
    "TFKerasPruningCallback",
    "TensorBoardCallback",
    "TorchDistributedTrial",
    "TrackerCallback",
    "TransformersPruningCallback",
    "WeightsAndBiasesCallback",
    "XGBoostPruningCallback",
    "partial_fit",
]


def __getattr__(name: str) -> Any:
    home = name if name in _MODULES else _HOME.get(name)
    if home is None:
        from hpo.near import missing

        raise missing("module 'hpo.integrations'", name, __all__)
    try:
        module = importlib.import_module(f"hpo.integrations.{home}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("hpo."):
            raise
        raise ImportError(f"{name} needs {error.name}: pip install 'hpo-study[{home}]'.") from error
    return module if name == home else getattr(module, name)


def __dir__() -> list[str]:
    return __all__
