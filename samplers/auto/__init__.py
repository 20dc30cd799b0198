"""The automatic choice of a sampler.

sampler.py      which sampler proposes the next trial, and why
rules.py        the rules by which it is chosen
effort.py       what asks cost, and what objectives take
"""

from __future__ import annotations

from hpo.samplers.auto.sampler import AutoSampler

__all__ = ["AutoSampler"]
