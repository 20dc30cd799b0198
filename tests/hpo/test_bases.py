"""Optuna's base classes are names of the protocols: plug-ins are instances of them, and nobody inherits from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_type_hints

import pytest

import hpo
from hpo.pruners import HyperbandPruner, MedianPruner, NopPruner, PatientPruner
from hpo.samplers import CmaEsSampler, GridSampler, PartialFixedSampler, RandomSampler, TPESampler
from hpo.storage import InMemoryStorage, JournalFileBackend, JournalStorage, RDBStorage

SAMPLERS = [
    RandomSampler(),
    TPESampler(),
    CmaEsSampler(),
    GridSampler({"x": [1]}),
    PartialFixedSampler({}, TPESampler()),
]
PRUNERS = [MedianPruner(), NopPruner(), HyperbandPruner(), PatientPruner(None, 1)]
BASES = {
    "BaseSampler": hpo.samplers.BaseSampler,
    "BasePruner": hpo.pruners.BasePruner,
    "BaseStorage": hpo.storages.BaseStorage,
}


def plug_ins(folder: Path) -> dict[str, list[Any]]:
    journal = JournalStorage(JournalFileBackend(str(folder / "study.log")))
    stored = [InMemoryStorage(), journal, RDBStorage(f"sqlite:///{folder}/study.db")]
    return {"BaseSampler": SAMPLERS, "BasePruner": PRUNERS, "BaseStorage": stored}


def test_plug_ins_are_instances_of_their_own_base_only(tmp_path: Path) -> None:
    for role, objects in plug_ins(tmp_path).items():
        for plug_in in objects:
            assert {name for name, base in BASES.items() if isinstance(plug_in, base)} == {role}, plug_in


def test_what_has_the_shape_is_an_instance_too() -> None:
    class Middle:
        def sample(self, space: Any, history: Any, key: Any) -> Any: ...

    assert isinstance(Middle(), hpo.samplers.BaseSampler)
    assert not any(isinstance(3, base) for base in BASES.values())


def test_they_serve_as_annotations() -> None:
    names: dict[str, Any] = {}
    exec("from hpo.samplers import BaseSampler\nfrom hpo.pruners import BasePruner", names)
    exec("def pair(sampler: BaseSampler) -> BasePruner: ...", names)
    assert get_type_hints(names["pair"]) == {"sampler": BASES["BaseSampler"], "return": BASES["BasePruner"]}


@pytest.mark.parametrize(
    ("name", "shape"), [("BaseSampler", "sample"), ("BasePruner", "prune"), ("BaseStorage", "append")]
)
def test_inheriting_is_refused_where_the_class_is_written(name: str, shape: str) -> None:
    with pytest.raises(TypeError, match=rf"Mine inherits from {name}, whose methods hpo would not call: .*`{shape}"):
        type("Mine", (BASES[name],), {"sample_relative": lambda self: {}})
