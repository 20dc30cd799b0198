"""A name keeps its kind and scale within a study; ranges, steps and choices may change."""

from __future__ import annotations

import pytest

from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
    check_distribution_compatibility,
)
from hpo.exceptions import DistributionMismatchError


def test_a_name_keeps_its_kind_and_scale() -> None:
    kinds: list[BaseDistribution] = [
        FloatDistribution(1, 2),
        FloatDistribution(1, 2, log=True),
        IntDistribution(1, 2),
        IntDistribution(1, 2, log=True),
        NormalDistribution(1, 2),
        NormalDistribution(1, 2, log=True),
        CategoricalDistribution([1, 2]),
    ]
    for one in kinds:
        check_distribution_compatibility(one, one)
        for other in kinds:
            if other is not one:
                with pytest.raises(DistributionMismatchError):
                    check_distribution_compatibility(one, other)
    check_distribution_compatibility(IntDistribution(1, 2), IntDistribution(0, 8, step=2))
    check_distribution_compatibility(CategoricalDistribution([1]), CategoricalDistribution(["a", "b"]))
