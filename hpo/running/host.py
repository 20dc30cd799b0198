"""Trials in a process that has not begun them: what is done there, and what comes back."""

from __future__ import annotations

import gc
import os
import pickle
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, final

from hpo.exceptions import SearchSpaceExhausted
from hpo.running.beginning import propose
from hpo.running.current import enter, leave
from hpo.running.outcome import Outcome, outcome_of
from hpo.running.participant import Participant
from hpo.trial.live import LiveTrial

__all__ = ["Host", "Returned", "this_process"]

_SAID = (
    "proposal",
    "apart",
    "awaits_proposal",
    "reported_at",
    "user_attrs",
    "reports",
    "parameters",
    "distributions",
    "constraints",
    "asked",
    "pruned",
    "answers",
    "has_checkpoint",
)


class Returned(NamedTuple):
    """What comes back of a trial.

    Args:
        outcome: How it ends; None if the sampler had nothing left for it, so that it has never begun.
        error: The error that ends the run, pickled; empty if it cannot be, None without one.
        said: What the trial has said, by names of `LiveTrial`.
        proposing: Seconds that the sampler took, if it was asked there.
        stops: Whether the objective has called `study.stop()`.
        process: That ran it.
    """

    outcome: Outcome | None
    error: bytes | None
    said: Mapping[str, Any]
    proposing: float | None
    stops: bool
    process: str

    def give_to(self, trial: LiveTrial) -> None:
        """Let the trial have said the same where it began."""
        for name, value in self.said.items():
            setattr(trial, name, value)


_ORIGIN = uuid.uuid4().hex  # forked processes share it


def this_process() -> str:
    """Names this process among those of all machines."""
    return f"{_ORIGIN}-{os.getpid()}"


@final
@dataclass(eq=False)
class Host:
    """A study in a process that runs trials which another one has begun and will end.

    Args:
        participant: Of the study, here.
        objective: What is called with a trial's data.
        catch: Exceptions that make a trial fail and the run go on.
        collect: Whether to collect garbage after each trial.
    """

    participant: Participant
    objective: Callable[[LiveTrial], Any]
    catch: tuple[type[BaseException], ...]
    collect: bool

    def run(self, trial: LiveTrial) -> Returned:
        """Call the objective with a trial; nothing is raised."""
        errand = _Errand(self.participant)
        outcome: Outcome | None
        outer = enter(errand)
        self.participant.host(trial)
        try:
            if trial.awaits_proposal:
                errand.propose(trial)
            n_objectives = self.participant.n_objectives
            outcome, error = outcome_of(self.objective, trial, n_objectives, self.catch)
        except SearchSpaceExhausted:
            outcome, error = None, None
        except Exception as failure:  # of the sampler, or of the storage
            outcome, error = Outcome.of_error(failure), failure
        finally:
            leave(outer)
            self.participant.leave(trial)
        if self.collect:
            gc.collect()
        said = {name: getattr(trial, name) for name in _SAID}
        return Returned(
            outcome, None if error is None else _packed(error), said, errand.proposing, errand.stops, this_process()
        )


@final
@dataclass(eq=False)
class _Errand:
    """The run, as the objective of one trial meets it."""

    participant: Participant
    proposing: float | None = None
    stops: bool = False

    def stop(self) -> None:
        """Have the run told, when the trial ends, to begin no more trials."""
        self.stops = True

    def propose(self, trial: LiveTrial) -> None:
        self.proposing = propose(self.participant, trial)


def _packed(error: BaseException) -> bytes:
    """An error as the process that began the trial can raise it; empty if it cannot be pickled, or not read again."""
    import cloudpickle

    try:
        packed: bytes = cloudpickle.dumps(error)
        pickle.loads(packed)
    except Exception:
        return b""
    return packed
