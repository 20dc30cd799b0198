"""The examples in docstrings run, as they stand."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import hpo
from tests.docs.examples import SERVICES, examples, modules, run

NEEDS = re.compile(r"ModuleNotFoundError: .*|ImportError: .* needs \S+: pip install 'hpo-study.*")


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Examples set where lines go, and which; tests that come later want them as they were."""
    level = hpo.logging.get_verbosity()
    yield
    hpo.logging.set_verbosity(level)
    hpo.logging.disable_propagation()
    hpo.logging.enable_default_handler()


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


PUBLIC = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module in (hpo, hpo.samplers, hpo.pruners, hpo.importance)
    for name in module.__all__
}


@pytest.mark.parametrize("name", [name for name, one in PUBLIC.items() if not inspect.ismodule(one)])
def test_what_users_call_shows_an_example(name: str) -> None:
    assert "Example:" in (inspect.getdoc(PUBLIC[name]) or "")


@pytest.mark.parametrize(
    "trial", [hpo.FixedTrial, hpo.FrozenTrial, hpo.Study, hpo.Trial, hpo.TrialState], ids=lambda one: one.__name__
)
def test_every_member_of_what_objectives_and_scripts_hold_has_a_docstring(trial: type) -> None:
    members = [one for name, one in vars(trial).items() if not name.startswith("_")]
    assert all(one.__doc__ for one in members if inspect.isfunction(one) or isinstance(one, property))


def test_examples_that_need_a_service_are_tested_elsewhere() -> None:
    assert set(SERVICES) <= set(modules())
    root = Path(__file__).parents[2]
    assert all((root / path).is_file() for path in SERVICES.values())
