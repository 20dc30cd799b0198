"""What the log says of a trial while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from hpo.arrays import JSON
from hpo.events import ASKED
from hpo.history.reports import Reports
from hpo.space import Space

__all__ = ["RunningTrial"]

_PLAIN = ("number", "time", "deferred", "worker", "resumed", "inherited", "proposal", "fixed", "asked")


@final
@dataclass(slots=True, eq=False)
class RunningTrial:
    """What the log says so far of a trial that has started and not finished.

    Args:
        number, time, deferred: As in `TrialStarted`.
        space: All parameters that were known when it started; the columns of its proposal.
        worker: Which process runs it, if the log says so.
        resumed: Whether it had paused; then `fixed` are its parameters.
        inherited: How many of its reports a row of its own has, from the time when it paused.
        proposal: Coded values over `space`; None before they are in the log.
        fixed: Parameters that were queued with it.
        reports: Its reports.
        asked: How many of these, without the latest one, had been made when the pruner was last asked.
        user_attrs, system_attrs: What was attached to it.
    """

    number: int
    time: float
    space: Space
    deferred: bool = False
    worker: str | None = None
    resumed: bool = False
    inherited: int = 0
    proposal: tuple[float, ...] | None = None
    fixed: Mapping[str, JSON] = field(default_factory=dict)
    reports: Reports = field(default_factory=Reports)
    asked: int = 0
    user_attrs: dict[str, JSON] = field(default_factory=dict)
    system_attrs: dict[str, JSON] = field(default_factory=dict)

    @property
    def is_by_hand(self) -> bool:
        """Whether it was asked for by hand, with what it tries in the log, so that anybody may tell, whenever."""
        return ASKED in self.system_attrs

    def dump(self, index: Callable[[Space], int]) -> dict[str, Any]:
        """All of it as JSON, for `load`; `index` gives spaces numbers."""
        fields = {name: getattr(self, name) for name in _PLAIN}
        return {
            **fields,
            "space": index(self.space),
            "reports": list(self.reports.items()),
            "user_attrs": dict(self.user_attrs),
            "system_attrs": dict(self.system_attrs),
        }

    @classmethod
    def load(cls, dump: Mapping[str, Any], spaces: Sequence[Space], reports: Reports) -> RunningTrial:
        """The trial that was dumped, with what reports it had."""
        proposal = dump["proposal"]
        fields = {name: dump[name] for name in (*_PLAIN, "user_attrs", "system_attrs")}
        fields["proposal"] = None if proposal is None else tuple(proposal)
        return cls(**fields, space=spaces[dump["space"]], reports=reports)

    def known(self) -> dict[str, Any]:
        """The values that others may expect it to try: its proposal, and what was fixed."""
        return self.expected(self.proposal)

    def expected(self, proposal: tuple[float, ...] | None) -> dict[str, Any]:
        """The values that others may expect it to try if that is its proposal."""
        proposed = {} if proposal is None else self.space.decode(np.array(proposal))
        return proposed | dict(self.fixed)
