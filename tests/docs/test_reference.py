"""Every public name stands in the reference, and what stands there exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import hpo

REFERENCE = Path(__file__).parents[2] / "docs" / "api"
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in sorted(REFERENCE.glob("*.rst")))
ENTRIES = re.findall(r"^\.\. (?:auto|py:)?(?:class|function|data|exception|module):: (hpo[\w.]*)", TEXT, re.MULTILINE)
WHOLE = re.findall(r"^\.\. automodule:: (hpo[\w.]*)\n   :members:", TEXT, re.MULTILINE)
IN_WORDS = set(re.findall(r"``(?:hpo\.[\w.]*\.)?(\w+)``", TEXT))  # aliases and the levels of logging
MODULES = [
    *("hpo", "hpo.artifacts", "hpo.dashboard", "hpo.distributions", "hpo.exceptions", "hpo.executors"),
    "hpo.importance",
    *("hpo.integrations", "hpo.logging", "hpo.pareto", "hpo.protocols", "hpo.pruners", "hpo.samplers"),
    *("hpo.samplers.gaussian_process", "hpo.samplers.nsgaii", "hpo.search_space", "hpo.storage", "hpo.storages"),
    *("hpo.storages.journal", "hpo.study", "hpo.testing", "hpo.trial", "hpo.visualization"),
    "hpo.visualization.matplotlib",
]


def named(path: str) -> Any:
    """What a dotted name stands for; None where a package is missing that it needs."""
    module, _, name = path.rpartition(".")
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        pass
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError:
        return None


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_there(name: str) -> None:
    module = importlib.import_module(name)
    documented = [named(entry) for entry in ENTRIES]
    missing = []
    for public in [] if name in WHOLE else module.__all__:
        thing = named(f"{name}.{public}")
        there = f"{name}.{public}" in ENTRIES or any(thing is one for one in documented if one is not None)
        if not there and public not in IN_WORDS:
            missing.append(public)
    assert missing == []


def test_what_is_there_exists() -> None:
    for entry in ENTRIES:
        module, _, name = entry.rpartition(".")
        try:
            found = named(entry) is not None or name in importlib.import_module(module).__all__
        except ModuleNotFoundError as error:
            found = not str(error.name).startswith("hpo")  # a library that is not installed
        assert found, entry


def test_every_part_of_hpo_is_looked_at() -> None:
    parts = {f"hpo.{name}" for name in hpo.__all__ if isinstance(getattr(hpo, name), ModuleType)}
    assert parts <= set(MODULES)
