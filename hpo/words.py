"""Values as words that fit into a table or a sentence."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["count", "encodable", "inert", "shown"]

_LONGEST = 40
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what texts begin with that a spreadsheet runs
_WRITTEN_OUT = 1e6  # numbers below this have no power of ten, however few digits are wanted


def count(n: int, noun: str = "trial", plural: str | None = None) -> str:
    """A number with its noun, such as "1 trial" and "12 000 trials"; the plural is regular unless it is given."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}".replace(",", "\u202f")


def encodable(text: str) -> str:
    """A text that UTF-8 can hold: lone surrogates, as in names of files that are no UTF-8, become backslash escapes.

    Example:
        >>> encodable("caf\\udce9.csv")
        'caf\\\\udce9.csv'
    """
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def inert(value: Any) -> Any:
    """A value as a cell of a CSV file: a text that a spreadsheet would run as a formula begins with an apostrophe.

    Example:
        >>> inert("=cmd()"), inert("rbf"), inert(-1.5)
        ("'=cmd()", 'rbf', -1.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def shown(value: Any, digits: int = 6) -> str:
    """A value in at most 40 characters: numbers with so many digits, text as it is, nothing for None.

    Text without a character that is seen, such as an empty one, comes in quotes.

    Example:
        >>> shown(0.123456789), shown(0.123456789, 4), shown(23456.7, 4), shown({"a": 1}), shown("")
        ('0.123457', '0.1235', '23457', '{"a": 1}', '""')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if 10.0**digits <= abs(value) < _WRITTEN_OUT else f"{value:.{digits}g}"
    if isinstance(value, (dict, list, tuple)):
        value = json.dumps(value, default=str, ensure_ascii=False)
    text = "".join(character if character.isprintable() else " " for character in encodable(str(value)))
    if not text.strip():
        text = f'"{text}"'
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
