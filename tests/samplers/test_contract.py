"""Every sampler keeps the laws of samplers."""

from __future__ import annotations

import pytest

from hpo.protocols import Sampler
from hpo.samplers import GridSampler, RandomSampler
from hpo.testing import SamplerContract

SAMPLERS: list[Sampler] = [
    RandomSampler(),
    RandomSampler(seed=3),
    GridSampler({"x": [0.25, 0.5, 0.75], "kind": ["a", "b"]}),
    GridSampler({"x": [0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.75], "kind": ["a", "b"]}, seed=1),
]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
class TestSamplers(SamplerContract):
    pass
