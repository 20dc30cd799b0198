"""Every time that a log holds is one of the calendar."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import pytest

import hpo
from hpo.distributions import FloatDistribution
from hpo.moments import local_time
from hpo.trial import create_trial


@pytest.mark.parametrize("seconds", [0.0, 1e9, 2e9])
def test_a_time_is_the_local_one(seconds: float) -> None:
    assert local_time(seconds) == datetime.fromtimestamp(seconds)


@pytest.mark.parametrize("seconds", [1e12, sys.float_info.max, float("inf")])
def test_there_is_nothing_outside_of_the_calendar(seconds: float) -> None:
    assert local_time(seconds) == datetime.max
    assert local_time(-seconds) == datetime.min


def test_a_trial_may_end_with_the_calendar(tmp_path: Path) -> None:
    times = {"datetime_start": datetime(9999, 12, 31, 23), "datetime_complete": datetime.max}
    trial = create_trial(value=1.0, params={"x": 0.1}, distributions={"x": FloatDistribution(0, 1)})
    for name, moment in times.items():
        setattr(trial, name, moment)
    study = hpo.create_study(study_name="s", storage=f"sqlite:///{tmp_path}/s.db")
    study.add_trial(trial)
    again = hpo.load_study(study_name="s", storage=f"sqlite:///{tmp_path}/s.db").trials[0]
    assert (again.datetime_start, again.datetime_complete) == tuple(times.values())
    (summary,) = hpo.get_all_study_summaries(study.storage)
    assert summary.datetime_start == again.datetime_start
