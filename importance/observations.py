"""The finished trials that importances are computed from, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.caution import warn
from hpo.distributions import BaseDistribution, CategoricalDistribution, token
from hpo.events import TrialState
from hpo.history import History
from hpo.importance.targets import Target, as_function, told
from hpo.pareto import ranking
from hpo.space import Space
from hpo.words import count

if TYPE_CHECKING:
    from hpo.reading.readable import Readable

__all__ = ["Observations", "Regime", "TooFewTrials", "observe"]

_FEW = 20
"""Trials; distributions that fewer trials share are looked at together."""


@final
@dataclass(frozen=True)
class Regime:
    """Trials that chose one parameter's value in the same way.

    Args:
        rows: Which trials, shape (n,).
        distribution: From which; None where they did not have the parameter.
        coded: Their coded values, shape (n,), NaN for the other trials.
    """

    rows: BoolArray
    distribution: BaseDistribution | None
    coded: Array


@final
@dataclass(frozen=True)
class Observations:
    """The complete trials with finite values, in completion order.

    Args:
        history: The n trials.
        losses: What is minimised, shape (n, m).
        violation: Shape (n,); trials with a larger one count as worse, whatever their losses.
    """

    history: History
    losses: Array
    violation: Array

    def __len__(self) -> int:
        return len(self.losses)

    def only(self, mask: BoolArray) -> Observations:
        """The trials for which `mask`, shape (n,), is True."""
        return Observations(self.history.where(mask), self.losses[mask], self.violation[mask])

    @property
    def names(self) -> list[str]:
        """The parameters that some trial has, in the order of the space."""
        index, spaces = self.history.spaces
        used = {name for i in np.unique(index).tolist() for name in spaces[i]}
        return [name for name in self.history.space if name in used]

    def best(self, n: int) -> BoolArray:
        """Which trials are the best n, shape (n,); with one objective, and those that are equal to the last of them."""
        if self.losses.shape[1] == 1:
            losses, violation = self.losses[:, 0], self.violation
            last = np.partition(violation, n - 1)[n - 1]  # cheaper than to sort all of them
            better, equal = violation < last, violation == last
            of_equal = n - int(better.sum())
            return np.asarray(better | (equal & (losses <= np.partition(losses[equal], of_equal - 1)[of_equal - 1])))
        feasible = np.flatnonzero(self.violation == 0)
        others = np.flatnonzero(self.violation > 0)
        front_first = feasible[ranking(self.losses[feasible], min(n, len(feasible)))] if len(feasible) else feasible
        order = np.concatenate([front_first, others[np.argsort(self.violation[others], kind="stable")]])
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[order[:n]] = True
        return mask

    def regimes(self, name: str) -> Iterator[Regime]:
        """The trials by the distribution of a parameter, without those whose value lies outside of it.

        Distributions that few trials share are taken as one: numbers by their position within their own range,
        categories by what was chosen. A value may lie outside where it was queued.
        """
        index, spaces = self.history.spaces
        groups: dict[BaseDistribution | None, list[int]] = {}
        for i in np.unique(index).tolist():
            groups.setdefault(spaces[i].get(name), []).append(i)
        alone: list[tuple[BaseDistribution, BoolArray]] = []
        for distribution, members in groups.items():
            rows = np.isin(index, members)
            if distribution is None or len(groups) == 1 or rows.sum() >= _FEW:
                yield _inside(rows, distribution, self._coded(name, distribution, rows))
            else:
                alone.append((distribution, rows))
        if alone:
            yield self._together(name, alone)

    def _together(self, name: str, parts: Sequence[tuple[BaseDistribution, BoolArray]]) -> Regime:
        rows = np.logical_or.reduce([rows for _, rows in parts])
        distribution = parts[0][0]
        if isinstance(distribution, CategoricalDistribution):
            domains = [part.choices for part, _ in parts if isinstance(part, CategoricalDistribution)]
            choices = {token(choice): choice for domain in domains for choice in domain}
            union = CategoricalDistribution(list(choices.values()))
            return _inside(rows, union, self._coded(name, union, rows))
        coded = np.full(len(self), np.nan)
        for part, members in parts:
            coded[members] = self._coded(name, part, members)[members]
        return _inside(rows, distribution, coded)

    def _coded(self, name: str, distribution: BaseDistribution | None, rows: BoolArray) -> Array:
        if distribution is None:
            return np.full(len(self), np.nan)
        return np.where(rows, self.history.over(Space({name: distribution}))[:, 0], np.nan)


def _inside(rows: BoolArray, distribution: BaseDistribution | None, coded: Array) -> Regime:
    """Those of some trials that a distribution can code; all where they did not have the parameter."""
    return Regime(rows if distribution is None else rows & ~np.isnan(coded), distribution, coded)


class TooFewTrials(ValueError):
    """There is nothing to compare.

    Attributes:
        names: The parameters in question.
    """

    def __init__(self, message: str, names: list[str]) -> None:
        super().__init__(message)
        self.names = names


def observe(
    study: Readable,
    params: Sequence[str] | None,
    target: Target,
    *,
    single: bool = False,
) -> tuple[Observations, list[str]]:
    """The trials that importances are computed from, and the parameters in question.

    Args:
        study, params, target: As for `get_param_importances`.
        single: Whether there must be one number per trial.

    Raises:
        TypeError: If `params` is no list of names.
        TooFewTrials: If there are fewer than two complete trials with finite values.
        ValueError: If none has one of `params`; if there are several objectives, and `single` and no target; if there
            is no such objective, or a target is no number.
    """
    function = as_function(study, target)
    if single and function is None and len(study.directions) > 1:
        raise ValueError(
            "This evaluator looks at one number per trial and the study has several objectives. "
            "Say which with target, such as target=0, or target=lambda trial: trial.values[0]."
        )
    history = study.history
    complete = history.where(history.state == TrialState.COMPLETE)
    losses, violation = complete.losses, complete.violation
    if function is not None:
        trials = {trial.number: trial for trial in study.get_trials(states=(TrialState.COMPLETE,))}
        complete = complete.where(np.isin(complete.number, list(trials)))  # all but those that were deleted just now
        losses = np.array([[told(function, trials[n])] for n in complete.number.tolist()]).reshape(-1, 1)
        violation = np.zeros(len(losses))
    finite = np.asarray(np.isfinite(losses).all(axis=1))
    seen = Observations(complete.where(finite), losses[finite], violation[finite])
    if callable(target) and len(complete) and not len(seen):
        warn(
            f"target gave no finite number for any of {count(len(complete), 'complete trial')}, so that nothing can be "
            "compared; let it return a number for two trials at least."
        )
    if len(seen) < 2:
        raise TooFewTrials(
            f"Importances need at least two complete trials with finite values; the study {study.study_name!r} has "
            f"{len(seen)}. Run more trials.",
            _checked(seen.names, params) if len(seen) else [],
        )
    return seen, _checked(seen.names, params)


def _checked(names: list[str], params: Sequence[str] | None) -> list[str]:
    if params is None:
        return names
    if isinstance(params, str) or not all(isinstance(name, str) for name in params):
        raise TypeError(f"params must be a list of parameters' names, got {params!r}.")
    unknown = [name for name in params if name not in names]
    if unknown:
        raise ValueError(f"No complete trial has the parameters {unknown!r}; the study's are {names!r}.")
    return list(dict.fromkeys(params))
