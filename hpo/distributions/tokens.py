"""When two choices are one and the same: the identity of a choice, as text."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

__all__ = ["plain", "token"]


def token(choice: Any) -> str:
    """The identity of a choice: equal for equal values of one type, different for `1`, `1.0`, `True` and `"1"`."""
    if choice is None or type(choice) in (bool, int, str):
        return json.dumps(choice)
    try:
        return json.dumps(choice, sort_keys=True, default=plain)
    except (TypeError, ValueError):
        return f"<{choice!r}>"


def plain(value: Any) -> Any:
    """What `json.dumps` takes as `default`: NumPy's scalars as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"JSON cannot hold {value!r}.")
