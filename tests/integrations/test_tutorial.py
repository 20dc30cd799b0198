"""The tutorial about training loops runs as it stands, with the libraries that it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.libraries import library
from tests.test_tutorials import ELSEWHERE, TUTORIALS, run

library("lightgbm")
library("keras")
library("torch")


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_a_tutorial_runs_and_tells_the_truth(name: str, tmp_path: Path) -> None:
    told = run(TUTORIALS / f"{name}.py", folder=tmp_path)
    for promised in (
        "60 trials: ",
        "trials were pruned",
        "boosting.html: ",
        "tune: log-loss 0.1",
        "Did you mean 'train binary_logloss'",
        "trials are paused",
        "epochs instead of 108",
    ):
        assert promised in told
