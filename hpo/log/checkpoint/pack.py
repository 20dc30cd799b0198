"""Arrays and JSON in one piece of bytes: checked, compressed where that pays, and read without a copy.

    8 bytes   "hpofold" and a line feed
    16 bytes  BLAKE2b of all that follows
    8 bytes   length of the head
    head      JSON: for each part its name, the type and the shape of its elements, the bytes that it takes here, and
              whether they are compressed
    parts     JSON, or the elements of arrays, little-endian; integers of 8 bytes as differences from those before

Each part begins at a multiple of 8 bytes. Nothing in it is executed; what is not as it was written raises `ValueError`.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from hpo.arrays import JSON
from hpo.digests import digest
from hpo.history.dump import Dump
from hpo.log.text import choice, dumps, loads

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["pack", "unpack"]

_MAGIC = b"hpofold\n"
_BEGIN = len(_MAGIC) + 16
_LONGEST = 2**31  # bytes of one part, once it is no longer compressed
_TYPES = frozenset({"<i1", "<i4", "<i8", "<f8"})
_WITH_CHOICES = frozenset({"parameters", "running", "spaces"})  # parts in which a tuple stays one; all are small
_SAMPLE = 2**12  # bytes that are compressed to see whether it pays


def pack(dump: Dump) -> bytes:
    """All of a dump.

    Raises:
        TypeError: If a value holds something that JSON cannot hold.
    """
    heads, parts = [], []
    for name, array in dump.arrays.items():
        kind = f"<{array.dtype.kind}{array.dtype.itemsize}"
        plain = np.diff(array.ravel(), prepend=0) if kind == "<i8" else array  # counted up, most integers are all alike
        data, is_compressed = _compressed(plain.astype(kind, copy=False).tobytes())
        heads.append([name, kind, array.shape, len(data), is_compressed])
        parts.append(data)
    for name, value in dump.values.items():
        text = dumps(choice(value) if name in _WITH_CHOICES else value).encode("ascii")
        data, is_compressed = _compressed(text)
        heads.append([name, "json", [len(text)], len(data), is_compressed])
        parts.append(data)
    head = dumps(heads).encode("ascii")
    body = b"".join([len(head).to_bytes(8, "little"), *(part + bytes(-len(part) % 8) for part in [head, *parts])])
    return b"".join([_MAGIC, digest(body, 16), body])


def unpack(data: bytes) -> Dump:
    """What was packed; arrays that were not compressed are views of `data`.

    Raises:
        ValueError: If `data` is damaged, or nothing that `pack` made.
    """
    body = memoryview(data)[_BEGIN:]
    if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : _BEGIN] != digest(body, 16):
        raise ValueError("This is damaged, or no checkpoint.")
    size = int.from_bytes(body[:8], "little")
    heads, begin = loads(str(body[8 : 8 + size], "ascii")), 8 + size + -size % 8
    arrays: dict[str, NDArray[Any]] = {}
    values: dict[str, JSON] = {}
    for name, kind, shape, length, is_compressed in heads:
        part, begin = body[begin : begin + length], begin + length + -length % 8
        size = math.prod(shape) * (1 if kind == "json" else np.dtype(kind).itemsize)
        plain = _decompressed(part, size) if is_compressed else part
        if kind == "json":
            values[name] = loads(str(plain, "ascii"))
        elif kind in _TYPES:
            arrays[name] = _array(plain, kind, shape)
        else:
            raise ValueError(f"There are no arrays of {kind!r}.")
    return Dump(arrays, values)


def _array(plain: bytes | memoryview, kind: str, shape: list[int]) -> NDArray[Any]:
    array = np.frombuffer(plain, kind)
    if kind == "<i8":
        array = np.cumsum(array)
    return array.astype(array.dtype.newbyteorder("="), copy=False).reshape(shape)


def _compressed(plain: bytes) -> tuple[bytes, bool]:
    """The bytes, compressed if a piece of them becomes less than half as long by that; and whether they are."""
    sample = plain[len(plain) // 2 :][:_SAMPLE]
    pays = 2 * len(zlib.compress(sample, 1)) < len(sample)
    return (zlib.compress(plain, 1), True) if pays else (plain, False)


def _decompressed(data: memoryview, size: int) -> bytes:
    """The bytes that were compressed, of which there were so many."""
    if not 0 <= size <= _LONGEST:
        raise ValueError(f"No part has {size} bytes.")
    machine = zlib.decompressobj()
    try:
        plain = machine.decompress(data, size + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(plain) != size or not machine.eof:
        raise ValueError("Some part is longer or shorter than it says.")
    return plain
