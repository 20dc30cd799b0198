"""What only databases have: schema, versions, errors, durability, many processes."""

from __future__ import annotations

import json
import os
import pickle
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import hpo
from hpo.events import StudyCreated, StudyDirection, TrialFinished, TrialQueued, TrialReported, TrialStarted
from hpo.exceptions import (
    NotADatabaseError,
    ReadOnlyStorageError,
    SchemaVersionError,
    StorageFullError,
    StorageInternalError,
    UnknownStudyError,
)
from hpo.protocols import is_private
from hpo.storage import RDBStorage, get_storage
from hpo.storage.sql import schema
from hpo.trial import Trial, TrialState
from tests.storage.writers import Writer, check_acknowledged

HEADER = StudyCreated("s", (StudyDirection.MINIMIZE,), 0, 0.0, "s")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/study.db"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.db"


def objective(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    trial.report(x, 0)
    if trial.number % 5 == 3:
        raise hpo.TrialPruned
    if trial.number % 5 == 4:
        raise ValueError
    return x


class TestSchema:
    def test_all_names_carry_the_prefix(self, url: str) -> None:
        storage = RDBStorage(url)  # lives as long as its engine is used, and closes that at its end
        inspector = sa.inspect(storage.engine)
        names = inspector.get_table_names() + inspector.get_view_names()
        tables = ["hpo_alembic_version", "hpo_checkpoint", "hpo_event", "hpo_lease", "hpo_study", "hpo_trial"]
        assert sorted(names) == tables

    def test_the_migrations_make_the_tables_that_the_code_uses(self, url: str) -> None:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext
        from alembic.script import ScriptDirectory

        directory = Path(schema.__file__).parent / "migrations"
        assert ScriptDirectory(str(directory)).get_heads() == [schema.HEAD]
        storage = RDBStorage(url)
        with storage.engine.connect() as connection:
            options = {"version_table": schema.VERSION_TABLE}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, schema.metadata) == []

    def test_the_view_shows_one_row_per_trial(self, url: str, path: Path) -> None:
        study = hpo.create_study(study_name="s", storage=url)
        hpo.create_study(study_name="other", storage=url).optimize(lambda trial: 1.0, n_trials=2)
        study.enqueue_trial({"x": 0.25})
        study.optimize(objective, n_trials=5, catch=ValueError)
        study.add_trial(hpo.create_trial(state=TrialState.PAUSED))
        study.enqueue_trial({"x": 0.5})
        study.ask()
        study.ask()
        study.enqueue_trial({"x": 0.5})
        with closing(sqlite3.connect(path)) as db, db:
            rows = db.execute(
                "SELECT number, state, value, json_extract(details, '$.parameters.x'), started, finished "
                "FROM hpo_trial WHERE study = 's' ORDER BY number"
            ).fetchall()
        shown = [(number, state, value, x) for number, state, value, x, _, _ in rows]
        assert shown == [(t.number, t.state.name, t.value, t.params.get("x")) for t in study.trials]
        assert {state for _, state, _, _ in shown} == {state.name for state in TrialState}
        for trial, (_, _, _, _, started, finished) in zip(study.trials, rows, strict=True):
            assert (started is None) == (trial.datetime_start is None)
            if trial.datetime_complete is not None:
                assert trial.datetime_complete.timestamp() == pytest.approx(finished, abs=1e-5)

    def test_bodies_are_json_that_others_read(self, url: str, path: Path) -> None:
        study = hpo.create_study(study_name="s", storage=url)
        trial = study.ask()
        trial.set_user_attr("odd", [float("nan"), float("-inf"), {"$key": "é\x00"}])
        trial.report(float("inf"), 0)
        study.tell(trial, float("-inf"))
        with closing(sqlite3.connect(path)) as db, db:
            bodies = [body for (body,) in db.execute("SELECT body FROM hpo_event WHERE body IS NOT NULL")]
        assert sum("$float" in body for body in bodies) == 2  # the report, and the end with the attribute
        for body in bodies:
            json.loads(body, parse_constant=pytest.fail)


