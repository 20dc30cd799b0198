"""Whatever a tracker does, the study goes on, and has everything."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Container
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import hpo
from hpo.cli.main import hpo_command
from hpo.integrations import CSVCallback, JSONLinesCallback, TrackerCallback
from hpo.integrations.tracker import named_reports, named_values
from hpo.reading.readable import Readable
from hpo.samplers import RandomSampler
from hpo.trial import FrozenTrial, TrialState
from tests.integrations.studies import pausing_study, tracked_study


class Notebook(TrackerCallback):
    """Keeps what it was told; some trials it cannot write."""

    def __init__(self, *, fails_at: Container[int] = (), timeout: float = 60.0) -> None:
        super().__init__(timeout=timeout)
        self.fails_at = fails_at
        self.lines: list[tuple[int, dict[str, float], dict[str, list[tuple[int, float]]]]] = []
        self.n_closed = 0

    def track(self, study: Readable, trial: FrozenTrial) -> None:
        if trial.number in self.fails_at:
            raise ConnectionError("the service is away")
        self.lines.append((trial.number, named_values(study, trial), named_reports(study, trial)))

    def tracked(self, study: Readable) -> set[int]:
        return {number for number, _, _ in self.lines}

    def close(self, study: Readable) -> None:
        self.n_closed += 1


def test_each_trial_is_written_once_when_it_has_ended(tmp_path: Path) -> None:
    book = Notebook()
    study = tracked_study(tmp_path, book)
    assert [number for number, _, _ in book.lines] == list(range(6))
    assert book.lines[0] == (
        0,
        {"value": study.trials[0].value},
        {"value": list(study.trials[0].intermediate_values.items())},
    )
    assert book.lines[3][1] == {}
    assert book.n_closed == 1
    tracked_study(tmp_path, book, n_trials=2)
    assert [number for number, _, _ in book.lines] == list(range(8))


def test_objectives_go_by_their_names() -> None:
    study, book = hpo.create_study(directions=["minimize", "maximize"]), Notebook()
    study.set_metric_names(["loss", "size"])

    def objective(trial: hpo.Trial) -> tuple[float, float]:
        trial.report((1.0, 2.0), 0)
        return 3.0, 4.0

    study.optimize(objective, n_trials=1, callbacks=[book])
    assert book.lines == [(0, {"loss": 3.0, "size": 4.0}, {"loss": [(0, 1.0)], "size": [(0, 2.0)]})]


def test_paused_trials_are_written_when_they_have_ended(tmp_path: Path) -> None:
    study, book = pausing_study(tmp_path), Notebook()

    def objective(trial: hpo.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        report = hpo.integrations.Reporter(trial)
        for _ in range(trial.resume_step, 5):
            report(x)
        return x

    study.optimize(objective, n_trials=16, callbacks=[book])
    assert sorted(book.tracked(study)) == [trial.number for trial in study.get_trials(states=[TrialState.COMPLETE])]


def test_a_service_that_raises_is_warned_about_once_in_a_run_and_can_catch_up(tmp_path: Path) -> None:
    book = Notebook(fails_at={1, 4, 5})
    with pytest.warns(UserWarning, match="Notebook could not write") as caught:
        study = tracked_study(tmp_path, book)
    assert [str(one.message).split(":")[0] for one in caught] == [
        "Notebook could not write trial 1",
        "Notebook could not write 2 more. catch_up(study) writes what is missing.",
    ]
    assert "ConnectionError: the service is away. The study goes on" in str(caught[0].message)
    assert {one.filename for one in caught} == {tracked_study.__code__.co_filename}
    assert len(study.trials) == 6
    assert book.tracked(study) == {0, 2, 3}
    with pytest.warns(UserWarning, match="could not write earlier trials: ConnectionError"):
        book.catch_up(study)
    book.fails_at = ()
    book.catch_up(study)
    assert sorted(number for number, _, _ in book.lines) == list(range(6))


def test_nothing_is_written_twice_even_if_the_service_cannot_be_asked(tmp_path: Path) -> None:
    class Forgetful(Notebook):
        def __init__(self) -> None:
            self.lines, self.fails_at, self.n_closed = [], {2}, 0  # and does not call that of TrackerCallback

        def tracked(self, study: Readable) -> set[int]:
            return set()

    book = Forgetful()
    with pytest.warns(UserWarning, match="could not write trial 2"):
        study = tracked_study(tmp_path, book, n_trials=4)
    book.fails_at = ()
    for _ in range(2):
        book.catch_up(study)
    assert [number for number, _, _ in book.lines] == [0, 1, 3, 2]


def test_a_service_that_hangs_is_left_behind(tmp_path: Path) -> None:
    goes_on = threading.Event()

    class Hanging(Notebook):
        def track(self, study: Readable, trial: FrozenTrial) -> None:
            goes_on.wait()
            super().track(study, trial)

    book = Hanging(timeout=0.01)
    with pytest.warns(
        UserWarning, match=r"Hanging has not come to an end within 0.01 s; it has 7 things left to write"
    ):
        study = tracked_study(tmp_path, book)
    assert len(study.trials) == 6
    assert book.lines == []
    goes_on.set()
    tracked_study(tmp_path, book, n_trials=0)
    book._timeout = 60.0
    tracked_study(tmp_path, book, n_trials=1)
    assert [number for number, _, _ in book.lines] == list(range(7))  # what was late is not overtaken


def test_many_threads_write_one_after_another(tmp_path: Path) -> None:
    book = Notebook()
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=40, n_jobs=4, callbacks=[book])
    assert sorted(number for number, _, _ in book.lines) == list(range(40))


def test_a_table_has_a_column_for_every_parameter(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    tracked_study(tmp_path, CSVCallback(path))
    study = tracked_study(tmp_path, CSVCallback(path), n_trials=2)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["number"]) for row in rows] == list(range(8))
    for row, trial in zip(rows, study.trials, strict=True):
        assert row["state"] == trial.state.name
        assert row["value"] == ("" if trial.value is None else str(trial.value))
        assert float(row["params_x"]) == trial.params["x"]
        assert row["params_kind"] == trial.params["kind"]
        assert row["params_later"] == str(trial.params.get("later", ""))
    CSVCallback(path).catch_up(study)
    assert len(path.read_text().splitlines()) == 9
    exported = CliRunner().invoke(hpo_command, ["export", "--storage", f"sqlite:///{tmp_path}/study.db"]).output
    assert list(csv.DictReader(exported.splitlines())) == rows


def test_lines_of_json_hold_reports_and_errors(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    tracked_study(tmp_path, JSONLinesCallback(path))
    study = tracked_study(tmp_path, JSONLinesCallback(path), n_trials=2)
    JSONLinesCallback(path).catch_up(study)
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["number"] for line in lines] == list(range(8))
    for line, trial in zip(lines, study.trials, strict=True):
        assert line["params"] == trial.params
        assert {int(step): value for step, value in line["intermediate_values"].items()} == trial.intermediate_values
    assert lines[3]["error"] == "ZeroDivisionError: by hand"


@pytest.mark.parametrize("kind", [CSVCallback, JSONLinesCallback])
def test_characters_that_utf_8_cannot_hold_are_written_as_escapes(tmp_path: Path, kind: Any) -> None:
    path = tmp_path / "trials"
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    for _ in range(2):
        study.optimize(
            lambda trial: len(trial.suggest_categorical("file\ud800", ["caf\udce9.csv"])), 3, callbacks=[kind(path)]
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6 + (kind is CSVCallback)
    assert all("caf\\udce9.csv" in line for line in lines[-6:])
    if kind is CSVCallback:
        assert lines[0].count("file\\ud800") == 1
        return
    assert [json.loads(line)["params"] for line in lines] == [{"file\ud800": "caf\udce9.csv"}] * 6  # as JSON reads them


def test_a_wrong_timeout_is_refused() -> None:
    with pytest.raises(ValueError, match="timeout must be ≥ 0, got -1"):
        CSVCallback("trials.csv", timeout=-1)
    assert isinstance(CSVCallback("trials.csv"), TrackerCallback)
