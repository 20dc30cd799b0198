"""Databases that the real Optuna has written become studies of hpo."""

from __future__ import annotations

import json
import math
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.distributions import FloatDistribution, IntDistribution
from hpo.exceptions import (
    DuplicatedStudyError,
    NotADatabaseError,
    SchemaVersionError,
    StorageInternalError,
    UnknownStudyError,
)
from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage, import_optuna
from hpo.trial import FrozenTrial, Trial, TrialState
from tests.storage.conftest import BACKENDS

_WRITER = """
import datetime, json, math, sys, warnings
import optuna
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")
url = sys.argv[1]

study = optuna.create_study(
    study_name="single",
    storage=url,
    direction="maximize",
    sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=5),
)
study.set_user_attr("dataset", {"name": "é", "sizes": [1, 2.5, None]})
study.set_metric_names(["accuracy"])

def objective(trial):
    x = trial.suggest_float("x", 0, 1)
    trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    trial.suggest_float("stepped", 0, 1, step=0.1)
    trial.suggest_int("n", -3, 9, step=3)
    trial.suggest_int("width", 1, 256, log=True)
    kind = trial.suggest_categorical("kind", ["a", None, 1, 2.5, True])
    if trial.number % 2:
        trial.suggest_float(f"only_{kind}", -1, 1)
    trial.set_user_attr("note", [float("nan"), {"deep": "é"}])
    trial.set_constraint("memory", x - 0.5)
    trial.set_constraint("time", -1)
    for step, value in ((0, x), (7, float("nan")), (3, float("inf")), (100, float("-inf"))):
        trial.report(value, step)
    if trial.number == 3:
        raise optuna.TrialPruned
    if trial.number == 4:
        raise ValueError("no luck")
    return {5: float("inf"), 6: float("-inf")}.get(trial.number, x)

study.enqueue_trial({"x": 0.25, "kind": None}, user_attrs={"from": "me"})
study.optimize(objective, n_trials=10, catch=ValueError)
study.add_trial(
    optuna.create_trial(
        value=1.5,
        params={"x": 0.5},
        distributions={"x": optuna.distributions.FloatDistribution(0, 1)},
        system_attrs={"constraints": [0.5, float("nan"), -2.0], "artifacts:1": "kept"},
    )
)
running = study.ask()
running.suggest_float("x", 0, 1)
running.report(0.125, 2)
running.set_user_attr("by", "somebody")
study.enqueue_trial({"x": 0.75, "kind": True}, user_attrs={"from": "you"})

several = optuna.create_study(
    study_name="several",
    storage=url,
    directions=["minimize", "maximize"],
    sampler=optuna.samplers.NSGAIISampler(seed=0, population_size=2),
)
several.optimize(lambda t: (t.suggest_float("x", 0, 1), t.suggest_float("y", 0, 1)), n_trials=6)
grid = optuna.create_study(study_name="grid", storage=url, sampler=optuna.samplers.GridSampler({"x": [0, 1]}))
grid.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=2)
optuna.create_study(study_name="empty", storage=url)

def shown(trial):
    return {
        "number": trial.number,
        "state": trial.state.name,
        "values": trial.values,
        "params": trial.params,
        "distributions": {n: optuna.distributions.distribution_to_json(d) for n, d in trial.distributions.items()},
        "user_attrs": trial.user_attrs,
        "reports": sorted(trial.intermediate_values.items()),
        "constraints": trial.constraints,
        "start": trial.datetime_start and trial.datetime_start.timestamp(),
        "end": trial.datetime_complete and trial.datetime_complete.timestamp(),
    }

names = ["single", "several", "grid", "empty"]
studies = {name: optuna.load_study(study_name=name, storage=url) for name in names}
print(json.dumps({name: [shown(trial) for trial in study.get_trials()] for name, study in studies.items()}))
"""


