"""The examples in docstrings run, as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.examples import SERVICES, examples, modules, run

NEEDS = re.compile(r"ModuleNotFoundError: .*|ImportError: .* needs \S+: pip install 'hpo-study.*")


@pytest.mark.parametrize("module", [module for module in modules() if module not in SERVICES])
def test_the_examples_of_a_module_run(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        told = "".join(map(run, examples(module)))
    except ModuleNotFoundError as error:
        told = f"ModuleNotFoundError: {error}"
    if missing := NEEDS.search(told):
        pytest.skip(f"{missing[0]} `make test-integrations` runs these examples")
    assert told == "", told


def test_examples_that_need_a_service_are_tested_elsewhere() -> None:
    assert set(SERVICES) <= set(modules())
    root = Path(__file__).parents[2]
    assert all((root / path).is_file() for path in SERVICES.values())
