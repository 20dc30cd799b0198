"""Trials as runs of MLflow, below a run for the study."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast, final

import mlflow
from mlflow.entities import Metric, Param, RunTag

from hpo.events import TrialState
from hpo.integrations.tracker import TrackerCallback, named_reports, named_values
from hpo.reading.readable import Readable
from hpo.study import Study
from hpo.trial import FrozenTrial, Trial

__all__ = ["MLflowCallback"]

T = TypeVar("T")
_STATUS = {TrialState.COMPLETE: "FINISHED", TrialState.PRUNED: "KILLED", TrialState.FAIL: "FAILED"}
_BATCH = 100  # things that the server takes at a time
_LONGEST = 5000  # characters of a tag or parameter
_OLDEST = ["attributes.start_time ASC"]  # so that workers that made one at the same moment agree soon
_OPTIONS = ("experiment_id", "run_name", "tags", "nested")


@final
class MLflowCallback(TrackerCallback):
    """Writes a run for the study, and below it one for each trial: parameters, values, curves, tags and files.

    A study that is resumed goes on with its run, and no trial is there twice.

    Args:
        tracking_uri: Of the server or its store, such as "sqlite:///mlflow.db"; None for MLflow's own setting.
        metric_name: Of the value, or one for each objective; names that the study has given come first. What was
            reported at each step is called `intermediate_` and that name.
        create_experiment: Whether the study's name is that of an experiment, made if need be; otherwise it is
            $MLFLOW_EXPERIMENT_ID, or MLflow's default.
        mlflow_kwargs: "experiment_id", "run_name" (of the study's run), "tags" (of all); "nested" changes nothing.
        tag_study_user_attrs, tag_trial_user_attrs: Whether the attributes of the study and of the trial are tags.
        artifacts: Paths of files to keep with a trial, such as `lambda trial: trial.user_attrs.get("files", [])`.
        timeout: As in `TrackerCallback`.

    Example:
        >>> tracker = MLflowCallback("sqlite:///mlflow.db", metric_name="loss")
        >>> study.optimize(objective, n_trials=20, callbacks=[tracker])

        with a run that is open while the objective runs:

        >>> @tracker.track_in_mlflow()
        ... def objective(trial):
        ...     mlflow.log_metric("minutes", 3.0)
        ...     return trial.suggest_float("x", 0, 1)
    """

    def __init__(
        self,
        tracking_uri: str | None = None,
        metric_name: str | list[str] = "value",
        create_experiment: bool = True,
        mlflow_kwargs: Mapping[str, Any] | None = None,
        tag_study_user_attrs: bool = False,
        tag_trial_user_attrs: bool = True,
        *,
        artifacts: Callable[[FrozenTrial], Iterable[str | Path]] | None = None,
        timeout: float = 60.0,
    ) -> None:
        super().__init__(timeout=timeout)
        self._options = dict(mlflow_kwargs or {})
        unknown = sorted(set(self._options) - set(_OPTIONS))
        if unknown:
            raise TypeError(f"mlflow_kwargs may have {', '.join(_OPTIONS)}, got {', '.join(unknown)}.")
        self._uri = tracking_uri
        self._names = [metric_name] if isinstance(metric_name, str) else list(metric_name)
        self._create_experiment = create_experiment
        self._tag_study = tag_study_user_attrs
        self._tag_trial = tag_trial_user_attrs
        self._artifacts = artifacts
        self._lock = threading.Lock()  # an objective may ask for its run, too

    def track_in_mlflow(self) -> Callable[[Callable[[Trial], T]], Callable[[Trial], T]]:
        """A decorator that opens the trial's run while the objective runs, so that it can log into it."""

        def decorate(objective: Callable[[Trial], T]) -> Callable[[Trial], T]:
            @functools.wraps(objective)
            def tracked(trial: Trial) -> T:
                if not isinstance(trial, Trial):  # a fixed one, which belongs to no study
                    return objective(trial)
                client, study = self._client(), cast(Study, trial.study)
                run = self._run_of(client, study.study_name, study.identity, trial.number)
                mlflow.set_tracking_uri(client.tracking_uri)
                with mlflow.start_run(run, nested=True):
                    return objective(trial)

            return tracked

        return decorate

    def track(self, study: Readable, trial: FrozenTrial) -> None:
        """Write the trial's run."""
        client = self._client()
        run = self._run_of(client, study.study_name, study.identity, trial.number, trial)
        at = 0 if trial.datetime_complete is None else _milliseconds(trial.datetime_complete)
        metrics = [Metric(name, value, at, 0) for name, value in named_values(study, trial, self._names).items()]
        for name, curve in named_reports(study, trial, self._names).items():
            metrics += [Metric(f"intermediate_{name}", value, at, step) for step, value in curve]
        params = [Param(name, str(value)[:_LONGEST]) for name, value in trial.params.items()]
        tags = [RunTag(name, str(value)[:_LONGEST]) for name, value in self._tags(study, trial).items()]
        for start in range(0, max(len(metrics), len(params), len(tags)), _BATCH):
            part = slice(start, start + _BATCH)
            client.log_batch(run, metrics[part], params[part], tags[part])
        for path in () if self._artifacts is None else self._artifacts(trial):
            client.log_artifact(run, str(path))
        client.set_terminated(run, _STATUS[trial.state], at or None)

    def tracked(self, study: Readable) -> Container[int]:
        """The numbers of the runs that have ended."""
        client = self._client()
        experiment, parent = self._parent(client, study.study_name, study.identity)
        found, token = set(), None
        while True:
            page = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{parent}'", page_token=token)
            found |= {int(run.data.tags["hpo.trial"]) for run in page if run.info.status != "RUNNING"}
            token = page.token
            if not token:
                return found

    def close(self, study: Readable) -> None:
        """End the study's run, with what was best."""
        client = self._client()
        _, parent = self._parent(client, study.study_name, study.identity)
        if len(study.directions) == 1 and study.count_trials((TrialState.COMPLETE,)):
            best = study.best_trial
            for name, value in named_values(study, best, self._names).items():
                client.log_metric(parent, f"best_{name}", value, step=study.count_trials())
            client.set_tag(parent, "hpo.best_trial", str(best.number))
        client.set_terminated(parent)

    def _client(self) -> Any:
        return mlflow.MlflowClient(self._uri)

    def _tags(self, study: Readable, trial: FrozenTrial) -> dict[str, Any]:
        own: dict[str, Any] = {
            "number": trial.number,
            "state": trial.state.name,
            "directions": ", ".join(direction.name for direction in study.directions),
            "datetime_start": trial.datetime_start,
            "datetime_complete": trial.datetime_complete,
        }
        own |= {f"{name}_distribution": distribution for name, distribution in trial.distributions.items()}
        own |= {f"constraint {name}": value for name, value in trial.constraints.items()}
        own |= {} if trial.error is None else {"error": f"{trial.error.type}: {trial.error.message}"}
        of_study = study.user_attrs if self._tag_study else {}
        of_trial = trial.user_attrs if self._tag_trial else {}
        return {**own, **of_study, **of_trial, **self._options.get("tags", {})}

    def _run_of(self, client: Any, name: str, identity: str, number: int, trial: FrozenTrial | None = None) -> str:
        """The identity of a trial's run, which is made if it is not there."""
        experiment, parent = self._parent(client, name, identity)
        own = f"tags.`mlflow.parentRunId` = '{parent}' and tags.`hpo.trial` = '{number}'"
        with self._lock:
            found = client.search_runs([experiment], own, max_results=1, order_by=_OLDEST)
            if found:
                return str(found[0].info.run_id)
            started = None if trial is None or trial.datetime_start is None else _milliseconds(trial.datetime_start)
            tags = {"mlflow.parentRunId": parent, "hpo.trial": str(number)}
            return str(client.create_run(experiment, started, tags, f"trial {number}").info.run_id)

    def _parent(self, client: Any, name: str, identity: str) -> tuple[str, str]:
        """The identities of the experiment and of the study's run, which are made if they are not there."""
        with self._lock:
            experiment = self._experiment(client, name)
            found = client.search_runs(
                [experiment], f"tags.`hpo.identity` = '{identity}'", max_results=1, order_by=_OLDEST
            )
            if found:
                return experiment, str(found[0].info.run_id)
            tags = {"hpo.study": name, "hpo.identity": identity, **self._options.get("tags", {})}
            run = client.create_run(experiment, tags=tags, run_name=self._options.get("run_name", name))
            return experiment, str(run.info.run_id)

    def _experiment(self, client: Any, name: str) -> str:
        if "experiment_id" in self._options:
            return str(self._options["experiment_id"])
        if not self._create_experiment:
            return str(os.environ.get("MLFLOW_EXPERIMENT_ID", "0"))
        found = client.get_experiment_by_name(name)
        return str(client.create_experiment(name) if found is None else found.experiment_id)


def _milliseconds(moment: Any) -> int:
    return int(moment.timestamp() * 1000)
