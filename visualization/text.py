"""Words in figures: names and numbers short enough to be read, and safe to be shown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import timedelta
from html import unescape
from typing import Any

from hpo.words import encodable

__all__ = ["distinct", "duration", "joined", "number", "short", "ticks_in_words", "wrapped"]

_LONGEST_TICK = 6  # characters, up to which numbers are written out


def short(text: Any, most: int = 24) -> str:
    """A text of at most `most` characters, the middle left out; what browsers would take for markup is escaped.

    Example:
        >>> short("a_very_long_name_of_a_parameter", 12)
        'a_very…meter'
    """
    words = " ".join(encodable(str(text)).split())
    if len(words) > most:
        tail = (most - 1) // 2
        words = f"{words[: most - 1 - tail]}…{words[len(words) - tail :]}"
    return _escaped(words)


def distinct(names: Sequence[str], most: int = 24) -> list[str]:
    """Names cut like `short` does, but where that makes some alike, around what tells these apart.

    Names that are the same get a number.

    Example:
        >>> distinct(["encoder_00_dropout_rate", "encoder_01_dropout_rate", "lr"], 12)
        ['…er_00_drop…', '…er_01_drop…', 'lr']
    """
    names = [encodable(name) for name in names]
    shown = [short(name, most) for name in names]
    for text in {text for text in shown if shown.count(text) > 1}:
        alike = [i for i, other in enumerate(shown) if other == text]
        group = [" ".join(names[i].split()) for i in alike]
        if len(set(group)) == 1:
            for k, i in enumerate(alike[1:], 2):
                shown[i] = f"{text} ({k})"
            continue
        before = _common(group)
        behind = _common([name[len(before) :][::-1] for name in group])[::-1]
        for i, name in zip(alike, group, strict=True):
            own = name[len(before) : len(name) - len(behind)]
            room = max(most - 2 - len(own), 0)
            left = before[len(before) - min(room // 2, len(before)) :]
            right = behind[: room - room // 2]
            shown[i] = _escaped(f"…{left}{own}{right}…")
    return shown


def _common(names: Sequence[str]) -> str:
    """The longest beginning that all names share."""
    first, last = min(names), max(names)
    n = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:n]


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def number(value: Any) -> str:
    """A number with as many digits as a reader wants, or anything else as it is.

    Example:
        >>> number(0.000123456), number(3.0), number("rbf")
        ('0.00012346', '3', 'rbf')
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**9 else f"{value:.5g}"
    return f"{value:.5g}"


def joined(parts: Sequence[str]) -> str:
    """Sentences of a note, the empty ones left out."""
    return " · ".join(part for part in parts if part)


def ticks_in_words(ticks: Sequence[float]) -> list[str]:
    """The ticks of one axis in one form: all plain where these are short, otherwise all with powers of ten.

    Example:
        >>> ticks_in_words([0.001, 0.01, 1.0]), ticks_in_words([1e-5, 0.1, 2.0])
        (['0.001', '0.01', '1'], ['10⁻⁵', '10⁻¹', '2·10⁰'])
    """
    plain = [f"{tick:.10f}".rstrip("0").rstrip(".") if abs(tick) < 1e6 else "" for tick in ticks]
    is_exact = all(word and float(word) == float(f"{tick:.10g}") for word, tick in zip(plain, ticks, strict=True))
    if is_exact and max(map(len, plain), default=0) <= _LONGEST_TICK:
        return plain
    return [_with_power(tick) for tick in ticks]


def _with_power(value: float) -> str:
    if value == 0.0:
        return "0"
    digits, exponent = f"{value:.3e}".split("e")
    digits = digits.rstrip("0").rstrip(".")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if digits == "1" else f"{digits}·10{raised}"


def wrapped(names: Sequence[str], width: int, lines: int = 2) -> list[str]:
    """Names broken into lines, after separators where that is enough; those that need more lines are cut first.

    Args:
        width: Characters of a line.
        lines: The most for each name.

    Example:
        >>> wrapped(["min_data_in_leaf", "lr"], 10)
        ['min_data_<br>in_leaf', 'lr']
    """
    shown = [unescape(name) for name in distinct(names, lines * width)]
    return ["<br>".join(map(_escaped, _lines(name, width, lines))) for name in shown]


def _lines(name: str, width: int, most: int) -> list[str]:
    """A name of at most `most * width` characters in at most `most` lines."""
    parts = [""]
    for piece in re.findall(r"[^\s_./-]*[\s_./-]*", name):
        if len(parts[-1]) + len(piece) > width:
            parts.append("")
        parts[-1] += piece
    broken = [part for part in parts if part]
    if len(broken) <= most and max(map(len, broken), default=0) <= width:
        return broken
    return textwrap.wrap(name, width, break_on_hyphens=False) or [""]


def duration(seconds: float) -> str:
    """A length of time in its two largest units.

    Example:
        >>> duration(0.0123), duration(75.0), duration(7_260)
        ('12.3 ms', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 1:
        return f"{1000 * seconds:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    days, rest = divmod(int(timedelta(seconds=round(seconds)).total_seconds()), 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    first = next(i for i, (n, _) in enumerate(units) if n)
    return " ".join(f"{n} {unit}" for n, unit in units[first : first + 2] if n)
