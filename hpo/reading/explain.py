"""Who proposed a trial, and why: decided again from what was known when it began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

from hpo.events import Event, TrialStarted
from hpo.history import History
from hpo.log.ledger import Ledger
from hpo.protocols import Pruner, Sampler, choosing
from hpo.reading.descriptions import described
from hpo.reading.plug_ins import PlugIns

__all__ = ["Explanation", "explanation_of", "explanations", "proposers_of"]


@final
@dataclass(frozen=True)
class Explanation:
    """Where the parameters of a trial come from.

    Args:
        number: The trial's.
        sampler: What proposed it, in words; of a sampler that asks others the one that it asked. "" if nothing did.
        reason: Why this one, in words; "" where there was no choice.
        fixed: Parameters that the trial was queued with.

    Example:
        >>> print(study.explain(29))
        Trial 29 was proposed by RandomSampler…
    """

    number: int
    sampler: str
    reason: str
    fixed: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The sampler's class."""
        return self.sampler.partition("(")[0].strip("<>").partition(" ")[0]

    def __str__(self) -> str:
        if not self.sampler:
            return (
                f"Trial {self.number}: the log names no sampler, as of trials that were added or made by old versions."
            )
        because = f", because {self.reason}" if self.reason else ""
        given = ", ".join(f"{name}={value!r}" for name, value in self.fixed.items())
        queued = f" It was queued with {given}." if given else ""
        return f"Trial {self.number} was proposed by {self.name}{because}.{queued}"


def explanations(events: Iterable[Event], sampler: Sampler, pruner: Pruner) -> Iterator[Explanation]:
    """Of each trial that began, in the order in which they did; one that went on after a pause is told of once.

    The samplers are those that the log names, as far as they are at hand; see `verify`.
    """
    plug_ins, ledger, told = PlugIns(sampler, pruner), Ledger(), set[int]()
    for event in events:
        if not isinstance(event, TrialStarted):
            ledger.apply([event])
            continue
        explanation = _begun(event, ledger, plug_ins, told.__contains__)
        if explanation is not None:
            told.add(explanation.number)
            yield explanation


def explanation_of(number: int, events: Iterable[Event], sampler: Sampler, pruner: Pruner) -> Explanation | None:
    """Of one trial; None if no such trial has begun. Only this one is decided again."""
    ledger = Ledger()
    for event in events:
        if isinstance(event, TrialStarted) and number == (ledger.n_trials if event.claims is None else event.claims):
            explanation = _begun(event, ledger, PlugIns(sampler, pruner), lambda _: False)
            if explanation is not None:
                return explanation
        else:
            ledger.apply([event])
    return None


def proposers_of(events: Iterable[Event], sampler: Sampler, pruner: Pruner) -> dict[str, int]:
    """How many trials each sampler proposed, by the name of its class, in the order in which they began."""
    return dict(Counter(one.name for one in explanations(events, sampler, pruner) if one.sampler))


def _begun(
    event: TrialStarted, ledger: Ledger, plug_ins: PlugIns, is_told: Callable[[int], bool]
) -> Explanation | None:
    """Of the trial that begins with an event, which the ledger learns; None if none begins, or it is told already."""
    before = ledger.history()
    (number,) = ledger.apply([event])
    if number is None or is_told(number):
        return None
    fixed = dict(ledger.running[number].fixed)
    return _explained(number, event, before.with_given(fixed), fixed, plug_ins, ledger)


def _explained(
    number: int, event: TrialStarted, history: History, fixed: dict[str, Any], plug_ins: PlugIns, ledger: Ledger
) -> Explanation:
    plan = None if event.plan is None else ledger.plans.get(event.plan)
    if plan is None:
        return Explanation(number, "", "", fixed)
    deciders = plug_ins.of(plan)
    if deciders is None:
        return Explanation(number, plan.sampler, "", fixed)
    chooser = choosing(deciders.sampler)
    known = deciders.known(history, number)
    choice = None if chooser is None else chooser.choose(known.space, known)
    asked = deciders.sampler if choice is None else choice.sampler
    return Explanation(number, described(asked), "" if choice is None else choice.reason, fixed)
