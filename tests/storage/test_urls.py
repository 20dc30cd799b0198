"""What is given as a storage: URLs, classes of Optuna's, databases that are something else, and what is only read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna as untyped
import pytest
import sqlalchemy as sa

import hpo
from hpo.exceptions import NotADatabaseError, UnknownStudyError
from hpo.protocols import Storage
from hpo.storage import JournalStorage, RDBStorage, RedisStorage, get_storage
from hpo.study import RetryPolicy
from tests.storage.conftest import BACKENDS

optuna: Any = untyped  # some of it has annotations, and some has none
READERS: list[Callable[[Any], object]] = [
    hpo.get_all_study_names,
    hpo.get_all_study_summaries,
    lambda storage: hpo.load_study(study_name="s", storage=storage),
    lambda storage: hpo.delete_study(study_name="s", storage=storage),
    lambda storage: hpo.copy_study(from_study_name="s", from_storage=storage, to_storage="sqlite:///target.db"),
]


def create(url: str) -> object:
    return hpo.create_study(storage=url)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url)
    names = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return names


@pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
def test_a_database_of_optuna_is_named_and_left_alone(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.RDBStorage(database_url)
    made = optuna.create_study(study_name="s", storage=storage)
    made.optimize(lambda trial: trial.suggest_float("x", 0, 1), 2)
    storage.remove_session()
    storage.engine.dispose()
    before, there = contents(tmp_path), tables(database_url)
    for use in (*READERS, create, RDBStorage):
        with pytest.raises(NotADatabaseError, match=r"is a database of Optuna.*import_optuna\(.*hpo storage import-"):
            use(database_url)
    assert contents(tmp_path) == before
    assert tables(database_url) == there
    assert hpo.storage.import_optuna(database_url, to="sqlite:///copy.db") == ["s"]
    RDBStorage.upgrade(database_url)  # who asks for it gets both
    assert hpo.storage.import_optuna(database_url, to=database_url) == hpo.get_all_study_names(database_url) == ["s"]


def test_a_journal_of_optuna_is_named_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storages = optuna.storages
    backend = storages.journal.JournalFileBackend("study.log")
    optuna.create_study(study_name="s", storage=storages.JournalStorage(backend))
    before = contents(tmp_path)
    for use in (*READERS, create):
        with pytest.raises(NotADatabaseError, match=r"is a journal of Optuna.*copy_study.*import_optuna"):
            use("journal:///study.log")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("url", ["sqlite:///study.db", "journal:///study.log"])
def test_reading_makes_no_file(url: str, is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if is_there:
        Path(url.rpartition("/")[2]).touch()
    before = contents(tmp_path)
    for read in READERS[:2]:
        assert read(url) == []
    for read in READERS[2:]:
        with pytest.raises(UnknownStudyError, match=r"right|nothing"):
            read(url)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("database_url", BACKENDS[1:], indirect=True)
def test_reading_makes_no_tables(database_url: str) -> None:
    for read in READERS[:2]:
        assert read(database_url) == []
    for read in READERS[2:]:
        with pytest.raises(UnknownStudyError, match="no tables of hpo"):
            read(database_url)
    assert tables(database_url) == set()


def test_summaries_leave_out_what_is_deleted_meanwhile(tmp_path: Path) -> None:
    storage = RDBStorage(f"sqlite:///{tmp_path}/study.db")
    for name in ("a", "b"):
        hpo.create_study(study_name=name, storage=storage)
    listed = storage.studies()
    hpo.delete_study(study_name="a", storage=storage)

    class Late:
        """A storage whose list of studies is older than the studies."""

        def __getattr__(self, name: str) -> Any:
            return getattr(storage, name)

        def studies(self) -> Any:
            return listed

    late: Any = Late()
    assert [summary.study_name for summary in hpo.get_all_study_summaries(late)] == ["b"]


_DRIVERS = """
import sys
for name in ("psycopg", "psycopg2", "pymysql", "MySQLdb", "redis"):
    sys.modules[name] = None
