"""Where the answers of two evaluators are far apart, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from hpo.distributions import token
from hpo.events import TrialState
from hpo.importance.evaluate import get_param_importances
from hpo.importance.fanova import FanovaImportanceEvaluator

if TYPE_CHECKING:
    from hpo.reading.readable import Readable

__all__ = ["disagreements"]

_FAR = 0.25  # of all importance
_ENOUGH = 20  # trials for a forest to be worth asking
_MOST = 0.5  # of the trials


def disagreements(study: Readable) -> list[str]:
    """Sentences on parameters that PED-ANOVA and fANOVA weigh very differently, with what explains it; mostly none.

    Args:
        study: Of one objective; of others nothing is said.

    Example:
        >>> for sentence in disagreements(study):
        ...     print(sentence)
    """
    if len(study.directions) > 1 or study.count_trials((TrialState.COMPLETE,)) < _ENOUGH:
        return []
    among_the_best = get_param_importances(study)
    try:
        over_all = get_param_importances(study, evaluator=FanovaImportanceEvaluator(n_trees=32))
    except ValueError:  # ranges were moved, and too few trials lie within them yet
        return []
    sentences = []
    for name, share in among_the_best.items():
        other = over_all[name]
        if abs(share - other) < _FAR:
            continue
        sentences.append(
            f"{name}: {share:.0%} by PED-ANOVA, which asks what tells the best tenth from the other trials that were "
            f"made, and {other:.0%} by fANOVA, which asks what the values vary with over the whole space."
            + _reason(study, name, share < other)
        )
    return sentences


def _reason(study: Readable, name: str, is_less_among_the_best: bool) -> str:
    """What explains it, as far as the trials show it."""
    complete = study.get_trials(states=(TrialState.COMPLETE,))
    values = [trial.params[name] for trial in complete if name in trial.params]
    if len(values) < len(complete):
        return f" Only {len(values)} of {len(complete)} trials have it; what it decides, it decides among these."
    (_, count), *_ = Counter(map(token, values)).most_common(1)
    if is_less_among_the_best and count > _MOST * len(values):
        return (
            f" {count} of {len(values)} trials share one value of it, so it can hardly tell the best from the others."
        )
    losses = np.array([trial.value for trial in complete], dtype=np.float64) * study.history.signs[0]
    tied = int((losses == losses.min()).sum())
    if tied > len(losses) / 10:
        return f" {tied} of {len(losses)} trials are equally good, so the best tenth is that large."
    return ""
