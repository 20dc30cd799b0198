"""Many events in little memory: values of one type become arrays, repeated objects are kept once."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import is_
from typing import Any, Protocol, final

from hpo.events import Event

__all__ = ["Packed", "Segment", "pack"]


class Packed(Protocol):
    """A list in another shape."""

    def unpack(self) -> Sequence[Any]:
        """The list, equal to the one that was packed, types included."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Segment:
    """A run of events.

    Args:
        kinds: The class of each event.
        columns: For each class its events' fields.
    """

    kinds: tuple[type[Event], ...]
    order: bytes
    columns: dict[type[Event], tuple[Packed, ...]]

    @classmethod
    def pack(cls, events: Sequence[Event]) -> Segment:
        kinds = tuple(dict.fromkeys(map(type, events)))
        number = {kind: i for i, kind in enumerate(kinds)}
        columns = {}
        for kind in kinds:
            alike = [event for event in events if type(event) is kind]
            columns[kind] = tuple(map(pack, zip(*alike, strict=True)))
        return cls(kinds, bytes([number[type(event)] for event in events]), columns)

    def unpack(self) -> list[Event]:
        alike = {
            kind: iter([kind(*values) for values in zip(*(column.unpack() for column in columns), strict=True)])
            for kind, columns in self.columns.items()
        }
        return [next(alike[self.kinds[i]]) for i in self.order]


def pack(values: Sequence[Any]) -> Packed:
    """The smallest shape that `values` fit; never changes a value or its type."""
    first = values[0]
    if all(map(is_, values, repeat(first))):
        return _Repeated(first, len(values))
    kinds = set(map(type, values))
    if kinds == {float}:
        return _Numbers(array("d", values))
    if kinds == {int} and max(values) < 2**63 and min(values) >= -(2**63):
        return _Numbers(array("q", values))
    if kinds == {tuple} and first and len(set(map(len, values))) == 1:
        return _Tuples(tuple(pack(column) for column in zip(*values, strict=True)))
    if kinds == {dict} and first and len(set(map(tuple, values))) == 1:
        return _Mappings(tuple(first), tuple(pack([value[key] for value in values]) for key in first))
    return _Objects(tuple(values))


@final
@dataclass(frozen=True, slots=True)
class _Repeated:
    value: Any
    size: int

    def unpack(self) -> Sequence[Any]:
        return (self.value,) * self.size


@final
@dataclass(frozen=True, slots=True)
class _Numbers:
    values: array[Any]

    def unpack(self) -> Sequence[Any]:
        return self.values.tolist()


@final
@dataclass(frozen=True, slots=True)
class _Tuples:
    columns: tuple[Packed, ...]

    def unpack(self) -> Sequence[Any]:
        return list(zip(*(column.unpack() for column in self.columns), strict=True))


@final
@dataclass(frozen=True, slots=True)
class _Mappings:
    names: tuple[str, ...]
    columns: tuple[Packed, ...]

    def unpack(self) -> Sequence[Mapping[str, Any]]:
        rows = zip(*(column.unpack() for column in self.columns), strict=True)
        return [dict(zip(self.names, row, strict=True)) for row in rows]


@final
@dataclass(frozen=True, slots=True)
class _Objects:
    values: tuple[Any, ...]

    def unpack(self) -> Sequence[Any]:
        return self.values
