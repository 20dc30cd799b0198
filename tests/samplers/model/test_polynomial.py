"""The terms of polynomials."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.samplers.model.polynomial import n_terms, pairs, terms


@pytest.mark.parametrize("n", [1, 2, 5])
def test_each_kind_adds_terms_to_those_before_it(n: int) -> None:
    z = np.random.default_rng(n).standard_normal((40, n))
    linear, squares, full = (terms(z, kind) for kind in range(3))
    assert [x.shape[1] for x in (linear, squares, full)] == [n_terms(n, kind) for kind in range(3)]
    np.testing.assert_array_equal(squares[:, : linear.shape[1]], linear)
    np.testing.assert_array_equal(full[:, : squares.shape[1]], squares)
    assert np.linalg.matrix_rank(full) == n_terms(n, 2)


def test_all_pairs_are_multiplied() -> None:
    z = np.array([[2.0, 3.0, 5.0, 7.0]])
    assert terms(z, 2)[0, n_terms(4, 1) :].tolist() == [6.0, 10.0, 14.0, 15.0, 21.0, 35.0]
    assert [(i, j) for i, j in zip(*pairs(3), strict=True)] == [(0, 1), (0, 2), (1, 2)]