import hpo
try:
    hpo.get_all_study_names(sys.argv[1])
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://me:secret@host/db", ["mysql://me:***@host/db", "hpo-study[mysql]", "mysql+pymysql://me:***@host/db"]),
        ("postgresql://host/db", ["postgresql://host/db", "hpo-study[postgresql]", "postgresql+psycopg://host/db"]),
        ("postgresql+psycopg2://host/db", ["'psycopg2'", "hpo-study[postgresql]"]),
        ("redis://me:secret@host", ["redis://me:***@host", "hpo-study[redis]"]),
    ],
)
def test_a_missing_driver_is_named_with_the_extra_that_brings_one(url: str, words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", _DRIVERS, url], capture_output=True, text=True, check=True)
    assert all(word in done.stdout for word in words)
    assert "secret" not in done.stdout


@pytest.mark.parametrize("url", ["mongodb://host/db", "postgres://host/db", "oracle://host/db"])
def test_a_kind_of_database_that_is_not_known_is_answered_by_those_that_are(url: str) -> None:
    with pytest.raises(ValueError, match=rf"There is no storage for {url}.*postgresql://.*redis://"):
        hpo.create_study(storage=url)


def test_a_path_is_answered_by_its_url() -> None:
    for path, url in (("study.log", "journal:///study.log"), ("study.db", "sqlite:///study.db")):
        with pytest.raises(ValueError, match=f'"{url}"'):
            get_storage(path)


@pytest.mark.parametrize("database_url", BACKENDS[1:], indirect=True)
def test_a_url_without_a_driver_takes_the_one_that_is_there(database_url: str) -> None:
    url = sa.make_url(database_url)
    plain = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)
    hpo.create_study(study_name="s", storage=plain)
    assert hpo.get_all_study_names(database_url) == hpo.get_all_study_names(plain) == ["s"]


def test_backends_of_optuna_name_storages(tmp_path: Path, redis_url: str) -> None:
    path = tmp_path / "study.log"
    from hpo.storages import journal

    for lock in (None, journal.JournalFileOpenLock(str(path)), journal.JournalFileSymlinkLock(str(path))):
        storage = journal.JournalStorage(journal.JournalFileBackend(str(path), lock_obj=lock))
        assert isinstance(storage, JournalStorage)
        assert storage.path == path
    assert isinstance(hpo.storages.JournalStorage(hpo.storages.JournalFileStorage(str(path))), JournalStorage)
    backend = hpo.storages.JournalRedisBackend(redis_url, prefix="backend")
    redis: Storage = JournalStorage(backend)
    assert isinstance(redis, RedisStorage)
    hpo.create_study(study_name="s", storage=redis)
    assert hpo.get_all_study_names(RedisStorage(redis_url, prefix="backend")) == ["s"]
    assert hpo.get_all_study_names(redis_url) == []


def test_arguments_of_optunas_database_are_understood(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    callback = hpo.storages.RetryFailedTrialCallback(3)
    for name in ("failed_trial_callback", "heartbeat_stale_trial_callback"):
        options: dict[str, Any] = {name: callback}
        storage = RDBStorage(url, {}, False, heartbeat_interval=60, grace_period=120, **options)
        assert storage.lease_policy is not None
        assert (storage.lease_policy.renew_every, storage.lease_policy.lost_after) == (60, 120)
        study = hpo.create_study(study_name=name, storage=storage)
        assert study.retry == RetryPolicy(3)
        assert hpo.load_study(study_name=name, storage=storage, retry=1).retry == RetryPolicy(1, failed=True)
    with pytest.raises(TypeError, match=r"RetryFailedTrialCallback.*WorkerLost"):
        hpo.create_study(study_name="none", storage=RDBStorage(url, failed_trial_callback=print))
    assert "none" not in hpo.get_all_study_names(url)
    with pytest.raises(UnknownStudyError, match="There is no file"):
        RDBStorage(f"{url}.absent", skip_table_creation=True)
    assert RDBStorage(url, skip_compatibility_check=True, skip_table_creation=True).studies()
