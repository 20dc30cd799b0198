"""Laws of what lies beside logs: leases and checkpoints."""

from __future__ import annotations

from unittest import SkipTest

from hpo.log.checkpoint.keeper import Keeper
from hpo.protocols import CheckpointingStorage, LeasingStorage, Storage
from hpo.samplers.tpe import TPESampler
from hpo.study import create_study, load_study
from hpo.testing.storages.logs import checkpointing_views, created, in_threads, views
from hpo.testing.studies import logged, objective, text

__all__ = ["BesideLaws"]


class BesideLaws:
    """Laws of what lies beside logs: leases and checkpoints."""

    def test_leases_count_and_end_beside_the_log(self, storage: Storage) -> None:
        if not isinstance(storage, LeasingStorage):
            raise SkipTest(f"{storage!r} is no LeasingStorage")
        a, b = created(storage, "a").identity, created(storage, "b").identity
        assert storage.beats(a) == {}
        storage.beat(a, [0, 7], [])
        before = dict(storage.beats(a))
        storage.beat(a, [7], [0])
        after = dict(storage.beats(a))
        assert set(before) == {0, 7}
        assert set(after) == {7}
        assert after[7] != before[7]
        assert storage.beats(b) == {}
        storage.rename(a, "c")
        assert storage.beats(a) == after
        assert len(storage.read(a)) == 2

    def test_checkpoints_are_kept_beside_the_log_and_go_with_it(self, storage: Storage) -> None:
        if not isinstance(storage, CheckpointingStorage):
            raise SkipTest(f"{storage!r} is no CheckpointingStorage")
        long = bytes(range(256)) * 12_345
        for view in checkpointing_views(storage):
            a, b = created(storage, "a").identity, created(storage, "b").identity
            assert view.load_checkpoint(a) is None
            assert storage.save_checkpoint(a, b"", 7, instead_of=1) == 0
            assert view.load_checkpoint(a) is None
            for instead_of, position, checkpoint in ((0, 7, b"first"), (7, 7, long), (7, 3, b""), (3, 10**9, b"\0\n")):
                assert view.save_checkpoint(a, checkpoint, position, instead_of=instead_of) == position
                assert storage.load_checkpoint(a) == view.load_checkpoint(a) == (position, checkpoint)
                assert storage.save_checkpoint(a, b"other", 5, instead_of=position + 1) == position
                assert view.load_checkpoint(a) == (position, checkpoint)
            assert view.load_checkpoint(b) is None
            assert len(storage.read(a)) == len(storage.read(b)) == 1
            storage.rename(a, "c")
            assert view.load_checkpoint(a) == (10**9, b"\0\n")
            storage.delete(a)
            assert view.load_checkpoint(created(storage, "a").identity) is None
            for identity in storage.studies().values():
                storage.delete(identity)

    def test_of_those_who_replace_a_checkpoint_at_once_at_most_one_does(self, storage: Storage) -> None:
        if not isinstance(storage, CheckpointingStorage):
            raise SkipTest(f"{storage!r} is no CheckpointingStorage")
        study, there = created(storage, "a").identity, 0
        for round_ in range(5):
            positions = [4 * round_ + thread + 1 for thread in range(4)]

            def save(thread: int, there: int = there, positions: list[int] = positions) -> int | None:
                position = positions[thread]
                try:
                    return storage.save_checkpoint(study, bytes([position]) * 10**6, position, instead_of=there)
                except Exception:
                    return None  # it would have had to wait

            told = {position for position in in_threads(save, 4) if position is not None}
            found = storage.load_checkpoint(study)
            assert found is not None
            there, checkpoint = found
            assert told == {there}
            assert checkpoint == bytes([there]) * 10**6
            assert there in positions

    def test_a_study_goes_on_from_its_checkpoint_as_if_it_had_been_read(self, storage: Storage) -> None:
        if not isinstance(storage, CheckpointingStorage):
            raise SkipTest(f"{storage!r} is no CheckpointingStorage")
        learning = TPESampler(n_startup_trials=5)
        memory = create_study(study_name="a", sampler=learning, seed=7)
        study = create_study(storage=storage, study_name="a", sampler=learning, seed=7)
        for view in views(storage):
            memory.optimize(objective, n_trials=9, catch=ArithmeticError)
            study.optimize(objective, n_trials=9, catch=ArithmeticError)
            keeper = Keeper(study._log.identity, storage)
            keeper.take_up()
            keeper.write(study._log.ledger.dump)
            ledger = Keeper(study._log.identity, view).take_up()
            assert ledger is not None
            assert ledger.position == study._log.ledger.position
            study = load_study(study_name="a", storage=view, sampler=learning)
            assert text(study.trials) == text(load_study(study_name="a", storage=storage).trials)
        memory.optimize(objective, n_trials=9, catch=ArithmeticError)
        study.optimize(objective, n_trials=9, catch=ArithmeticError)
        assert logged(study) == logged(memory)
        assert study.verify() == []
