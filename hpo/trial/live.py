"""A trial where its objective runs, as plain data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, final

from hpo.arrays import JSON
from hpo.distributions import BaseDistribution
from hpo.history.reports import Reports
from hpo.history.running import RunningTrial

__all__ = ["LiveTrial"]


@final
@dataclass(slots=True, eq=False)
class LiveTrial:
    """What a trial was given, and what it has said so far. It pickles, and whoever runs the trial owns it.

    Args:
        number: Rank of the trial within its study, from 0.
        record: What the log says of it.
        proposal: The sampler's coded values over `record.space`; empty as long as it `awaits_proposal`.
        apart: Names of parameters that do not come from the proposal: they are fixed, or the sampler left them open.
        started_at: Length of the log that its sampler knew.
        reported_at: Length of the log at its last report that is in there; `started_at` without one.
        user_attrs: What is attached to it.
        reports: Its intermediate values: the record's, or its own while they are kept back.
        resume_step: The step to go on from; 0 for a new trial.
        parameters, distributions: What was suggested, by name, in that order.
        constraints: By name; feasible where ≤ 0.
        asked: How many reports, without the latest one, had been made when the pruner was last asked.
        pruned: What the pruner answered to the last report; None if it was not asked.
        answers: Of reports that are kept back, what the pruner had answered before each of them.
        has_checkpoint: Whether it has looked at its directory for checkpoints.
        has_ended: Whether its end is in the log.
        awaits_proposal: Whether the process that runs it is to ask the sampler.
        is_asked: Whether `ask` has begun it here, so that whoever asked tells its end.
    """

    number: int
    record: RunningTrial
    proposal: tuple[float, ...]
    apart: Collection[str]
    started_at: int
    reported_at: int
    user_attrs: dict[str, JSON]
    reports: Reports
    resume_step: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    distributions: dict[str, BaseDistribution] = field(default_factory=dict)
    constraints: dict[str, float] = field(default_factory=dict)
    asked: int = 0
    pruned: bool | None = None
    answers: list[bool | None] = field(default_factory=list)
    has_checkpoint: bool = False
    has_ended: bool = False
    awaits_proposal: bool = False
    is_asked: bool = False

    @classmethod
    def of(cls, record: RunningTrial, proposal: tuple[float, ...], position: int) -> LiveTrial:
        """A trial that begins now, or goes on, when the log had a length."""
        total = sum(proposal)  # NaN if it leaves something open
        reports = record.reports.copy() if record.deferred else record.reports
        return cls(
            record.number,
            record,
            proposal,
            record.fixed if total == total else _apart(record, proposal),
            position,
            position,
            dict(record.user_attrs),
            reports,
            reports.last + 1 if reports.steps else 0,
            asked=record.asked,
            answers=[None] * len(reports) if record.deferred else [],
            has_checkpoint=record.resumed,
        )

    def propose(self, proposal: tuple[float, ...]) -> None:
        """Take the proposal that it has been waiting for."""
        self.proposal, self.apart, self.awaits_proposal = proposal, _apart(self.record, proposal), False

    def suggested(self) -> tuple[dict[str, Any], dict[str, BaseDistribution]]:
        """Copies of the parameters and distributions, of the same names, also while the trial goes on suggesting."""
        distributions = dict(self.distributions)  # come after their parameters
        return {name: self.parameters[name] for name in distributions}, distributions


def _apart(record: RunningTrial, proposal: tuple[float, ...]) -> Collection[str]:
    return {*record.fixed, *(name for name, u in zip(record.space.names, proposal, strict=True) if u != u)}
