"""Where generators of random numbers start: at a hash, and not at what a few integers are mixed into."""

from __future__ import annotations

import sys
from hashlib import blake2b
from typing import Any, final

import numpy as np
from numpy.random import PCG64, Generator
from numpy.random.bit_generator import ISpawnableSeedSequence
from numpy.typing import NDArray

__all__ = ["Seeds", "generator_at"]

_BLOCK = 64  # bytes of one hash


@final
class Seeds(ISpawnableSeedSequence):
    """What a bit generator of numpy asks for its first state: as many bits as it likes of the hash of an address.

    NumPy's own `SeedSequence` makes as good a state of an integer, in several times the time.

    Args:
        address: Whose hash.
    """

    def __init__(self, address: bytes) -> None:
        self._address = address
        self._n_children = 0

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[Any]:
        """The first words of the hash, shape (n_words,), the same on every machine."""
        n_bytes = n_words * np.dtype(dtype).itemsize
        content = b"".join([self._hash(b"generator", i) for i in range(-(-n_bytes // _BLOCK))])
        words = np.frombuffer(content[:n_bytes], dtype)
        return words if sys.byteorder == "little" else words.byteswap()

    def spawn(self, n_children: int) -> list[Seeds]:
        """The next ones, which are independent of this one and of each other."""
        begin = self._n_children
        self._n_children += n_children
        return [Seeds(self._hash(b"child", i)) for i in range(begin, self._n_children)]

    def _hash(self, purpose: bytes, i: int) -> bytes:
        return blake2b(self._address, person=purpose, salt=b"%d" % i).digest()


def generator_at(address: bytes) -> Generator:
    """A generator of random numbers that starts at the hash of an address."""
    seeds: Any = Seeds(address)  # numpy's stubs do not say that it may be of any class
    return Generator(PCG64(seeds))
