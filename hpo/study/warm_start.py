"""Earlier studies as a start: good configurations of theirs, to be tried before anything else."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from hpo.distributions import token
from hpo.events import EARLIER, StudyDirection, TrialQueued, TrialState
from hpo.history import History
from hpo.pareto import is_pareto_optimal, ranking
from hpo.reading.readable import Readable
from hpo.study.portfolio import complementing

__all__ = ["N_QUEUED", "configurations"]

N_QUEUED = 3
"""How many configurations of earlier studies are tried, of however many studies.

Five, the best of each study in turn, gained more on some tables of our benchmark, and cost more where earlier studies
mislead. Up to eight, as long as those before were better than the study's own trials, gained a tenth on the tables, and
nothing with boosted trees, where the ranking-weighted ensemble of the studies' models (RGPE, arXiv 1802.02219), asked
every other time or always, lost.
"""
_N_OFFERED = 5  # by a study on average, to choose from


def configurations(
    sources: Sequence[Readable], directions: Sequence[StudyDirection], *, opaque: bool
) -> list[TrialQueued]:
    """Good configurations of finished studies as trials that wait: the best of one, or such as complement each other.

    With several objectives a source's best ones are its Pareto front, those first that dominate the most together.
    Values of earlier trials stay where they are: what this study knows is what its own trials came to.

    Args:
        sources: The earlier studies.
        directions: Of this one's objectives.
        opaque: Whether values that JSON cannot hold may be kept.

    Raises:
        ValueError: If a source has other directions, or no trial to learn from.
    """
    ranked = [_ranked(source, directions, opaque=opaque) for source in sources]
    rounds = (one for turn in itertools.zip_longest(*ranked) for one in turn if one is not None)
    different: dict[tuple[tuple[str, str], ...], TrialQueued] = {}
    for trial in rounds:
        different.setdefault(tuple(sorted((k, token(v)) for k, v in trial.parameters.items())), trial)
        if len(different) == _N_OFFERED * len(sources):
            break
    offered = list(different.values())
    if len(sources) == 1 or len(offered) == 1:
        return offered[:N_QUEUED]
    histories = [source.history for source in sources]
    return [offered[place] for place in complementing(histories, [one.parameters for one in offered], N_QUEUED)]


def _ranked(source: Readable, directions: Sequence[StudyDirection], *, opaque: bool) -> Iterator[TrialQueued]:
    """The good trials of one source, the best first."""
    if list(source.directions) != list(directions):
        raise ValueError(
            f"warm_start: the study {source.study_name!r} has the directions {[d.name for d in source.directions]}, "
            f"not {[d.name for d in directions]}; leave it out."
        )
    good = _good(source.history)
    if not len(good):
        raise ValueError(
            f"warm_start: the study {source.study_name!r} has no complete trial that breaks no constraint, so there is "
            "nothing to learn from it; leave it out."
        )
    order = ranking(good.losses, min(_N_OFFERED, len(good) - 1)).tolist()
    return (_queued(good, row, source.study_name, opaque=opaque) for row in order)


def _good(history: History) -> History:
    """Complete and feasible trials with losses; with several objectives those that no other one dominates."""
    is_good = (history.state == TrialState.COMPLETE) & (history.violation == 0.0)
    good = history.where(is_good & ~np.isnan(history.losses).any(axis=1))
    return good.where(is_pareto_optimal(good.losses)) if good.n_objectives > 1 else good


def _queued(good: History, row: int, study_name: str, *, opaque: bool) -> TrialQueued:
    trial = good.finished(row)
    parameters: dict[str, Any] = {
        name: value for name, value in trial.parameters.items() if opaque or not token(value).startswith("<")
    }
    return TrialQueued(parameters, time.time(), system_attrs={EARLIER: study_name})