def write(url: str) -> dict[str, list[dict[str, Any]]]:
    """Write studies with the real Optuna; what it says that they hold."""
    done = subprocess.run([sys.executable, "-c", _WRITER, url], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    written: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return written


def shown(trial: FrozenTrial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "state": trial.state.name,
        "values": trial.values,
        "params": trial.params,
        "distributions": {
            name: hpo.distributions.distribution_to_json(distribution)
            for name, distribution in trial.distributions.items()
        },
        "user_attrs": trial.user_attrs,
        "reports": [list(report) for report in sorted(trial.intermediate_values.items())],
        "constraints": trial.constraints,
        "start": trial.datetime_start and trial.datetime_start.timestamp(),
        "end": trial.datetime_complete and trial.datetime_complete.timestamp(),
    }


def normal(trial: dict[str, Any]) -> str:
    """A trial as text that is the same for the same trial: NaN equals itself, 1 is not 1.0."""
    parsed = {name: json.loads(text) for name, text in trial["distributions"].items()}
    return json.dumps({**trial, "distributions": parsed}, sort_keys=True)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("optuna") / "optuna.db"
    write(f"sqlite:///{path}")
    return path


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(original, tmp_path))


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("tokyo")
@pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
def test_everything_arrives(database_url: str, tmp_path: Path) -> None:
    written = write(database_url)
    target = JournalStorage(tmp_path / "hpo.log.log")
    assert import_optuna(database_url, to=target) == list(written) == list(target.studies())
    for name, expected in written.items():
        study = hpo.load_study(study_name=name, storage=target)
        trials = study.trials
        for trial, origin in zip(trials, expected, strict=True):
            if origin["state"] == "RUNNING":
                assert trial.error is not None
                assert trial.error.type == "WorkerLost"
                assert trial.datetime_complete is not None
                origin = {**origin, "state": "FAIL", "end": trial.datetime_complete.timestamp()}
            origin["constraints"] = {k: math.inf if v != v else v for k, v in origin["constraints"].items()}
            assert normal(shown(trial)) == normal(origin)
        assert study.verify() == []
    assert {trial["state"] for trial in written["single"]} == {
        state.name for state in TrialState if state is not TrialState.PAUSED
    }  # which Optuna does not know
    study = hpo.load_study(study_name="single", storage=target)
    assert [d.name for d in study.directions] == ["MAXIMIZE"]
    assert study.user_attrs == {"dataset": {"name": "é", "sizes": [1, 2.5, None]}}
    assert study.metric_names == ["accuracy"]
    several = hpo.load_study(study_name="several", storage=target)
    assert [d.name for d in several.directions] == ["MINIMIZE", "MAXIMIZE"]
    assert len(hpo.load_study(study_name="empty", storage=target).trials) == 0


def test_what_samplers_noted_for_themselves_stays_behind(url: str) -> None:
    storage = InMemoryStorage()
    import_optuna(url, to=storage)
    kept: dict[tuple[str, int], Any] = {}
    for name in storage.studies():
        study = hpo.load_study(study_name=name, storage=storage)
        assert study.system_attrs == ({"study:metric_names": ["accuracy"]} if name == "single" else {})
        for trial in study.trials:
            shown = trial.system_attrs.pop("constraints", [])  # is shown of the trial's constraints, and not stored
            assert shown == list(trial.constraints.values())
            kept |= {(name, trial.number): trial.system_attrs} if trial.system_attrs else {}
    assert kept == {
        ("single", 10): {"artifacts:1": "kept"},
        ("single", 12): {"fixed_params": {"x": 0.75, "kind": True}},
    }


