"""Hypothesis draws the same examples in every run, and takes the time it takes; no test leaves its log settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

import hpo

settings.register_profile("hpo", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("hpo")


@pytest.fixture(autouse=True)
def _log_settings() -> Iterator[None]:
    """Put the verbosity back, or tests that listen for warnings would depend on those before them."""
    logger = hpo.logging.get_logger("hpo")
    level, propagates = logger.level, logger.propagate
    yield
    logger.setLevel(level)
    logger.propagate = propagates
