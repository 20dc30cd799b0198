"""Studies: the rich object over a log, a sampler and a pruner, and what makes, loads, copies and lists them."""

from hpo.events import StudyDirection
from hpo.running.callbacks import MaxTrialsCallback
from hpo.running.retry import RetryPolicy
from hpo.study.creation import create_study, load_study
from hpo.study.editing import MAX_NAME
from hpo.study.studies import (
    StudySummary,
    copy_study,
    delete_study,
    get_all_study_names,
    get_all_study_summaries,
)
from hpo.study.study import Callback, Objective, Study

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
