"""Boosting comes nearer to its targets stage by stage, and knows where it knows little."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.arrays import Array
from hpo.samplers.forest.boosting import boosted
from hpo.samplers.forest.features import Features


def data(seed: int, n: int) -> tuple[Features, Array]:
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.random((3, n)), rng.integers(0, 4, (1, n)).astype(np.float64)])
    return Features(x, np.array([5])), np.asarray(x[0] + np.abs(x[1] - 0.5) + (x[3] == 2))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [80, 400])
def test_it_tells_points_that_it_has_not_seen(seed: int, n: int) -> None:
    features, y = data(seed, n)
    other, target = data(seed + 100, 500)
    model = boosted(features, y, np.random.default_rng(seed))
    mean, sigma = model.at(other)
    assert ((mean - target) ** 2).mean() < 0.35 * target.var()
    assert (sigma > 0).all()
    steps = model.trees.mean[model.trees.leaves(features)].reshape(-1, len(model.first), n)
    at = model.first[:, None] + np.cumsum(steps, axis=0)
    errors = ((at - y) ** 2).mean(axis=(1, 2))
    assert (np.diff(errors) < 0.0).all()


def test_models_differ_most_where_nothing_is_known() -> None:
    x = np.concatenate([np.linspace(0.0, 0.3, 40), np.linspace(0.9, 1.0, 40)])
    features = Features(x[None], np.empty(0, dtype=np.int64))
    y = np.where(x < 0.5, 0.0, 1.0) + 0.01 * np.sin(40 * x)
    at = Features(np.linspace(0.0, 1.0, 101)[None], features.n_codes)
    sigma = boosted(features, y, np.random.default_rng(0)).at(at)[1]
    assert sigma[35:85].max() > 3.0 * np.median(sigma[:30])


def test_equal_targets_are_believed() -> None:
    features, y = data(0, 30)
    mean, _ = boosted(features, np.full_like(y, 2.5), np.random.default_rng(0)).at(features)
    assert (mean == 2.5).all()
