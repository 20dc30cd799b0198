"""Servers that die and come back, locks that are held, answers that are lost."""

from __future__ import annotations

import gc
import re
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import hpo
from hpo.events import Event, PlanDeclared, StudyCreated, StudyDirection, StudyRenamed, TrialFinished, TrialStarted
from hpo.exceptions import DuplicatedStudyError, StorageInternalError
from hpo.storage import RDBStorage
from hpo.trial import TrialState
from tests.storage.conftest import BACKENDS, new_database
from tests.storage.servers import Server
from tests.storage.writers import Writer, check_acknowledged

everywhere = pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
HEADER = StudyCreated("s", (StudyDirection.MINIMIZE,), 0, 0.0, "s")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # PyMySQL does not close dead sockets
@pytest.mark.parametrize("backend", ["postgresql", "mariadb"])
def test_workers_outlive_a_server_that_is_killed_and_comes_back(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: Server = request.getfixturevalue(f"{backend}_server")
    url = new_database(server)
    study = hpo.create_study(study_name="s", storage=url)
    notes = [tmp_path / f"note-{i}" for i in range(4)]
    writers = [Writer(url, note, max_trials=1000) for note in notes]
    for _ in range(4):
        for writer in writers:
            writer.wait_for(10)
        server.kill()
        server.start()
    for writer in writers:
        writer.join()
    check_acknowledged(study, notes, at_least=1000)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 1000
    gc.collect()


def test_what_a_server_rolled_back_when_it_crashed_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events that others had read, and that nobody had been told are safe, are gone, and others have their places."""
    storage = RDBStorage(f"sqlite:///{tmp_path}/s.db")
    study = hpo.create_study(study_name="s", storage=storage, sampler=hpo.samplers.RandomSampler(seed=0))
    study.tell(study.ask(), 0.0)
    append_after, read = storage.append_after, storage.read
    names: list[str] = []

    def crash(identity: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        monkeypatch.setattr(storage, "append_after", append_after)
        make([TrialStarted(1.0), TrialFinished(1, TrialState.COMPLETE, 2.0, (-1.0,)), TrialStarted(3.0)])
        storage.append(identity, [TrialStarted(4.0)])
        return append_after(identity, since, make)

    def look(identity: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        names.append(study._log.name)  # as threads do that need no lock, while the log is read again
        return read(identity, since, limit=limit)

    monkeypatch.setattr(storage, "append_after", crash)
    monkeypatch.setattr(storage, "read", look)
    trial = study.ask()
    assert trial.number == 2
    assert names == ["s"] * 2
    study.tell(trial, 1.0)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "RUNNING", "COMPLETE"]
    assert study.best_value == 0.0
    assert study.verify() == []


def test_what_was_read_for_a_proposal_that_failed_is_read_again(tmp_path: Path) -> None:
    storage = RDBStorage(f"sqlite:///{tmp_path}/s.db")
    study = hpo.create_study(study_name="s", storage=storage)
    storage.append(study._log.identity, [TrialStarted(1.0)])

    class Refuses:
        def sample(self, space: hpo.Space, history: hpo.History, key: hpo.Key) -> Any:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        hpo.load_study(study_name="s", storage=storage, sampler=Refuses()).ask()
    study.sampler = Refuses()
    with pytest.raises(ZeroDivisionError):
        study.ask()
    study.sampler = hpo.samplers.RandomSampler()
    assert study.ask().number == 1
    declared = [event for event in study.events() if isinstance(event, PlanDeclared)]
    assert (len(study.events()), len(declared)) == (5, 1)


def break_next_answer(storage: RDBStorage, url: str) -> list[bool]:
    """Let the connection break after the next commit, before anyone knows that it was made; tell when that happens."""
    error = storage.engine.dialect.dbapi.OperationalError  # type: ignore[union-attr]
    code: tuple[Any, ...] = (2013, "Lost connection") if "mysql" in url else ("connection refused",)
    broken: list[bool] = []

    @sa.event.listens_for(storage.engine, "checkin")
    def break_once(connection: Any, record: Any) -> None:
        if not broken:
            broken.append(True)
            connection.close()
            raise error(*code)

    return broken


_STARTS = [TrialStarted(1.0), TrialStarted(2.0)]


@everywhere
@pytest.mark.parametrize(
    ("call", "answer", "names", "log"),
    [
        (lambda s: s.create(HEADER._replace(name="new", identity="new")), None, ["s", "new"], [HEADER]),
        (lambda s: s.append("s", _STARTS), 3, ["s"], [HEADER, *_STARTS]),
        (lambda s: s.append("s", _STARTS, expect=1), 3, ["s"], [HEADER, *_STARTS]),
        (lambda s: s.append("s", _STARTS * 3), 7, ["s"], [HEADER, *_STARTS * 3]),
        (lambda s: s.append_after("s", 0, lambda tail: _STARTS), 3, ["s"], [HEADER, *_STARTS]),
        (lambda s: s.rename("s", "new"), None, ["new"], [HEADER, StudyRenamed("new")]),
        (lambda s: s.delete("s"), None, [], None),
    ],
    ids=["create", "append", "append expecting", "append many", "append in turn", "rename", "delete"],
)
def test_what_was_done_is_not_repeated_where_only_the_answer_was_lost(
    call: Callable[[RDBStorage], int | None],
    answer: int | None,
    names: list[str],
    log: list[Event] | None,
    database_url: str,
) -> None:
    storage = RDBStorage(database_url)
    storage.create(HEADER)
    storage.read("s")
    broken = break_next_answer(storage, database_url)
    assert call(storage) == answer
    assert broken
    assert list(storage.studies()) == names
    if log is not None:
        assert storage.read("s") == log
        assert storage.append("s", [TrialStarted(3.0)], expect=len(log)) == len(log) + 1


def test_a_lock_that_another_program_holds_is_waited_for(tmp_path: Path) -> None:
    study = hpo.create_study(study_name="s", storage=f"sqlite:///{tmp_path}/s.db")
    other = sqlite3.connect(tmp_path / "s.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(3.0, other.execute, args=["COMMIT"])
    release.start()
    study.optimize(lambda trial: 1.0, n_trials=1)
    release.join()
    other.close()
    assert study.best_value == 1.0


def test_a_server_that_was_never_reached_is_an_error_at_once() -> None:
    with pytest.raises(StorageInternalError, match=r"me:\*\*\*@127.0.0.1:1/db") as caught:
        RDBStorage("postgresql+psycopg://me:secret@127.0.0.1:1/db")
    assert "secret" not in str(caught.value)


@everywhere
def test_a_second_study_of_a_name_is_refused_everywhere(database_url: str) -> None:
    storage = RDBStorage(database_url)
    storage.create(HEADER)
    with pytest.raises(DuplicatedStudyError):
        RDBStorage(database_url).create(HEADER)
    storage.create(HEADER._replace(name="S", identity="S"))  # another name than "s", in MySQL too
    assert list(storage.studies()) == ["s", "S"]


_PLANTED = "cos\nsystem\n(S'touch planted'\ntR."


@everywhere
def test_nothing_that_a_database_holds_is_ever_run(database_url: str, tmp_path: Path) -> None:
    storage = RDBStorage(database_url)
    study = hpo.create_study(study_name="s", storage=storage)
    study.set_user_attr("pickle", _PLANTED)
    with storage.engine.begin() as connection:
        insert = "INSERT INTO hpo_event (study_id, position, kind, body) SELECT id, head, 7, '{}' FROM hpo_study"
        body = '{"key":"evil","value":{"__reduce__":"os.system","py/object":"os.system"},"system":false}'
        connection.exec_driver_sql(insert.format(body))
        connection.exec_driver_sql("UPDATE hpo_study SET head = head + 1")
    attributes = hpo.load_study(study_name="s", storage=database_url).user_attrs
    assert attributes == {"pickle": _PLANTED, "evil": {"__reduce__": "os.system", "py/object": "os.system"}}
    assert not (Path.cwd() / "planted").exists()
    package = Path(hpo.__file__).parent
    sent = {"running", "executors", "integrations", "testing"}  # what goes to processes that a run began, or into files
    folders = [folder.resolve() for folder in package.iterdir() if folder.is_dir() and folder.name not in sent]
    modules = [*package.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))]
    assert any(path.parts[-2:] == ("sql", "rdb.py") for path in modules)
    runs = re.compile(r"pickle\.load|(?<![\w.])(exec|eval)\(")
    assert not [path for path in modules if runs.search(path.read_text())]


@everywhere
@pytest.mark.parametrize(
    "text",
    ["'; DROP TABLE hpo_study; --", '"quoted"', "näme 日本 🙂", "a" * 10_000, "tab\t and \n line", "%s %(x)s :x ?"],
    ids=["injection", "quotes", "unicode", "long", "white space", "placeholders"],
)
def test_any_text_comes_back_as_it_was(database_url: str, text: str) -> None:
    storage = RDBStorage(database_url)
    name = text[:512]
    study = hpo.create_study(study_name=name, storage=storage)
    study.set_user_attr(text, {text: [text, "\x00", "\ud800"]})
    trial = study.ask()
    trial.set_user_attr(text, text)
    trial.suggest_categorical(text, [text, None])
    trial.set_constraint(text, -1.0)
    study.tell(trial, 0.0)
    loaded = hpo.load_study(study_name=name, storage=database_url)
    assert loaded.user_attrs == {text: {text: [text, "\x00", "\ud800"]}}
    assert loaded.trials == study.trials
    assert list(loaded.trials[0].params) == list(loaded.trials[0].constraints) == [text]


@pytest.mark.parametrize("name", ["nul\x00", "surrogate\ud800", "x" * 513])
def test_names_that_no_database_holds_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="A study's name"):
        hpo.create_study(study_name=name)
