"""JSON that can say NaN, infinities and tuples, as everything is written that outlives a process.

JSON has no word for NaN and ±inf. Here they are objects, {"$float": "nan"}; keys of the user's own that begin
with a dollar get a second one. Nor has it one for tuples: choices, and values of parameters, which are choices or were
given as such, say {"$tuple": [1, 2]}. Everywhere else a tuple becomes a list, as JSON has it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, final

import numpy as np

from hpo.arrays import JSON

__all__ = ["MOST_LEVELS", "check_levels", "choice", "dumps", "loads", "loads_together"]

MOST_LEVELS = 100
"""How many lists and dicts may lie in one another: every reader has room for these, however deep its own calls are."""


def dumps(value: JSON) -> str:
    """JSON that any parser reads: ASCII, without NaN or Infinity, NumPy's scalars as numbers.

    Raises:
        TypeError: If `value` holds something else than None, bool, int, float, str, lists and dicts.
    """
    try:
        text = _plain_json(value)
    except (ValueError, RecursionError):
        text = '"$'  # not finite, so the words of the format are needed; or a circle, which the second try finds again
    try:
        return _plain_json(_escaped(value)) if '"$' in text else text
    except (ValueError, RecursionError) as error:
        raise TypeError(f"JSON cannot hold this {type(value).__name__}: {error}") from None


def check_levels(value: Any) -> None:
    """Raise TypeError if more than `MOST_LEVELS` lists and dicts lie in one another, of what comes in anew."""
    level = [value] if isinstance(value, _LEVELS) else []
    for _ in range(MOST_LEVELS):
        inner = chain.from_iterable(one.values() if isinstance(one, dict) else one for one in level)
        level = [one for one in inner if isinstance(one, _LEVELS)]
        if not level:
            return
    raise TypeError(
        f"This {type(value).__name__} has more than {MOST_LEVELS} levels of lists and dicts, which not every process "
        "could read again. Store it as a string, or as a file."
    )


def choice(value: Any) -> Any:
    """What to give to `dumps`, so that `loads` returns the value of a parameter with its tuples as tuples."""
    if isinstance(value, tuple):
        return _Word({"$tuple": [choice(item) for item in value]})
    if isinstance(value, list):
        return [choice(item) for item in value]
    if isinstance(value, dict):
        return {key: choice(item) for key, item in value.items()}
    return value


def loads(text: str) -> JSON:
    """What `dumps` was given; tuples come back as lists, unless they went through `choice`."""
    try:
        value, _ = _scan(text, 0)
    except StopIteration:
        raise ValueError(f"Not JSON: {text[:200]!r}") from None
    return _unescaped(value) if '"$' in text else value


def loads_together(texts: Sequence[str]) -> list[Any] | None:
    """What `loads` makes of each text, by one parse, which costs half as much as one of each.

    None where that does not do, because of the words of the format or of a text that is no JSON: read one by one, so
    that an error names the text that is to blame.
    """
    text = f"[{','.join(texts)}]"
    if '"$' in text:
        return None
    try:
        values, end = _scan(text, 0)
    except (StopIteration, ValueError):
        return None
    return values if end == len(text) and len(values) == len(texts) else None


_LEVELS = (dict, list, tuple)

# What json.loads calls after a search for white space, which costs as much again.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


@final
class _Word(dict[str, Any]):
    """A word of the format, which is written as it is."""


def _numpy_scalar(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(
        f"JSON cannot hold {value!r} of type {type(value).__name__}; expected None, bool, int, float, str, "
        "or lists and dicts of them. Store a name, a path or a number instead."
    )


_plain_json: Callable[[Any], str] = json.JSONEncoder(
    allow_nan=False, separators=(",", ":"), default=_numpy_scalar
).encode


def _escaped(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if type(value) is _Word:
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, dict):
        return {
            f"${key}" if isinstance(key, str) and key.startswith("$") else key: _escaped(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_escaped(item) for item in value]
    return value


def _unescaped(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"$float"}:
            return float(value["$float"])
        if value.keys() == {"$tuple"}:
            return tuple([_unescaped(item) for item in value["$tuple"]])
        return {key.removeprefix("$"): _unescaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return value
