"""Trials in TensorBoard: its table of hyperparameters, and the curves of reports."""

from __future__ import annotations

import time
from collections.abc import Container
from pathlib import Path
from typing import Any, final

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import metadata, summary_v2
from tensorboard.plugins.hparams.api_pb2 import Status
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from hpo.events import TrialState
from hpo.integrations.tracker import TrackerCallback, named_reports, named_values
from hpo.reading.readable import Readable
from hpo.trial import FrozenTrial

__all__ = ["TensorBoardCallback"]


@final
class TensorBoardCallback(TrackerCallback):
    """Writes each trial into a folder of its own, for `tensorboard --logdir`: parameters, values and curves.

    A study that is resumed goes on in the same folder; what is there is not written again.

    Args:
        dirname: Folder for all trials.
        metric_name: Of the value; a study's metric names come first.
        timeout: As in `TrackerCallback`.

    Example:
        >>> study.optimize(objective, n_trials=20, callbacks=[TensorBoardCallback("logs")])
    """

    def __init__(self, dirname: str | Path, metric_name: str = "value", *, timeout: float = 60.0) -> None:
        super().__init__(timeout=timeout)
        self._folder = Path(dirname)
        self._names = [metric_name]

    def track(self, study: Readable, trial: FrozenTrial) -> None:
        """Write the trial's events."""
        start = time.time() if trial.datetime_start is None else trial.datetime_start.timestamp()
        writer = EventFileWriter(str(self._of(trial.number)))
        try:
            params = {name: _shown(value) for name, value in trial.params.items()}
            writer.add_event(_event(summary_v2.hparams_pb(params, f"trial-{trial.number}", start), 0))
            for name, curve in named_reports(study, trial, self._names).items():
                for step, value in curve:
                    writer.add_event(_scalar(f"intermediate/{name}", value, step))
            for name, value in named_values(study, trial, self._names).items():
                writer.add_event(_scalar(name, value, trial.number))
            status = Status.STATUS_FAILURE if trial.state is TrialState.FAIL else Status.STATUS_SUCCESS
            writer.add_event(_end(status))
        finally:
            writer.close()

    def tracked(self, study: Readable) -> Container[int]:
        """The numbers of the folders there."""
        return {int(path.name.removeprefix("trial-")) for path in self._folder.glob("trial-*")}

    def _of(self, number: int) -> Path:
        return self._folder / f"trial-{number}"


def _shown(value: Any) -> bool | int | float | str:
    return value if isinstance(value, (bool, int, float, str)) else repr(value)


def _event(content: Any, step: int) -> Any:
    return Event(wall_time=time.time(), step=step, summary=content)


def _end(status: Any) -> Any:
    content = HParamsPluginData(session_end_info=SessionEndInfo(status=status, end_time_secs=time.time()))
    described = metadata.create_summary_metadata(content)
    return _event(Summary(value=[Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=described)]), 0)


def _scalar(tag: str, value: float, step: int) -> Any:
    return _event(Summary(value=[Summary.Value(tag=tag, simple_value=value)]), step)
