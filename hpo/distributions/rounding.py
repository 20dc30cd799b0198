"""To how many decimals the values of a distribution are rounded."""

from __future__ import annotations

import math

__all__ = ["decimals", "significant"]


def decimals(*values: float) -> int:
    """Decimals that write all of the values exactly, as people write them."""
    from decimal import Decimal

    exponents = (Decimal(str(value)).as_tuple().exponent for value in values)
    return max(0, *(-e for e in exponents if isinstance(e, int)))


def significant(largest: float) -> int:
    """Decimals that leave 15 significant digits of `largest`: the finest grid that coding resolves."""
    return 15 if largest == 0 else 14 - math.floor(math.log10(largest))