class TestErrors:
    def test_a_file_that_is_no_database(self, url: str, path: Path) -> None:
        path.write_bytes(b"this is a text, and not a short one at that" * 100)
        with pytest.raises(NotADatabaseError, match="is not a database"):
            hpo.create_study(storage=url)

    def test_a_damaged_database(self, url: str, path: Path) -> None:
        storage = RDBStorage(url)
        hpo.create_study(study_name="s", storage=storage).optimize(objective, n_trials=50, catch=ValueError)
        storage.close()
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(random.Random(0).randbytes(size - 4096))
        with pytest.raises(NotADatabaseError, match="damaged"):
            hpo.load_study(study_name="s", storage=url)

    def test_a_newer_and_an_older_schema(self, url: str, path: Path) -> None:
        RDBStorage(url).close()
        for revision, advice in (("9999", "Upgrade hpo"), ("0000", "RDBStorage.upgrade")):
            with closing(sqlite3.connect(path)) as db, db:
                db.execute("UPDATE hpo_alembic_version SET version_num = ?", [revision])
            with pytest.raises(SchemaVersionError, match=advice):
                RDBStorage(url)

    def test_upgrading_a_database_that_is_up_to_date_changes_nothing(self, url: str) -> None:
        study = hpo.create_study(study_name="s", storage=url)
        study.optimize(objective, n_trials=3)
        RDBStorage.upgrade(url)
        assert hpo.load_study(study_name="s", storage=url).trials == study.trials

    def test_a_read_only_database_can_be_read(self, url: str, path: Path) -> None:
        study = hpo.create_study(study_name="s", storage=url)
        study.optimize(objective, n_trials=3)
        read_only = hpo.load_study(study_name="s", storage=f"sqlite:///file:{path}?mode=ro&uri=true")
        assert read_only.trials == study.trials
        with pytest.raises(ReadOnlyStorageError, match="permissions"):
            read_only.ask()

    def test_a_full_disk_loses_nothing_and_can_be_left_behind(self, url: str) -> None:
        storage = RDBStorage(url)
        study = hpo.create_study(study_name="s", storage=storage)
        study.optimize(objective, n_trials=3)
        acknowledged = study.trials
        storage.close()
        full = True

        @sa.event.listens_for(storage.engine, "checkout")
        def limit(connection: Any, record: Any, proxy: Any) -> None:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages + (0 if full else 1000)}")

        def large(trial: Trial) -> float:
            trial.set_user_attr("large", "x" * 100_000)
            return 0.0

        with pytest.raises(StorageFullError, match="free some space"):
            study.optimize(large, n_trials=1)
        assert study.trials[:3] == acknowledged
        assert study.trials[3].state is TrialState.RUNNING
        full = False
        study.tell(3, state=TrialState.FAIL)
        study.optimize(large, n_trials=1)
        assert study.trials[4].state is TrialState.COMPLETE

    def test_a_folder_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(StorageInternalError, match="folder exist"):
            RDBStorage(f"sqlite:///{tmp_path}/none/study.db")

    def test_a_name_that_is_too_long(self, url: str) -> None:
        hpo.create_study(study_name="x" * 512, storage=url)
        with pytest.raises(ValueError, match="at most 512 characters, got 513"):
            hpo.create_study(study_name="x" * 513, storage=url)

    def test_passwords_are_not_shown(self, tmp_path: Path) -> None:
        storage = RDBStorage(f"sqlite:///{tmp_path}/study.db")
        storage.engine.url = sa.make_url("postgresql://me:secret@host/db?password=secret&sslmode=require")
        with pytest.raises(UnknownStudyError) as caught:
            storage.read("none")
        assert "secret" not in str(caught.value) + repr(storage)
        assert "sslmode=require" in repr(storage)


def test_get_storage_understands_urls_storages_and_none(url: str) -> None:
    storage = get_storage(url)
    assert isinstance(storage, RDBStorage)
    assert get_storage(storage) is storage
    assert is_private(get_storage(None))
    with pytest.raises(ValueError, match="must be a URL"):
        get_storage("study.db")


