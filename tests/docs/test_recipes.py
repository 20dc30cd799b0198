"""Every recipe runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.recipes import PAGES, RECIPES, Recipe


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_a_recipe_runs(recipe: Recipe, tmp_path: Path) -> None:
    if missing := recipe.missing():
        pytest.skip(f"needs {', '.join(missing)}; `make test-integrations` runs it")
    done = recipe.run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_first_page_names_each_recipe_once() -> None:
    there = [
        f"{page.name}#{label}"
        for page in PAGES.glob("*.md")
        for label in re.findall(r"^\((.*)\)=$", page.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    named = re.findall(r"\]\((\w+\.md#[\w-]+)\)", (PAGES / "index.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(there)
