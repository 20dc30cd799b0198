"""The objective in other processes, as the process sees it that begins and ends the trials."""

from __future__ import annotations

import pickle
import uuid
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, final

from hpo.events import TrialError
from hpo.protocols import Engine
from hpo.running.current import CurrentRun
from hpo.running.host import Returned, this_process
from hpo.running.hosting import run_away
from hpo.running.outcome import Outcome
from hpo.running.place import Landed, Result
from hpo.running.reach import Reach
from hpo.trial.live import LiveTrial

__all__ = ["Away"]


@final
class Away:
    """Has trials run by an engine. Each process gets the parcel once, and with each trial its data.

    Args:
        engine: Which.
        parcel: What processes need, pickled: see `Parcel`.
        reach: How they reach the study.
    """

    is_away = True

    def __init__(self, engine: Engine, parcel: bytes, reach: Reach) -> None:
        self._engine = engine
        self._parcel = parcel
        self._reach = reach
        self._run = uuid.uuid4().hex
        self._n_sent = 0
        self.proposes = True

    @property
    def slots(self) -> int:
        return self._engine.slots

    def send(self, run: CurrentRun, trial: LiveTrial, landed: Landed) -> None:
        """Have a trial run. The first ones go with the parcel, because no process has it yet."""
        del run  # where it is called, something else stands for it
        self._submit(trial, landed, self._n_sent < self._engine.slots)

    def close(self) -> None:
        """End what is under way."""
        try:
            self._engine.close()
        finally:
            self._reach.close()

    def _submit(self, trial: LiveTrial, landed: Landed, sends_parcel: bool) -> None:
        self._n_sent += 1
        data = pickle.dumps(trial, pickle.HIGHEST_PROTOCOL)
        future = self._engine.submit(run_away, self._run, self._parcel if sends_parcel else None, data)
        future.add_done_callback(lambda done: landed(trial, partial(self._read, trial, done, landed)))

    def _read(self, trial: LiveTrial, future: Future[Any], landed: Landed) -> Result | None:
        """What came of a trial; None if it had to be sent again with the parcel.

        Raises:
            Exception: If the engine cannot run trials.
        """
        if future.cancelled():
            raise RuntimeError("The engine has cancelled a trial that was under way; was it shut down?")
        error = future.exception()
        if error is not None:
            return self._lost(error)
        packed = future.result()
        if packed is None:
            self._submit(trial, landed, sends_parcel=True)
            return None
        returned: Returned = pickle.loads(packed)
        returned.give_to(trial)
        self.proposes = returned.process != this_process()  # threads of this one would only wait for each other
        raised = None
        if returned.error is not None and returned.outcome is not None:
            raised = _raised_there(returned.error, returned.outcome.error)
        return Result(returned.outcome, raised, returned.proposing, returned.stops)

    def _lost(self, error: BaseException) -> Result:
        if not self._engine.is_loss(error):
            error.add_note("It was raised by the engine or in one of its processes, before the objective was called.")
            raise error
        why = str(error).partition("\n")[0].rstrip(".") or "its process ended"
        return Result(Outcome.of_loss(f"{type(error).__name__}: {why}"))


def _raised_there(packed: bytes, error: TrialError | None) -> BaseException:
    """The error that an objective raised in another process, with the traceback it had there."""
    assert error is not None
    raised: BaseException = RuntimeError(f"{error.type}: {error.message}")
    if packed:
        with suppress(Exception):  # what can be read there need not be known here
            raised = pickle.loads(packed)
    if error.traceback:
        raised.add_note(f"It was raised in another process:\n{error.traceback}")
    return raised
