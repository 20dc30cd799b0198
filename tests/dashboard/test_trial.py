"""The page of a trial tells everything that is known of it."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from html import unescape

import pytest

import hpo
from hpo.dashboard.origins import Origins
from hpo.samplers import RandomSampler, TPESampler
from hpo.words import encodable
from tests.dashboard.served import address, client_of
from tests.visualization.studies import STUDIES, study_named


@pytest.mark.parametrize("name", [name for name in STUDIES if not name.startswith("empty")])
def test_every_trial_has_a_page(name: str) -> None:
    study = study_named(name)
    with client_of(study) as client:
        for trial in study.trials[:12]:
            answer = client.get(address(study, f"/trials/{trial.number}"))
            assert answer.status_code == 200, answer.text
            text = unescape(answer.text)
            assert all(encodable(parameter) in text for parameter in trial.params)
            if trial.error is not None:
                assert encodable(trial.error.type) in text
                assert encodable(trial.error.traceback) in text
            assert client.get(address(study, f"/trials/{trial.number}/origin")).status_code == 200
            assert client.get(address(study, f"/trials/{trial.number}/plot/curve")).status_code == 200


def test_it_tells_who_proposed_it_who_ran_it_and_why(tmp_path: os.PathLike[str]) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    study = hpo.create_study(storage=storage, sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    study.sampler = TPESampler(n_startup_trials=1)
    study.enqueue_trial({"x": 0.5})
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    origins = Origins()
    assert [origins.of(study, number).sampler.partition("(")[0] for number in range(4)] == [
        "RandomSampler",
        "RandomSampler",
        "TPESampler",
        "TPESampler",
    ]
    assert [origins.of(study, number).is_claimed for number in range(4)] == [False, False, True, False]
    with client_of(study) as client:
        text = client.get(address(study, "/trials/2/origin?why=1")).text
    assert f"{socket.gethostname()}, process {os.getpid()}" in text
    assert "x=0.5" in unescape(text)


def test_an_origin_is_that_of_the_first_claim() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.enqueue_trial({"x": 0.1})
    origins = Origins()
    assert not origins.of(study, 0).is_claimed
    study.ask()
    assert origins.of(study, 0).is_claimed
    assert origins.of(study, 7) == Origins().of(study, -1)


def test_it_shows_the_checkpoints_that_this_machine_sees(
    tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HPO_CHECKPOINTS", str(tmp_path))
    study = hpo.create_study(sampler=RandomSampler())
    trial = study.ask()
    (trial.checkpoint_dir / "weights.bin").write_bytes(b"1234")
    with client_of(study) as client:
        text = client.get(address(study, f"/trials/{trial.number}")).text
    assert "weights.bin" in text
    assert "4 bytes" in text


@pytest.mark.parametrize(("days", "words"), [(0, "10:00:00 to 11:00:00"), (3, "10:00:00 to 2026-01-05 11:00:00")])
def test_the_end_of_a_trial_has_a_date_where_it_is_another_day(days: int, words: str) -> None:
    study = hpo.create_study()
    trial = hpo.trial.create_trial(value=1.0)
    trial.datetime_start = datetime(2026, 1, 2, 10)
    trial.datetime_complete = trial.datetime_start + timedelta(days=days, hours=1)
    study.add_trial(trial)
    with client_of(study) as client:
        assert f"from 2026-01-02 {words}<" in client.get(address(study, "/trials/0")).text


def test_failures_are_grouped() -> None:
    study = hpo.create_study(sampler=RandomSampler())

    def fail(trial: hpo.Trial) -> float:
        raise (KeyError("a"), ValueError("b"))[trial.number % 3 == 0]

    study.optimize(fail, n_trials=6, catch=Exception)
    with client_of(study) as client:
        text = client.get(address(study, "/failures")).text
    assert text.index("<b>4 ×</b> KeyError") < text.index("<b>2 ×</b> ValueError")
    assert "6 trials failed in 2 ways" in text
