"""What may change about a parameter within a study."""

from __future__ import annotations

from hpo.distributions.base import BaseDistribution
from hpo.exceptions import DistributionMismatchError

__all__ = ["check_distribution_compatibility"]


def check_distribution_compatibility(
    dist_old: BaseDistribution, dist_new: BaseDistribution, name: str | None = None
) -> None:
    """Raise `DistributionMismatchError` unless both are of one kind and scale; ranges, steps and choices may differ."""
    if dist_old.kind != dist_new.kind:
        which = "A parameter" if name is None else f"The parameter {name!r}"
        raise DistributionMismatchError(
            f"{which} that was suggested as {dist_old!r} cannot become {dist_new!r}: a name keeps its kind "
            "and scale within a study. Use another name."
        )
