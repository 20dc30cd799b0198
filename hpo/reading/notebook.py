"""A study as HTML for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpo.markup import Markup, element
from hpo.reading.summary import counts, goals
from hpo.trial.listed import TrialList
from hpo.trial.notebook import caption, trial_html, trials_html

if TYPE_CHECKING:
    from hpo.reading.readable import Readable

__all__ = ["study_html"]


def study_html(study: Readable) -> Markup:
    """What a study optimises, how its trials stand, and the best of them.

    Args:
        study: Hand over a snapshot where others write, so that all parts tell of the same trials.
    """
    head = caption(f"Study {study.study_name}", f"{goals(study)}: {counts(study)}")
    return element("div", head, *_best(study))


def _best(study: Readable) -> list[Markup]:
    if len(study.directions) > 1:
        front = TrialList(study.best_trials)
        return [element("div", "On the Pareto front:"), trials_html(front)] if front else []
    try:
        best = study.best_trial
    except ValueError:  # nothing is complete and feasible yet
        return []
    return [element("div", "The best one:"), trial_html(best)]
