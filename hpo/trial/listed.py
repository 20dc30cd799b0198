"""Lists of trials, which a notebook shows as a table."""

from __future__ import annotations

from typing import final

from hpo.trial.frozen import FrozenTrial

__all__ = ["TrialList"]


@final
class TrialList(list[FrozenTrial]):
    """A list in every respect, but for how a notebook shows it. A slice of it is a plain list."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from hpo.trial.notebook import trials_html

        return trials_html(self)
