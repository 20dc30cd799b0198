"""What only journals have: lines with checksums, torn tails, locks, errors of files."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpo
from hpo.events import AttributeSet, Event, StudyCreated, StudyDirection, StudyRenamed, TrialReported, TrialStarted
from hpo.exceptions import (
    DamagedJournalError,
    DuplicatedStudyError,
    NotADatabaseError,
    SchemaVersionError,
    StorageInternalError,
    UnknownStudyError,
)
from hpo.storage import InMemoryStorage, JournalStorage, get_storage
from hpo.storage.journal.acknowledged import known_length
from hpo.storage.journal.lines import seal
from hpo.trial import TrialState
from tests.storage.writers import Writer, check_acknowledged

Logs = dict[str, list[Event]]


def header(name: str) -> StudyCreated:
    return StudyCreated(name, (StudyDirection.MINIMIZE,), 0, 0.0, name)


def reports(first: int, n: int) -> list[Event]:
    return [TrialReported(0, first + i, 0.5, 0.0) for i in range(n)]


def logs(storage: Any) -> Logs:
    return {name: list(storage.read(identity)) for name, identity in storage.studies().items()}


def written(path: Path) -> list[tuple[int, Logs]]:
    """Write a small journal; the file's size and what it holds after each call that returned."""
    storage = JournalStorage(path)
    calls: list[Callable[[], Any]] = [
        lambda: None,
        lambda: storage.create(header("a")),
        lambda: storage.append("a", reports(0, 1)),
        lambda: storage.append("a", reports(1, 3)),
        lambda: storage.create(header("b")),
        lambda: storage.append("b", reports(0, 1)),
        lambda: storage.rename("b", "c"),
        lambda: storage.append("a", reports(4, 2)),
        lambda: storage.delete("b"),
        lambda: storage.append("a", reports(6, 2)),
    ]
    states = []
    for call in calls:
        call()
        states.append((path.stat().st_size, logs(storage)))
    return states


