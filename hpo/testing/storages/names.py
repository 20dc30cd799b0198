"""Laws of studies' names, and of their ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from hpo.events import StudyRenamed, TrialStarted
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.protocols import AnsweringStorage, CheckpointingStorage, LeasingStorage, Storage, TurnTakingStorage
from hpo.testing.storages.logs import created, in_threads, new_header, views
from hpo.testing.studies import raised

__all__ = ["NameLaws"]


class NameLaws:
    """Laws of studies' names, and of their ends."""

    def test_a_name_and_an_identity_can_be_taken_once(self, storage: Storage) -> None:
        header = created(storage, "a")
        storage.append(header.identity, [TrialStarted(1.0)])
        for other in (new_header("a"), header._replace(name="b"), header):
            assert isinstance(raised(partial(storage.create, other)), DuplicatedStudyError)
        assert dict(storage.studies()) == {"a": header.identity}
        assert list(storage.read(header.identity)) == [header, TrialStarted(1.0)]

    def test_of_those_who_take_a_name_at_once_one_gets_it(self, storage: Storage) -> None:
        for name in ("a", "b", "c"):
            headers = [new_header(name) for _ in range(4)]
            errors = in_threads(lambda i, headers=headers: raised(partial(storage.create, headers[i])), 4)  # type: ignore[misc]
            assert sorted(map(type, errors), key=str) == [type(None), *[DuplicatedStudyError] * 3]
        assert list(storage.studies()) == ["a", "b", "c"]

    def test_a_study_keeps_its_log_under_another_name(self, storage: Storage) -> None:
        for view in views(storage):
            a, b = created(storage, "a"), created(storage, "b")
            storage.append(a.identity, [TrialStarted(1.0)])
            assert isinstance(raised(partial(storage.rename, a.identity, "b")), DuplicatedStudyError)
            assert len(view.read(a.identity)) == 2
            storage.rename(a.identity, "c")
            assert list(view.studies().items()) == [("c", a.identity), ("b", b.identity)]
            assert isinstance(raised(lambda: storage.create(new_header("c"))), DuplicatedStudyError)
            new = created(storage, "a")
            assert view.append(a.identity, [TrialStarted(2.0)], expect=3) == 4
            assert view.append(a.identity, [TrialStarted(3.0)]) == 5
            log = [a, TrialStarted(1.0), StudyRenamed("c"), TrialStarted(2.0), TrialStarted(3.0)]
            assert list(storage.read(a.identity)) == list(view.read(a.identity)) == log
            assert list(view.read(new.identity)) == [new]
            for identity in storage.studies().values():
                storage.delete(identity)

    def test_a_deleted_log_stays_unknown_whoever_has_its_name(self, storage: Storage) -> None:
        for view in views(storage):
            old, other = created(storage, "a").identity, created(storage, "b").identity
            assert view.append(old, [TrialStarted(1.0)]) == 2
            if isinstance(view, LeasingStorage):
                view.beat(old, [0], [])
            storage.delete(old)
            assert dict(view.studies()) == {"b": other}
            for recreated in (False, True):
                new = created(storage, "a", seed=9) if recreated else None
                for call in _calls(view, old):
                    error = raised(call)
                    assert isinstance(error, UnknownStudyError)
                    assert repr(old) in str(error)
                if new is not None:
                    assert list(view.studies().items()) == [("b", other), ("a", new.identity)]
                    assert list(view.read(new.identity)) == list(storage.read(new.identity)) == [new]
                    if isinstance(view, LeasingStorage):
                        assert view.beats(new.identity) == {}
            for identity in storage.studies().values():
                storage.delete(identity)

    def test_an_unknown_study_is_an_error(self, storage: Storage) -> None:
        for call in _calls(storage, "unknown"):
            error = raised(call)
            assert isinstance(error, UnknownStudyError)
            assert "'unknown'" in str(error)
        assert dict(storage.studies()) == {}

    def test_studies_may_be_deleted_while_others_write(self, storage: Storage) -> None:
        for seed in range(5):
            study = created(storage, "a", seed=seed).identity
            n_written = threading.Semaphore(0)

            def work(thread: int, study: str = study, n_written: threading.Semaphore = n_written) -> None:
                if thread == 0:
                    for _ in range(3):
                        n_written.acquire()
                    storage.delete(study)
                    return
                while True:
                    try:
                        storage.append(study, [TrialStarted(1.0)])
                        if isinstance(storage, LeasingStorage):
                            storage.beat(study, [thread], [])
                    except UnknownStudyError:
                        return
                    finally:
                        n_written.release()

            in_threads(work, 3)
            assert dict(storage.studies()) == {}

    def test_studies_are_listed_in_the_order_of_their_creation(self, storage: Storage) -> None:
        studies = {name: created(storage, name).identity for name in "cabd"}
        storage.append(studies["d"], [TrialStarted(1.0)])
        storage.delete(studies["a"])
        studies["a"] = created(storage, "a").identity
        assert list(storage.studies().items()) == [(name, studies[name]) for name in "cbda"]

    def test_names_may_be_anything(self, storage: Storage) -> None:
        names = [
            "",
            " ",
            "a",
            "A",
            "a ",
            "'; DROP TABLE hpo_study; --",
            '"',
            "%s %(a)s :a ?",
            "a/b\\c\n\t",
            "été 試験 🙂",
            "n" * 512,
        ]
        headers = [created(storage, name, seed=i) for i, name in enumerate(names)]
        assert list(storage.studies().items()) == [(header.name, header.identity) for header in headers]
        for header in headers:
            assert list(storage.read(header.identity)) == [header]
        for header in headers:
            storage.delete(header.identity)
        assert dict(storage.studies()) == {}


def _calls(storage: Storage, study: str) -> list[Callable[[], object]]:
    """Everything that can be asked of a storage about one study."""
    calls: list[Callable[[], object]] = [
        lambda: storage.read(study),
        lambda: storage.read(study, 1),
        lambda: storage.read(study, 5, limit=1),
        lambda: storage.append(study, []),
        lambda: storage.append(study, [TrialStarted(1.0)]),
        lambda: storage.append(study, [TrialStarted(1.0)] * 9),
        lambda: storage.append(study, [TrialStarted(1.0)], expect=0),
        lambda: storage.append(study, [TrialStarted(1.0)], expect=2),
        lambda: storage.rename(study, "z"),
        lambda: storage.delete(study),
    ]
    if isinstance(storage, TurnTakingStorage):
        calls += [partial(storage.append_after, study, since, lambda tail: [TrialStarted(1.0)]) for since in (0, 2)]
    if isinstance(storage, AnsweringStorage):
        calls += [partial(storage.append_and_read, study, [TrialStarted(1.0)], 0, expect=n) for n in (None, 2)]
    if isinstance(storage, LeasingStorage):
        calls += [lambda: storage.beat(study, [1], [2]), lambda: storage.beats(study)]
    if isinstance(storage, CheckpointingStorage):
        calls += [lambda: storage.save_checkpoint(study, b"", 1, instead_of=0), lambda: storage.load_checkpoint(study)]
    return calls
