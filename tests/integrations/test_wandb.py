"""Weights & Biases, offline: what it keeps on the disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo import integrations
from hpo.samplers import RandomSampler
from hpo.trial import FixedTrial, Trial, TrialState
from tests.integrations.libraries import library
from tests.integrations.studies import PATIENT, reporting, tracked_study

wandb = library("wandb")
protocol = library("wandb.proto.wandb_internal_pb2")
pytestmark = pytest.mark.filterwarnings("ignore:::wandb", "ignore::ResourceWarning", "ignore:.*(deprecated|Pydantic)")


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "cache"))


def pieces(log: bytes) -> Iterator[bytes]:
    """The records of a log in LevelDB's format, behind a head of 7 bytes: blocks of 32 KiB, and records in parts."""
    at, whole = 7, b""
    while at + 7 <= len(log):
        if 32768 - at % 32768 < 7:  # a block ends in zeros where no head fits
            at += 32768 - at % 32768
            continue
        length, kind = int.from_bytes(log[at + 4 : at + 6], "little"), log[at + 6]
        whole += log[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # all of a record, or its last part
            yield whole
            whole = b""


def records(folder: Path) -> dict[str, dict[str, list[Any]]]:
    """By the identity of a run what it logged: history, config and summary."""
    wandb.teardown()  # ends the service that writes the files
    found: dict[str, dict[str, list[Any]]] = {}
    for path in sorted(folder.rglob("*.wandb")):
        of: dict[str, list[Any]] = {}
        for data in pieces(path.read_bytes()):
            record = protocol.Record.FromString(data)
            kind = record.WhichOneof("record_type")
            if kind == "run":
                of = found.setdefault(record.run.run_id, {"history": [], "config": [], "summary": []})
                of["config"].append(_items(record.run.config.update))
            if kind == "history":
                of["history"].append(_items(record.history.item))
            if kind == "summary":
                of["summary"].append(_items(record.summary.update))
    return found


def _items(items: Any) -> dict[str, Any]:
    return {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}


def test_a_study_is_a_run_with_a_point_for_each_trial(tmp_path: Path) -> None:
    study = tracked_study(
        tmp_path, integrations.WeightsAndBiasesCallback("loss", {"project": "digits"}, timeout=PATIENT)
    )
    (run,) = records(tmp_path).values()
    assert [point["trial"] for point in run["history"]] == list(range(6))
    for point, trial in zip(run["history"], study.trials, strict=True):
        assert point["x"] == trial.params["x"]
        assert point.get("loss") == trial.value
        assert point["state"] == trial.state.name


def test_each_trial_may_be_a_run_with_its_curve(tmp_path: Path) -> None:
    study = tracked_study(tmp_path, integrations.WeightsAndBiasesCallback("loss", as_multirun=True, timeout=PATIENT))
    found = records(tmp_path)
    assert sorted(found) == [f"{study.identity}-{number}" for number in range(6)]
    for trial in study.trials:
        run = found[f"{study.identity}-{trial.number}"]
        curve = {point["step"]: point["intermediate/loss"] for point in run["history"]}
        assert curve == trial.intermediate_values
        config = {name: value for part in run["config"] for name, value in part.items()}
        assert {name: config[name] for name in trial.params} == trial.params
        summary = {name: value for part in run["summary"] for name, value in part.items()}
        assert summary["state"] == trial.state.name
        if trial.state is TrialState.COMPLETE:
            assert summary["loss"] == trial.value


def test_a_study_that_is_resumed_goes_on_with_its_run_and_another_one_has_its_own(tmp_path: Path) -> None:
    tracker = integrations.WeightsAndBiasesCallback("loss", timeout=PATIENT)
    tracked_study(tmp_path, tracker, n_trials=2)
    first = tracked_study(tmp_path, tracker, n_trials=1)
    tracker.catch_up(first)
    hpo.delete_study(study_name="digits", storage=f"sqlite:///{tmp_path}/study.db")
    second = tracked_study(tmp_path, tracker, n_trials=2)
    assert first.seed == second.seed
    found = {identity: [point["trial"] for point in run["history"]] for identity, run in records(tmp_path).items()}
    assert found == {first.identity: [0, 1, 2], second.identity: [0, 1]}


@pytest.mark.parametrize("as_multirun", [False, True])
def test_an_objective_may_log_into_its_run(as_multirun: bool, tmp_path: Path) -> None:
    tracker = integrations.WeightsAndBiasesCallback("loss", as_multirun=as_multirun, timeout=PATIENT)

    @tracker.track_in_wandb()
    def objective(trial: Trial) -> float:
        wandb.log({"minutes": trial.number + 0.5})
        return reporting(trial)

    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(objective, n_trials=3, callbacks=[tracker])
    assert wandb.run is None
    found = records(tmp_path)
    for trial in study.trials:
        history = found[f"{study.identity}-{trial.number}" if as_multirun else study.identity]["history"]
        assert trial.number + 0.5 in [point.get("minutes") for point in history]
        if as_multirun:
            curve = {point["step"]: point["intermediate/loss"] for point in history if "step" in point}
            assert curve == trial.intermediate_values


def test_a_fixed_trial_needs_no_run() -> None:
    objective = integrations.WeightsAndBiasesCallback().track_in_wandb()(lambda trial: trial.suggest_float("x", 0, 1))
    assert objective(FixedTrial({"x": 0.5})) == 0.5  # type: ignore[arg-type]
    assert wandb.run is None
