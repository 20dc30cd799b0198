"""A running trial as plain data."""

from __future__ import annotations

from hpo.distributions import FloatDistribution
from hpo.history.running import RunningTrial
from hpo.space import Space
from hpo.trial.live import LiveTrial


def test_what_is_just_being_suggested_shows_with_its_distribution_or_not_at_all() -> None:
    trial = LiveTrial.of(RunningTrial(0, 0.0, Space()), (), 1)
    trial.parameters["x"] = 0.5
    assert trial.suggested() == ({}, {})
    trial.distributions["x"] = FloatDistribution(0, 1)
    assert trial.suggested() == ({"x": 0.5}, {"x": FloatDistribution(0, 1)})
