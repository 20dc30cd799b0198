"""The recipes of "How do I …": a heading of docs/how-to, and the Python that stands below it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ["RECIPES", "Recipe"]

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Recipe:
    """One recipe.

    Args:
        page, title: Where it stands.
        program: Its blocks, one after the other.
    """

    page: str
    title: str
    program: str

    def __str__(self) -> str:
        return f"{self.page}: {self.title}"

    def missing(self) -> list[str]:
        """The packages that it imports and that are not installed."""
        nodes = [node for node in ast.walk(ast.parse(self.program)) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        return sorted(name for name in {name.partition(".")[0] for name in names} if find_spec(name) is None)

    def run(self, folder: Path, *, warnings: str = "error") -> subprocess.CompletedProcess[str]:
        """Run it as a script of its own, in a folder for what it writes.

        Args:
            folder: It is run there.
            warnings: What becomes of them; large libraries warn of themselves.
        """
        script = folder / "recipe.py"
        script.write_text(self.program, encoding="utf-8")
        command = [sys.executable, "-W", warnings, script.name]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def _recipes(page: Path) -> list[Recipe]:
    parts = re.split(r"^## (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    found = [(title, "\n".join(_BLOCK.findall(body))) for title, body in pairs]
    return [Recipe(page.stem, title, program) for title, program in found if program]


RECIPES = [recipe for page in sorted(PAGES.glob("*.md")) for recipe in _recipes(page)]
