"""Whoever writes a name that does not exist is told the one that was meant, or what to use instead."""

from __future__ import annotations

import importlib
from contextlib import nullcontext
from typing import Any

import pytest

import hpo


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (lambda: hpo.create_trial(value=1.0), "param", "'FrozenTrial' object .* Did you mean 'params'?"),
        (lambda: hpo, "create_stud", "module 'hpo' .* Did you mean 'create_study'?"),
        (lambda: hpo.study, "load_studi", "module 'hpo.study' .* Did you mean 'load_study'?"),
        (lambda: hpo.trial, "FrozenTrail", "Did you mean 'FrozenTrial'?"),
        (lambda: hpo.pruners, "MedianPrunner", "module 'hpo.pruners' .* Did you mean 'MedianPruner'?"),
        (lambda: hpo.samplers, "TPESampeler", "Did you mean 'TPESampler'?"),
        (lambda: hpo.samplers.nsgaii, "SBXCrosover", "Did you mean 'SBXCrossover'?"),
        (lambda: hpo.storage, "InMemoryStorge", "Did you mean 'InMemoryStorage'?"),
        (lambda: hpo.executors, "Proceses", "Did you mean 'Processes'?"),
        (lambda: hpo.integrations, "MLFlowCallback", "Did you mean 'MLflowCallback'?"),
        (lambda: hpo.artifacts, "upload_artefact", "Did you mean 'upload_artifact'?"),
        (lambda: hpo.visualization, "plot_contur", "Did you mean 'plot_contour'?"),
        (lambda: hpo.pruners, "__median__", "no attribute '__median__'$"),
        (lambda: hpo, "terminator", "calls study.stop"),
        (lambda: hpo, "multi_objective", "directions="),
        (lambda: hpo, "zzzz", "no attribute 'zzzz'$"),
    ],
)
def test_the_nearest_name_is_proposed(make: Any, name: str, sentence: str) -> None:
    owner = make()
    assert not hasattr(owner, name)
    with pytest.raises(AttributeError, match=sentence):
        getattr(owner, name)


@pytest.mark.parametrize(
    ("name", "near"), [("suggest_integer", "suggest_int"), ("suggest_categorial", "suggest_categorical")]
)
@pytest.mark.parametrize("catch", [(), (AttributeError,)])
def test_in_an_objective_it_stands_in_the_traceback(name: str, near: str, catch: tuple[type[Exception], ...]) -> None:
    study = hpo.create_study()
    with nullcontext() if catch else pytest.raises(AttributeError, match=name) as caught:
        study.optimize(lambda trial: getattr(trial, name)("x", 0, 1), n_trials=1, catch=catch)
    error = study.trials[0].error
    assert error is not None
    assert f"Did you mean {near!r}?" in error.traceback
    assert not caught or caught.value.__notes__ == [f"Did you mean {near!r}?"]


def test_attributes_that_others_lack_are_no_business_of_hpos() -> None:
    with pytest.raises(AttributeError) as caught:
        hpo.create_study().optimize(lambda trial: "text".uper(), n_trials=1)  # type: ignore[attr-defined]
    assert not hasattr(caught.value, "__notes__")


def test_a_callback_of_a_framework_that_is_not_there_is_missed_when_it_is_imported() -> None:
    integration = importlib.import_module("hpo.integration")
    assert integration.Reporter is hpo.integrations.Reporter
    with pytest.raises(ImportError, match=r"no AllenNLPExecutor. Report .* hpo.integrations.Reporter\(trial\)"):
        exec("from hpo.integration import AllenNLPExecutor")