def test_a_log_is_on_the_disk_when_append_returns(url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = RDBStorage(url)
    storage.create(HEADER)
    flushed: list[tuple[str, int]] = []
    fdatasync = os.fdatasync

    def watched(file: int) -> None:
        fdatasync(file)
        flushed.append((str(Path(f"/proc/self/fd/{file}").readlink()), os.fstat(file).st_size))

    monkeypatch.setattr(os, "fdatasync", watched)
    before = Path(f"{path}-wal").stat().st_size
    storage.append("s", [TrialReported(0, 0, 0.0, 0.0)])
    assert flushed == []  # a report may wait
    storage.append("s", [TrialQueued({}, 0.0)])
    ((name, size),) = flushed
    assert name == f"{path}-wal"
    assert size > before


def test_a_database_without_a_write_ahead_log_syncs_by_itself(url: str, path: Path) -> None:
    RDBStorage(url).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = DELETE")
    storage = RDBStorage(url)
    storage.create(HEADER)
    connection = storage.engine.raw_connection()
    assert connection.cursor().execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


def test_nothing_acknowledged_is_lost_when_writers_are_killed(url: str, tmp_path: Path) -> None:
    """Two writers on one file are killed at random moments, again and again."""
    chance = random.Random(0)
    notes = [tmp_path / "first", tmp_path / "second"]
    for _ in range(6):
        writers = [Writer(url, note) for note in notes]
        for writer in writers:
            writer.wait_for(chance.randrange(1, 12))
            writer.kill()
    check_acknowledged(hpo.load_study(study_name="s", storage=url), notes, at_least=12)
    with closing(sqlite3.connect(tmp_path / "study.db")) as db, db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        positions = [row[0] for row in db.execute("SELECT position FROM hpo_event ORDER BY position")]
    assert positions == list(range(len(positions)))


_CREATOR = """
import sys, hpo
hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(study_name="s", storage=sys.argv[1], load_if_exists=True)
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=10)
"""


def test_processes_may_create_file_schema_and_study_at_once(url: str) -> None:
    creators = [
        subprocess.Popen([sys.executable, "-c", _CREATOR, url], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for creator in creators:
        _, errors = creator.communicate(timeout=120)
        assert (creator.returncode, errors) == (0, "")
    study = hpo.load_study(study_name="s", storage=url)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 40
    assert study.verify() == []


_OPENER = """
import sys, hpo
from hpo.storage import RDBStorage
hpo.logging.set_verbosity(hpo.logging.ERROR)
RDBStorage(sys.argv[1] + "/first.db").close()  # all that is loaded on first use
for i in range(30):
    print(flush=True)
    sys.stdin.readline()
    hpo.create_study(study_name="s", storage=f"{sys.argv[1]}/{i}.db", load_if_exists=True)
"""


def test_of_those_who_create_the_same_file_at_the_same_moment_none_is_refused(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", _OPENER, f"sqlite:///{tmp_path}"]
    openers = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(3)]
    for _ in range(30):
        for opener in openers:
            assert opener.stdout is not None
            opener.stdout.readline()
        for opener in openers:
            assert opener.stdin is not None
            if opener.poll() is None:
                opener.stdin.write("\n")
                opener.stdin.flush()
    for opener in openers:
        _, errors = opener.communicate(timeout=120)
        assert (opener.returncode, errors) == (0, "")


def test_nothing_stays_beside_a_database_that_nobody_has_open(url: str, path: Path) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", _CREATOR, url]) for _ in range(3)]
    assert [worker.wait(120) for worker in workers] == [0] * 3
    assert list(path.parent.iterdir()) == [path]
    storage = RDBStorage(url)
    hpo.load_study(storage=storage).optimize(objective, n_trials=2)
    storage.close()
    assert list(path.parent.iterdir()) == [path]


def test_writers_queue_for_the_log_that_there_is(url: str, path: Path) -> None:
    """The log of a database goes with its last connection, and another one comes with the next."""
    one, other = RDBStorage(url), RDBStorage(url)
    one.create(HEADER)
    for _ in range(3):
        for storage in (one, other):
            storage.append("s", [TrialQueued({}, 0.0)])
            storage.append("s", [TrialQueued({}, 0.0)])
        one.engine.dispose()
        other.engine.dispose()
        assert not Path(f"{path}-wal").exists()
    one.append("s", [TrialQueued({}, 0.0)])
    one.append("s", [TrialQueued({}, 0.0)])
    locked = Path(f"{path}-wal").stat().st_ino
    opened = {os.fstat(int(file.name)).st_ino for file in Path("/proc/self/fd").iterdir() if _is_open(file)}
    assert locked in opened
    one.close()
    other.close()


def _is_open(file: Path) -> bool:
    try:
        return bool(os.fstat(int(file.name)))
    except OSError:  # what the folder itself was read by
        return False


_PARENT = """
import os, signal, sys
from hpo.events import TrialQueued
from hpo.storage import RDBStorage
storage = RDBStorage(sys.argv[1])
storage.append("s", [TrialQueued({}, 0.0)])

def die(tail):
    if os.fork() == 0:
        os.read(0, 1)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)

storage.append_after("s", 1, die)
"""


def test_a_turn_does_not_outlive_its_holder_in_a_child(url: str) -> None:
    storage = RDBStorage(url)
    storage.create(HEADER)
    receive, send = os.pipe()
    subprocess.run([sys.executable, "-W", "ignore", "-c", _PARENT, url], stdin=receive, timeout=60)
    for _ in range(3):  # with the first of them the log that they queue for is opened
        storage.append("s", [TrialQueued({}, 0.0)])
    os.close(send)
    os.close(receive)
    assert len(storage.read("s")) == 5
    storage.close()


_READER = """
import os, sys, hpo
from pathlib import Path
from hpo.exceptions import ReadOnlyStorageError
from hpo.storage import RDBStorage
url, folder = sys.argv[1:3]
hpo.logging.set_verbosity(hpo.logging.WARNING)
sampler = hpo.samplers.RandomSampler()  # others import what they need when they need it
hpo.load_study(storage=f"sqlite:///{folder}/../other.db")  # imports everything while it may
if sys.argv[3:]:
    os.setgid(65534)
    os.setuid(65534)
before = sorted(path.name for path in Path(folder).iterdir())
study = hpo.load_study(storage=url, sampler=sampler)
print([trial.value for trial in study.trials], [one.n_trials for one in hpo.get_all_study_summaries(url)])
same = hpo.create_study(study_name=study.study_name, storage=url, sampler=sampler, load_if_exists=True)
print(same.trials == study.trials)
for refused in (study.ask, lambda: hpo.create_study(study_name="new", storage=url, load_if_exists=True)):
    try:
        refused()
    except ReadOnlyStorageError as error:
        print("permissions" in str(error))
del study, same
print(before == sorted(path.name for path in Path(folder).iterdir()))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become someone who may not write")
@pytest.mark.parametrize("has_writer", [False, True])
@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o755), (0o644, 0o555), (0o444, 0o555), (0o444, 0o777)])
def test_what_may_only_be_read_is_read_and_left_alone(file: int, folder: int, has_writer: bool) -> None:
    with tempfile.TemporaryDirectory() as outer:  # tmp_path lies in a folder that others cannot enter
        inner = Path(outer) / "inner"
        inner.mkdir()
        RDBStorage(f"sqlite:///{outer}/other.db").create(HEADER)
        storage = RDBStorage(f"sqlite:///{inner}/study.db")
        hpo.create_study(storage=storage).optimize(lambda trial: float(trial.number), n_trials=3)
        if not has_writer:
            storage.close()
        Path(outer).chmod(0o755)
        (inner / "study.db").chmod(file)
        inner.chmod(folder)
        command = [sys.executable, "-c", _READER, f"sqlite:///{inner}/study.db", str(inner), "nobody"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (done.stdout, done.stderr) == ("[0.0, 1.0, 2.0] [3]\n" + 4 * "True\n", "")
        storage.close()


def test_a_database_on_a_read_only_mount_is_read(tmp_path: Path) -> None:
    inner, mount = tmp_path / "inner", tmp_path / "mount"
    inner.mkdir()
    mount.mkdir()
    for name in ("other.db", "inner/study.db"):
        storage = RDBStorage(f"sqlite:///{tmp_path}/{name}")
        hpo.create_study(storage=storage).optimize(lambda trial: float(trial.number), n_trials=3)
        storage.close()
    program = 'mount --bind "$0" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", program, str(inner), str(mount), sys.executable, "-c", _READER]
    done = subprocess.run([*command, f"sqlite:///{mount}/study.db", str(mount)], capture_output=True, text=True)
    if "mount: " in done.stderr or "unshare: " in done.stderr:
        pytest.skip(done.stderr)
    assert (done.stdout, done.stderr) == ("[0.0, 1.0, 2.0] [3]\n" + 4 * "True\n", "")


def test_a_trial_ends_no_earlier_than_it_began_whatever_the_clock_says(url: str, path: Path) -> None:
    storage = RDBStorage(url)
    study = hpo.create_study(study_name="s", storage=storage)
    storage.append(study._log.identity, [TrialStarted(1000.0), TrialFinished(0, TrialState.COMPLETE, 900.0, (1.0,))])
    storage.append(study._log.identity, [TrialStarted(time.time() + 3600)])
    with pytest.warns(UserWarning, match="asked for by another process"):
        study.tell(1, 2.0)
    for trial in hpo.load_study(study_name="s", storage=url).trials:
        assert trial.duration is not None
        assert trial.duration.total_seconds() == 0.0
    assert (study.trials_dataframe()["duration"].dt.total_seconds() == 0.0).all()
    with closing(sqlite3.connect(path)) as db:
        started, finished = db.execute("SELECT started, finished FROM hpo_trial WHERE number = 1").fetchone()
    assert started == finished


def test_a_resumed_run_in_another_process_is_exact(url: str) -> None:
    program = """
import sys, hpo
study = hpo.create_study(study_name="s", storage=sys.argv[1], load_if_exists=True, seed=3)
study.optimize(lambda t: t.suggest_float("x", 0, 1) * t.suggest_int("n", 1, 9), n_trials=int(sys.argv[2]))
"""
    for n_trials in ("4", "6"):
        subprocess.run([sys.executable, "-c", program, url, n_trials], check=True, stderr=subprocess.DEVNULL)
    whole = hpo.create_study(seed=3)
    whole.optimize(lambda t: t.suggest_float("x", 0, 1) * t.suggest_int("n", 1, 9), n_trials=10)
    resumed = hpo.load_study(storage=url)
    assert [(t.params, t.value) for t in resumed.trials] == [(t.params, t.value) for t in whole.trials]


def test_a_pickle_holds_no_password_and_works_in_this_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    storage = RDBStorage(url, {"connect_args": {"timeout": 7.0}})
    copied = pickle.loads(pickle.dumps(storage))
    assert copied._engine_kwargs == storage._engine_kwargs
    storage._url = "postgresql+psycopg://me:secret@host/db?password=secret&sslmode=require"  # what it would be
    storage._engine_kwargs = {"connect_args": {"password": "secret"}}
    assert b"secret" not in pickle.dumps(storage)
    assert b"postgresql+psycopg://me@host/db?sslmode=require" in pickle.dumps(storage)
    study = hpo.create_study(study_name="s", storage=url)
    study.optimize(objective, n_trials=2)
    assert pickle.loads(pickle.dumps(study)).trials == study.trials


def test_a_trial_ends_even_if_the_storage_cannot_write_what_it_holds(url: str) -> None:
    study = hpo.create_study(storage=url)

    def hostile(trial: Trial) -> float:
        trial._live.user_attrs["thing"] = object()  # past all checks
        return 1.0

    study.optimize(hostile, n_trials=2)
    assert [trial.state for trial in study.trials] == [TrialState.FAIL] * 2
    assert study.trials[0].error is not None
    assert "JSON cannot hold" in study.trials[0].error.message


def test_what_is_too_large_is_refused_where_it_enters(url: str) -> None:
    trial = hpo.create_study(storage=url).ask()
    with pytest.raises(ValueError, match="store it in a file"):
        trial.set_user_attr("large", "x" * 5_000_000)
    with pytest.raises(ValueError, match="2\\*\\*63"):
        trial.report(0.0, 2**63)


def test_endless_error_messages_are_cut(url: str) -> None:
    def shouts(trial: Trial) -> float:
        raise ValueError("x" * 10_000_000)

    study = hpo.create_study(storage=url)
    study.optimize(shouts, n_trials=1, catch=ValueError)
    assert study.trials[0].error is not None
    assert len(study.trials[0].error.message) == len(study.trials[0].error.traceback) == 100_000


@pytest.mark.parametrize("scheme", ["sqlite", "journal"])
def test_a_misspelt_path_leaves_no_file(scheme: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownStudyError, match="There is no file"):
        hpo.load_study(study_name="s", storage=f"{scheme}:///{tmp_path}/misspelt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
def test_no_statement_needs_a_temporary_table(database_url: str) -> None:
    """Events are long texts, for which MariaDB and MySQL would make a file at each reading."""
    study = hpo.create_study(study_name="s", storage=database_url, sampler=hpo.samplers.RandomSampler(seed=0))
    storage = RDBStorage(database_url)
    with sa.create_engine(database_url, isolation_level="AUTOCOMMIT").connect() as connection:

        def n_made() -> int:
            return int(connection.exec_driver_sql("SHOW GLOBAL STATUS LIKE 'Created_tmp_disk_tables'").one()[1])

        connection.exec_driver_sql("CREATE TEMPORARY TABLE seen AS SELECT body FROM hpo_event GROUP BY body")
        before = n_made()
        assert before > 0
        study.optimize(objective, n_trials=20, catch=ValueError)
        identity = storage.studies()["s"]
        events = storage.read(identity)
        assert len(events) > 20
        assert list(storage.read(identity, len(events))) == []
        storage.save_checkpoint(identity, b"c", 1, instead_of=0)
        assert storage.load_checkpoint(identity) == (1, b"c")
        storage.beat(identity, [1], [])
        assert storage.beats(identity) == {1: 1}
        storage.rename(identity, "new")
        storage.delete(identity)
        with pytest.raises(UnknownStudyError):
            storage.read(identity)
        assert n_made() == before
