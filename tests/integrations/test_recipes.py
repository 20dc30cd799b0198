"""The recipes of "How do I …" that need a library of those that are large."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.recipes import RECIPES, Recipe
from tests.integrations.libraries import library


@pytest.mark.parametrize("name", ["lightgbm", "mlflow"])
def test_the_recipes_of_a_library_run(name: str, tmp_path: Path) -> None:
    library(name)
    recipes: list[Recipe] = [recipe for recipe in RECIPES if f"import {name}" in recipe.program]
    assert recipes
    for recipe in recipes:
        done = recipe.run(tmp_path, warnings="default")
        assert done.returncode == 0, done.stdout + done.stderr
