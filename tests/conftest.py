"""Hypothesis draws the same examples in every run, and takes the time it takes."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("hpo", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("hpo")
