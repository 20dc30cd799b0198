"""HTML from text: everything is escaped unless it was made here."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any, final

from hpo.words import encodable, shown

__all__ = ["DIGITS", "Markup", "element", "joined", "tabular"]

DIGITS = 4
"""Of numbers that are shown; the whole number appears under the pointer."""


@final
class Markup(str):
    """HTML that is not to be escaped again."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str) -> Markup:
    """An element; children that are no `Markup` are escaped. Attributes end in `_` where Python has the word.

    Example:
        >>> element("p", "1 < 2", class_="note")
        '<p class="note">1 &lt; 2</p>'
    """
    given = "".join(f' {name.rstrip("_")}="{_escaped(value)}"' for name, value in attributes.items())
    return Markup(f"<{tag}{given}>{joined(children)}</{tag}>")


def joined(children: Iterable[str], separator: str = "") -> Markup:
    """Children one after the other, escaped where they are no `Markup`."""
    return Markup(separator.join(child if isinstance(child, Markup) else _escaped(child) for child in children))


def _escaped(text: str) -> str:
    return html.escape(encodable(text))


def tabular(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Markup:
    """A table that scrolls sideways where it is too wide; numbers to the right."""
    numeric = [all(_is_number(value) or value is None for value in column) for column in zip(*rows, strict=True)]
    classes = [{"class_": "number"} if right else {} for right in numeric or [False] * len(columns)]
    heads = (element("th", shown(name), title=name, **given) for name, given in zip(columns, classes, strict=True))
    head = element("tr", *heads)
    body = [element("tr", *map(_cell, row)) for row in rows]
    return element("div", element("table", element("thead", head), element("tbody", *body)), class_="scroll")


def _cell(value: Any) -> Markup:
    if isinstance(value, Markup):
        return element("td", value)
    if _is_number(value):
        return element("td", shown(value, DIGITS), class_="number", title=str(value))
    return element("td", shown(value, DIGITS), title="" if value is None else str(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
