"""Trials in Weights & Biases."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast, final

import wandb

from hpo.events import TrialState
from hpo.integrations.tracker import TrackerCallback, named_reports, named_values
from hpo.reading.readable import Readable
from hpo.study import Study
from hpo.trial import FrozenTrial, Trial

__all__ = ["WeightsAndBiasesCallback"]

T = TypeVar("T")


@final
class WeightsAndBiasesCallback(TrackerCallback):
    """Writes one run for the study, with a point for each trial, or a run for each trial, with its curves.

    A study that is resumed has the same runs: their identities come from the study. The variable WANDB_MODE=offline
    keeps everything on the disk.

    Args:
        metric_name: Of the value, or one for each objective; names that the study has given come first.
        wandb_kwargs: Arguments of `wandb.init`, such as "project".
        as_multirun: Whether each trial is a run.
        timeout: As in `TrackerCallback`.

    Example:
        >>> tracker = WeightsAndBiasesCallback("loss", {"project": "digits"}, as_multirun=True)
        >>> study.optimize(objective, n_trials=20, callbacks=[tracker])

        with a run that is open while the objective runs:

        >>> @tracker.track_in_wandb()
        ... def objective(trial):
        ...     wandb.log({"minutes": 3.0})
        ...     return trial.suggest_float("x", 0, 1)
    """

    def __init__(
        self,
        metric_name: str | list[str] = "value",
        wandb_kwargs: Mapping[str, Any] | None = None,
        as_multirun: bool = False,
        *,
        timeout: float = 60.0,
    ) -> None:
        super().__init__(timeout=timeout)
        self._names = [metric_name] if isinstance(metric_name, str) else list(metric_name)
        self._options = dict(wandb_kwargs or {})
        self._as_multirun = as_multirun
        self._lock = threading.Lock()  # an objective may ask for the run, too
        self._run: Any = None

    def track_in_wandb(self) -> Callable[[Callable[[Trial], T]], Callable[[Trial], T]]:
        """A decorator that opens the run while the objective runs, so that `wandb.log` writes into it.

        `wandb.log` knows one run at a time: an open one is finished first, and trials must not run in several threads.
        """

        def decorate(objective: Callable[[Trial], T]) -> Callable[[Trial], T]:
            @functools.wraps(objective)
            def tracked(trial: Trial) -> T:
                if not isinstance(trial, Trial):  # a fixed one, which belongs to no study
                    return objective(trial)
                study = cast(Study, trial.study)
                if not self._as_multirun:
                    self._run_of_study(study, reinit="finish_previous")
                    return objective(trial)
                with self._lock:  # so that it does not finish a run that is being written
                    run = self._begin_trial(study, trial.number, reinit="finish_previous")
                try:
                    return objective(trial)
                finally:
                    run.finish(exit_code=0)  # `track` opens it again, and knows how the trial ended

            return tracked

        return decorate

    def track(self, study: Readable, trial: FrozenTrial) -> None:
        """Write the trial."""
        if self._as_multirun:
            with self._lock:
                self._write_run(study, trial)
            return
        values = named_values(study, trial, self._names)
        point = {"trial": trial.number, "state": trial.state.name, **trial.params, **values}
        self._run_of_study(study).log(point)

    def close(self, study: Readable) -> None:
        """End the study's run."""
        with self._lock:
            if self._run is not None:
                self._run.finish()
                self._run = None

    def _run_of_study(self, study: Readable, **options: Any) -> Any:
        with self._lock:
            if self._run is None:
                self._run = self._begin(study.identity, name=study.study_name, **options)
                self._run.define_metric("*", step_metric="trial")  # trials may end in any order, steps may not
            return self._run

    def _write_run(self, study: Readable, trial: FrozenTrial) -> None:
        run = self._begin_trial(study, trial.number, config={**trial.params, **trial.user_attrs})
        run.define_metric("intermediate/*", step_metric="step")  # the objective may have used up the run's own steps
        at: dict[int, dict[str, float]] = {}
        for metric, curve in named_reports(study, trial, self._names).items():
            for step, value in curve:
                at.setdefault(step, {"step": step})[f"intermediate/{metric}"] = value
        for step in sorted(at):
            run.log(at[step])
        for name, value in named_values(study, trial, self._names).items():
            run.summary[name] = value
        run.summary["state"] = trial.state.name
        run.finish(exit_code=int(trial.state is TrialState.FAIL))

    def _begin_trial(self, study: Readable, number: int, **options: Any) -> Any:
        return self._begin(f"{study.identity}-{number}", name=f"trial/{number}", group=study.study_name, **options)

    def _begin(self, identity: str, **options: Any) -> Any:
        return wandb.init(**({"id": identity, "resume": "allow", "reinit": "create_new"} | options | self._options))
