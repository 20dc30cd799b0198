"""A checkpoint is used where it is one of the log, and whatever else there may be costs time and nothing more."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpo
from hpo.distributions import BaseDistribution
from hpo.events import Event, TrialStarted
from hpo.exceptions import UnknownStudyError
from hpo.history.dump import Dump
from hpo.log.checkpoint.keeper import FORMAT, Keeper, is_worth_it
from hpo.log.checkpoint.pack import pack, unpack
from hpo.log.ledger import Ledger
from hpo.protocols import CheckpointingStorage, Storage, checkpointing
from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage
from hpo.testing.studies import objective
from tests.logs import facts, replay

OPENERS: dict[str, Callable[[Path], Storage]] = {
    "sqlite": lambda folder: RDBStorage(f"sqlite:///{folder}/study.db"),
    "journal": lambda folder: JournalStorage(folder / "study.log"),
}
N_TRIALS = 10_000  # added at once, they make a log so long that it gets a checkpoint


@pytest.fixture(params=list(OPENERS))
def opener(request: pytest.FixtureRequest) -> Callable[[Path], Storage]:
    """Opens the storage in a folder."""
    return OPENERS[request.param]


@pytest.fixture
def storage(opener: Callable[[Path], Storage], tmp_path: Path) -> Storage:
    """An empty one that keeps checkpoints."""
    return opener(tmp_path)


def studied(storage: Storage, name: str = "a", n_trials: int = 20) -> str:
    """The identity of a study with some trials."""
    study = hpo.create_study(study_name=name, storage=storage, seed=1)
    study.optimize(objective, n_trials=n_trials, catch=ArithmeticError)
    return study._log.identity


def folded(storage: Storage, identity: str) -> Ledger:
    return replay(list(storage.read(identity)))


def written(storage: Storage, identity: str) -> Keeper:
    """Who has just written a checkpoint of the whole log."""
    keeper = Keeper(identity, storage)
    keeper.take_up()
    keeper.write(folded(storage, identity).dump)
    return keeper


def checkpoints(storage: Storage) -> CheckpointingStorage:
    found = checkpointing(storage)
    assert found is not None
    return found


def replaced(storage: Storage, identity: str, change: Callable[[bytes], bytes]) -> None:
    """Change what the storage keeps."""
    found = checkpoints(storage).load_checkpoint(identity)
    assert found is not None
    position, data = found
    assert checkpoints(storage).save_checkpoint(identity, change(data), position, instead_of=position) == position


def test_what_was_written_is_taken_up(storage: Storage) -> None:
    identity = studied(storage)
    assert Keeper(identity, storage).take_up() is None
    written(storage, identity)
    for n in range(3):
        ledger = Keeper(identity, storage).take_up()
        assert ledger is not None
        assert facts(ledger) == facts(replay(list(storage.read(identity))[: ledger.position]))
        studied(storage, f"other {n}", 2)
        storage.append(identity, [TrialStarted(float(n))])
    written(storage, identity)
    ledger = Keeper(identity, storage).take_up()
    assert ledger is not None
    assert facts(ledger) == facts(folded(storage, identity))


def test_what_a_storage_keeps_no_checkpoints_of_is_read(tmp_path: Path) -> None:
    del tmp_path
    storage = InMemoryStorage()
    identity = studied(storage)
    keeper = written(storage, identity)
    assert keeper.take_up() is None
    assert not keeper.is_due(10**9, resting=True)


def test_a_study_that_is_gone_has_no_checkpoint(storage: Storage) -> None:
    identity = studied(storage)
    keeper = written(storage, identity)
    ledger = folded(storage, identity)
    storage.delete(identity)
    keeper.write(ledger.dump)
    assert keeper.take_up() is None
    with pytest.raises(UnknownStudyError):
        checkpoints(storage).load_checkpoint(identity)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:100] + b"!" + data[101:],
        lambda data: pack(unpack(data) | Dump({}, {"format": FORMAT + 1})),
        lambda data: pack(unpack(data) | Dump({}, {"proof": "0" * 32})),
        lambda data: pack(unpack(data) | Dump({}, {"position": 5})),
        lambda data: pack(unpack(data) | Dump({}, {"position": 10**9})),
        lambda data: pack(unpack(data) | Dump({}, {"position": -1})),
        lambda data: pack(Dump({}, {"format": FORMAT})),
    ],
)
def test_what_does_not_fit_is_passed_over_and_replaced(change: Callable[[bytes], bytes], storage: Storage) -> None:
    identity = studied(storage)
    written(storage, identity)
    replaced(storage, identity, change)
    assert Keeper(identity, storage).take_up() is None
    study = hpo.load_study(study_name="a", storage=storage)
    assert facts(study._log.ledger) == facts(folded(storage, identity))
    written(storage, identity)
    ledger = Keeper(identity, storage).take_up()
    assert ledger is not None
    assert facts(ledger) == facts(folded(storage, identity))


def test_the_checkpoint_of_another_study_does_not_fit(storage: Storage) -> None:
    """Not even if the two logs have the same events but for their headers."""
    one = studied(storage, n_trials=60)
    hpo.copy_study(from_study_name="a", from_storage=storage, to_storage=storage, to_study_name="b")
    other = storage.studies()["b"]
    written(storage, one)
    found = checkpoints(storage).load_checkpoint(one)
    assert found is not None
    storage.append(other, [TrialStarted(0.0)] * 10)
    assert checkpoints(storage).save_checkpoint(other, found[1], found[0], instead_of=0) == found[0]
    assert Keeper(one, storage).take_up() is not None
    assert Keeper(other, storage).take_up() is None


@pytest.mark.parametrize("n_more", [0, 1, 30])
def test_a_log_that_was_restored_and_has_grown_again_is_another_one(
    n_more: int, opener: Callable[[Path], Storage], tmp_path: Path
) -> None:
    """The copy is older than the checkpoint, which lies in another file, or has been written there by hand."""
    (folder := tmp_path / "now").mkdir()
    identity = studied(opener(folder))
    shutil.copytree(folder, tmp_path / "copy")
    hpo.load_study(study_name="a", storage=opener(folder)).optimize(objective, n_trials=5, catch=ArithmeticError)
    written(opener(folder), identity)
    found = checkpoints(opener(folder)).load_checkpoint(identity)
    assert found is not None
    restored = opener(tmp_path / "copy")
    hpo.load_study(study_name="a", storage=restored).optimize(objective, n_trials=n_more, catch=ArithmeticError)
    assert checkpoints(restored).save_checkpoint(identity, found[1], found[0], instead_of=0) == found[0]
    assert Keeper(identity, restored).take_up() is None
    study = hpo.load_study(study_name="a", storage=restored)
    assert facts(study._log.ledger) == facts(folded(restored, identity))
    written(restored, identity)
    assert Keeper(identity, restored).take_up() is not None


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Storage, str, bytes]:
    """A storage, a study in it, and a good checkpoint of that."""
    storage = JournalStorage(tmp_path_factory.mktemp("kept") / "study.log")
    identity = studied(storage)
    written(storage, identity)
    found = storage.load_checkpoint(identity)
    assert found is not None
    return storage, identity, found[1]


@given(data=st.data())
@settings(max_examples=300)
def test_a_hostile_checkpoint_is_refused_or_can_be_read(data: st.DataObject, kept: tuple[Storage, str, bytes]) -> None:
    """Its checksum is right, and its content wrong: taking it up never raises, nor does anything asked of it then."""
    storage, identity, good = kept
    body = bytearray(good[24:])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.just(len(body)) | st.integers(0, len(body)))]
    sealed = good[:8] + hashlib.blake2b(body, digest_size=16).digest() + bytes(body)
    replaced(storage, identity, lambda _: sealed)
    ledger = Keeper(identity, storage).take_up()
    if ledger is not None:
        facts(ledger)


@given(data=st.data())
@settings(max_examples=300)
def test_a_number_that_is_another_one_is_refused_or_can_be_read(
    data: st.DataObject, kept: tuple[Storage, str, bytes]
) -> None:
    storage, identity, good = kept
    dump = unpack(good)
    name = data.draw(st.sampled_from([name for name, array in dump.arrays.items() if array.size]))
    array = dump.arrays[name].copy()
    at = data.draw(st.integers(0, array.size - 1))
    largest = 2 ** (8 * array.itemsize - 1) - 1
    array.flat[at] = data.draw(st.integers(-largest, largest) | st.integers(-2, 30))
    cut = data.draw(st.just(len(array)) | st.integers(0, len(array)))
    replaced(storage, identity, lambda _: pack(dump | Dump({name: array[:cut]}, {})))
    ledger = Keeper(identity, storage).take_up()
    if ledger is not None:
        facts(ledger)
        ledger.apply([TrialStarted(0.0)])


@pytest.mark.parametrize("patience", [1.0, 1.5])
def test_who_runs_trials_writes_little_and_leaves_little_to_fold(patience: float) -> None:
    covered, total, longest = 0, 0, 0.0
    for position in range(0, 10**7, 1000):
        if is_worth_it(position, covered, resting=False, patience=patience):
            covered, total = position, total + position
        longest = max(longest, (position - covered) / max(position, 50_000))
    assert total < 3.5 * 10**7
    assert longest < 0.45


def test_who_rests_leaves_less_to_fold() -> None:
    for covered, position in itertools.product((0, 10**4, 10**6, 10**8), (10**3, 10**4, 10**5, 1_070_000, 10**9)):
        left = not is_worth_it(position, covered, resting=True)
        assert left == (position - covered < max(20_000, covered / 16))
        assert not (left and is_worth_it(position, covered, resting=False))


class Toy:
    """A storage in memory that keeps checkpoints, or fails to, and whose server may crash while it appends.

    Attributes:
        kept: The checkpoint; of whichever study.
        tried: What has been asked of it about checkpoints.
        is_full, has_crashed: What is wrong with it.
    """

    def __init__(self) -> None:
        self.inner = InMemoryStorage()
        self.create, self.append, self.read = self.inner.create, self.inner.append, self.inner.read
        self.studies, self.rename, self.delete = self.inner.studies, self.inner.rename, self.inner.delete
        self.kept: tuple[int, bytes] | None = None
        self.tried: list[str] = []
        self.is_full = self.has_crashed = False

    def append_after(self, study: str, since: int, make: Callable[[Sequence[Event]], Sequence[Event]]) -> int:
        if self.has_crashed:
            make(self.read(study, since))
            raise OSError(study)
        return self.inner.append_after(study, since, make)

    def load_checkpoint(self, study: str) -> tuple[int, bytes] | None:
        self.tried.append("load")
        if self.is_full:
            raise OSError(study)
        return self.kept

    def save_checkpoint(self, study: str, checkpoint: bytes, position: int, *, instead_of: int) -> int:
        self.tried.append("save")
        if self.is_full:
            raise OSError(study)
        there = 0 if self.kept is None else self.kept[0]
        if there != instead_of:
            return there
        self.kept = position, checkpoint
        return position


def added(storage: Storage, n_trials: int = N_TRIALS) -> hpo.Study:
    """A study to which many trials have been added at once."""
    study = hpo.create_study(study_name="a", storage=storage, seed=1, load_if_exists=True)
    distributions: dict[str, BaseDistribution] = {"x": hpo.distributions.FloatDistribution(0, 1)}
    study.add_trials(
        [
            hpo.trial.create_trial(params={"x": i / n_trials}, distributions=distributions, value=-float(i))
            for i in range(n_trials)
        ]
    )
    return study


def test_a_storage_that_fails_to_keep_checkpoints_does_no_harm() -> None:
    storage = Toy()
    storage.is_full = True
    study = added(storage)
    assert storage.tried == ["load", "save"]
    study.optimize(objective, n_trials=3, catch=ArithmeticError)
    study.add_trial(study.trials[0])
    assert storage.tried == ["load", "save"]  # not again before the log is longer by far
    assert facts(study._log.ledger) == facts(folded(storage, study._log.identity))


def test_what_a_server_may_still_roll_back_is_in_no_checkpoint() -> None:
    storage = Toy()
    study = hpo.create_study(study_name="a", storage=storage, seed=1)
    added(storage)
    storage.kept, storage.has_crashed = None, True
    with pytest.raises(OSError, match=study._log.identity):
        study.ask()
    assert study._log.ledger.position > 2 * N_TRIALS
    study._log.keep_checkpoint()
    assert storage.kept is None
    storage.has_crashed = False
    study.tell(study.ask(), 0.0)
    study._log.keep_checkpoint()
    assert storage.kept is not None


def test_of_workers_who_know_another_checkpoint_none_replaces_it() -> None:
    """They learn of it, and do not try again before the log is longer by far."""
    storage = Toy()
    study = hpo.create_study(study_name="a", storage=storage, seed=1)
    added(storage)
    kept = storage.kept
    assert kept is not None
    storage.tried.clear()
    study.optimize(objective, n_trials=3, catch=ArithmeticError)
    assert storage.tried == ["save"]
    assert storage.kept == kept


def test_a_checkpoint_is_written_while_trials_run_and_after_many_were_added(storage: Storage) -> None:
    study = added(storage, N_TRIALS - 10)
    identity = study._log.identity
    assert checkpoints(storage).load_checkpoint(identity) is None
    sizes: list[int] = []

    def look(study: hpo.Study, trial: hpo.trial.FrozenTrial) -> None:
        del study, trial
        found = checkpoints(storage).load_checkpoint(identity)
        sizes.append(0 if found is None else found[0])

    study.optimize(objective, n_trials=80, catch=ArithmeticError, callbacks=[look])
    assert sizes[0] == 0
    assert 2 * N_TRIALS <= sizes[-1] < len(study.events())
    before = sizes[-1]
    added(storage)
    found = checkpoints(storage).load_checkpoint(identity)
    assert found is not None
    assert found[0] >= before + 2 * N_TRIALS
    assert study.verify() == []


def test_who_opens_a_study_does_not_wait_for_those_who_write(tmp_path: Path) -> None:
    """A writer holds the lock until the study has been opened; the checkpoint is then left as it was."""
    storage = RDBStorage(f"sqlite:///{tmp_path}/study.db")
    identity = added(storage)._log.identity
    replaced(storage, identity, lambda _: b"spoilt")
    writer = sqlite3.connect(tmp_path / "study.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    study = hpo.load_study(study_name="a", storage=storage)
    writer.execute("ROLLBACK")
    writer.close()
    assert len(study.trials) == N_TRIALS
    found = storage.load_checkpoint(identity)
    assert found is not None
    assert found[1] == b"spoilt"
    hpo.load_study(study_name="a", storage=storage)
    assert Keeper(identity, storage).take_up() is not None


def test_verifying_asks_the_log_alone(storage: Storage) -> None:
    identity = studied(storage)
    written(storage, identity)
    best = hpo.load_study(study_name="a", storage=storage).best_trial.number
    lie = {"best": [[-1e9, best + 1], [-1e9, best + 1]]}
    replaced(storage, identity, lambda data: pack(unpack(data) | Dump({}, lie)))
    study = hpo.load_study(study_name="a", storage=storage)
    assert study.best_trial.number == best + 1
    assert study.verify() == []


OPEN = """
import sys, hpo
hpo.logging.set_verbosity(hpo.logging.ERROR)
url = sys.stdin.readline().strip()
study = hpo.load_study(study_name="a", storage=url)
print(study.best_trial.number, len(study.trials), flush=True)
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5)
"""


def test_workers_who_open_a_long_log_at_once_agree(storage: Storage, opener: Callable[[Path], Storage]) -> None:
    del opener
    study = added(storage)
    url = storage.url  # type: ignore[attr-defined]
    identity = study._log.identity
    replaced(storage, identity, lambda _: b"spoilt")
    workers = [
        subprocess.Popen([sys.executable, "-c", OPEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [worker.communicate(url)[0].split() for worker in workers]
    assert [number for number, _ in answers] == [str(N_TRIALS - 1)] * 3
    assert all(N_TRIALS <= int(n) <= N_TRIALS + 15 for _, n in answers)
    ledger = Keeper(identity, storage).take_up()
    assert ledger is not None
    assert ledger.position > 2 * N_TRIALS
    again = hpo.load_study(study_name="a", storage=url)
    assert facts(again._log.ledger) == facts(folded(storage, identity))
    assert len(again.trials) == N_TRIALS + 15
    assert again.verify() == []


SAVE = """
import sys
from hpo.storage import get_storage
storage = get_storage(sys.argv[1])
study, there = storage.studies()["a"], 0
for position in range(1, 10**9):
    there = storage.save_checkpoint(study, position.to_bytes(8, "little") * 2**18, position, instead_of=there)
    print(there, flush=True)
"""


def test_a_checkpoint_whose_writer_is_killed_is_the_old_or_the_new_one(storage: Storage) -> None:
    identity = studied(storage, n_trials=1)
    url = storage.url  # type: ignore[attr-defined]
    latest = 0
    for n_saves in (1, 2, 5, 3):
        writer = subprocess.Popen([sys.executable, "-c", SAVE, url], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        for _ in range(n_saves):
            latest = int(writer.stdout.readline())
        writer.kill()
        writer.communicate()
        found = checkpoints(storage).load_checkpoint(identity)
        assert found is not None
        position, data = found
        assert position >= latest
        assert data == position.to_bytes(8, "little") * 2**18
        assert checkpoints(storage).save_checkpoint(identity, b"", 10**6, instead_of=position) == 10**6
        latest = 0
        storage.delete(identity)
        identity = studied(storage, n_trials=1)
