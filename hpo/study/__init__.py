"""Studies: the rich object over a log, a sampler and a pruner, and what makes, loads, copies and lists them.

Each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo.lazy import load

if TYPE_CHECKING:
    from hpo.events import StudyDirection
    from hpo.running.retry import RetryPolicy
    from hpo.running.stopping import MaxTrialsCallback
    from hpo.study.creation import create_study, load_study
    from hpo.study.editing import MAX_NAME
    from hpo.study.studies import copy_study, delete_study, get_all_study_names, get_all_study_summaries
    from hpo.study.study import Callback, Objective, Study
    from hpo.study.summary import StudySummary

__all__ = [
    "MAX_NAME",
    "Callback",
    "MaxTrialsCallback",
    "Objective",
    "RetryPolicy",
    "Study",
    "StudyDirection",
    "StudySummary",
    "copy_study",
    "create_study",
    "delete_study",
    "get_all_study_names",
    "get_all_study_summaries",
    "load_study",
]

_HOME = {
    "MAX_NAME": "hpo.study.editing",
    "Callback": "hpo.study.study",
    "MaxTrialsCallback": "hpo.running.stopping",
    "Objective": "hpo.study.study",
    "RetryPolicy": "hpo.running.retry",
    "Study": "hpo.study.study",
    "StudyDirection": "hpo.events",
    "StudySummary": "hpo.study.summary",
    "copy_study": "hpo.study.studies",
    "create_study": "hpo.study.creation",
    "delete_study": "hpo.study.studies",
    "get_all_study_names": "hpo.study.studies",
    "get_all_study_summaries": "hpo.study.studies",
    "load_study": "hpo.study.creation",
}


def __getattr__(name: str) -> Any:
    return load(__name__, name, _HOME)


def __dir__() -> list[str]:
    return __all__
