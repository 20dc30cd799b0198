"""Importing what only Optuna has says what to write instead, in whichever way it is imported."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys

import pytest

import hpo
from hpo.absent import INSTEAD


@pytest.mark.parametrize("name", INSTEAD)
def test_modules_that_are_absent_are_answered_by_a_sentence(name: str) -> None:
    sentence = INSTEAD[name][:20].replace("(", r"\(").replace("[", r"\[")
    for statement in (f"import hpo.{name}", f"from hpo import {name}", f"from hpo.{name} import something"):
        with pytest.raises(ImportError, match=f"hpo has no module '{name}': {sentence}"):
            exec(statement)
    with pytest.raises(AttributeError, match=f"module 'hpo' has no attribute '{name}': {sentence}"):
        getattr(hpo, name)


@pytest.mark.parametrize(
    ("module", "public"),
    [
        ("hpo.trial._state", "hpo.trial"),
        ("hpo.study._study_direction", "hpo.study"),
        ("hpo.storages._rdb.storage", "hpo.storages"),
        ("hpo._experimental", "hpo"),
    ],
)
def test_modules_of_optunas_own_name_the_public_one(module: str, public: str) -> None:
    with pytest.raises(
        ImportError, match=rf"begins with an underscore is Optuna's own. Import the name from {public}\.$"
    ):
        importlib.import_module(module)


def test_other_modules_are_missing_as_ever() -> None:
    assert importlib.util.find_spec("hpo.nothing") is None
    assert importlib.util.find_spec("_nothing_of_hpo") is None
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'hpo.nothing'"):
        importlib.import_module("hpo.nothing")


def test_a_script_reads_the_sentence_at_its_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from hpo.terminator import TerminatorCallback"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "study.stop()" in done.stderr.splitlines()[-1]
