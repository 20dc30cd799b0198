"""A study in a few lines of text: what was searched, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hpo.checks import whole_number
from hpo.events import StudyDirection, TrialState
from hpo.pareto import is_pareto_optimal
from hpo.reading.counts import latest, state_counts
from hpo.reading.records import records_of
from hpo.reading.tables import Text, describe, table
from hpo.reading.without_best import why_none_is_best
from hpo.words import count

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["best_trials", "counts", "goals", "headline", "objective_names", "results_summary", "search_space_summary"]


def search_space_summary(study: Readable) -> Text:
    """The parameters with their kinds and domains, and in how many finished trials each is."""
    history = latest(study.history)
    if not history.space:
        return Text(f"The search space of {study.study_name!r} is not known before a trial has ended.")
    n_trials = history.active(np.arange(len(history)), history.space).sum(axis=0).tolist()
    rows = [
        (name, *describe(distribution), n)
        for (name, distribution), n in zip(history.space.items(), n_trials, strict=True)
    ]
    trials = count(len(history), "finished trial")
    head = f"Search space of {study.study_name!r}: {count(len(rows), 'parameter')} in {trials}"
    return Text(f"{head}\n\n{table(('parameter', 'kind', 'domain', 'trials'), rows)}")


def results_summary(study: Readable, n: int) -> Text:
    """How the trials stand, and the n best ones; of several objectives, n of the Pareto front."""
    n = whole_number(n, "n")
    if n < 1:
        raise ValueError(f"n must be ≥ 1, got {n!r}.")
    lines = [headline(study)]
    best = best_trials(study, n)
    if not best:
        lines += ["", why_none_is_best(study.history)]
    else:
        what = "best" if len(study.directions) == 1 else "Pareto optimal"
        names = list(dict.fromkeys(name for trial in best for name in trial.params))
        rows = [(trial.number, *(trial.values or ()), *(trial.params.get(name) for name in names)) for trial in best]
        lines += ["", f"The {len(best)} {what}:", "", table(("trial", *objective_names(study), *names), rows)]
    return Text("\n".join(lines))


def headline(study: Readable) -> str:
    """The study's name, what it optimises, and how its trials stand."""
    return f"Study {study.study_name!r}, {goals(study)}: {counts(study)}"


def goals(study: Readable) -> str:
    """What the study optimises, such as "minimize error, maximize speed"."""
    return ", ".join(
        f"{'maximize' if direction is StudyDirection.MAXIMIZE else 'minimize'} {name}"
        for name, direction in zip(objective_names(study), study.directions, strict=True)
    )


def counts(study: Readable) -> str:
    """How many trials are in each state, such as "12 trials: 10 complete, 2 failed"."""
    waiting = study.count_trials((TrialState.WAITING,))
    found = state_counts(study.history) | {TrialState.WAITING: waiting}
    words = {state: "failed" if state is TrialState.FAIL else state.name.lower() for state in found}
    stand = [count(n, words[state], words[state]) for state, n in found.items() if n]
    return count(sum(found.values())) + (f": {', '.join(stand)}" if stand else "")


def objective_names(study: Readable) -> list[str]:
    """The names of the objectives: those given, else "value", or "objective 0" and so on."""
    n = len(study.directions)
    return list(study.metric_names or (["value"] if n == 1 else [f"objective {i}" for i in range(n)]))


def best_trials(study: Readable, n: int) -> Sequence[FrozenTrial]:
    """The n best complete and feasible trials; with several objectives n of the Pareto front, by the first of them."""
    history = study.history
    good = history.where(history.feasible)
    good = good.where(is_pareto_optimal(good.losses)) if len(study.directions) > 1 else good
    order = np.lexsort((good.number, good.losses[:, 0]))[:n]
    return records_of(good, order)
