"""TensorBoard reads what was written, with its own reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hpo import integrations
from hpo.trial import TrialState
from tests.integrations.libraries import library
from tests.integrations.studies import PATIENT, tracked_study

accumulator = library("tensorboard.backend.event_processing.event_accumulator")
metadata, data = library("tensorboard.plugins.hparams.metadata"), library("tensorboard.plugins.hparams.plugin_data_pb2")


def test_parameters_values_and_curves_are_there_once(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    tracked_study(tmp_path, integrations.TensorBoardCallback(logs, "loss", timeout=PATIENT))
    study = tracked_study(tmp_path, integrations.TensorBoardCallback(logs, "loss", timeout=PATIENT), n_trials=1)
    integrations.TensorBoardCallback(logs, "loss", timeout=PATIENT).catch_up(study)
    assert len(list(logs.rglob("events*"))) == 7
    for trial in study.trials:
        events: Any = accumulator.EventAccumulator(str(logs / f"trial-{trial.number}"))
        events.Reload()
        curve = {event.step: event.value for event in events.Scalars("intermediate/loss")}
        assert curve == pytest.approx(trial.intermediate_values)
        assert ("loss" in events.Tags()["scalars"]) == (trial.value is not None)
        if trial.value is not None:
            assert events.Scalars("loss")[0].value == pytest.approx(trial.value)
        hparams = events.summary_metadata
        start = data.HParamsPluginData.FromString(hparams[metadata.SESSION_START_INFO_TAG].plugin_data.content)
        params = start.session_start_info.hparams
        assert params["x"].number_value == pytest.approx(trial.params["x"])
        assert params["kind"].string_value == trial.params["kind"]
        end = data.HParamsPluginData.FromString(hparams[metadata.SESSION_END_INFO_TAG].plugin_data.content)
        assert (end.session_end_info.status == 2) == (trial.state is TrialState.FAIL)
