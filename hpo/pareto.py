"""Domination among losses of several objectives, and the volume that they dominate."""

from __future__ import annotations

import heapq
from bisect import bisect_right

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.search_region import SearchRegion

__all__ = [
    "hypervolume",
    "is_pareto_optimal",
    "nondomination_ranks",
    "ranking",
    "reference_point",
    "subset_of_largest_hypervolume",
]


def is_pareto_optimal(losses: Array) -> BoolArray:
    """Which rows of `losses`, shape (n, m), no other row dominates; equal rows do not dominate each other.

    A row dominates another if it is nowhere larger and somewhere smaller.

    Example:
        >>> is_pareto_optimal(np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
        array([ True,  True, False])
    """
    if losses.shape[1] == 1:
        return np.asarray(losses[:, 0] == losses[:, 0].min(initial=np.inf))
    points, inverse, _ = _distinct(losses)
    return _front(points)[inverse]


def nondomination_ranks(losses: Array, n_enough: int | None = None) -> IntArray:
    """0 for Pareto optimal rows of `losses`, shape (n, m), 1 for those that become so without these, and so on.

    Args:
        losses: No NaN.
        n_enough: Stop when so many rows are ranked; the others all get the next rank. With one objective, where ranks
            are cheap, all rows are ranked.

    Source: Deb et al. (2002), "A fast and elitist multiobjective genetic algorithm: NSGA-II".

    Example:
        >>> nondomination_ranks(np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
        array([0, 0, 1])
    """
    if losses.shape[1] == 1:
        return np.unique(losses[:, 0], return_inverse=True)[1].ravel().astype(np.int64)
    enough = len(losses) if n_enough is None else n_enough
    if losses.shape[1] == 2:
        return _ranks_of_two(losses, enough)
    points, inverse, count = _distinct(losses)
    ranks = np.empty(len(points), dtype=np.int64)
    left, rank, ranked = np.arange(len(points)), 0, 0
    while len(left) and ranked < enough:
        front = _front(points[left])
        ranks[left[front]] = rank
        ranked += int(count[left[front]].sum())
        left = left[~front]
        rank += 1
    ranks[left] = rank
    return ranks[inverse]


def _ranks_of_two(losses: Array, enough: int) -> IntArray:
    """See `nondomination_ranks`; in lexicographic order, a front dominates what its latest point does.

    Source: Jensen (2003), "Reducing the run-time complexity of multiobjective EAs".
    """
    order = np.lexsort(losses.T[::-1])
    latest: list[float] = []  # of each front, the second objective, which rises from front to front
    in_order, last, rank = [], None, 0
    for point in losses[order].tolist():
        if point != last:  # equal ones do not dominate each other
            rank = bisect_right(latest, point[1])
            latest[rank : rank + 1] = point[1:]
            last = point
        in_order.append(rank)
    ranks = np.empty(len(losses), dtype=np.int64)
    ranks[order] = in_order
    if enough < len(losses):
        worst = np.bincount(ranks).cumsum().searchsorted(enough) + 1 if enough > 0 else 0
        np.minimum(ranks, worst, out=ranks)
    return ranks


def _distinct(losses: Array) -> tuple[Array, IntArray, IntArray]:
    """The different rows in lexicographic order, of each row the index of its equal there, and how many are equal.

    What `numpy.unique` does, in a third of the time for a hundred rows.
    """
    order = np.lexsort(losses.T[::-1])
    in_order = losses[order]
    new = np.ones(len(losses), dtype=np.bool_)
    new[1:] = (in_order[1:] != in_order[:-1]).any(axis=1)
    inverse = np.empty(len(losses), dtype=np.int64)
    inverse[order] = np.cumsum(new) - 1
    return in_order[new], inverse, np.diff(np.append(np.flatnonzero(new), len(losses)))


def _front(points: Array) -> BoolArray:
    """Which of some different rows in lexicographic order are Pareto optimal, shape (n,)."""
    n, m = points.shape
    if m == 2:
        before = np.concatenate([[np.inf], np.minimum.accumulate(points[:-1, 1])])
        front = points[:, 1] < before
        front[:1] = True
        return np.asarray(front)
    optimal = np.zeros(n, dtype=np.bool_)
    left = np.arange(n)
    while len(left):  # only earlier rows can dominate later ones, so the first of the rest is optimal
        first = left[0]
        optimal[first] = True
        left = left[(points[left] < points[first]).any(axis=1)]
    return optimal


def reference_point(losses: Array) -> Array:
    """A point a little worse than the worst of each objective, shape (m,)."""
    worst = losses.max(axis=0)
    reference = np.maximum(1.1 * worst, 0.9 * worst)
    return np.where(reference == 0.0, 1e-12, reference)


def hypervolume(losses: Array, reference: Array) -> float:
    """Volume of what some row dominates up to the reference point.

    Exact: sweeps for up to four objectives, and boxes of what is not dominated above.

    Args:
        losses: Shape (n, m).
        reference: Shape (m,); rows that do not lie strictly below it add nothing.

    Example:
        >>> hypervolume(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([2.0, 2.0]))
        3.0
    """
    inside = losses[(losses < reference).all(axis=1)]
    if not len(inside):
        return 0.0
    if not np.isfinite(inside).all() or not np.isfinite(reference).all():
        return float("inf")
    if inside.shape[1] == 1:
        return float(reference[0] - inside.min())
    points, _, _ = _distinct(inside)
    return _volume(points[_front(points)], reference)


