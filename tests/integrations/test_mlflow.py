"""MLflow, with a store in a file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo import integrations
from hpo.samplers import RandomSampler
from hpo.trial import FixedTrial, FrozenTrial, Trial, TrialState
from tests.integrations.libraries import library
from tests.integrations.studies import PATIENT, reporting, tracked_study

mlflow = library("mlflow")
pytestmark = pytest.mark.filterwarnings(
    "ignore:::mlflow", "ignore:::alembic", "ignore:::sqlalchemy", "ignore::ResourceWarning"
)
STATUS = {TrialState.COMPLETE: "FINISHED", TrialState.PRUNED: "KILLED", TrialState.FAIL: "FAILED"}


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)  # where MLflow keeps artifacts
    return f"sqlite:///{tmp_path}/mlflow.db"


def runs(uri: str, experiment: str = "digits") -> tuple[Any, dict[int, Any]]:
    """The run of the study, and those of the trials by their numbers."""
    client = mlflow.MlflowClient(uri)
    found = list(client.search_runs([client.get_experiment_by_name(experiment).experiment_id]))
    parents = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    children = {int(run.data.tags["hpo.trial"]): run for run in found if run not in parents}
    assert len(parents) == 1
    assert len(children) == len(found) - 1
    assert {run.data.tags["mlflow.parentRunId"] for run in children.values()} == {parents[0].info.run_id}
    return parents[0], children


def test_each_trial_is_a_run_below_that_of_the_study_and_none_is_there_twice(uri: str, tmp_path: Path) -> None:
    def files(trial: FrozenTrial) -> list[Path]:
        path = tmp_path / f"model-{trial.number}.txt"
        path.write_text(str(trial.params["x"]))
        return [path]

    for n_trials in (6, 2):  # the study is resumed
        tracker = integrations.MLflowCallback(
            uri, "loss", mlflow_kwargs={"tags": {"team": "a"}}, artifacts=files, timeout=PATIENT
        )
        study = tracked_study(tmp_path, tracker, n_trials=n_trials)
    tracker.catch_up(study)
    parent, children = runs(uri)
    client = mlflow.MlflowClient(uri)
    assert sorted(children) == list(range(8))
    assert parent.info.status == "FINISHED"
    assert parent.info.run_name == "digits"
    assert parent.data.metrics["best_loss"] == study.best_value
    for trial in study.trials:
        run = children[trial.number]
        assert run.info.status == STATUS[trial.state]
        assert run.data.params == {name: str(value) for name, value in trial.params.items()}
        assert run.data.metrics.get("loss") == trial.value
        curve = client.get_metric_history(run.info.run_id, "intermediate_loss")
        assert {metric.step: metric.value for metric in curve} == trial.intermediate_values
        assert run.data.tags["state"] == trial.state.name
        assert run.data.tags["half"] == str(trial.user_attrs["half"])
        assert run.data.tags["team"] == "a"
        assert run.data.tags["x_distribution"] == str(trial.distributions["x"])
        assert [file.path for file in client.list_artifacts(run.info.run_id)] == [f"model-{trial.number}.txt"]
    assert children[3].data.tags["error"] == "ZeroDivisionError: by hand"


def test_an_objective_may_log_into_its_trials_run(uri: str, tmp_path: Path) -> None:
    tracker = integrations.MLflowCallback(uri, timeout=PATIENT)

    @tracker.track_in_mlflow()
    def objective(trial: Trial) -> float:
        mlflow.log_metric("minutes", trial.number)
        return reporting(trial)

    study = hpo.create_study(study_name="logged", sampler=RandomSampler(), seed=0)
    study.optimize(objective, n_trials=3, callbacks=[tracker])
    _, children = runs(uri, "logged")
    assert {number: run.data.metrics["minutes"] for number, run in children.items()} == {0: 0.0, 1: 1.0, 2: 2.0}
    assert [children[n].info.status for n in range(3)] == ["FINISHED", "FINISHED", "KILLED"]
    assert children[0].data.metrics["value"] == study.trials[0].value


def test_a_fixed_trial_needs_no_run(uri: str) -> None:
    objective = integrations.MLflowCallback(uri).track_in_mlflow()(lambda trial: trial.suggest_float("x", 0, 1))
    assert objective(FixedTrial({"x": 0.5})) == 0.5  # type: ignore[arg-type]


def test_wrong_options_and_names_are_told(uri: str, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="mlflow_kwargs may have experiment_id, run_name, tags, nested, got colour"):
        integrations.MLflowCallback(uri, mlflow_kwargs={"colour": 1})
    with warnings.catch_warnings(record=True) as caught:  # those of MLflow too, which it loads only now
        warnings.simplefilter("always")
        tracked_study(tmp_path, integrations.MLflowCallback(uri, ["a", "b"], timeout=PATIENT))
    assert any("one name for each of the 1 objectives, got ['a', 'b']" in str(one.message) for one in caught)


def test_a_study_that_is_begun_anew_has_its_own_run(uri: str, tmp_path: Path) -> None:
    for n_trials in (2, 3):
        study = tracked_study(tmp_path, integrations.MLflowCallback(uri, timeout=PATIENT), n_trials=n_trials)
        hpo.delete_study(study_name="digits", storage=f"sqlite:///{tmp_path}/study.db")
    client = mlflow.MlflowClient(uri)
    found = client.search_runs([client.get_experiment_by_name("digits").experiment_id])
    parents = {run.data.tags["hpo.identity"]: run.info.run_id for run in found if "hpo.identity" in run.data.tags}
    children = [run.data.tags["mlflow.parentRunId"] for run in found if "hpo.trial" in run.data.tags]
    assert len(parents) == 2
    assert sorted(children.count(parent) for parent in parents.values()) == [2, 3]
    assert children.count(parents[study.identity]) == 3
