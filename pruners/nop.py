"""No pruning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from hpo.history import Curve, History

__all__ = ["NopPruner"]


@final
@dataclass(frozen=True)
class NopPruner:
    """Let every trial run to its end.

    Example:
        >>> study = hpo.create_study(pruner=NopPruner())
    """

    def prune(self, history: History, curve: Curve) -> bool:
        del history, curve
        return False
