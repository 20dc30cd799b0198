"""Which trials are kept as parents."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import combinations
from math import comb
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.pareto import nondomination_ranks
from hpo.samplers.model.ordering import LOSSES

__all__ = ["Chosen", "das_dennis", "least_crowded", "near_references", "ranks_of"]

_FAR = 1e9  # widths of a front, which no loss counts as more than


@final
@dataclass(frozen=True, eq=False)
class Chosen:
    """Trials that are kept.

    Args:
        rows: Which, shape (k,).
        rank: How good each is, 0 for the best, shape (k,).
        room: How much space each has among those of its rank, shape (k,).
    """

    rows: IntArray
    rank: IntArray
    room: Array


def ranks_of(keys: Array, n_enough: int | None = None) -> IntArray:
    """The rank of each trial by its sort keys, shape (n,): Deb's rule.

    Feasible ones by domination, then infeasible ones by how much they violate, then pruned and failed ones.

    Args:
        keys: Shape (n, 3 + m).
        n_enough: So many trials must have their rank; others may all get the next one.
    """
    if not keys[:, : LOSSES.start].any():  # as nearly always
        return nondomination_ranks(keys[:, LOSSES], n_enough)
    order = np.unique(keys[:, : LOSSES.start], axis=0, return_inverse=True)[1].ravel()
    ranks, n_before = np.empty(len(keys), dtype=np.int64), 0
    for group in range(int(order.max()) + 1):
        rows = np.flatnonzero(order == group)
        own = nondomination_ranks(keys[rows, LOSSES])
        ranks[rows] = n_before + own
        n_before += int(own.max()) + 1
    return ranks


def least_crowded(keys: Array, size: int) -> Chosen:
    """The `size` best by rank; of the rank that is cut, one by one, the most crowded one is left out.

    Source: Deb et al. (2002), "A fast and elitist multiobjective genetic algorithm: NSGA-II"; Kukkonen and Deb (2006),
    "Improved pruning of non-dominated solutions based on crowding distance", for leaving out one by one; Beume et al.
    (2007), "SMS-EMOA: multiobjective selection based on dominated hypervolume", for areas with two objectives.
    """
    ranks, losses = ranks_of(keys, size), keys[:, LOSSES]
    if losses.shape[1] == 1:
        best = np.argsort(ranks, kind="stable")[:size]
        return Chosen(best, ranks[best], np.zeros(len(best)))
    if losses.shape[1] == 2:
        return _of_largest_areas(losses, ranks, size)
    kept, rooms = [], []
    n_left = size
    for rank in range(int(ranks.max()) + 1):
        front = np.flatnonzero(ranks == rank)
        room = _crowding(losses[front])
        while len(front) > n_left:
            front = front[np.arange(len(front)) != room.argmin()]
            room = _crowding(losses[front])
        kept.append(front)
        rooms.append(room)
        n_left -= len(front)
        if not n_left:
            break
    rows = np.concatenate(kept)
    return Chosen(rows, ranks[rows], np.concatenate(rooms))


def _of_largest_areas(losses: Array, ranks: IntArray, size: int) -> Chosen:
    """As `least_crowded`, of two objectives, where room is what each one dominates alone, as a part of its front's box.

    Plain numbers in lists: fronts are short.
    """
    order = np.lexsort((losses[:, 0], ranks))
    x, y = losses[order].T.tolist()
    kept: list[tuple[int, float]] = []
    begin = 0
    for length in np.bincount(ranks).tolist():
        end = begin + length
        rows = order[begin:end].tolist()
        kept += _thinned(rows, x[begin:end], y[begin:end], size - len(kept))
        begin = end
        if len(kept) == size:
            break
    chosen = np.array([row for row, _ in kept], dtype=np.int64)
    return Chosen(chosen, ranks[chosen], np.array([room for _, room in kept]))


def _thinned(rows: list[int], x: list[float], y: list[float], most: int) -> list[tuple[int, float]]:
    """What is left of a front when the most crowded one goes until there are few enough: rising rows, and their room.

    When one goes, its neighbours alone have more room.

    Args:
        rows: Of each; of equally crowded ones the first goes.
        x, y: The objectives, in rising order of the first.
        most: So many may be left, at least 1.
    """
    last = len(rows) - 1
    box = (x[last] - x[0]) * (y[0] - y[last])
    before, after = list(range(-1, last)), list(range(1, last + 2))

    def area(i: int) -> float:
        return (x[after[i]] - x[i]) * (y[before[i]] - y[i]) / box if 0.0 < box < math.inf else 0.0

    room = {0: math.inf, **{i: area(i) for i in range(1, last)}, last: math.inf}
    if len(rows) > most:
        crowded = [(room[i], rows[i], i) for i in range(1, last)]
        heapify(crowded)
        while len(room) > most and crowded:
            least, _, i = heappop(crowded)
            if room.get(i) == least:  # it has not gone, nor got more since
                del room[i]
                left, right = before[i], after[i]
                after[left], before[right] = right, left
                for j in {left, right} - {0, last}:
                    room[j] = area(j)
                    heappush(crowded, (room[j], rows[j], j))
    return sorted((rows[i], room[i]) for i in room)[-most:]


def _crowding(losses: Array) -> Array:
    """The distance between each one's neighbours, added up over the objectives, shape (n,); infinite at the ends."""
    n, m = losses.shape
    room = np.zeros(n)
    for j in range(m):
        order = np.argsort(losses[:, j], kind="stable")
        x = losses[order, j]
        with np.errstate(invalid="ignore", over="ignore"):
            width = x[-1] - x[0]
            if width > 0 and np.isfinite(width):
                room[order[1:-1]] += (x[2:] - x[:-2]) / width
        room[order[[0, -1]]] = np.inf
    return room