def test_the_study_goes_on_in_hpo(url: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/hpo.db"
    assert import_optuna(url, "single", to=target, to_study_name="mine", seed=3) == ["mine"]
    study = hpo.load_study(storage=target)
    assert (study.study_name, study.seed, study.best_trial.number) == ("mine", 3, 5)
    n = len(study.trials)

    def objective(trial: Trial) -> float:
        return trial.suggest_float("x", 0, 1) + (trial.suggest_categorical("kind", ["a", None, 1, 2.5, True]) is True)

    study.optimize(objective, n_trials=5)
    trials = study.trials
    assert [trial.number for trial in trials] == list(range(n + 4))
    assert trials[12].params == {"x": 0.75, "kind": True}  # it was waiting in Optuna
    assert trials[12].user_attrs == {"from": "you"}
    assert {trial.state for trial in trials[12:]} == {TrialState.COMPLETE}
    assert study.verify() == []
    assert hpo.load_study(storage=target).best_trial.number == study.best_trial.number


@pytest.mark.usefixtures("tokyo")
def test_optuna_4_stored_local_times(tmp_path: Path) -> None:
    path = tmp_path / "optuna.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript((Path(__file__).parent / "optuna_4.sql").read_text(encoding="utf-8"))
    db.close()
    times = {}
    for utc in (None, False, True):
        storage = InMemoryStorage()
        import_optuna(f"sqlite:///{path}", to=storage, utc=utc)
        study = hpo.load_study(storage=storage)
        times[utc] = str(study.trials[3].datetime_start), str(study.trials[3].datetime_complete)
    assert times[None] == times[False] == ("2024-01-02 03:04:05", "2024-01-02 03:05:06.500000")
    assert times[True] == ("2024-01-02 12:04:05", "2024-01-02 12:05:06.500000")
    states = [trial.state.name for trial in study.trials]
    assert states == ["COMPLETE", "PRUNED", "COMPLETE", "COMPLETE", "WAITING"]
    assert study.trials[3].constraints == {"0": 1.5, "1": -1.0}
    assert study.trials[3].value == -math.inf
    assert study.metric_names == ["accuracy"]
    assert study.best_trial.number == 0
    assert study.trials[1].intermediate_values == {0: study.trials[1].value}


def test_distributions_of_optuna_2(url: str, path: Path) -> None:
    old: dict[str, tuple[str, Any]] = {
        "x": ('{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 1.0}}', FloatDistribution(0, 1)),
        "lr": (
            '{"name": "LogUniformDistribution", "attributes": {"low": 1e-05, "high": 0.1}}',
            FloatDistribution(1e-5, 0.1, log=True),
        ),
        "stepped": (
            '{"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 1.0, "q": 0.1}}',
            FloatDistribution(0, 1, step=0.1),
        ),
        "n": (
            '{"name": "IntUniformDistribution", "attributes": {"low": -3, "high": 9, "step": 3}}',
            IntDistribution(-3, 9, step=3),
        ),
        "width": (
            '{"name": "IntLogUniformDistribution", "attributes": {"low": 1, "high": 256, "step": 1}}',
            IntDistribution(1, 256, log=True),
        ),
    }
    before = InMemoryStorage()
    import_optuna(url, "single", to=before)
    with closing(sqlite3.connect(path)) as db, db:
        for name, (text, _) in old.items():
            db.execute("UPDATE trial_params SET distribution_json = ? WHERE param_name = ?", [text, name])
    db.close()
    after = InMemoryStorage()
    import_optuna(url, "single", to=after)
    trials = hpo.load_study(storage=after).trials
    assert [t.params for t in trials] == [t.params for t in hpo.load_study(storage=before).trials]
    for name, (_, expected) in old.items():
        assert trials[0].distributions[name] == expected


class TestOddDatabases:
    def test_numbers_stay_where_trials_are_missing(self, url: str, path: Path) -> None:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM trials WHERE study_id = 1 AND number IN (0, 5, 6)")
        db.close()
        storage = InMemoryStorage()
        import_optuna(url, "single", to=storage)
        study = hpo.load_study(storage=storage)
        assert [trial.number for trial in study.trials] == [n for n in range(13) if n not in (0, 5, 6)]
        study.optimize(lambda trial: 0.0, n_trials=2)
        assert study.trials[-1].number == 13

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ("UPDATE trials SET number = 7 WHERE number = 8", r"Trial 7 in .* two of this number"),
            ("UPDATE trial_params SET distribution_json = 'import os' WHERE trial_id = 8", r"Trial 7 in .*"),
            (
                'UPDATE trial_params SET distribution_json = \'{"name": "Evil", "attributes": {}}\' WHERE trial_id = 8',
                r"Trial 7 in .* Unknown kind of distribution 'Evil'",
            ),
            ("UPDATE trial_user_attributes SET value_json = '{' WHERE trial_id = 8", r"Trial 7 in .*"),
            ("DELETE FROM trial_values WHERE trial_id = 8", r"Trial 7 in .* 0 values for 1 objectives"),
            ("UPDATE trials SET state = 'LOST' WHERE trial_id = 8", r"Trial 7 in .*LOST"),
        ],
    )
    def test_what_cannot_be_read_leaves_no_half_made_study(
        self, url: str, path: Path, change: str, message: str
    ) -> None:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(change)
        db.close()
        storage = InMemoryStorage()
        with pytest.raises(StorageInternalError, match=message):
            import_optuna(url, "single", to=storage)
        assert storage.studies() == {}

    def test_older_tables(self, url: str, path: Path) -> None:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("ALTER TABLE trial_values DROP COLUMN value_type")
        db.close()
        with pytest.raises(SchemaVersionError, match=r"trial_values .*5\.0\.0.*value_type.*optuna storage upgrade"):
            import_optuna(url, to=InMemoryStorage())

    def test_databases_of_others(self, tmp_path: Path) -> None:
        own = f"sqlite:///{tmp_path}/hpo.db"
        RDBStorage(own).close()
        (tmp_path / "text.db").write_text("this is a text, and not a short one at that" * 100)
        for url in (own, f"sqlite:///{tmp_path}/text.db"):
            with pytest.raises(NotADatabaseError):
                import_optuna(url, to=InMemoryStorage())

    def test_a_file_that_is_missing_is_not_made(self, tmp_path: Path) -> None:
        with pytest.raises(StorageInternalError, match="There is no file"):
            import_optuna(f"sqlite:///{tmp_path}/none.db", to=InMemoryStorage())
        assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("journal:///optuna.log", NotADatabaseError, r"is no database, but a journal\. To go on .*optuna\.copy_study"),
        ("optuna.log", NotADatabaseError, r"is no database, but a journal\. To go on .*optuna\.copy_study"),
        ("optuna.db", ValueError, r"such as \"sqlite:///optuna\.db\", got 'optuna\.db'"),
        ("oracles://me:secret@host/db", ValueError, r"got 'oracles://me:\*\*\*@host/db'"),
        (Path("optuna.db"), TypeError, r"such as \"sqlite:///optuna\.db\", got PosixPath"),
    ],
)
def test_what_is_no_database_is_answered_by_a_sentence(given: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        import_optuna(given, to=InMemoryStorage())


def test_names(url: str) -> None:
    storage = InMemoryStorage()
    with pytest.raises(UnknownStudyError, match="'none'"):
        import_optuna(url, "none", to=storage)
    with pytest.raises(ValueError, match="to_study_name needs study_name"):
        import_optuna(url, to=storage, to_study_name="new")
    import_optuna(url, "grid", to=storage)
    before = hpo.load_study(study_name="grid", storage=storage).events()
    with pytest.raises(DuplicatedStudyError):
        import_optuna(url, "grid", to=storage)
    assert hpo.load_study(study_name="grid", storage=storage).events() == before
    import_optuna(url, "grid", to=storage, to_study_name="grid again")
    assert list(storage.studies()) == ["grid", "grid again"]


def test_the_original_is_only_read(url: str, path: Path, original: Path) -> None:
    import_optuna(url, to=InMemoryStorage())
    assert path.read_bytes() == original.read_bytes()
