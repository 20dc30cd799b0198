"""Asynchronous successive halving."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from hpo.checks import check_choices, check_count, check_whole
from hpo.history import Curve, History
from hpo.pareto import ranking
from hpo.pruners.completed import trial_length
from hpo.pruners.fronts import Point, n_before
from hpo.pruners.progressive import Progress
from hpo.pruners.resources import check_bootstrap, check_resource
from hpo.pruners.rungs import Ladder, Rungs, VectorRungs

__all__ = ["SuccessiveHalvingPruner"]


@final
@dataclass(frozen=True)
class SuccessiveHalvingPruner:
    """At each rung, let only the best 1/η of the trials go on that have reached it so far.

    Rung k lies at step r · η^(s + k). A trial is compared by its first report at that step or after it with what
    all others, running, pruned, and failed ones too, had reported there. While fewer than η have come so far, the
    best of them goes on. A trial that reports NaN at a rung is pruned. With several objectives the best are those
    of the lowest non-domination rank, and of the rank that the share cuts those that dominate the largest volume.

    Args:
        min_resource: r, the step of the first rung for s = 0. "auto" is a hundredth of the last step of the first
            trial that completes, at least 1; before that nothing is pruned.
        reduction_factor: η, at least 2.
        min_early_stopping_rate: s.
        bootstrap_count: So many trials are stopped at each rung before one may go on; needs a number as
            `min_resource`.
        mode: "stop" ends trials at once. "promote" lets them pause (see `trial.should_pause`): whenever a worker is
            free, the best paused trial of the highest rung goes on if it is among the best 1/η there by then, so
            that early mistakes are mended and no trial goes on only because it came first.
        progressive: With "promote" and one objective (PASHA): at first the second rung is the last one, and of the
            trials there only the best goes on, to its end. Another rung is added whenever the trials that have
            reached the last two are ranked differently by them, unless by no more than noise: trials whose curves
            cross twice show how much that is. Where early steps tell who is best, little else is trained.

    Raises:
        ValueError: For values that make no sense.
        NotImplementedError: With `progressive` and several objectives, when a trial is asked about.

    Source: Li et al. (2020), "A system for massively parallel hyperparameter tuning", arXiv 1810.05934 (ASHA);
    the form that stops is that of its authors' later software.

    Several objectives as in Schmucker et al. (2021), "Multi-objective asynchronous successive halving",
    arXiv 2106.12639 (MO-ASHA). Growing as in Bohdal et al. (2023), "PASHA: efficient HPO and NAS with progressive
    resource allocation", arXiv 2207.06940, which trains the best trial to its end after the search, not during it.

    Example:
        >>> study = hpo.create_study(pruner=SuccessiveHalvingPruner(min_resource=3, reduction_factor=3))
    """

    min_resource: int | Literal["auto"] = "auto"
    reduction_factor: int = 4
    min_early_stopping_rate: int = 0
    bootstrap_count: int = 0
    mode: Literal["stop", "promote"] = "stop"
    progressive: bool = False

    def __post_init__(self) -> None:
        check_resource("min_resource", self.min_resource)
        check_choices(self, {"mode": ("stop", "promote")})
        if self.progressive and self.mode != "promote":
            raise ValueError('progressive=True needs mode="promote": trials that have ended cannot go on later.')
        check_count("reduction_factor", self.reduction_factor, 2)
        check_whole("min_early_stopping_rate", self.min_early_stopping_rate, 0)
        check_bootstrap(self.bootstrap_count, "min_resource", self.min_resource)

    def prune(self, history: History, curve: Curve) -> bool:
        ladder = self._ladder(history)
        if ladder is None:
            return False
        top = self._top(history, ladder)
        return any(self._is_stopped(history, curve, ladder, rung, top) for rung in ladder.reached(curve))

    @property
    def pauses(self) -> bool:
        """Whether trials are paused, to be promoted later."""
        return self.mode == "promote"

    def promote(self, history: History) -> int | None:
        """The best paused trial of the highest rung where it is one of those that go on; None if there is none."""
        ladder = self._ladder(history)
        if ladder is None:
            return None
        top = self._top(history, ladder)
        waiting = np.flatnonzero(history.paused)
        steps, numbers = history.last_step[waiting].tolist(), history.number[waiting].tolist()
        rungs: dict[int, list[tuple[int, int]]] = {}
        for step, number, row in zip(steps, numbers, waiting.tolist(), strict=True):
            rungs.setdefault(ladder.n_reached(step) - 1, []).append((number, row))
        for rung, trials in sorted(rungs.items(), reverse=True):
            number = self._promoted(history, ladder, rung, trials, top) if 0 <= rung <= top else trials[0][0]
            if number is not None:
                return number
        return None

    def _promoted(
        self, history: History, ladder: Ladder, rung: int, trials: list[tuple[int, int]], top: float
    ) -> int | None:
        """The best of some paused trials, given as numbers and rows, if it goes on from their rung."""
        running = history.running_curves()
        if history.n_objectives > 1:
            step = ladder.step(rung)
            points = _points(history, running, ladder, rung)
            n_first = self._n_going_on(len(points))
            first = {points[i] for i in ranking(np.array(points), n_first)[:n_first]} if n_first else set()
            for number, row in sorted(trials):
                curve = history.curve(row)
                i = curve.first_from(step)
                if i is not None and curve.vectors[i] in first:
                    return number
            return None
        losses = history.losses[[row for _, row in trials], 0].tolist()
        loss, number = min((math.inf if loss != loss else loss, n) for (n, _), loss in zip(trials, losses, strict=True))
        n_better, n = _standing(history, running, loss, ladder, rung)
        return number if n_better < self._n_going_on(n, rung == top) else None

    def _ladder(self, history: History) -> Ladder | None:
        least = self.min_resource
        if least == "auto":
            n_steps = trial_length(history)
            if n_steps is None:
                return None
            least = max(n_steps // 100, 1)
        return Ladder(least * self.reduction_factor**self.min_early_stopping_rate, self.reduction_factor)

    def _is_stopped(self, history: History, curve: Curve, ladder: Ladder, rung: int, top: float) -> bool:
        """Whether a trial that is new at a rung is none of those that go on."""
        first = curve.first_from(ladder.step(rung))
        if first is None or rung > top:
            return False
        others = [other for other in history.running_curves() if other.number != curve.number]
        if history.n_objectives > 1:
            return self._is_dominated(history, others, curve.vectors[first], ladder, rung)
        loss = curve.losses[first]
        if math.isnan(loss):
            return True
        n_better, n_others = _standing(history, others, loss, ladder, rung)
        return n_others < self.bootstrap_count or n_better >= self._n_going_on(n_others + 1, rung == top)

    def _is_dominated(self, history: History, running: list[Curve], point: Point, ladder: Ladder, rung: int) -> bool:
        if any(map(math.isnan, point)):
            return True
        others = _points(history, running, ladder, rung)
        n_first = self._n_going_on(len(others) + 1)
        return len(others) < self.bootstrap_count or n_before(point, others, max(n_first, 1)) >= n_first

    def _n_going_on(self, n: int, is_top: bool = False) -> int:
        """How many of the trials at a rung; while it is stopped rather than paused, at least one."""
        share = n // self.reduction_factor
        if is_top:
            return min(share, 1)
        return share if self.pauses else max(share, 1)

    def _top(self, history: History, ladder: Ladder) -> float:
        """Index of the rung from which only the best trial goes on; infinity if there is none."""
        if not self.progressive:
            return math.inf
        if history.n_objectives > 1:
            raise NotImplementedError(
                f"progressive=True compares rankings by one objective, but the study has {history.n_objectives}; "
                "leave it out."
            )
        return Progress.of(history, ladder).top


def _standing(history: History, running: list[Curve], loss: float, ladder: Ladder, rung: int) -> tuple[int, int]:
    """How many finished and running trials are better than a loss at a rung, and how many are there."""
    finished, step = Rungs.of(history, ladder).at(rung), ladder.step(rung)
    firsts = [other.losses[i] for other in running if (i := _first_seen(other, step)) is not None]
    n_better = finished.n_below(loss) + sum(other < loss for other in firsts)
    return n_better, finished.size + sum(not math.isnan(other) for other in firsts)


def _points(history: History, running: list[Curve], ladder: Ladder, rung: int) -> list[Point]:
    """What finished and running trials of several objectives reported at a rung, without NaN."""
    finished, step = VectorRungs.of(history, ladder).at(rung), ladder.step(rung)
    firsts = [other.vectors[i] for other in running if (i := _first_seen(other, step)) is not None]
    return [point for point in (*finished, *firsts) if not any(map(math.isnan, point))]


def _first_seen(curve: Curve, step: int) -> int | None:
    """Index of the first report of a running trial at a step or after it, if it was made since its last pause."""
    first = curve.first_from(step)
    return None if first is None or first < curve.inherited else first
