"""When a decision is due."""

from __future__ import annotations

from typing import Any

from hpo.checks import check_count
from hpo.history import Curve

__all__ = ["check_interval", "is_due"]


def check_interval(n_warmup_steps: Any, interval_steps: Any) -> None:
    """Raise TypeError unless both are whole numbers, and ValueError if one is below 0, or the other below 1."""
    check_count("n_warmup_steps", n_warmup_steps, 0)
    check_count("interval_steps", interval_steps, 1)


def is_due(curve: Curve, n_warmup_steps: int, interval_steps: int) -> bool:
    """Whether the largest step is the first one within its interval; intervals are counted from the warm-up on."""
    step = curve.step
    if step < n_warmup_steps:
        return False
    begin = (step - n_warmup_steps) // interval_steps * interval_steps + n_warmup_steps
    return begin == step or not curve.has_reported(begin, step)
