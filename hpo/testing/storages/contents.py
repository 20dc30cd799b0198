"""Laws of what logs may hold."""

from __future__ import annotations

import math
from functools import partial

from hpo.distributions import CategoricalDistribution
from hpo.events import FIXED, AttributeSet, Event, TrialStarted
from hpo.log.checkpoint.keeper import Keeper
from hpo.protocols import Storage, is_private
from hpo.samplers.random import RandomSampler
from hpo.study import create_study, load_study
from hpo.testing.storages.logs import created, events, long_log, views
from hpo.testing.studies import raised, text

__all__ = ["ContentLaws"]


class ContentLaws:
    """Laws of what logs may hold."""

    def test_every_kind_of_event_comes_back(self, storage: Storage) -> None:
        study = created(storage, "a").identity
        for event in events():
            storage.append(study, [event])
        storage.append(study, events())
        assert text(storage.read(study, 1)) == text(events() * 2)

    def test_choices_that_are_tuples_come_back_as_tuples(self, storage: Storage) -> None:
        choices = [(1, (2, 3)), [4, (5,)], ()]
        study = create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
        study.enqueue_trial({"t": choices[0]})
        study.optimize(lambda trial: len(trial.suggest_categorical("t", choices)), n_trials=1)
        asked = study.ask({"t": CategoricalDistribution(choices)})
        study.enqueue_trial({"t": choices[1]})
        for view in views(storage):
            trials = load_study(study_name="a", storage=view).trials
            shown = [trials[0].params, asked.params, trials[2].system_attrs[FIXED]]
            assert text(shown) == text([{"t": choices[0]}, trials[1].params, {"t": choices[1]}])
            distribution = trials[0].distributions["t"]
            assert isinstance(distribution, CategoricalDistribution)
            assert text(distribution.choices) == text(choices)
            keeper = Keeper(study._log.identity, view)
            keeper.write(study._log.ledger.dump)
            assert text(load_study(study_name="a", storage=view).trials) == text(trials)
        load_study(study_name="a", storage=storage).tell(asked.number, 0.0)
        assert text([study.trials[1].params]) == text([asked.params])

    def test_values_keep_their_types_beside_each_other(self, storage: Storage) -> None:
        study = created(storage, "a").identity
        values = [1, 1.0, True, "1", None, [1], [1.0], {"k": True}, -0.0, 0, 2**60, 2**70, math.nan, math.inf, {}]
        events = [AttributeSet("key", value) for value in values]
        events += [AttributeSet("key", {"k": [value]}) for value in values]
        storage.append(study, events * 40)
        long_log(storage, "b", 3000)
        assert text(storage.read(study, 1)) == text(events * 40)

    def test_what_cannot_be_written_leaves_nothing_behind(self, storage: Storage) -> None:
        study = created(storage, "a").identity
        for bad in (object(), {1, 2}, b"bytes"):
            batch: list[Event] = [TrialStarted(1.0), AttributeSet("key", bad), TrialStarted(2.0)]
            if is_private(storage):
                assert storage.append(study, batch) == len(storage.read(study))
                assert storage.read(study)[-2] == AttributeSet("key", bad)
            else:
                assert isinstance(raised(partial(storage.append, study, batch)), TypeError)
                assert len(storage.read(study)) == 1
        assert storage.append(study, [TrialStarted(3.0)]) == len(storage.read(study))
