"""A study keeps the plug-ins that it is given."""

from __future__ import annotations

from typing import Any

import hpo
from hpo.samplers import RandomSampler
from hpo.storage import InMemoryStorage


class Falsy:
    """A sampler and pruner that holds nothing."""

    def __len__(self) -> int:
        return 0

    def sample(self, space: Any, history: Any, key: Any) -> Any:
        return RandomSampler().sample(space, history, key)

    def prune(self, history: Any, curve: Any) -> bool:
        return False


def test_plug_ins_that_are_falsy_are_kept() -> None:
    falsy, storage = Falsy(), InMemoryStorage()
    created = hpo.create_study(storage=storage, study_name="s", sampler=falsy, pruner=falsy)
    loaded = hpo.load_study(storage=storage, study_name="s", sampler=falsy, pruner=falsy)
    for study in (created, loaded):
        assert study.sampler is falsy
        assert study.pruner is falsy
