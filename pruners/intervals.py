"""When a decision is due."""

from __future__ import annotations

from hpo.history import Curve
from hpo.numbers import real

__all__ = ["check_least", "is_due"]


def is_due(curve: Curve, n_warmup_steps: int, interval_steps: int) -> bool:
    """Whether the largest step is the first one within its interval; intervals are counted from the warm-up on."""
    step = curve.step
    if step < n_warmup_steps:
        return False
    begin = (step - n_warmup_steps) // interval_steps * interval_steps + n_warmup_steps
    return begin == step or not curve.has_reported(begin, step)


def check_least(owner: object, **least: float) -> None:
    """Raise if an attribute is smaller than it may be.

    Raises:
        TypeError: If it is no number, with its name.
        ValueError: If it is too small, with its name.
    """
    for name, bound in least.items():
        if not real(getattr(owner, name), name) >= bound:
            raise ValueError(f"{name} must be ≥ {bound}, got {getattr(owner, name)!r}.")
