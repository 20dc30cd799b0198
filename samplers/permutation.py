"""A pseudo-random permutation of any size, without a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

from hpo.key import Key

__all__ = ["Permutation"]

_ROUNDS = 6


@final
@dataclass(frozen=True)
class Permutation:
    """A bijection of 0 … size - 1: a Feistel network over the next even number of bits, walked until it lands inside.

    Args:
        size: At most 2**128.
        key: Picks the permutation.

    Source: Black and Rogaway (2002), "Ciphers with arbitrary finite domains".
    """

    size: int
    key: Key

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < self.size:
            raise IndexError(f"index must be in [0, {self.size}), got {index}.")
        index = self._cipher(index)
        while index >= self.size:
            index = self._cipher(index)
        return index

    @cached_property
    def _half(self) -> int:
        """Bits of each half."""
        return max(1, ((self.size - 1).bit_length() + 1) // 2)

    def _cipher(self, index: int) -> int:
        left, right = index >> self._half, index & ((1 << self._half) - 1)
        for round_ in range(_ROUNDS):
            noise = self.key.integer(f"{round_}/{right}") & ((1 << self._half) - 1)
            left, right = right, left ^ noise
        return left << self._half | right
