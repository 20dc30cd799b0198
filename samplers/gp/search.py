"""The point of the largest criterion: many starts, then gradients for numbers and comparisons for the rest."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.gp.criterion import Criterion
from hpo.samplers.gp.domain import Domain, sobol
from hpo.samplers.gp.lbfgs import maximise

__all__ = ["search"]

_BITS = 9  # 2^bits points of Sobol's sequence at most
_NEAR = 96  # points near good ones
_STARTS = 8
_ROUNDS = 3  # of gradients and comparisons
_SWEEPS = 6  # of comparisons in a round
_MOST_COMPARED = 1024
_GAIN = 1e-9
_FAR_BEHIND = 2.0  # of the best search: not worth another climb
_HOPE = 3.0  # steps, each as good as the next one promises to be, that a search may need to become the best one


def search(
    criterion: Criterion, domain: Domain, good: Array, unit: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Points from the best to the worst, shape (k, d), and their values; local maxima first come first.

    Args:
        criterion: What to maximise.
        domain: Where.
        good: Points near which to look too, the best one first, shape (g, d).
        unit: Length scales of the numbers, shape (q,).
        rng: Source of randomness.
    """
    d = len(domain.fixed)
    u = (sobol(d, min(5 + d, _BITS)) + rng.random(d)) % 1.0
    points = np.concatenate([domain.spread(u), domain.rounded(_near(domain, good, rng))])
    values = criterion(domain.features(points))
    starts = _chosen(values, rng)
    x, v = points[starts], values[starts]
    climbing, open_ = np.arange(len(x)), np.ones(len(x), dtype=np.bool_)
    for _ in range(_ROUNDS):
        before = x[climbing]
        x[climbing], v[climbing] = _climbed(criterion, domain, before, v[climbing], unit)
        open_[climbing] |= (x[climbing] != before).any(axis=1)
        x, v, moved = _compared(criterion, domain, x, v, open_, rng)
        climbing = np.flatnonzero(moved & (v > v.max() - _FAR_BEHIND))
        if not len(climbing) or not domain.smooth.any():
            break
    points, values = np.concatenate([x, points]), np.concatenate([v, values])
    order = np.argsort(-values, kind="stable")
    return points[order], values[order]


def _near(domain: Domain, good: Array, rng: np.random.Generator) -> Array:
    """Good points with some coordinates changed, by much or little."""
    if not len(good):
        return good
    x = good[np.arange(_NEAR) % len(good)].copy()
    n, d = x.shape
    which = rng.random((n, d)) < np.maximum(1.0 / d, rng.choice([0.15, 0.5, 1.0], size=(n, 1)))
    step = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-3.0, -0.5, (n, 1))
    fresh = domain.spread(rng.random((n, d)))
    numbers, categories = domain.axes.numbers, domain.axes.categories
    x[:, numbers] = np.where(which, np.clip(x + step, 0.0, 1.0), x)[:, numbers]
    swap = which & (rng.random((n, d)) < 0.3)
    x[:, categories] = np.where(swap, fresh, x)[:, categories]
    return x


def _chosen(values: Array, rng: np.random.Generator) -> IntArray:
    """The best point, and others the likelier the better they are, without replacement."""
    spread = max(float(np.quantile(values, 0.9) - np.median(values)), 1e-12)
    noisy = values / spread * 2.0 + rng.gumbel(size=len(values))
    noisy[values.argmax()] = np.inf
    return np.argsort(-noisy, kind="stable")[:_STARTS]


def _climbed(criterion: Criterion, domain: Domain, x: Array, v: Array, unit: Array) -> tuple[Array, Array]:
    """Along gradients, and back into cells."""
    if not domain.smooth.any():
        return x, v
    numbers = domain.axes.numbers
    active = domain.active(x)
    free = active[:, numbers] & domain.smooth
    features = domain.embedding.features(x, active)

    def evaluate(z: Array, rows: IntArray) -> tuple[Array, Array]:
        moved = features[rows]
        moved[:, : len(numbers)] = domain.embedding.numbers(z, active[rows])
        return criterion.gradient(moved)

    z, _ = maximise(evaluate, x[:, numbers], free, np.minimum(unit, 1.0), hope=_HOPE)
    y = x.copy()
    y[:, numbers] = z
    y = domain.rounded(y)
    w = criterion(domain.features(y))
    better = w > v
    return np.where(better[:, None], y, x), np.where(better, w, v)


def _compared(
    criterion: Criterion, domain: Domain, x: Array, v: Array, open_: BoolArray, rng: np.random.Generator
) -> tuple[Array, Array, BoolArray]:
    """To the best of the points that differ in one discrete value, again and again; also which moved, shape (s,).

    Searches are closed, `open_` being changed, when they have been compared with all of these and were the best.
    """
    moved = np.zeros(len(x), dtype=np.bool_)
    if not domain.jumps and not domain.strides:
        return x, v, moved
    x, v = x.copy(), v.copy()
    for _ in range(_SWEEPS):
        others, owner = domain.neighbours(x)
        are_all = len(others) <= _MOST_COMPARED
        some = open_[owner] if are_all else np.sort(rng.choice(len(others), _MOST_COMPARED, replace=False))
        others, owner = others[some], owner[some]
        if not len(others):
            break
        w = criterion(domain.features(others))
        order = np.lexsort((-w, owner))
        first = order[np.unique(owner[order], return_index=True)[1]]
        better = first[w[first] > v[owner[first]] + _GAIN]
        if are_all:
            open_[:] = False
            open_[owner[better]] = True
        if not len(better):
            break
        x[owner[better]], v[owner[better]], moved[owner[better]] = others[better], w[better], True
    return x, v, moved
