"""Parameters as axes: where each trial stands, and between which ends."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np

from hpo.arrays import Array
from hpo.distributions import BaseDistribution, CategoricalDistribution, IntDistribution, token
from hpo.near import nearest
from hpo.visualization.scale import LARGEST, drawable, ends_of_decades
from hpo.visualization.text import distinct, number
from hpo.visualization.trials import Trials
from hpo.words import count

__all__ = ["Parameter", "beyond", "check_list", "check_names", "parameter", "parameters"]

_LONGEST = 18  # characters of a category
_FAR = 4.0  # times what most trials span, beyond which the values of a few leave the view
_ENOUGH = 10  # trials before any of them may
_MOST_UNUSED = 12  # choices that are shown although nobody took them


@final
@dataclass(frozen=True, eq=False)
class Parameter:
    """One parameter of some trials.

    Args:
        name: Its name.
        kind: How its axis is scaled. Categories stand at 0, 1, 2, … in the order of the choices.
        position: Where each trial stands, shape (n,): its value, or the place of its category; NaN where the
            trial had no such parameter, or one that cannot be drawn.
        labels: The categories.
        codes: The coded value of each; NaN for those that are no longer offered.
        is_integer: Whether only whole numbers make sense.
        low, high: The ends of the domain and of what was used, whichever is wider. Values of a few trials that would
            make the rest as narrow as a line lie beyond them, unless the best trial has one.
    """

    name: str
    kind: Literal["linear", "log", "category"]
    position: Array
    labels: tuple[str, ...]
    codes: tuple[float, ...]
    is_integer: bool
    low: float
    high: float

    def shown(self, index: int) -> str:
        """The value of a trial in words."""
        position = float(self.position[index])
        if math.isnan(position):
            return ""
        if self.kind == "category":
            return self.labels[int(position)]
        return number(int(position) if self.is_integer else position)

    @property
    def coordinate(self) -> Array:
        """Where each trial stands on a ruler along the axis, shape (n,): the logarithm on logarithmic axes."""
        return np.log10(self.position) if self.kind == "log" else self.position

    @property
    def span(self) -> tuple[float, float]:
        """The ends on that ruler, a little wider than the values."""
        if self.kind == "category":
            return -0.5, len(self.labels) - 0.5
        low, high = (math.log10(self.low), math.log10(self.high)) if self.kind == "log" else (self.low, self.high)
        margin = 0.04 * (high - low)
        if margin < sys.float_info.min:  # one value, or some that are as good as one
            margin = 0.5 if self.kind == "log" or self.is_integer else 0.5 * abs(low) or 0.5
        ends = low - margin, high + margin
        return ends_of_decades(*ends) if self.kind == "log" else ends


def parameters(trials: Trials, params: Sequence[str] | None) -> list[Parameter]:
    """The parameters named, in that order; by default all that some trial has used, in the order of first use."""
    return [parameter(trials, name) for name in check_names(trials, params)]


def check_names(trials: Trials, params: Sequence[str] | None) -> list[str]:
    """The names of parameters to draw.

    Raises:
        TypeError: If they are no list of names.
        ValueError: If no trial has a parameter of such a name.
    """
    known = list(trials.history.space.names)
    if params is None:
        return [name for name in known if not np.isnan(trials.raw(name)[0]).all()]
    check_list(params)
    unknown = [name for name in params if name not in known]
    if unknown and known:
        near = nearest(unknown[0], known)
        hint = f" Did you mean {near!r}?" if near else ""
        raise ValueError(f"No trial has a parameter {unknown[0]!r}; the study has {', '.join(map(repr, known))}.{hint}")
    return list(dict.fromkeys(name for name in params if name in known))


def check_list(params: Any) -> None:
    """Raise TypeError, or ValueError for a single name, unless something is a list of names."""
    if isinstance(params, str):
        raise ValueError(f"params must be a list of names, got {params!r}; write [{params!r}].")
    if not isinstance(params, Collection) or not all(isinstance(name, str) for name in params):
        raise TypeError(f"params must be a list of parameters' names, got {params!r}.")


def parameter(trials: Trials, name: str) -> Parameter:
    """The column of a parameter that is known to the study."""
    raw, choices = trials.raw(name)
    distribution = trials.history.space[name]
    if choices is not None or isinstance(distribution, CategoricalDistribution):
        return _category(name, raw, choices or (), distribution)
    raw = np.where(drawable(raw), raw, np.nan)  # what was queued may be infinite
    used = raw[~np.isnan(raw)]
    ends = [end for end in (getattr(distribution, "low", None), getattr(distribution, "high", None)) if end is not None]
    low = max(min(*ends, float(used.min(initial=math.inf)), math.inf), -LARGEST)
    high = min(max(*ends, float(used.max(initial=-math.inf)), -math.inf), LARGEST)
    if not (math.isfinite(low) and math.isfinite(high)):  # nobody used it, and it has no bounds
        low = high = 0.0
    if getattr(distribution, "log", False) and low <= 0 < used.min(initial=1.0):
        low = float(used.min(initial=high))  # a lognormal's bound of 0 cannot be drawn
    is_log = bool(getattr(distribution, "log", False)) and low > 0
    if len(used) >= _ENOUGH:
        kept = [*ends, *np.quantile(used, [0.1, 0.9], method="inverted_cdf").tolist()]
        if (low, high) != _in_view(low, high, kept, is_log=is_log):
            low, high = _in_view(low, high, [*kept, *raw[trials.best(1)]], is_log=is_log)
    is_integer = isinstance(distribution, IntDistribution) or distribution.kind.endswith(" int")
    return Parameter(name, "log" if is_log else "linear", raw, (), (), is_integer, low, high)


def beyond(columns: Collection[Parameter]) -> str:
    """How many trials lie beyond the ends of axes, in words; empty if none do."""
    outside = [(one.position < one.low) | (one.position > one.high) for one in columns]
    n = int(np.count_nonzero(np.logical_or.reduce(outside))) if outside else 0
    return f"{count(n)} with parameters beyond this view" if n else ""


def _in_view(low: float, high: float, kept: Sequence[float], *, is_log: bool) -> tuple[float, float]:
    """Ends between `low` and `high`, no further off than some times what is kept spans; NaN in `kept` is nothing."""
    inside = np.clip(kept, low, high)
    first, last = float(np.nanmin(inside)), float(np.nanmax(inside))
    ends = [math.log10(end) for end in (low, first, last, high)] if is_log else [low, first, last, high]
    room = _FAR * (ends[2] - ends[1])
    if room < sys.float_info.min:
        return low, high
    return low if ends[1] - ends[0] <= room else first, high if ends[3] - ends[2] <= room else last


def _category(name: str, raw: Array, choices: tuple[Any, ...], distribution: BaseDistribution) -> Parameter:
    """Categories in the order of the present choices, and behind them those that are no longer offered."""
    ordered = list(distribution.choices) if isinstance(distribution, CategoricalDistribution) else []
    used = {token(choices[int(i)]) for i in np.unique(raw[~np.isnan(raw)])}
    if len(ordered) > _MOST_UNUSED:
        ordered = [choice for choice in ordered if token(choice) in used]
    known = {token(choice) for choice in ordered}
    ordered += [choice for choice in choices if token(choice) in used - known]
    place = {t: float(i) for i, t in reversed(list(enumerate(map(token, ordered))))}
    lookup = np.array([place.get(token(choice), math.nan) for choice in choices] + [math.nan])
    position = lookup[np.where(np.isnan(raw), len(choices), raw).astype(np.intp)]
    labels = tuple(distinct([number(choice) for choice in ordered], _LONGEST))
    offered = getattr(distribution, "tokens", ())
    codes = tuple(float(offered.index(t)) if t in offered else math.nan for t in map(token, ordered))
    return Parameter(name, "category", position, labels, codes, False, 0.0, max(len(ordered) - 1.0, 0.0))
