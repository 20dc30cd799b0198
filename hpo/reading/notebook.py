"""A study as HTML for notebooks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hpo.events import StudyDirection
from hpo.markup import Markup, element
from hpo.reading.expected import outlook
from hpo.reading.sparkline import HEIGHT, WIDTH, sparkline
from hpo.reading.summary import counts, goals
from hpo.trial.listed import TrialList
from hpo.trial.notebook import caption, trial_html, trials_html

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.reading.snapshot import Snapshot

__all__ = ["study_html"]


def study_html(study: Snapshot) -> Markup:
    """What a study optimises, how its trials stand, what is still to come, the best value over time, the best trial."""
    ahead = outlook(study, time.time())
    head = caption(f"Study {study.study_name}", f"{goals(study)}: {counts(study)}{f'; {ahead}' if ahead else ''}")
    return element("div", head, *_curve(study), *_best(study))


def _curve(study: Readable) -> list[Markup]:
    points = sparkline(study.history)
    if not points:
        return []
    better = "higher" if study.directions == [StudyDirection.MAXIMIZE] else "lower"
    line = element("polyline", points=points, fill="none", stroke="#2b8bcc")
    size = {"width": f"{2 * WIDTH:g}", "height": f"{2 * HEIGHT:g}", "viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}"}
    return [element("svg", element("title", f"The best value over time; {better} is better"), line, **size)]


def _best(study: Readable) -> list[Markup]:
    if len(study.directions) > 1:
        front = TrialList(study.best_trials)
        return [element("div", "On the Pareto front:"), trials_html(front)] if front else []
    try:
        best = study.best_trial
    except ValueError:  # nothing is complete and feasible yet
        return []
    return [element("div", "The best one:"), trial_html(best)]
