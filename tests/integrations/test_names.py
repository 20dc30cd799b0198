"""Helpers are found under the names that Optuna's users know, and say what they need."""

from __future__ import annotations

import importlib
import operator
import subprocess
import sys

import pytest

import hpo
from hpo import integrations


def test_a_library_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("hpo.integrations.lightgbm")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delitem(vars(integrations), "lightgbm", raising=False)
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    sentence = r"LightGBMPruningCallback needs lightgbm: pip install 'hpo-study\[lightgbm\]'"
    for module in ("hpo.integrations", "hpo.integration"):
        with pytest.raises(ImportError, match=sentence):
            exec(f"from {module} import LightGBMPruningCallback")
    with pytest.raises(ImportError, match=r"^lightgbm needs lightgbm: pip install 'hpo-study\[lightgbm\]'"):
        _ = integrations.lightgbm.tune


def test_hyperopts_own_module_is_found_and_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("hpo.integrations.hyperopt")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delitem(vars(integrations), "hyperopt", raising=False)
    for module in [name for name in sys.modules if name == "hyperopt" or name.startswith("hyperopt.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "hyperopt", None)
    with pytest.raises(ImportError, match=r"^hyperopt needs hyperopt.*: pip install 'hpo-study\[hyperopt\]'"):
        _ = integrations.hyperopt.objective


def test_what_needs_no_library_is_the_same_under_both_names() -> None:
    integration = importlib.import_module("hpo.integration")
    assert integration.CatBoostPruningCallback is integrations.CatBoostPruningCallback


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("BoTorchSampler", "hpo.samplers.GPSampler"),
        ("SkoptSampler", "hpo.samplers.GPSampler"),
        ("PyCmaSampler", "hpo.samplers.CmaEsSampler"),
        ("DaskStorage", "hpo.executors.Dask"),
        ("ShapleyImportanceEvaluator", "hpo.importance.ShapleyImportanceEvaluator"),
        ("AllenNLPPruningCallback", "hpo.integrations.Reporter"),
    ],
)
def test_what_optuna_has_more_is_answered_by_what_is_there(name: str, instead: str) -> None:
    with pytest.raises(ImportError, match=f"hpo has no {name}. .*{instead}"):
        exec(f"from hpo.integration import {name}")
    assert operator.attrgetter(instead.partition(".")[2])(hpo) is not None


@pytest.mark.parametrize("library", ["catboost", "wandb", "keras", "xgboost", "pytorch_lightning", "mlflow"])
def test_optunas_module_of_each_library_has_the_same_names(library: str) -> None:
    module = importlib.import_module(f"hpo.integration.{library}")
    assert module.CatBoostPruningCallback is integrations.CatBoostPruningCallback
    with pytest.raises(ImportError, match=r"hpo has no AllenNLPPruningCallback. Report"):
        exec(f"from hpo.integration.{library} import AllenNLPPruningCallback")
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'hpo.integration.no_library'"):
        importlib.import_module("hpo.integration.no_library")


@pytest.mark.parametrize("library", ["lightgbm", "sklearn", "catboost", "wandb", "keras", "xgboost", "mlflow"])
def test_optunas_module_of_each_library_is_an_attribute_too(library: str) -> None:
    pytest.importorskip(library if library in ("lightgbm", "sklearn") else "hpo")
    code = f"import hpo; module = hpo.integration.{library}; import hpo.integration.{library} as same"
    done = subprocess.run([sys.executable, "-c", f"{code}; assert module is same"], check=False)
    assert done.returncode == 0


def test_a_name_that_is_wrong_comes_with_the_nearest_one() -> None:
    with pytest.raises(AttributeError, match="'LightGbmPruningCallback'. Did you mean 'LightGBMPruningCallback'"):
        _ = integrations.LightGbmPruningCallback
    assert set(dir(integrations)) == set(integrations.__all__)
