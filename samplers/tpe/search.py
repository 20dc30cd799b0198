"""The next point: candidates along a branch, compared by the ratio of densities."""

from __future__ import annotations

from typing import NamedTuple, final

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.branches import BINS, Leaf, Tree
from hpo.samplers.model.configurations import names_of
from hpo.samplers.model.tried import Tried
from hpo.samplers.tpe.densities import Densities
from hpo.samplers.tpe.rare import rare_choice
from hpo.samplers.tpe.split import Split
from hpo.samplers.tpe.trials import Trials

__all__ = ["Search"]


@final
class Search(NamedTuple):
    """What one ask knows and wants.

    Args:
        axes: What the columns of points are.
        tree: Which of them are active.
        known: Trials.
        given: Values that are fixed already, shape (d,); NaN where there is a choice.
        pending: Points of running trials, shape (p, d); NaN where inactive or unknown.
        liars: Those of them that count as bad.
        split: How many trials are good.
        densities: How densities are made of trials.
        n_candidates, crossed: As `n_ei_candidates` and `crossed` of `TPESampler`.
        explores: Whether to look at a rare category.
    """

    axes: Axes
    tree: Tree
    known: Trials
    given: Array
    pending: Array
    liars: Array
    split: Split
    densities: Densities
    n_candidates: int
    crossed: float
    explores: bool

    def point(self, rng: np.random.Generator, tried: Tried | None = None) -> Array:
        """A promising point, shape (d,), NaN where inactive; all NaN if only such were drawn as were tried."""
        choice = rare_choice(self.known, self.axes, self.tree, rng) if self.explores else None
        if choice is None:
            return self.along_branch(self.known, self.given, rng, tried)
        column, value = choice
        fixed = self.given.copy()
        fixed[column] = value
        here = self.known.points[:, column] == value
        known = self.known.where(here, self.split) if here.sum() > 1 else self.known
        return self.along_branch(known, fixed, rng, tried)

    def along_branch(self, known: Trials, fixed: Array, rng: np.random.Generator, tried: Tried | None = None) -> Array:
        """What `point` gives, by some trials and given some values, shape (d,).

        Level by level: what all trials at a node of the tree had is chosen together, given what was chosen before,
        by what trials with these parameters tell. Each level has good trials of its own, so that a branch is not
        given up because another one is known better.
        """
        if known.complete:  # there is one level
            point = self._candidate(known, fixed, self.tree.active, self.tree.active, rng, tried)
            return np.full(len(fixed), np.nan) if point is None else point
        node, point, done = self.tree, fixed.copy(), np.zeros(len(fixed), dtype=np.bool_)
        while True:
            new, done = node.active & ~done, done | node.active
            last = isinstance(node, Leaf)
            if last or new.any():
                candidate = self._candidate(known, point, new, done, rng, tried if last else None)
                if candidate is None:
                    return np.full(len(fixed), np.nan)
                point = np.where(done, candidate, point)
            if isinstance(node, Leaf):
                return np.where(done, point, np.nan)
            node = node.child(int(self.axes.bins(point[None], done[None], BINS)[0, node.column]))

    def most_promising(self, points: Array, active: BoolArray) -> Array:
        """The one of some points, shape (n, d), that densities of all trials prefer, NaN where inactive."""
        best = self.densities.ratio(self.axes, self.known, self.liars)(points, active).argmax()
        return np.where(active[best], points[best], np.nan)

    def _candidate(
        self,
        known: Trials,
        fixed: Array,
        new: BoolArray,
        done: BoolArray,
        rng: np.random.Generator,
        tried: Tried | None,
    ) -> Array | None:
        """The best candidate at one level, shape (d,); None if all were tried.

        Args:
            known: Trials, of which those that have the `new` columns tell.
            fixed: What was chosen before, shape (d,).
            new: Columns to choose now, shape (d,).
            done: Columns that will be chosen then, shape (d,).
            rng: Source of randomness.
            tried: What candidates must not be, at the last level.
        """
        here, liars = known, self.liars
        if not known.complete:
            has = np.asarray(known.active[:, new].all(axis=1))
            here = known if has.all() else known.where(has, self.split)
        if len(liars):
            liars = liars[~np.isnan(liars[:, new]).any(axis=1)]
        ratio = self.densities.ratio(self.axes, here, liars)
        candidates = ratio.candidates(self.n_candidates, self.crossed, fixed, rng)
        active = done[None].repeat(len(candidates), axis=0)
        if tried is not None:
            untried = [name not in tried for name in names_of(self.axes.values(candidates, active))]
            if not any(untried):
                return None
            candidates, active = candidates[untried], active[untried]
        return np.asarray(candidates[ratio(candidates, active).argmax()])
