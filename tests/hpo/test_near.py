"""Whoever writes a name that does not exist is told the one that was meant, or what to use instead."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import hpo


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (lambda: hpo.create_study().ask(), "suggest_integer", "'Trial' object .* Did you mean 'suggest_int'?"),
        (lambda: hpo.create_study().ask(), "suggest_categorial", "Did you mean 'suggest_categorical'?"),
        (hpo.create_study, "optimise", "'Study' object .* Did you mean 'optimize'?"),
        (lambda: hpo.create_trial(value=1.0), "param", "'FrozenTrial' object .* Did you mean 'params'?"),
        (lambda: hpo, "create_stud", "module 'hpo' .* Did you mean 'create_study'?"),
        (lambda: hpo, "terminator", "calls study.stop"),
        (lambda: hpo, "artifacts", "trial.checkpoint_dir"),
        (lambda: hpo, "multi_objective", "directions="),
        (hpo.create_study, "zzzz", "no attribute 'zzzz'$"),
    ],
)
def test_the_nearest_name_is_proposed(make: Any, name: str, sentence: str) -> None:
    owner = make()
    assert not hasattr(owner, name)
    with pytest.raises(AttributeError, match=sentence):
        getattr(owner, name)


def test_a_callback_of_a_framework_that_is_not_there_is_missed_when_it_is_imported() -> None:
    integration = importlib.import_module("hpo.integration")
    assert integration.Reporter is hpo.integrations.Reporter
    with pytest.raises(ImportError, match=r"no LightGBMPruningCallback. Report .* hpo.integrations.Reporter\(trial\)"):
        exec("from hpo.integration import LightGBMPruningCallback")
