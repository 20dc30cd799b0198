"""The automatic choice of a sampler.

sampler.py      which sampler proposes the next trial, and why
effort.py       what asks cost, and what objectives take
progress.py     whether better trials are still found
"""

from __future__ import annotations

from hpo.samplers.auto.sampler import AutoSampler

__all__ = ["AutoSampler"]