def replaced(path: Path, content: bytes) -> None:
    """Put another file in the place of one, as a crash might have left it: nothing is known of its length."""
    path.unlink()
    path.write_bytes(content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.log"


class TestCrashes:
    def test_a_journal_cut_anywhere_holds_what_was_acknowledged_and_goes_on(self, path: Path) -> None:
        states = written(path)
        whole = path.read_bytes()
        for cut in range(len(whole) + 1):
            replaced(path, whole[:cut])
            expected = max((size, i) for i, (size, _) in enumerate(states) if size <= max(cut, states[0][0]))[1]
            storage = JournalStorage(path)
            assert logs(storage) == states[expected][1]
            storage.create(header("next"))
            assert logs(JournalStorage(path)) == {**states[expected][1], "next": [header("next")]}
            assert path.read_bytes().startswith(whole[: states[expected][0]])

    @pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
    def test_a_change_of_any_byte_is_found_and_its_line_named(self, path: Path, mask: int) -> None:
        written(path)
        whole = path.read_bytes()
        for place in range(len(whole) - 1):
            changed = bytearray(whole)
            changed[place] ^= mask
            path.write_bytes(changed)
            number = whole.count(b"\n", 0, place) + 1
            with pytest.raises((DamagedJournalError, NotADatabaseError), match=rf"Line {number} of|is not a journal"):
                logs(JournalStorage(path))
        assert number > 10

    def test_a_last_byte_that_is_no_line_feed_makes_the_last_batch_a_torn_one(self, path: Path) -> None:
        states = written(path)
        replaced(path, path.read_bytes()[:-1] + b"?")
        assert logs(JournalStorage(path)) == states[-2][1]

    def test_lines_that_were_moved_repeated_or_left_out_are_found(self, path: Path) -> None:
        written(path)
        lines = path.read_bytes().splitlines(keepends=True)
        for i in range(1, len(lines) - 2):
            others = [
                [*lines[:i], *lines[i + 1 :]],
                [*lines[: i + 1], *lines[i:]],
                [*lines[:i], lines[i + 1], lines[i], *lines[i + 2 :]],
            ]
            for other in others:
                replaced(path, b"".join(other))
                with pytest.raises(DamagedJournalError, match=r"Line \d+ of .*study.log is damaged"):
                    logs(JournalStorage(path))

    def test_damage_stops_writers_too_and_leaves_the_file_alone(self, path: Path) -> None:
        storage = JournalStorage(path)
        storage.create(header("a"))
        lines = path.read_bytes().replace(b"null", b"nu11")
        storage.append("a", reports(0, 3))
        path.write_bytes(lines + path.read_bytes()[len(lines) :])
        for again in (JournalStorage(path), pickle.loads(pickle.dumps(storage))):
            before = path.read_bytes()
            with pytest.raises(DamagedJournalError, match=r"Line 2 of .* `head -n 1`"):
                again.append("a", reports(3, 1))
            assert path.read_bytes() == before

    def test_damage_to_what_was_read_before_is_found_when_it_is_read_again(self, path: Path) -> None:
        storage = JournalStorage(path)
        storage.create(header("a"))
        storage.append("a", reports(0, 3))
        assert len(storage.read("a")) == 4
        path.write_bytes(path.read_bytes().replace(b"[5,0,1,", b"[5,0,7,"))
        assert storage.read("a", 3) == reports(2, 1)
        with pytest.raises(DamagedJournalError, match="Line 4"):
            storage.read("a")

    def test_a_file_that_was_cut_while_it_was_in_use_is_an_error(self, path: Path) -> None:
        storage = JournalStorage(path)
        storage.create(header("a"))
        size = path.stat().st_size
        storage.append("a", reports(0, 3))
        assert len(storage.read("a")) == 4
        os.truncate(path, size)
        with pytest.raises(DamagedJournalError, match="cut or replaced"):
            storage.read("a")
        replaced(path, path.read_bytes())
        assert JournalStorage(path).read("a") == [header("a")]

    def test_a_file_that_was_cut_while_nobody_used_it_is_an_error_and_a_copy_of_it_is_none(self, path: Path) -> None:
        states = written(path)
        if not known_length(path):
            pytest.skip("this file system keeps no attributes of files")
        whole, name = path.read_bytes(), path.name
        for cut in range(states[0][0], len(whole)):
            os.truncate(path, cut)
            before = path.read_bytes()
            with pytest.raises(DamagedJournalError, match=rf"{len(whole)} were acknowledged.*go on with a new file"):
                logs(JournalStorage(path))
            with pytest.raises(DamagedJournalError, match="cut"):
                JournalStorage(path).create(header("next"))
            assert path.read_bytes() == before
            path.write_bytes(whole)
            assert logs(JournalStorage(path)) == states[-1][1]
        os.truncate(path, states[3][0])
        subprocess.run(["cp", name, "copy.log"], cwd=path.parent, check=True)
        assert logs(JournalStorage(path.with_name("copy.log"))) == states[3][1]

    def test_a_reader_stops_before_a_batch_that_is_being_written(self, path: Path) -> None:
        writer = JournalStorage(path)
        writer.create(header("a"))
        size = path.stat().st_size
        writer.append("a", reports(0, 3))
        whole = path.read_bytes()
        replaced(path, whole[:size])
        reader = JournalStorage(path)
        for end in range(size, len(whole)):
            replaced(path, whole[:end])
            assert reader.read("a") == [header("a")]
        path.write_bytes(whole)
        assert reader.read("a", 1) == reports(0, 3)

    def test_a_reader_is_not_confused_by_a_line_that_replaces_the_remains_of_a_crash(self, path: Path) -> None:
        """Lines are longer than what is read at once: a reader may see the beginning of one and the end of another."""
        writer, reader = JournalStorage(path), JournalStorage(path)
        writer.create(header("a"))
        done = threading.Event()

        def write() -> None:
            try:
                for i in range(60):
                    with path.open("ab") as file:
                        file.write(b'["00000000",0,0,[7,null,null,null,null,null],"' + b"x" * 200_000)
                    writer.append("a", [AttributeSet("key", "y" * (200_000 + i))])
            finally:
                done.set()

        thread = threading.Thread(target=write)
        thread.start()
        seen = 1
        while not done.is_set():
            for event in reader.read("a", seen):
                assert event == AttributeSet("key", "y" * (200_000 + seen - 1))
                seen += 1
        thread.join()
        assert len(reader.read("a")) == 61


class TestModel:
    """A journal does what a storage in memory does."""

    @settings(deadline=None, max_examples=60)
    @given(data=st.data())
    def test_any_calls_with_any_crashes_between(self, data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "study.log"
            journal, model = JournalStorage(path), InMemoryStorage()
            names = st.sampled_from(["a", "b", "é\n\x00"])
            step = 0
            for _ in range(data.draw(st.integers(1, 12))):
                call = data.draw(st.sampled_from(["create", "append", "append", "expect", "delete", "crash", "reopen"]))
                name = data.draw(names)
                if call == "reopen":
                    journal = JournalStorage(path)
                elif call == "crash":
                    self._crash(path, name, data.draw(st.integers(1, 2000)))
                else:
                    events = reports(step, data.draw(st.integers(0, 3)))
                    step += len(events)
                    expect = data.draw(st.integers(1, 4)) if call == "expect" else None
                    answers = [self._answer(storage, call, name, events, expect) for storage in (journal, model)]
                    assert answers[0] == answers[1]
                assert logs(journal) == logs(model)
            assert logs(JournalStorage(path)) == logs(model)
            assert list(JournalStorage(path).studies()) == list(model.studies())

    @staticmethod
    def _crash(path: Path, name: str, keep: int) -> None:
        """Leave a part of a batch behind, as a writer that died."""
        before = path.read_bytes()
        other = JournalStorage(path)
        if name in other.studies():
            other.append(name, reports(10**6, 5))
        else:
            other.create(header(name))
        after = path.read_bytes()
        replaced(path, before + after[len(before) : -1][:keep])

    @staticmethod
    def _answer(storage: Any, call: str, name: str, events: Sequence[Event], expect: int | None) -> Any:
        try:
            if call == "create":
                return storage.create(header(name))
            if call == "delete":
                return storage.delete(name)
            return storage.append(name, events, expect=expect)
        except StorageInternalError as error:
            return type(error)


class TestFiles:
    def test_every_line_is_json(self, path: Path) -> None:
        study = hpo.create_study(study_name="é]\n", storage=JournalStorage(path))
        trial = study.ask()
        trial.set_user_attr("odd", [float("nan"), float("-inf"), {"$key": "é\x00]"}])
        trial.report(float("inf"), 0)
        study.tell(trial, float("-inf"))
        for line in path.read_bytes().decode("ascii").splitlines():
            assert isinstance(json.loads(line, parse_constant=pytest.fail), list)
        assert path.read_bytes().count(b"\n") == 1 + len(study.events())

    @pytest.mark.parametrize("text", [b"hello", b"\n", b"SQLite format 3\x00" + bytes(4000), b"{}\n" * 100, bytes(10)])
    def test_a_file_that_is_no_journal(self, path: Path, text: bytes) -> None:
        path.write_bytes(text)
        with pytest.raises(NotADatabaseError, match=r"study.log is not a journal"):
            JournalStorage(path)
        assert path.read_bytes() == text

    def test_a_newer_version(self, path: Path) -> None:
        path.write_bytes(seal(b'"hpo journal",2]\n', 0))
        with pytest.raises(SchemaVersionError, match=r"version 2, and this .* version 1. Upgrade hpo"):
            JournalStorage(path)

    def test_a_folder_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(StorageInternalError, match="folder exist"):
            JournalStorage(tmp_path / "none" / "study.log")

    def test_a_path_that_is_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(StorageInternalError, match=r"directory"):
            JournalStorage(tmp_path)

    def test_a_file_that_is_gone(self, path: Path) -> None:
        storage = JournalStorage(path)
        storage.create(header("a"))
        path.unlink()
        with pytest.raises(StorageInternalError, match="No such file"):
            storage.append("a", reports(0, 1))
        assert not path.exists()

    def test_a_renamed_study_keeps_its_log_and_its_place(self, path: Path) -> None:
        storage, other = JournalStorage(path), JournalStorage(path)
        for name in ("a", "b"):
            storage.create(header(name))
        storage.append("a", reports(0, 2))
        assert list(other.studies()) == ["a", "b"]
        storage.rename("a", "c")
        for each in (storage, other, JournalStorage(path)):
            assert list(each.studies().items()) == [("c", "a"), ("b", "b")]
            assert each.read("a") == [header("a"), *reports(0, 2), StudyRenamed("c")]
        with pytest.raises(DuplicatedStudyError):
            storage.rename("b", "c")
        with pytest.raises(UnknownStudyError):
            storage.rename("c", "d")
        storage.create(header("a")._replace(identity="new"))
        assert list(storage.studies()) == ["c", "b", "a"]

    def test_leases_lie_beside_the_journal_and_may_be_lost(self, path: Path) -> None:
        storage, other = JournalStorage(path), JournalStorage(path)
        for name in ("a", "b"):
            storage.create(header(name))
        storage.beat("a", [0, 3], [])
        other.beat("b", [1], [])
        other.beat("a", [3], [0, 7])
        assert storage.beats("a") == other.beats("a") == {3: 2}
        storage.rename("b", "c")
        assert other.beats("b") == {1: 1}
        storage.delete("a")
        storage.create(header("a")._replace(identity="new"))
        assert other.beats("new") == {}
        beside = path.with_name("study.log.leases")
        for spoilt in (b"", b"[1]", b'{"0":', b"\xff", b'{"a": {}}', b'{"0": 1}'):
            beside.write_bytes(spoilt)
            assert storage.beats("b") == {}
            storage.beat("b", [1], [])
            assert storage.beats("b") == {1: 1}
        beside.unlink()
        assert storage.beats("b") == {}
        with pytest.raises(UnknownStudyError):
            storage.beat("c", [1], [])
        with pytest.raises(UnknownStudyError):
            storage.beats("a")

    def test_urls(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(path.parent)
        relative, absolute = get_storage("journal:///study.log"), get_storage(f"journal:///{path}")
        assert isinstance(relative, JournalStorage)
        assert isinstance(absolute, JournalStorage)
        assert relative.path == absolute.path == path
        assert get_storage(relative.url).studies() == {}
        for wrong in ("journal:study.log", "journal://study.log", "journal://host/study.log", "journal:///"):
            with pytest.raises(ValueError, match="URL"):
                get_storage(wrong)

    def test_a_relative_path_stays_where_it_was(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(path.parent)
        storage = JournalStorage("study.log")
        storage.create(header("a"))
        monkeypatch.chdir("/")
        assert pickle.loads(pickle.dumps(storage)).studies() == storage.studies() == {"a": "a"}


def run(program: str, *arguments: object, timeout: float = 120) -> str:
    """What a program prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, timeout=timeout
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_read_only_journal_can_be_read() -> None:
    program = """
import os, sys, hpo
from hpo.exceptions import ReadOnlyStorageError
from hpo.storage import JournalStorage
sampler = hpo.samplers.RandomSampler()  # others import what they need when they need it
hpo.logging.set_verbosity(hpo.logging.WARNING)
hpo.create_study(sampler=sampler).ask()  # imports what a study needs while it may
len(hpo.load_study(storage=JournalStorage(sys.argv[1])).trials)
if os.getuid() == 0:
    os.setuid(65534)
study = hpo.load_study(storage=JournalStorage(sys.argv[1]), sampler=sampler)
same = hpo.create_study(study_name=study.study_name, storage=study.storage, sampler=sampler, load_if_exists=True)
assert same.trials == study.trials
for refused in (study.ask, lambda: JournalStorage(sys.argv[1] + ".new")):
    try:
        refused()
    except ReadOnlyStorageError as error:
        print(len(study.trials), "permissions" in str(error))
"""
    with tempfile.TemporaryDirectory() as folder:  # tmp_path lies in a folder that others cannot enter
        path = Path(folder) / "study.log"
        hpo.create_study(storage=JournalStorage(path)).optimize(lambda trial: trial.suggest_float("x", 0, 1), 3)
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        assert run(program, path) == "3 True\n" * 2
        Path(folder).chmod(0o755)


def test_a_full_disk_loses_nothing_and_can_be_left_behind(path: Path) -> None:
    program = """
import os, resource, sys, hpo
from hpo.exceptions import StorageFullError
hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(study_name="s", storage="journal:///" + sys.argv[1])
study.optimize(lambda trial: 1.0, n_trials=3)
size = os.path.getsize(sys.argv[1])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for room in (0, 1, 100, 1000):
    trial = study.ask()
    trial.set_user_attr("large", "x" * 5000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(sys.argv[1]) + room, hard))
    try:
        study.tell(trial, 2.0)
    except StorageFullError as error:
        print(room, "free some space" in str(error), [trial.state.name for trial in study.trials[3:]])
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    study.tell(trial, 2.0)
"""
    rooms = [0, 1, 100, 1000]
    states = [["COMPLETE"] * i + ["RUNNING"] for i in range(4)]
    assert run(program, path) == "".join(f"{room} True {s}\n" for room, s in zip(rooms, states, strict=True))
    assert [trial.value for trial in hpo.load_study(storage=JournalStorage(path)).trials] == [1.0] * 3 + [2.0] * 4


def test_nothing_acknowledged_is_lost_when_writers_are_killed(path: Path, tmp_path: Path) -> None:
    """Three writers on one file are killed at random moments, again and again, while another process reads."""
    chance = random.Random(0)
    notes = [tmp_path / name for name in ("first", "second", "third")]
    reader = hpo.create_study(study_name="s", storage=JournalStorage(path), seed=0)
    seen: list[Event] = []
    for _ in range(6):
        writers = [Writer(f"journal:///{path}", note) for note in notes]
        for writer in writers:
            for _ in range(chance.randrange(1, 12)):
                writer.wait_for(1)
                seen += reader.events(len(seen))
            writer.kill()
    study = hpo.load_study(study_name="s", storage=JournalStorage(path))
    assert study.events(limit=len(seen)) == seen
    check_acknowledged(study, notes, at_least=18)
    study.optimize(lambda trial: 0.0, n_trials=1)  # who asks next finds the workers gone
    assert study.get_trials(states=(TrialState.RUNNING,)) == []


def test_processes_may_create_file_and_study_at_once(path: Path) -> None:
    program = """
import sys, hpo
hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(study_name="s", storage="journal:///" + sys.argv[1], load_if_exists=True)
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=10)
"""
    creators = [
        subprocess.Popen([sys.executable, "-c", program, str(path)], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for creator in creators:
        _, errors = creator.communicate(timeout=120)
        assert (creator.returncode, errors) == (0, "")
    study = hpo.load_study(study_name="s", storage=JournalStorage(path))
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 40
    assert study.verify() == []


def test_a_resumed_run_in_another_process_is_exact(path: Path) -> None:
    program = """
import sys, hpo
hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(study_name="s", storage="journal:///" + sys.argv[1], load_if_exists=True, seed=3)
study.optimize(lambda t: t.suggest_float("x", 0, 1) * t.suggest_int("n", 1, 9), n_trials=int(sys.argv[2]))
"""
    for n_trials in (4, 6):
        run(program, path, n_trials)
    whole = hpo.create_study(seed=3)
    whole.optimize(lambda t: t.suggest_float("x", 0, 1) * t.suggest_int("n", 1, 9), n_trials=10)
    resumed = hpo.load_study(storage=f"journal:///{path}")
    assert [(t.params, t.value) for t in resumed.trials] == [(t.params, t.value) for t in whole.trials]


_FORKER = """
import os, signal, sys, threading, warnings
from hpo.events import TrialReported
from hpo.storage import JournalStorage
warnings.simplefilter("ignore", DeprecationWarning)  # threads and forks are what this is about
storage = JournalStorage(sys.argv[1])

def write(thread, n):
    for i in range(n):
        storage.append("s", [TrialReported(thread, i, 0.0, 0.0)])
"""


def test_children_that_were_forked_beside_busy_threads_can_write(path: Path) -> None:
    program = (
        _FORKER
        + """
threads = [threading.Thread(target=write, args=(i, 40)) for i in range(2)]
for thread in threads:
    thread.start()
children = []
for i in range(8):
    child = os.fork()
    if child == 0:
        write(10 + i, 5)
        os._exit(0)
    children.append(child)
for thread in threads:
    thread.join()
assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
"""
    )
    JournalStorage(path).create(header("s"))
    run(program, path)
    events = JournalStorage(path).read("s", 1)
    assert len(events) == 2 * 40 + 8 * 5
    for thread in {event.number for event in events if isinstance(event, TrialReported)}:
        steps = [event.step for event in events if isinstance(event, TrialReported) and event.number == thread]
        assert steps == list(range(40 if thread < 10 else 5))


def test_a_lock_does_not_outlive_its_holder_in_a_child(path: Path) -> None:
    """A child that was forked while its parent held the lock lives on; the parent does not."""
    program = (
        _FORKER
        + """
threading.Thread(target=write, args=(0, 10**9), daemon=True).start()
while len(storage.read("s")) < 3:
    pass
if os.fork() == 0:
    os.read(0, 1)
    os._exit(0)
os.kill(os.getpid(), signal.SIGKILL)
"""
    )
    JournalStorage(path).create(header("s"))
    for _ in range(5):
        receive, send = os.pipe()
        subprocess.run([sys.executable, "-c", program, str(path)], stdin=receive, timeout=60)
        length = int(run(_FORKER + "print(storage.append('s', [TrialReported(1, 0, 0.0, 0.0)]))", path, timeout=60))
        assert length == len(JournalStorage(path).read("s"))
        os.close(send)
        os.close(receive)


def _append(storage: JournalStorage, worker: int) -> None:
    for i in range(20):
        storage.append("s", [TrialStarted(float(worker)), TrialReported(worker, i, 0.0, 0.0)])


def test_a_storage_can_be_handed_to_other_processes(path: Path) -> None:
    storage = JournalStorage(path)
    storage.create(header("s"))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(storage, i)) for i in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    events = storage.read("s", 1)
    assert len(events) == 80
    for start, report in zip(events[::2], events[1::2], strict=True):
        assert isinstance(start, TrialStarted)
        assert isinstance(report, TrialReported)
        assert start.time == report.number
