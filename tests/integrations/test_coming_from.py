"""The page and the tutorial for people who come from Keras Tuner run with Keras."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.libraries import library
from tests.listings import run_listings
from tests.test_coming_from import ELSEWHERE, FOLDER
from tests.test_tutorials import COMING_FROM, WITH_KERAS, run

library("keras")
library("torch")


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_the_blocks_of_a_page_run_in_order(name: str, tmp_path: Path) -> None:
    assert "6 finished trials" in run_listings(FOLDER / f"{name}.md", tmp_path)


@pytest.mark.parametrize("name", sorted(WITH_KERAS))
def test_a_tutorial_runs_and_tells_the_truth(name: str, tmp_path: Path) -> None:
    told = run(COMING_FROM / f"{name}.py", folder=tmp_path)
    for promised in ("The first trial has the defaults: True", "Loaded again: accuracy 0.9", "executions"):
        assert promised in told
