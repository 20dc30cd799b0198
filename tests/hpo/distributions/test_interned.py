"""Equal arguments give one object."""

from __future__ import annotations

from hpo.distributions import categorical_distribution, float_distribution, int_distribution, normal_distribution


def test_equal_arguments_give_one_object() -> None:
    assert float_distribution(0, 1, None, False) is float_distribution(0, 1, None, False)
    assert int_distribution(0, 9, 1, False) is int_distribution(0, 9, 1, False)
    assert normal_distribution(0, 1, None, None, False, None) is normal_distribution(0, 1, None, None, False, None)
    assert categorical_distribution(["a"], None, True) is categorical_distribution(["a"], None, True)
