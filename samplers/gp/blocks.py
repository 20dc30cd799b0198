"""Rows in pieces, so that products stay small enough for one thread.

Threads would not pay at these sizes, and where several workers share a machine they would wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["blocks"]

_SINGLE = 2**18  # multiplications; OpenBLAS makes larger products in several threads
_FEATURES = 32  # there are seldom more
_LEAST = 8  # rows


def blocks(n_rows: int, n: int) -> Iterator[slice]:
    """Pieces whose products with n × n matrices BLAS makes in one thread, if n is not above some hundreds."""
    size = max(_LEAST, min(_SINGLE // n**2, _SINGLE // (_FEATURES * n)))
    for begin in range(0, n_rows, size):
        yield slice(begin, begin + size)
