"""Reads docstrings as they are meant here: what stands before a colon in a property is no type, short names are known.

Napoleon takes the first line of a property up to a colon for its type. So properties are read like methods, before it,
and what it makes of them is thrown away.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import GoogleDocstring

__all__ = ["setup"]

_BEFORE_NAPOLEON, _AFTER_NAPOLEON = 100, 900
_HOMES = {  # of names that are imported for annotations alone, so that autodoc does not find what they stand for
    "Desk": "hpo.dashboard.desk.Desk",
    "Expected": "hpo.reading.expected.Expected",
    "Groups": "hpo.visualization.convergence.Groups",
    "JSON": "hpo.arrays.JSON",
    "OpenStudy": "hpo.dashboard.desk.OpenStudy",
    "Readable": "hpo.reading.readable.Readable",
    "Report": "hpo.arrays.Report",
    "StoppableHistory": "hpo.running.stopping.so_far.StoppableHistory",
    "Studies": "hpo.visualization.trials.Studies",
}
_read: dict[str, list[str]] = {}


def _read_as_method(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    if what in ("attribute", "data", "property"):
        _read[name] = GoogleDocstring(list(lines), app.config, app, "method", name, thing, options).lines()


def _put_back(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    if what in ("attribute", "data", "property"):
        lines[:] = _read.pop(name)


def _at_home(app: Sphinx, env: BuildEnvironment, node: Any, content: nodes.Element) -> nodes.Node | None:
    home = _HOMES.get(str(node.get("reftarget", "")).rpartition(".")[2])
    if home is None or node.get("refdomain") != "py":
        return None
    domain = env.get_domain("py")
    found: nodes.Node | None = domain.resolve_xref(env, node["refdoc"], app.builder, "obj", home, node, content)
    return found


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-process-docstring", _read_as_method, priority=_BEFORE_NAPOLEON)
    app.connect("autodoc-process-docstring", _put_back, priority=_AFTER_NAPOLEON)
    app.connect("missing-reference", _at_home)
    return {"parallel_read_safe": True}
