"""What other processes need in order to run trials of a study."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, final

from hpo import logging
from hpo.events import StudyCreated
from hpo.log.log import Log
from hpo.protocols import Storage
from hpo.running.host import Host
from hpo.running.participant import Participant
from hpo.running.plan import Plan
from hpo.running.port import Port
from hpo.trial import Trial
from hpo.trial.port import TrialStudy

__all__ = ["Parcel"]


@final
@dataclass(frozen=True)
class Parcel:
    """An objective, and where and how its trials are run.

    Args:
        objective: Called with a trial.
        opener: Opens the storage of the study.
        header: Of its log.
        plan: How it is done.
        study_over: Makes the study that an objective sees.
        catch: Exceptions that make a trial fail and the run go on.
        collect: Whether to collect garbage after each trial.
        verbosity: Of the log lines, as it was set where the run began.
    """

    objective: Callable[[Any], Any]
    opener: Callable[[], Storage]
    header: StudyCreated
    plan: Plan
    study_over: Callable[[Log, Participant], TrialStudy]
    catch: tuple[type[BaseException], ...] = ()
    collect: bool = False
    verbosity: int = field(default_factory=logging.get_verbosity)

    def host(self) -> Host:
        """Open the study here; its log is read when something of it is needed."""
        logging.set_verbosity(self.verbosity)
        log = Log(self.header.identity, self.opener())
        log.ledger.apply([self.header])
        participant = Participant(log, self.plan)
        study = self.study_over(log, participant)
        port = Port(participant)
        return Host(participant, lambda live: self.objective(Trial(study, port, live)), self.catch, self.collect)

    def packed(self) -> bytes:
        """As bytes, functions of a notebook and lambdas too.

        Raises:
            TypeError: If a part of it cannot be pickled; it says which.
            ImportError: If cloudpickle is not installed.
        """
        try:
            import cloudpickle
        except ImportError:
            raise ImportError(
                "Objectives travel to other processes with cloudpickle: pip install 'hpo-study[processes]'."
            ) from None
        try:
            packed: bytes = cloudpickle.dumps(self)
        except Exception as error:
            raise TypeError(self._why_not(cloudpickle.dumps, error)) from error
        return packed

    def _why_not(self, dumps: Callable[[Any], bytes], error: Exception) -> str:
        """A sentence about the first part that cannot be pickled."""
        parts = {
            "The objective": (self.objective, "open files, locks and connections within it, not outside"),
            "The sampler": (self.plan.sampler, "a sampler that holds values only"),
            "The pruner": (self.plan.pruner, "a pruner that holds values only"),
            "The storage": (self.opener, "a storage with options that can be pickled"),
            "What `catch` names": (self.catch, "exceptions that a module defines"),
        }
        for name, (part, advice) in parts.items():
            try:
                dumps(part)
            except (TypeError, AttributeError, ValueError, pickle.PicklingError, RecursionError) as why:
                return f"{name} must go to other processes, and cannot be pickled: {why} Use {advice}."
        return f"What goes to other processes cannot be pickled: {error}"
