"""Neptune, offline: the operations that it keeps on the disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hpo import integrations
from tests.integrations.libraries import library
from tests.integrations.studies import PATIENT, tracked_study

neptune = library("neptune")
pytestmark = pytest.mark.filterwarnings("ignore:::neptune", "ignore:.*(NVML|deprecated)", "ignore::ResourceWarning")


def operations(folder: Path) -> list[dict[str, Any]]:
    decoder, found = json.JSONDecoder(), []
    for path in sorted((folder / ".neptune").rglob("data-*.log")):
        text = path.read_text()
        while text := text.lstrip():
            operation, end = decoder.raw_decode(text)
            found.append(operation["obj"])
            text = text[end:]
    return found


def test_parameters_values_and_curves_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    options = {"capture_stdout": False, "capture_stderr": False, "capture_hardware_metrics": False}
    run = neptune.init_run(mode="offline", project="me/digits", source_files=[], git_ref=False, **options)
    study = tracked_study(tmp_path, integrations.NeptuneCallback(run, "search", timeout=PATIENT))
    run.stop()
    assigned: dict[str, Any] = {}
    logged: dict[str, list[Any]] = {}
    for operation in operations(tmp_path):
        path = "/".join(operation["path"])
        if operation["type"].startswith("Assign"):
            assigned[path] = operation["value"]
        if operation["type"] == "LogFloats":
            logged.setdefault(path, []).extend((item["step"], item["value"]) for item in operation["values"])
    for trial in study.trials:
        own = f"search/trials/{trial.number}"
        assert assigned[f"{own}/state"] == trial.state.name
        assert assigned[f"{own}/params/x"] == trial.params["x"]
        assert assigned[f"{own}/params/kind"] == trial.params["kind"]
        assert assigned.get(f"{own}/values/value") == trial.value
        assert dict(logged[f"{own}/intermediate/value"]) == trial.intermediate_values
    assert assigned["search/best/trial"] == study.best_trial.number
    assert [value for _, value in logged["search/values/value"]] == [
        t.value for t in study.trials if t.value is not None
    ]
