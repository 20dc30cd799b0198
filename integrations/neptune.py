"""Trials in a run of Neptune."""

from __future__ import annotations

from typing import Any, final

from hpo.events import TrialState
from hpo.integrations.tracker import TrackerCallback, named_reports, named_values
from hpo.reading.readable import Readable
from hpo.trial import FrozenTrial

__all__ = ["NeptuneCallback"]


@final
class NeptuneCallback(TrackerCallback):
    """Writes the trials into a run of Neptune that you have opened, and which stays open.

    Args:
        run: Made by `neptune.init_run`; with `mode="offline"` everything stays on the disk.
        base_namespace: Where in the run; its root by default.
        timeout: As in `TrackerCallback`.

    Example:
        >>> import neptune
        >>> run = neptune.init_run(project="me/digits", mode="offline")
        >>> study.optimize(objective, n_trials=20, callbacks=[NeptuneCallback(run)])
        >>> run.stop()
    """

    def __init__(self, run: Any, base_namespace: str = "", *, timeout: float = 60.0) -> None:
        super().__init__(timeout=timeout)
        self._run = run
        self._base = f"{base_namespace.strip('/')}/" if base_namespace else ""

    def track(self, study: Readable, trial: FrozenTrial) -> None:
        """Write the trial, and its value into the series of all."""
        own = f"{self._base}trials/{trial.number}"
        self._run[f"{own}/state"] = trial.state.name
        for name, param in trial.params.items():
            self._run[f"{own}/params/{name}"] = param if isinstance(param, (bool, int, float, str)) else repr(param)
        for name, attribute in trial.user_attrs.items():
            self._run[f"{own}/user_attrs/{name}"] = str(attribute)
        for name, curve in named_reports(study, trial).items():
            for step, value in curve:
                self._run[f"{own}/intermediate/{name}"].append(value, step=step)
        for name, value in named_values(study, trial).items():
            self._run[f"{own}/values/{name}"] = value
            self._run[f"{self._base}values/{name}"].append(value)

    def close(self, study: Readable) -> None:
        """Write what was best, and wait until the run has it."""
        if len(study.directions) == 1 and study.count_trials((TrialState.COMPLETE,)):
            best = study.best_trial
            self._run[f"{self._base}best/trial"] = best.number
            for name, value in named_values(study, best).items():
                self._run[f"{self._base}best/{name}"] = value
        self._run.wait()
