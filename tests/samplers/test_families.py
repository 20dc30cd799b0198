"""Families of samplers share what stands in a place of its own, and know nothing else of each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SAMPLERS = Path(__file__).parents[2] / "samplers"
FAMILIES = ("cmaes", "forest", "gp", "nsgaii", "tpe")


def imported(path: Path) -> set[str]:
    """The modules that a file imports anywhere, be it for annotations only."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("folder", [*FAMILIES, "model"])
def test_no_family_imports_from_another(folder: str) -> None:
    others = tuple(f"hpo.samplers.{family}." for family in FAMILIES if family != folder)
    files = sorted((SAMPLERS / folder).glob("*.py"))
    assert files
    assert not {(path.name, name) for path in files for name in imported(path) if f"{name}.".startswith(others)}
