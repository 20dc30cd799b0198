"""Laws of studies that live in a storage, and of those who share them."""

from __future__ import annotations

import pickle
from collections.abc import Callable

from hpo.distributions import FloatDistribution
from hpo.events import Event, TrialState
from hpo.exceptions import UnknownStudyError
from hpo.protocols import LeasingStorage, Storage
from hpo.samplers.random import RandomSampler
from hpo.study import Study, copy_study, create_study, delete_study, load_study
from hpo.testing.storages.logs import in_threads, views
from hpo.testing.studies import logged, objective, raised, text
from hpo.trial import Trial, create_trial

__all__ = ["WorkerLaws"]


class WorkerLaws:
    """Laws of studies that live in a storage, and of those who share them."""

    def test_a_study_lives_in_it(self, storage: Storage) -> None:
        study = create_study(storage=storage, study_name="contract", sampler=RandomSampler(), seed=7)
        study.optimize(objective, n_trials=12, catch=ArithmeticError)
        loaded = load_study(study_name="contract", storage=storage, sampler=RandomSampler())
        assert text(loaded.trials) == text(study.trials)
        memory = create_study(study_name="contract", sampler=RandomSampler(), seed=7)
        memory.optimize(objective, n_trials=12, catch=ArithmeticError)
        assert logged(loaded) == logged(memory)

    def test_a_worker_never_writes_into_a_study_that_took_the_name_of_its_own(self, storage: Storage) -> None:
        for view in views(storage):
            create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
            worker = load_study(study_name="a", storage=view, sampler=RandomSampler())
            told, reported = worker.ask(), worker.ask()
            told.suggest_float("x", 0, 1)
            delete_study(study_name="a", storage=storage)
            for recreated in (False, True):
                new = (
                    create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=2)
                    if recreated
                    else None
                )
                if new is not None:
                    new.ask(n=2)  # what the worker writes to its trials must not arrive at these
                before = [] if new is None else new.events()
                for call in _requests(worker, told, reported):
                    error = raised(call)
                    assert isinstance(error, UnknownStudyError)
                    assert "The study 'a' that was open here has been deleted" in str(error)
                if isinstance(view, LeasingStorage):
                    assert isinstance(raised(worker._participant.leases.renew_leases), UnknownStudyError)
                if new is not None:
                    assert new.events() == before
                    assert dict(storage.studies()) == {"a": new._log.identity}
            delete_study(study_name="a", storage=storage)

    def test_a_worker_follows_its_study_to_another_name(self, storage: Storage) -> None:
        for view in views(storage):
            mine = create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
            worker = load_study(study_name="a", storage=view, sampler=RandomSampler())
            trial = worker.ask()
            mine.rename("b")
            new = create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=2)
            new.ask()
            before = new.events()
            trial.report(0.5, 0)
            worker._participant.leases.renew_leases()
            worker.tell(trial, 1.0)
            worker.optimize(objective, n_trials=2)
            assert worker.study_name == mine.study_name == "b"
            assert repr(worker).startswith("Study(study_name='b'")
            assert text(worker.trials) == text(mine.trials)
            assert [trial.state.is_finished() for trial in mine.trials] == [True] * 3
            assert worker.events() == mine.events()
            assert new.events() == before
            assert load_study(study_name="b", storage=view).seed == 1
            assert pickle.loads(pickle.dumps(worker)).study_name == "b"
            copy_study(from_study_name="b", from_storage=view, to_storage=storage, to_study_name="copy")
            copied = load_study(study_name="copy", storage=storage)
            assert (copied.study_name, text(copied.trials)) == ("copy", text(mine.trials))
            assert len(set(storage.studies().values())) == 3
            for name in ("a", "b", "copy"):
                delete_study(study_name=name, storage=storage)

    def test_workers_share_a_study(self, storage: Storage) -> None:
        create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
        studies = [load_study(study_name="a", storage=view, sampler=RandomSampler()) for view in views(storage) * 2]
        for study in studies:
            study.enqueue_trial({"x": 0.5})
        n = len(studies)

        def work(worker: int) -> None:
            studies[worker].optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=12 // n)

        in_threads(work, n)
        for study in studies:
            assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 12
            assert [trial.number for trial in study.trials if trial.params["x"] == 0.5] == list(range(n))
            assert study.events() == studies[0].events()
            assert study.verify() == []

    def test_followers_see_what_has_happened(self, storage: Storage) -> None:
        study = create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
        seen: list[Event] = []
        for n_trials in (0, 1, 3):
            study.optimize(objective, n_trials=n_trials, catch=ArithmeticError)
            follower: Study = load_study(study_name="a", storage=storage)
            seen += follower.events(len(seen))
            assert seen == follower.events() == study.events()
        assert study.events(2, limit=3) == seen[2:5]
        assert study.events(len(seen) + 1) == study.events(0, limit=0) == []
        assert isinstance(raised(lambda: study.events(-1)), ValueError)
        assert isinstance(raised(lambda: study.events(limit=-1)), ValueError)


def _requests(worker: Study, told: Trial, reported: Trial) -> list[Callable[[], object]]:
    """Everything that a worker may ask of its study: it runs two trials, one to be told and one to report."""
    return [
        worker.ask,
        lambda: worker.ask({"x": FloatDistribution(0, 1)}),
        lambda: worker.tell(told, 1.0),
        lambda: worker.tell(reported.number, 1.0),
        lambda: reported.report(0.5, 0),
        lambda: worker.optimize(objective, n_trials=1),
        lambda: worker.enqueue_trial({"x": 0.5}),
        lambda: worker.add_trial(create_trial(value=1.0)),
        lambda: worker.delete_trial(0),
        lambda: worker.set_user_attr("key", 1),
        lambda: worker.rename("b"),
        lambda: worker.study_name,
        lambda: worker.trials,
        lambda: worker.history,
        worker.events,
        worker.verify,
    ]
