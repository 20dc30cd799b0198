"""The base of callbacks that tell a service of experiments about each trial."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Sequence
from typing import Any, Self

from hpo.caution import warn
from hpo.events import TrialState
from hpo.integrations.outbox import Outbox
from hpo.reading.readable import Readable
from hpo.reading.summary import objective_names
from hpo.trial import FrozenTrial

__all__ = ["TrackerCallback", "named_reports", "named_values"]

_ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


class TrackerCallback(ABC):
    """A callback that writes each trial that has ended into a service, or a file; subclass it for another one.

    `track` runs in a thread of its own, one trial after another: a service that raises is warned about, one that
    hangs is left behind, and the study goes on.

    Args:
        timeout: Seconds that the end of `optimize` waits for what is still to be written, ≥ 0.

    Example:
        >>> class LineCallback(TrackerCallback):
        ...     def __init__(self, path):
        ...         super().__init__(timeout=30)
        ...         self.path = path
        ...
        ...     def track(self, study, trial):
        ...         with open(self.path, "a") as file:
        ...             print(trial.number, trial.state.name, trial.values, trial.params, file=file)
        >>> study.optimize(objective, n_trials=5, callbacks=[LineCallback("trials.txt")])
    """

    _outbox: Outbox
    _written: set[tuple[str, int]]
    _timeout: float
    _n_failures: int

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        """Begin with nothing written; here, as a subclass may forget to call `__init__`."""
        del arguments, options
        self = super().__new__(cls)
        self._outbox, self._written, self._timeout, self._n_failures = Outbox(), set(), 60.0, 0
        return self

    def __init__(self, *, timeout: float = 60.0) -> None:
        if not timeout >= 0:
            raise ValueError(f"timeout must be ≥ 0, got {timeout!r}.")
        self._timeout = timeout

    @abstractmethod
    def track(self, study: Readable, trial: FrozenTrial) -> None:
        """Write a trial that has ended; it is called once for each, and never by two threads at a time."""

    def tracked(self, study: Readable) -> Container[int]:
        """The numbers of the trials that the service has already, which `catch_up` leaves out; none by default."""
        del study
        return ()

    def close(self, study: Readable) -> None:
        """Write what is to be written when `optimize` ends; nothing by default."""
        del study

    def __call__(self, study: Readable, trial: FrozenTrial) -> None:
        """Have a trial written soon; one that is paused will come again."""
        if trial.state in _ENDED:
            self._outbox.put(f"trial {trial.number}", lambda: self._write(study, trial))
        self._warn_of_failures()

    def catch_up(self, study: Readable) -> None:
        """Write all trials that have ended and that the service lacks, such as those from before a crash, and wait."""

        def send() -> None:
            known, identity = self.tracked(study), study.identity
            for trial in study.get_trials(states=_ENDED):
                if trial.number not in known and (identity, trial.number) not in self._written:
                    self._write(study, trial)

        self._outbox.put("earlier trials", send)
        self.end_of_run(study)

    def end_of_run(self, study: Readable) -> None:
        """Wait until all is written, or for the timeout; `optimize` calls it when it ends."""
        self._outbox.put("the end of the run", lambda: self.close(study))
        done = self._outbox.wait(self._timeout)
        self._warn_of_failures()
        more, self._n_failures = self._n_failures - 1, 0
        if more > 0:
            warn(f"{type(self).__name__} could not write {more} more. catch_up(study) writes what is missing.")
        if not done:
            warn(
                f"{type(self).__name__} has not come to an end within {self._timeout:g} s; it has "
                f"{self._outbox.n_left} things left to write, and goes on with them as long as this process lives. "
                "The study has everything: catch_up(study) writes what is missing."
            )

    def _write(self, study: Readable, trial: FrozenTrial) -> None:
        self.track(study, trial)
        self._written.add((study.identity, trial.number))

    def _warn_of_failures(self) -> None:
        """Warn of the first failure of a run, as a service that is away fails with each trial, and count the others."""
        failures = self._outbox.failures()
        if failures and not self._n_failures:
            job, error = failures[0]
            warn(
                f"{type(self).__name__} could not write {job}: {type(error).__name__}: {error}. The study goes on, and "
                "has everything: catch_up(study) writes what is missing."
            )
        self._n_failures += len(failures)


def named_values(study: Readable, trial: FrozenTrial, names: Sequence[str] = ()) -> dict[str, float]:
    """The values of a trial by the names of the objectives; empty without values.

    Args:
        study: Its study, whose metric names are taken if it has them.
        trial: One that has ended.
        names: One for each objective otherwise; by default "value", or "objective 0" and so on.
    """
    return dict(zip(_names(study, names), trial.values or (), strict=False))


def named_reports(study: Readable, trial: FrozenTrial, names: Sequence[str] = ()) -> dict[str, list[tuple[int, float]]]:
    """What a trial reported, as pairs of step and value, by the names of the objectives as in `named_values`."""
    called = _names(study, names)
    curves: dict[str, list[tuple[int, float]]] = {name: [] for name in called}
    for step, value in sorted(trial.intermediate_values.items()):
        for name, one in zip(called, value if isinstance(value, (tuple, list)) else (value,), strict=True):
            curves[name].append((step, one))
    return {name: curve for name, curve in curves.items() if curve}


def _names(study: Readable, names: Sequence[str]) -> list[str]:
    n = len(study.directions)
    if study.metric_names or not names or (n > 1 and list(names) == ["value"]):
        return objective_names(study)
    if len(names) != n:
        raise ValueError(f"metric_name must be one name for each of the {n} objectives, got {list(names)!r}.")
    return list(names)
