"""Densities over a few cells, from counts."""

from __future__ import annotations

import math

import numpy as np

from hpo.arrays import Array, IntArray

__all__ = ["on_choices", "on_grid"]

_LEAST_WIDTH = 0.5 / 1.64  # in cells: nine tenths of a kernel lie within its own cell


def on_grid(counts: IntArray) -> Array:
    """Probability of each cell, shape (g,): a normal kernel per trial, and a wide one in the middle as a prior.

    Args:
        counts: Trials in each cell, shape (g,), not all 0.

    Source: the bandwidth is that of Scott (1992), "Multivariate density estimation".
    """
    g, n = len(counts), int(counts.sum())
    cells = np.repeat(np.arange(g), counts)
    spread = float(np.subtract(*np.percentile(cells, [75, 25]))) / 1.34
    deviation = float(cells.std(ddof=1)) if n > 1 else 0.0
    width = max(1.059 * min(spread, deviation) * n**-0.2, _LEAST_WIDTH)
    mass = counts @ _kernels(np.arange(g), width, g) + _kernels(np.array([(g - 1) / 2]), float(g), g)[0]
    return np.asarray(mass / (n + 1))


def on_choices(counts: IntArray) -> Array:
    """Probability of each choice, shape (g,); every kernel keeps a little for the other choices.

    Args:
        counts: Trials with each choice, shape (g,).
    """
    g, n = len(counts), counts.sum()
    rest = 1.0 / ((counts > 0).sum() + 1)
    mass = (counts + rest * n) / (1 + rest * g) + 1 / g
    return np.asarray(mass / (n + 1))


def _kernels(centres: Array | IntArray, width: float, g: int) -> Array:
    """Mass in each of g cells of normals around some centres, cut off at the ends; shape (k, g)."""
    edges = np.arange(g + 1) - 0.5
    z = (edges - np.asarray(centres)[:, None]) / (width * math.sqrt(2))
    values, inverse = np.unique(z, return_inverse=True)  # centres in steps of a cell share most of them
    phi = np.array([0.5 * (1 + math.erf(value)) for value in values.tolist()])[inverse].reshape(z.shape)
    return np.asarray(np.diff(phi, axis=1) / (phi[:, -1:] - phi[:, :1]))
