"""When a run ends."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import final

from hpo.events import RunLimits
from hpo.running.budget import Budget

__all__ = ["Limits"]


@final
@dataclass(frozen=True)
class Limits:
    """When a run ends, and how its results are committed.

    Args:
        n_trials: New trials that it begins; None for no limit.
        deadline: By the monotonic clock, when the last one begins; None for no limit.
        budgets: What all workers together may do.
        catch: Exceptions that make a trial fail and the run go on.
        lag: Results are stored in the order of the trials, of which so many are in flight; None for any order.
    """

    n_trials: int | None = None
    deadline: float | None = None
    budgets: tuple[Budget, ...] = ()
    catch: tuple[type[BaseException], ...] = ()
    lag: int | None = None

    def told(self) -> RunLimits:
        """What the log is to say of it."""
        until = None if self.deadline is None else time.time() + self.deadline - time.monotonic()
        budgets = tuple((budget.n_trials, budget.counted) for budget in self.budgets)
        return RunLimits(self.n_trials, until, budgets)
