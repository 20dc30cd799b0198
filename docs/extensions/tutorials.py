"""Tutorials that need a library which is not installed here are shown, and not run; their page says so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

__all__ = ["read", "setup", "unrunnable"]


def read(text: str) -> Any:
    """A script of cells as a notebook, of Python even where no kernel says so."""
    import jupytext

    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata["kernelspec"] = {"display_name": "Python", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "python"}
    return notebook


def _missing(script: Path) -> list[str]:
    """The packages that a script imports outside of functions and that are not installed, in order."""
    names = []
    for node in _statements(ast.parse(script.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    packages = dict.fromkeys(name.partition(".")[0] for name in names)
    text = script.read_text(encoding="utf-8")  # some scripts write modules of their own
    return [name for name in packages if f'"{name}.py"' not in text and find_spec(name) is None]


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Those of a module, within its `with` blocks too."""
    for node in body:
        yield node
        if isinstance(node, ast.With):
            yield from _statements(node.body)


def unrunnable(folder: Path) -> list[str]:
    """The tutorials below a folder that cannot run here, as paths without ending."""
    scripts = sorted(folder.rglob("*.py"))
    return [str(script.relative_to(folder).with_suffix("")) for script in scripts if _missing(script)]


def _tell(app: Sphinx, page: str, content: list[str]) -> None:
    """Say below the title how to run the tutorial, and that it was not run here if it was not."""
    script = Path(app.srcdir, f"{page}.py")
    if not page.startswith("tutorials/") or not script.exists():
        return
    run = f"`python {page}.py` runs it as it stands"
    missing = ", ".join(f"`{name}`" for name in _missing(script))
    told = f"not run for this page, as {missing} is not installed here; {run}." if missing else f"{run}."
    title, newline, rest = content[0].partition("\n#\n")
    rest = re.sub(r" +# (noqa: [A-Z0-9]+.*|fmt: skip)$", "", rest, flags=re.MULTILINE)
    content[0] = f"{title}\n#\n# *A script of this repository, {told}*{newline}{rest}"


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", _tell)
    return {"parallel_read_safe": True}
