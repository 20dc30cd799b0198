"""The directive `picture`, which shows what a function of `docs/pictures` draws.

    ```{picture} why.log
    What the reader sees, in a sentence.
    ```

The argument names a module below `pictures` and a function in it, which takes nothing and returns HTML. It runs when
the page is read, and the page is read again when the module has changed.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

__all__ = ["setup"]


class Picture(SphinxDirective):
    """A drawing with a caption."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        path, _, function = self.arguments[0].rpartition(".")
        module = importlib.import_module(f"pictures.{path}")
        self.env.note_dependency(str(Path(module.__file__ or "").resolve()))
        html = getattr(module, function)()
        shown: list[nodes.Node] = [nodes.raw("", f'<div class="picture">{html}</div>', format="html")]
        if self.content:
            caption = nodes.container(classes=["picture-caption"])
            self.state.nested_parse(self.content, self.content_offset, caption)
            shown.append(caption)
        return shown


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("picture", Picture)
    return {"parallel_read_safe": True}
