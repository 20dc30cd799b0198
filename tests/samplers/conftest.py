"""What tests of samplers share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

import hpo


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged meanwhile, as warnings or above."""
    said: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    handler, level = Listening(logging.WARNING), hpo.logging.get_verbosity()
    hpo.logging.set_verbosity(hpo.logging.WARNING)
    logging.getLogger("hpo.samplers").addHandler(handler)
    yield said
    hpo.logging.set_verbosity(level)
    logging.getLogger("hpo.samplers").removeHandler(handler)
