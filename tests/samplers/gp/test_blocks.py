"""Pieces cover all rows, and are as large as one thread can bear."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hpo.samplers.gp.blocks import blocks

MULTIPLICATIONS, FEATURES, LEAST = 2**18, 32, 8


@given(n_rows=st.integers(0, 5000), n=st.integers(1, 600))
def test_pieces_follow_each_other_and_cover_all_rows(n_rows: int, n: int) -> None:
    pieces = list(blocks(n_rows, n))
    assert [row for piece in pieces for row in range(n_rows)[piece]] == list(range(n_rows))
    assert all(before.stop == after.start for before, after in pairwise(pieces))


@given(n=st.integers(1, 600))
def test_pieces_are_the_largest_ones_for_one_thread(n: int) -> None:
    size = len(range(10**6)[next(blocks(10**6, n))])

    def fits(rows: int) -> bool:
        return rows * n * max(n, FEATURES) <= MULTIPLICATIONS or rows <= LEAST

    assert fits(size)
    assert not fits(size + 1)
