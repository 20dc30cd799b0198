"""The examples in the docstrings of `hpo.integrations` run, with the libraries that they are for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.examples import SERVICES, examples, modules, run
from tests.integrations.libraries import library

MODULES = [module for module in modules() if module.startswith("hpo.integrations") and module not in SERVICES]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_run(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library("lightgbm")  # without the libraries `make test` runs what needs none
    library(module)
    monkeypatch.chdir(tmp_path)
    told = "".join(map(run, examples(module)))
    assert told == "", told
