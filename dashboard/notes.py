"""Notes in Markdown, and tags: attributes that people attach to trials and studies, for other people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from hpo.arrays import JSON

__all__ = ["NOTE", "TAGS", "markdown", "tags_of"]

NOTE = "note"
"""The user attribute that holds a note."""

TAGS = "tags"
"""The user attribute that holds a list of tags."""

_LONGEST = 100_000  # characters of a note that are shown


@cache
def _parser() -> MarkdownIt:
    """CommonMark with tables, in which HTML is text, and no picture is fetched from anywhere."""
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")


def markdown(text: str) -> Markup:
    """A note as HTML."""
    html: str = _parser().render(text[:_LONGEST])
    return Markup(html.replace("<a href=", '<a rel="noopener noreferrer" target="_blank" href='))


def tags_of(attributes: Mapping[str, JSON]) -> list[str]:
    """The tags among attributes; none if something else is called so."""
    found = attributes.get(TAGS)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
