"""Links that work in the repository work in the site: `../tutorials/x.py` is the page `tutorials/x`, and so on.

The tutorials lie beside `docs/`, where people find them; a copy of them is in the site. Pages at the top of the
repository, such as CONTRIBUTING.md, are pages of the site by another name.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

__all__ = ["setup"]

_PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing/index.md",
    "SECURITY.md": "security.md",
}


def _relink(app: Sphinx, page: str, content: list[str]) -> None:
    up = "../" * page.count("/")
    top = f"{up}../"
    text = content[0]
    text = re.sub(rf"\]\({re.escape(top)}tutorials/", f"]({up}tutorials/", text)
    text = re.sub(r"^# Next: `(\d\d_\w+)\.py`", r"# Next: [](\1.py)", text, flags=re.MULTILINE)
    for file, name in _PAGES.items():
        text = text.replace(f"]({top}{file})", f"]({up}{name})")
    content[0] = re.sub(r"^[\w-]+(/\*)*\*?$", lambda found: _there(app, page, found[0]), text, flags=re.MULTILINE)


def _there(app: Sphinx, page: str, line: str) -> str:
    """A pattern of a table of contents, or nothing where no page fits it: other parts of the site may come later."""
    folder = Path(app.srcdir, page).parent
    return line if "*" not in line or any(folder.glob(line)) else ""


def _included(app: Sphinx, path: Path, parent: str, content: list[str]) -> None:
    """Links of a file at the top of the repository, seen from the page that includes it."""
    if path.name not in _PAGES:
        return
    up = "../" * app.env.docname.count("/")  # of `parent` MyST tells the last part only
    text = re.sub(r"\]\((docs/)", f"]({up}", content[0])
    for file, name in _PAGES.items():
        text = text.replace(f"]({file})", f"]({up}{name})")
    content[0] = re.sub(r"\]\((tutorials/)", f"]({up}\\1", text)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", _relink)
    app.connect("include-read", _included)
    return {"parallel_read_safe": True}
