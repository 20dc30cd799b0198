"""Randomness that is addressed, never advanced."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from hpo.digests import digest

if TYPE_CHECKING:
    import hashlib

    import numpy as np

__all__ = ["Key"]

_TO_UNIT = 2.0**-53


@functools.cache
def _blake2b() -> type[hashlib.blake2b]:
    """The hash function; what it comes with loads OpenSSL, so it waits until numbers are drawn."""
    import hashlib

    return hashlib.blake2b


@functools.lru_cache(maxsize=65536)
def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


class Key(NamedTuple):
    """An address in an endless table of random numbers: the same address always holds the same ones.

    Args:
        seed: The study's seed.
        number: The trial's number; None addresses what belongs to the study as a whole.
        label: What the numbers are for.

    Example:
        >>> key = Key(seed=0, number=7)
        >>> key.uniform("x") == Key(0, 7).uniform("x") != key.uniform("y")
        True
    """

    seed: int
    number: int | None = None
    label: str = ""

    def child(self, label: str) -> Key:
        """The address of something within this one; children of different labels are independent."""
        return Key(self.seed, self.number, f"{self.label}{len(label)}:{label}")

    @property
    def study(self) -> Key:
        """The address of this label at the level of the study, equal for all of its trials."""
        return Key(self.seed, None, self.label)

    def uniform(self, name: str) -> float:
        """A number in [0, 1) that depends on this key and `name` alone."""
        return self.uniforms((name,))[0]

    def uniforms(self, names: Iterable[str]) -> list[float]:
        """One number in [0, 1) for each name; each depends on this key and its name alone."""
        root = _blake2b()(self._address(), digest_size=8)
        numbers = []
        for name in map(_encoded, names):
            leaf = root.copy()
            leaf.update(name)
            numbers.append((int.from_bytes(leaf.digest(), "little") >> 11) * _TO_UNIT)
        return numbers

    def integer(self, name: str) -> int:
        """An integer of 64 bits that depends on this key and `name` alone."""
        text = self._address() + name.encode("utf-8", "surrogatepass")
        return int.from_bytes(digest(text, 8), "little")

    def generator(self) -> np.random.Generator:
        """A generator that starts at this address; two calls give two equal generators."""
        from hpo.seeds import generator_at

        return generator_at(self._address())

    def _address(self) -> bytes:
        seed, number, label = self
        return f"{seed}/{number}/{len(label)}:".encode() + _encoded(label) + b"/"
