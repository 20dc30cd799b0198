"""Gives pages with interactive figures the copy of plotly.js that plotly brings, so that nothing is fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

__all__ = ["setup"]

_FIGURE = "plotly-graph-div"


def _load(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if _FIGURE in context.get("body", ""):
        source = context["pathto"]("_static/plotly.min.js", 1)
        context["metatags"] = f'{context.get("metatags", "")}<script src="{source}"></script>'  # in the head


def _copy(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        from plotly.offline import get_plotlyjs

        Path(app.outdir, "_static", "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", _load)
    app.connect("build-finished", _copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
