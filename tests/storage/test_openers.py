"""What opens a storage in another process opens the same studies, wherever that process is."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import hpo
from hpo.protocols import Storage, shared
from hpo.samplers import RandomSampler
from hpo.storage import JournalStorage, RDBStorage, RedisStorage, get_storage, serve
from hpo.storage.loopback import is_on_loopback
from tests.storage.conftest import BACKENDS


def opened(storage: Storage) -> Storage:
    """The storage as another process opens it, in another folder."""
    sharing = shared(storage)
    assert sharing is not None
    assert not sharing.is_on_network  # all of these are on this machine
    opener = sharing.opener()
    assert opener is not None
    sent: Storage = pickle.loads(pickle.dumps(opener))()
    return sent


@pytest.mark.parametrize("url", ["sqlite:///study.db", "journal:///study.log"])
@pytest.mark.parametrize("leases", [True, False])
def test_of_a_file_that_was_named_from_a_folder(
    tmp_path: Path, url: str, leases: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    storage = get_storage(url, leases=leases)
    assert isinstance(storage, (RDBStorage, JournalStorage))
    hpo.create_study(storage=storage, study_name="s")
    opener = storage.opener()
    assert opener is not None
    sent = pickle.dumps(opener)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    there = pickle.loads(sent)()
    assert isinstance(there, (RDBStorage, JournalStorage))
    assert there.studies() == storage.studies()
    assert there.lease_policy == storage.lease_policy


@pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
def test_of_a_database_with_its_password(database_url: str) -> None:
    storage = RDBStorage(database_url, heartbeat_interval=2.0, grace_period=9.0)
    hpo.create_study(storage=storage, study_name="s")
    there = opened(storage)
    assert isinstance(there, RDBStorage)
    assert there.studies() == storage.studies()
    assert there.lease_policy == storage.lease_policy


@pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
def test_the_processes_of_a_run_open_the_database_themselves(database_url: str) -> None:
    study = hpo.create_study(storage=database_url, sampler=RandomSampler(), seed=0)

    def objective(trial: hpo.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        trial.report(x, trial.number)
        return x

    study.optimize(objective, n_trials=4, workers=1)
    assert [trial.intermediate_values for trial in study.trials] == [{t.number: t.value} for t in study.trials]
    assert study.verify() == []


def test_of_a_redis_server(redis_url: str) -> None:
    storage = RedisStorage(redis_url, prefix="opened")
    hpo.create_study(storage=storage, study_name="s")
    assert opened(storage).studies() == storage.studies()
    assert RedisStorage("redis://user:secret@example.org").is_on_network


def test_of_a_server_with_its_token(tmp_path: Path) -> None:
    hpo.create_study(storage=f"sqlite:///{tmp_path}/s.db", study_name="s")
    with serve(f"sqlite:///{tmp_path}/s.db") as server:
        storage = hpo.storage.RemoteStorage(server.url, server.token)
        assert opened(storage).studies() == storage.studies()


def test_a_database_in_memory_has_none() -> None:
    sharing = shared(RDBStorage("sqlite://"))
    assert sharing is not None
    assert sharing.opener() is None


def test_a_socket_of_this_machine_is_on_loopback_too() -> None:
    assert all(map(is_on_loopback, (None, "", "localhost", "127.0.0.1", "::1", "/run/postgresql")))
    assert not any(map(is_on_loopback, ("example.org", "10.0.0.1", "fe80::1", "localhost.example.org")))