def _volume(points: Array, reference: Array) -> float:
    """Of different Pareto optimal rows in lexicographic order."""
    m = points.shape[1]
    if len(points) == 1:
        return float((reference - points[0]).prod())
    if m == 2:
        return _volume_2d(points, reference)
    if m == 3:
        return _volume_3d(points, reference)
    if m == 4:
        return _volume_4d(points, reference)
    region = SearchRegion.below(reference)
    for point in points:
        region = region.without(point)
    return region.dominated(reference)


def _volume_2d(points: Array, reference: Array) -> float:
    heights = np.concatenate([reference[1:], points[:-1, 1]]) - points[:, 1]
    return float(((reference[0] - points[:, 0]) * heights).sum())


def _volume_3d(points: Array, reference: Array) -> float:
    """A grid of the first two coordinates; over each cell the deepest third one of those that dominate the cell."""
    by_second = np.argsort(points[:, 1], kind="stable")
    depth = np.zeros((len(points), len(points)))
    depth[np.arange(len(points)), np.argsort(by_second)] = reference[2] - points[:, 2]
    depth = np.maximum.accumulate(np.maximum.accumulate(depth, axis=0), axis=1)
    first = np.diff(np.append(points[:, 0], reference[0]))
    second = np.diff(np.append(points[by_second, 1], reference[1]))
    return float(first @ depth @ second)


def _volume_4d(points: Array, reference: Array) -> float:
    """A sweep over the first coordinate: the sum of slabs, each a volume of the other three."""
    ends = np.append(points[1:, 0], reference[0])
    total, front = 0.0, np.empty((0, 3))
    for point, end in zip(points, ends, strict=True):
        front = np.concatenate([front[~(front >= point[1:]).all(axis=1)], point[None, 1:]])
        area = _volume_3d(front[np.lexsort(front.T[::-1])], reference[1:])
        total += area * float(end - point[0])
    return total


def subset_of_largest_hypervolume(losses: Array, size: int, reference: Array) -> IntArray:
    """Indices of `size` rows that together dominate a large volume, in the order of choice.

    Greedy, hence at least 1 - 1/e of the largest possible. A row's gain can only shrink while others are chosen,
    so a gain of before is a bound, and few are computed again.

    Args:
        losses: Shape (n, m), finite.
        size: At most n.
        reference: Shape (m,).

    Source: Guerreiro et al. (2016), "Greedy hypervolume subset selection in low dimensions".
    """
    if losses.shape[1] == 2 and is_pareto_optimal(losses).all():
        return _subset_of_front_2d(losses, size, reference)
    gains = np.maximum(reference - losses, 0.0).prod(axis=1)
    heap = [(-gain, i, 0) for i, gain in enumerate(gains.tolist())]
    heapq.heapify(heap)
    chosen: list[int] = []
    region = SearchRegion.below(reference)
    while len(chosen) < size:
        _, i, known = heapq.heappop(heap)
        if known == len(chosen):
            chosen.append(i)
            region = region.without(losses[i])
        else:
            heapq.heappush(heap, (-region.gain(losses[i]), i, len(chosen)))
    return np.array(chosen, dtype=np.int64)


def _subset_of_front_2d(losses: Array, size: int, reference: Array) -> IntArray:
    """A subset of Pareto optimal rows in two dimensions: each adds the box up to its neighbours among the chosen."""
    x, y = losses.T
    right, above = np.broadcast_to(reference[:, None], (2, len(losses))).copy()
    gains = np.maximum(right - x, 0.0) * np.maximum(above - y, 0.0)
    chosen: list[int] = []
    while len(chosen) < size:
        i = int(gains.argmax())
        chosen.append(i)
        np.minimum(right, x[i], out=right, where=x <= x[i])
        np.minimum(above, y[i], out=above, where=x >= x[i])
        gains = np.maximum(right - x, 0.0) * np.maximum(above - y, 0.0)
        gains[chosen] = -1.0
    return np.array(chosen, dtype=np.int64)


def ranking(losses: Array, n_first: int) -> IntArray:
    """Indices of the rows from good to bad, shape (n,), the first `n_first` of which are chosen with care.

    Rows come by non-domination rank, those of one rank as they stand. Of the rank that `n_first` cuts, those come
    first that dominate the largest volume together. With several objectives, rows of the ranks behind it follow as
    they stand.

    Args:
        losses: Shape (n, m), no NaN.
    """
    ranks = nondomination_ranks(losses, n_first)
    order = np.argsort(ranks, kind="stable")
    if not 0 < n_first < len(order):
        return order
    cut = ranks[order[n_first]]
    first, last = order[ranks[order] < cut], order[ranks[order] == cut]
    if len(first) == n_first:
        return order
    front = losses[last]
    if not np.isfinite(front).all():
        return order
    reference = reference_point(losses[np.isfinite(losses).all(axis=1)])
    chosen = subset_of_largest_hypervolume(front, n_first - len(first), reference)
    head = np.concatenate([first, last[chosen]])
    return np.concatenate([head, order[~np.isin(order, head)]])
