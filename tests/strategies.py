"""Hypothesis strategies for the values of hpo: distributions, spaces, JSON, events; and an equality that knows NaN."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args

from hypothesis import strategies as st

from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
)
from hpo.events import (
    AttributeSet,
    Event,
    PlanDeclared,
    SpaceDeclared,
    StudyCreated,
    StudyDirection,
    StudyRenamed,
    TrialDeleted,
    TrialError,
    TrialFinished,
    TrialProposed,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.space import Space

__all__ = ["distributions", "events", "json_values", "same", "spaces", "typed_numbers", "units"]

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED)

units = st.floats(0.0, 1.0)
floats = st.floats(width=64)
names = st.text(max_size=6)
text = st.text(st.characters(codec=None), max_size=8)  # lone surrogates and NUL too
numbers = st.integers(0, 2**40)

typed_numbers = st.builds(
    lambda digits, exponent: float(f"{digits}e{exponent}"), st.integers(1, 9999), st.integers(-8, 4)
)
"""Positive numbers as people write them: up to four digits."""

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | floats | text
json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text | st.sampled_from(["$", "$float"]), inner),
    max_leaves=6,
)
attributes = st.dictionaries(text, json_values, max_size=2)


@st.composite
def float_distributions(draw: st.DrawFn) -> FloatDistribution:
    if draw(st.booleans()):
        low, high = sorted(draw(st.tuples(typed_numbers, typed_numbers)))
        return FloatDistribution(low, high, log=True)
    bounds = st.floats(-1e12, 1e12).map(lambda x: x if abs(x) > 1e-12 else 0.0)
    low, high = sorted(draw(st.tuples(bounds, bounds)))
    return FloatDistribution(low, high)


@st.composite
def stepped_distributions(draw: st.DrawFn) -> FloatDistribution:
    step = draw(st.sampled_from([0.001, 0.01, 0.1, 0.25, 0.3, 1.0, 2.5, 7.0]))
    log = draw(st.booleans())
    low = draw(st.integers(1 if log else -500, 500)) * step
    low = float(f"{low:.6g}")
    high = round(low + draw(st.integers(0, 10_000)) * step, 6)  # which leaves nothing of rounding errors near 0
    return FloatDistribution(low, high, step=step, log=log)


@st.composite
def int_distributions(draw: st.DrawFn) -> IntDistribution:
    log = draw(st.booleans())
    low = draw(st.integers(1, 2**20) if log else st.integers(-(2**40), 2**40))
    step = draw(st.integers(1, 1000))
    return IntDistribution(low, low + step * draw(st.integers(0, 2**20)), log=log, step=step)


@st.composite
def normal_distributions(draw: st.DrawFn, *, continuous: bool = True) -> NormalDistribution:
    log = draw(st.booleans())
    mean, std = draw(st.integers(-20, 20)) / 4, draw(st.sampled_from([0.01, 0.5, 1.0, 3.0]))
    integer = not continuous and draw(st.booleans())
    step = draw(st.sampled_from([1.0] if integer else [0.01, 0.1, 0.25, 1.0]))
    centre = math.exp(mean) if log else mean
    ends: dict[str, float] = {}
    if draw(st.booleans()):
        ends["low"] = math.floor(centre) - (0 if log else 1)
    if draw(st.booleans()):
        ends["high"] = math.ceil(centre) + 2
    return NormalDistribution(mean, std, **ends, log=log, step=None if continuous else step, integer=integer)


categoricals = st.builds(CategoricalDistribution, st.lists(json_values, min_size=1, max_size=5), ordered=st.booleans())

exact_distributions: st.SearchStrategy[BaseDistribution] = st.one_of(
    float_distributions(), stepped_distributions(), int_distributions(), categoricals
)
"""Those whose values come back from coding bit for bit."""

distributions: st.SearchStrategy[BaseDistribution] = exact_distributions | normal_distributions()

spaces: st.SearchStrategy[Space] = st.dictionaries(names, distributions, max_size=5).map(Space)

_times = st.floats(0, 1e10)
_mixed = st.booleans() | st.none()
_parameters = st.fixed_dictionaries({"x": json_values, "$": json_values})

created = st.builds(
    StudyCreated,
    text,
    st.lists(st.sampled_from(list(StudyDirection)), min_size=1, max_size=3).map(tuple),
    st.integers(0, 2**63 - 1),
    _times,
    text,
)
reports = st.dictionaries(numbers, floats | st.tuples(floats, floats), max_size=3)
queued = st.builds(TrialQueued, attributes, _times, attributes, attributes, reports, st.none() | numbers)
started = st.builds(TrialStarted, _times, st.none() | numbers, st.booleans(), st.none() | text, st.none() | text)
proposed = st.builds(TrialProposed, numbers, st.lists(floats, max_size=4).map(tuple))
report_values = floats | st.lists(floats, min_size=2, max_size=3).map(tuple)
reported = st.builds(TrialReported, numbers, numbers, report_values, _times, _mixed)
attribute_set = st.builds(AttributeSet, text, json_values, st.none() | numbers, st.booleans())
errors = st.builds(TrialError, text, text, text)


@st.composite
def finished(draw: st.DrawFn) -> TrialFinished:
    space, parameters = draw(st.just(("", {})) | st.tuples(st.just("0123456789abcdef"), _parameters))
    return TrialFinished(
        draw(numbers),
        draw(st.sampled_from(FINISHED)),
        draw(_times),
        draw(st.none() | st.lists(floats, min_size=1, max_size=3).map(tuple)),
        space,
        parameters,
        draw(st.dictionaries(text, floats, max_size=2)),
        draw(attributes),
        draw(attributes),
        draw(st.none() | errors),
        draw(_mixed),
    )


events: st.SearchStrategy[Event] = st.one_of(
    created,
    spaces.map(SpaceDeclared),
    st.builds(PlanDeclared, text, text, text),
    queued,
    started,
    proposed,
    reported,
    finished(),
    attribute_set,
    st.builds(TrialDeleted, numbers),
    st.builds(StudyRenamed, text),
)


def same(one: Any, other: Any) -> bool:
    """Equality by value and type, with NaN equal to NaN and a tuple equal to a list, as in JSON."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, (Space, BaseDistribution)):
        return bool(one == other)
    if isinstance(one, get_args(Event)) and type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if is_dataclass(one):
        return type(one) is type(other) and all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return type(one) is type(other) and bool(one == other)
