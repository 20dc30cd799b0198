"""Points of a space: vectors, or dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, final, runtime_checkable

import numpy as np

from hpo.dimensions.dimension import Dimension
from hpo.dimensions.reading import read_dimension
from hpo.space import Space
from hpo.trial.suggest import Suggestions

__all__ = ["Bounds", "Points", "read_points"]


@runtime_checkable
class Bounds(Protocol):
    """What `scipy.optimize.Bounds` is."""

    lb: Any
    ub: Any


def read_points(space: Any) -> Points:
    """How points of a space are read and written.

    Args:
        space: A list of what `read_dimension` takes, or a dict from names to it, or SciPy's `Bounds`.

    Raises:
        TypeError, ValueError: In one sentence, if it is none of these.
    """
    if isinstance(space, Mapping):
        return Points({str(name): read_dimension(str(name), given) for name, given in space.items()}, named=True)
    if isinstance(space, Bounds):
        ends = np.broadcast_arrays(np.asarray(space.lb, dtype=np.float64), np.asarray(space.ub, dtype=np.float64))
        space = list(zip(*(np.atleast_1d(end).tolist() for end in ends), strict=True))
    if isinstance(space, (str, bytes)) or not isinstance(space, Sequence) or len(space) == 0:
        raise TypeError(
            "space must be a list with one entry for each element of x, such as [(-5.0, 5.0), (1, 10)], or a dict from "
            f"names to such entries; got {space!r} of type {type(space).__name__}."
        )
    read = [read_dimension(f"x{i}", given) for i, given in enumerate(space)]
    names = [f"x{i}" if dimension.name is None else dimension.name for i, dimension in enumerate(read)]
    if len(set(names)) < len(names):
        raise ValueError(f"space must have different names for its dimensions, got {names!r}.")
    return Points(dict(zip(names, read, strict=True)), named=False)


@final
@dataclass(frozen=True)
class Points:
    """How points are read from trials, and written into them.

    Args:
        dimensions: By name.
        named: Whether points are dicts.
    """

    dimensions: Mapping[str, Dimension]
    named: bool

    @cached_property
    def is_vector(self) -> bool:
        """Whether points are arrays."""
        return not self.named and all(dimension.is_float for dimension in self.dimensions.values())

    @property
    def space(self) -> Space:
        return Space({name + one.suffix: one.distribution for name, one in self.dimensions.items()})

    def suggest(self, trial: Suggestions) -> Any:
        """The point of a trial."""
        values = {name: dimension.suggest(trial, name) for name, dimension in self.dimensions.items()}
        if self.named:
            return values
        return np.array(list(values.values())) if self.is_vector else list(values.values())

    def parameters(self, x0: Any) -> list[dict[str, Any]]:
        """What a study keeps for one point, or for several.

        Raises:
            TypeError, ValueError: If they are no points of the space.
        """
        if x0 is None:
            return []
        if not isinstance(x0, (Sequence, Mapping, np.ndarray)) or isinstance(x0, (str, bytes)):
            raise TypeError(f"x0 must be a point of the space or a list of points, got {x0!r}.")
        return [self._parameters(point) for point in ([x0] if self._is_point(x0) else x0)]

    def _is_point(self, x0: Any) -> bool:
        if self.named:
            return isinstance(x0, Mapping)
        return (
            isinstance(x0, Mapping)
            or len(x0) == 0
            or not isinstance(x0[0], (Sequence, np.ndarray))
            or isinstance(x0[0], str)
        )

    def _parameters(self, point: Any) -> dict[str, Any]:
        names = list(self.dimensions)
        values = point if self.named or isinstance(point, Mapping) else dict(zip(names, point, strict=False))
        if len(point) != len(names) or set(values) != set(names):
            raise ValueError(f"x0 must have a value for each of {', '.join(names)}, got {point!r}.")
        parameters = {}
        for name, dimension in self.dimensions.items():
            value = dimension.encode(values[name])
            value = value.item() if isinstance(value, np.generic) else value
            if not dimension.distribution.contains(value):
                raise ValueError(
                    f"x0 must lie in the space, and {name}={values[name]!r} is not in {dimension.distribution!r}."
                )
            parameters[name + dimension.suffix] = value
        return parameters
