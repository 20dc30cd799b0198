"""The parameters that all trials of a study have, under the names that scripts written for Optuna use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from hpo.distributions import BaseDistribution
from hpo.events import TrialState
from hpo.reading.readable import Readable
from hpo.trial.frozen import FrozenTrial

__all__ = ["IntersectionSearchSpace", "intersection_search_space"]


@final
@dataclass(frozen=True)
class IntersectionSearchSpace:
    """The parameters that all complete trials of a study have with one and the same distribution.

    Args:
        include_pruned: Whether pruned trials must have them, too.
    """

    include_pruned: bool = False

    def calculate(self, study: Readable) -> dict[str, BaseDistribution]:
        """Their distributions, by name, in the order of the names."""
        return intersection_search_space(study.get_trials(), include_pruned=self.include_pruned)


def intersection_search_space(
    trials: Sequence[FrozenTrial], include_pruned: bool = False
) -> dict[str, BaseDistribution]:
    """The distributions of the parameters that all complete trials have alike, by name, in the order of the names.

    Args:
        trials: Others than complete ones do not count.
        include_pruned: Whether pruned ones count.
    """
    states = {TrialState.COMPLETE, TrialState.PRUNED} if include_pruned else {TrialState.COMPLETE}
    spaces = [trial.distributions for trial in trials if trial.state in states]
    if not spaces:
        return {}
    shared = {name: d for name, d in spaces[0].items() if all(space.get(name) == d for space in spaces)}
    return dict(sorted(shared.items()))