@lru_cache(maxsize=32)
def das_dennis(m: int, parts: int) -> Array:
    """Points on the simplex of m objectives, whose coordinates are multiples of 1 / parts, shape (k, m).

    Source: Das and Dennis (1998), "Normal-boundary intersection".
    """
    bars = np.array(list(combinations(range(parts + m - 1), m - 1)), dtype=np.int64).reshape(
        comb(parts + m - 1, m - 1), m - 1
    )
    ends = np.column_stack([np.full(len(bars), -1), bars, np.full(len(bars), parts + m - 1)])
    points = (np.diff(ends, axis=1) - 1) / parts
    points.flags.writeable = False
    return np.asarray(points)


def near_references(keys: Array, size: int, references: Array) -> Chosen:
    """The `size` best by rank; of the rank that is cut, those near to reference directions that few others are near to.

    Args:
        keys: Sort keys, shape (n, 3 + m).
        size: At most n.
        references: Shape (k, m).

    Source: Deb and Jain (2014), "An evolutionary many-objective optimization algorithm using reference-point-based
    nondominated sorting approach, part I" (NSGA-III).
    """
    ranks = ranks_of(keys, size)
    order = np.argsort(ranks, kind="stable")
    last = ranks[order[size - 1]]
    sure, cut = np.flatnonzero(ranks < last), np.flatnonzero(ranks == last)
    rows = np.concatenate([sure, cut])
    niche, distance = _niches(keys[rows, LOSSES], ranks[rows] == 0, references)
    counts = np.bincount(niche[: len(sure)], minlength=len(references))
    free = np.ones(len(cut), dtype=np.bool_)
    chosen: list[int] = []
    own, off = niche[len(sure) :], distance[len(sure) :]
    while len(sure) + len(chosen) < size:
        least = counts[own[free]].min()
        candidates = np.flatnonzero(free & (counts[own] == least))
        best = int(candidates[off[candidates].argmin()])
        chosen.append(best)
        free[best] = False
        counts[own[best]] += 1
    kept = np.concatenate([np.arange(len(sure)), len(sure) + np.array(chosen, dtype=np.int64)])
    return Chosen(rows[kept], ranks[rows[kept]], 1.0 / np.maximum(counts[niche[kept]], 1) - 1e-3 * distance[kept])


def _niches(losses: Array, first: Array, references: Array) -> tuple[IntArray, Array]:
    """The nearest reference direction of each row, and the distance from it, shapes (n,)."""
    finite = np.where(np.isfinite(losses), losses, np.nan)
    with np.errstate(all="ignore"):
        worst = np.nan_to_num(np.nanmax(finite, axis=0, initial=-np.inf), neginf=1.0)
        finite = np.where(np.isnan(finite), worst, finite)
        ideal = finite.min(axis=0)
        best = finite[first] if first.any() else finite
        width = _nadir(best - ideal)
        scaled = np.minimum(np.nan_to_num((finite - ideal) / width, posinf=_FAR), _FAR)
    unit = references / np.linalg.norm(references, axis=1, keepdims=True)
    along = scaled @ unit.T
    distance = np.sqrt(np.maximum((scaled**2).sum(axis=1)[:, None] - along**2, 0.0))
    niche: IntArray = distance.argmin(axis=1)
    return niche, np.asarray(np.take_along_axis(distance, niche[:, None], axis=1)[:, 0])


def _nadir(front: Array) -> Array:
    """Where the plane through the extreme points of a front meets the axes, shape (m,)."""
    m = front.shape[1]
    weights = np.where(np.eye(m) > 0, 1.0, 1e6)
    extremes = front[(front[:, None] * weights).max(axis=2).argmin(axis=0)]
    widest: Array = np.maximum(front.max(axis=0), 1e-12)
    try:
        intercepts = 1.0 / np.linalg.solve(extremes, np.ones(m))
    except np.linalg.LinAlgError:
        return widest
    sound = np.isfinite(intercepts).all() and (intercepts > 1e-9 * widest).all() and (intercepts <= 10 * widest).all()
    return np.asarray(intercepts) if sound else widest
