"""The protocols of plug-ins: samplers, pruners, storages, engines, and what some of them can do besides.

samplers.py  what a sampler is
pruners.py   a pruner
storages.py  a storage
leases.py    how a storage's workers show that they are alive
engines.py   an engine
wrapping.py  plug-ins around others

Whoever fulfils one by its shape is welcome; there is nothing to inherit. Optional abilities are protocols of their own,
and functions ask for them: `stepwise`, `valuing`, `choosing`, `constraining`, `ending`, `seeding`, `cohorts`,
`pausing`, `pairs`, `divides`, `leasing`, `checkpointing`, `retrying`, `shared` and `is_private` also look into what a
plug-in wraps, so that a wrapper loses none. `turn_taking` and `answering` do not: a wrapper of a storage must see
whatever is appended.
"""

from __future__ import annotations

from hpo.protocols.engines import Engine
from hpo.protocols.leases import LeasePolicy
from hpo.protocols.pruners import (
    CohortPruner,
    PairingPruner,
    PausingPruner,
    Pruner,
    cohort,
    cohorts,
    divides,
    pairs,
    pausing,
)
from hpo.protocols.samplers import (
    Choice,
    ChoosingSampler,
    ConstrainingSampler,
    EndingSampler,
    Sampler,
    SeededSampler,
    StepwiseSampler,
    WholeStudySampler,
    choosing,
    constraining,
    ending,
    sampled,
    seeding,
    stepwise,
    unproposed,
    valuing,
)
from hpo.protocols.storages import (
    AnsweringStorage,
    CheckpointingStorage,
    LeasingStorage,
    PrivateStorage,
    RetryingStorage,
    SharedStorage,
    Storage,
    TurnTakingStorage,
    answering,
    checkpointing,
    is_private,
    leasing,
    retrying,
    shared,
    turn_taking,
)
from hpo.protocols.wrapping import Wrapper

__all__ = [
    "AnsweringStorage",
    "CheckpointingStorage",
    "Choice",
    "ChoosingSampler",
    "CohortPruner",
    "ConstrainingSampler",
    "EndingSampler",
    "Engine",
    "LeasePolicy",
    "LeasingStorage",
    "PairingPruner",
    "PausingPruner",
    "PrivateStorage",
    "Pruner",
    "RetryingStorage",
    "Sampler",
    "SeededSampler",
    "SharedStorage",
    "StepwiseSampler",
    "Storage",
    "TurnTakingStorage",
    "WholeStudySampler",
    "Wrapper",
    "answering",
    "checkpointing",
    "choosing",
    "cohort",
    "cohorts",
    "constraining",
    "divides",
    "ending",
    "is_private",
    "leasing",
    "pairs",
    "pausing",
    "retrying",
    "sampled",
    "seeding",
    "shared",
    "stepwise",
    "turn_taking",
    "unproposed",
    "valuing",
]
