"""hpo: define-by-run hyperparameter optimisation whose studies are append-only logs.

Importing it costs nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from hpo.absent import INSTEAD, AbsentModules

if TYPE_CHECKING:
    from hpo import (
        artifacts,
        dashboard,
        distributions,
        exceptions,
        executors,
        importance,
        integrations,
        logging,
        pruners,
        samplers,
        search_space,
        storage,
        storages,
        study,
        testing,
        trial,
        visualization,
    )
    from hpo.exceptions import TrialFailed, TrialPaused, TrialPruned
    from hpo.minimizing import minimize
    from hpo.running.stopping import Deadline, DeltaX, DeltaY, MaxTrialsCallback, NoImprovement, Target
    from hpo.running.table import TableCallback
    from hpo.study import (
        Study,
        copy_study,
        create_study,
        delete_study,
        get_all_study_names,
        get_all_study_summaries,
        load_study,
    )
    from hpo.trial import FixedTrial, FrozenTrial, Trial, TrialState, create_trial

__version__ = "0.2.0"

_HOME = {
    "Deadline": "hpo.running.stopping",
    "DeltaX": "hpo.running.stopping",
    "DeltaY": "hpo.running.stopping",
    "FixedTrial": "hpo.trial",
    "FrozenTrial": "hpo.trial",
    "MaxTrialsCallback": "hpo.running.stopping",
    "NoImprovement": "hpo.running.stopping",
    "Study": "hpo.study",
    "TableCallback": "hpo.running.table",
    "Target": "hpo.running.stopping",
    "Trial": "hpo.trial",
    "TrialFailed": "hpo.exceptions",
    "TrialPaused": "hpo.exceptions",
    "TrialPruned": "hpo.exceptions",
    "TrialState": "hpo.trial",
    "artifacts": "hpo.artifacts",
    "copy_study": "hpo.study",
    "create_study": "hpo.study",
    "create_trial": "hpo.trial",
    "dashboard": "hpo.dashboard",
    "delete_study": "hpo.study",
    "distributions": "hpo.distributions",
    "exceptions": "hpo.exceptions",
    "executors": "hpo.executors",
    "get_all_study_names": "hpo.study",
    "get_all_study_summaries": "hpo.study",
    "importance": "hpo.importance",
    "integration": "hpo.integration",
    "integrations": "hpo.integrations",
    "load_study": "hpo.study",
    "logging": "hpo.logging",
    "minimize": "hpo.minimizing",
    "pruners": "hpo.pruners",
    "samplers": "hpo.samplers",
    "search_space": "hpo.search_space",
    "storage": "hpo.storage",
    "storages": "hpo.storages",
    "study": "hpo.study",
    "testing": "hpo.testing",
    "trial": "hpo.trial",
    "visualization": "hpo.visualization",
}

__all__ = [
    "Deadline",
    "DeltaX",
    "DeltaY",
    "FixedTrial",
    "FrozenTrial",
    "MaxTrialsCallback",
    "NoImprovement",
    "Study",
    "TableCallback",
    "Target",
    "Trial",
    "TrialFailed",
    "TrialPaused",
    "TrialPruned",
    "TrialState",
    "artifacts",
    "copy_study",
    "create_study",
    "create_trial",
    "dashboard",
    "delete_study",
    "distributions",
    "exceptions",
    "executors",
    "get_all_study_names",
    "get_all_study_summaries",
    "importance",
    "integrations",
    "load_study",
    "logging",
    "minimize",
    "pruners",
    "samplers",
    "search_space",
    "storage",
    "storages",
    "study",
    "testing",
    "trial",
    "visualization",
]


def __getattr__(name: str) -> Any:
    if name in INSTEAD:
        raise AttributeError(f"module 'hpo' has no attribute {name!r}: {INSTEAD[name]}")
    from hpo.lazy import load  # which costs nothing before a name is asked for

    return load(__name__, name, _HOME)


def __dir__() -> list[str]:
    return __all__


sys.meta_path.append(AbsentModules())
