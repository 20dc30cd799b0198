"""Logs of all earlier formats can be read, checked and gone on with."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import hpo
from hpo.events import StudyCreated, StudyDirection
from hpo.exceptions import SchemaVersionError
from hpo.log.codec import encode
from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage, get_storage
from tests.storage.conftest import BACKENDS
from tests.storage.old_logs.make import STUDIES, make, objective, plug_ins

FOLDER = Path(__file__).parent / "old_logs"
DATABASES = sorted(FOLDER.glob("*.sql"))
JOURNALS = sorted(FOLDER.glob("*.log"))

everywhere = pytest.mark.parametrize("database_url", BACKENDS, indirect=True)


def place(log: Path, tmp_path: Path) -> str:
    """The URL of a copy of an old log."""
    if log.suffix == ".log":
        return f"journal:///{shutil.copy(log, tmp_path / 'old.log')}"
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.executescript(log.read_text())
    db.close()
    return f"sqlite:///{tmp_path}/old.db"


@pytest.fixture(params=[*DATABASES, *JOURNALS], ids=lambda path: path.name)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an old log that has been brought up to date where that is needed."""
    url = place(request.param, tmp_path)
    if url.startswith("sqlite"):
        RDBStorage.upgrade(url)
    return url


def opened(name: str, storage: Any) -> hpo.Study:
    return hpo.load_study(study_name=name, storage=storage, **plug_ins())


def told(study: hpo.Study) -> list[Any]:
    """What is known of the trials, but for the one whose worker is gone or not, depending on who looks where."""
    return [
        (t.number, t.state, t.values, t.params, t.intermediate_values, repr(t.user_attrs), t.constraints)
        for t in study.trials
        if t.number != 8
    ]


def test_there_is_a_log_of_each_format() -> None:
    versions = {"sqlite_0001.sql", "sqlite_0002.sql", "sqlite_0003.sql", "journal_1_first.log", "journal_1_last.log"}
    assert {path.name for path in [*DATABASES, *JOURNALS]} == versions


@pytest.mark.parametrize("log", DATABASES, ids=lambda path: path.name)
def test_an_old_database_says_how_it_can_be_upgraded(log: Path, tmp_path: Path) -> None:
    with pytest.raises(SchemaVersionError, match=r"Bring it up to date with `RDBStorage.upgrade\(url\)`"):
        get_storage(place(log, tmp_path))


@pytest.mark.parametrize("name", STUDIES)
def test_an_old_study_goes_on_as_one_that_was_made_today(name: str, url: str) -> None:
    today = InMemoryStorage()
    make(today)
    old, new = opened(name, url), opened(name, today)
    assert list(get_storage(url).studies()) == list(STUDIES)
    assert old.study_name == name
    assert old.user_attrs == {"note": name}
    assert told(old) == told(new)
    assert old.verify() == new.verify() == []
    for study in (old, new):
        study.optimize(objective, n_trials=5)
    assert told(old) == told(new)
    assert len(old.trials) == 14
    assert opened(name, url).verify() == []


def test_all_who_open_an_old_log_agree_on_its_identities(url: str) -> None:
    path = Path(url.partition(":///")[2])
    before = path.read_bytes()
    studies = get_storage(url).studies()
    assert len(set(studies.values())) == len(STUDIES)
    for _ in range(2):
        storage = get_storage(url)
        assert storage.studies() == studies
        for name, identity in studies.items():
            (header,) = storage.read(identity, limit=1)
            assert isinstance(header, StudyCreated)
            assert header.identity == identity
            assert hpo.load_study(study_name=name, storage=storage).events(limit=1) == [header]
    if url.startswith("journal"):
        assert path.read_bytes() == before
    opened("single", url).rename("renamed")
    opened("several", url).optimize(objective, n_trials=1)
    assert list(get_storage(url).studies().items()) == [("renamed", studies["single"]), ("several", studies["several"])]


def test_equal_headers_in_an_old_journal_are_those_of_different_studies(tmp_path: Path) -> None:
    header = StudyCreated("a", (StudyDirection.MINIMIZE,), 0, 0.0)
    storage = JournalStorage(tmp_path / "study.log")
    storage.create(header)
    first = storage.studies()["a"]
    storage.delete(first)
    storage.create(header)
    second = storage.studies()["a"]
    assert first != second
    assert JournalStorage(tmp_path / "study.log").studies() == {"a": second}


@everywhere
def test_a_database_without_identities_gets_them_once(database_url: str) -> None:
    from alembic import command

    from hpo.storage.sql import upgrade

    storage = RDBStorage(database_url)
    studies = [hpo.create_study(study_name=name, storage=storage, seed=0) for name in "abc"]
    for study in studies:
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    studies[1].rename("d")
    before, trials = storage.studies(), studies[1].trials

    def change(revision: str, *statements: sa.Executable) -> None:
        with storage.engine.begin() as connection:
            command.downgrade(upgrade.configuration(connection), revision)
            for statement in statements:
                connection.execute(statement)
        with pytest.raises(SchemaVersionError, match="Bring it up to date"):
            RDBStorage(database_url)
        RDBStorage.upgrade(database_url)

    change("0001")
    assert storage.studies() == before
    body = encode(StudyCreated("b", (StudyDirection.MINIMIZE,), 0, 0.0)).body
    events = sa.table("hpo_event", *map(sa.column, ("position", "study_id", "body")))
    names = sa.table("hpo_study", *map(sa.column, ("id", "name")))
    found = sa.select(names.c.id).where(names.c.name == "copy").scalar_subquery()
    change(
        "0003",
        sa.update(names).where(names.c.name == "d").values(name="copy"),  # as copies of renamed studies were written
        sa.update(events).where(events.c.position == 0, events.c.study_id == found).values(body=body),
    )
    after = storage.studies()
    assert (list(after), after["a"], after["c"]) == (["a", "copy", "c"], before["a"], before["c"])
    assert len(after["copy"]) == 32
    assert after["copy"] != before["d"]
    copied = hpo.load_study(study_name="copy", storage=database_url)
    assert copied.study_name == "copy"
    assert copied.trials == trials
    with storage.engine.begin() as connection:
        command.downgrade(upgrade.configuration(connection), "base")
        assert not [name for name in sa.inspect(connection).get_table_names() if name in ("hpo_study", "hpo_event")]
