"""Trials in Weights & Biases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import wandb

from hpo.events import TrialState
from hpo.integrations.tracker import TrackerCallback, named_reports, named_values
from hpo.reading.readable import Readable
from hpo.trial import FrozenTrial

__all__ = ["WeightsAndBiasesCallback"]


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
        self._run: Any = None

    def track(self, study: Readable, trial: FrozenTrial) -> None:
        """Write the trial."""
        if self._as_multirun:
            self._write_run(study, trial)
            return
        if self._run is None:
            self._run = self._begin(study, f"{study.seed:x}")
            self._run.define_metric("*", step_metric="trial")  # trials may end in any order, steps may not
        values = named_values(study, trial, self._names)
        self._run.log({"trial": trial.number, "state": trial.state.name, **trial.params, **values})

    def close(self, study: Readable) -> None:
        """End the study's run."""
        if self._run is not None:
            self._run.finish()
            self._run = None

    def _write_run(self, study: Readable, trial: FrozenTrial) -> None:
        config = {**trial.params, **trial.user_attrs}
        name = f"trial/{trial.number}"
        run = self._begin(study, f"{study.seed:x}-{trial.number}", name=name, group=study.study_name, config=config)
        at: dict[int, dict[str, float]] = {}
        for metric, curve in named_reports(study, trial, self._names).items():
            for step, value in curve:
                at.setdefault(step, {})[f"intermediate/{metric}"] = value
        for step in sorted(at):
            run.log(at[step], step=step)
        for name, value in named_values(study, trial, self._names).items():
            run.summary[name] = value
        run.summary["state"] = trial.state.name
        run.finish(exit_code=int(trial.state is TrialState.FAIL))

    def _begin(self, study: Readable, identity: str, **options: Any) -> Any:
        settings = {"name": study.study_name, "id": identity, "resume": "allow", "reinit": "create_new"}
        return wandb.init(**(settings | options | self._options))
