"""`study.stop()` ends the run that it is called from."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import hpo
from hpo.trial import Trial


def test_of_two_runs_of_one_study_the_callers_ends() -> None:
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler())
    both, stopped = threading.Barrier(2), threading.Event()
    counts = {"stops": 0, "goes on": 0}

    def run(name: str, n_trials: int) -> None:
        def objective(trial: Trial) -> float:
            counts[name] += 1
            if counts[name] == 1:
                both.wait(60)
            if name == "stops" and counts[name] == 3:
                trial.study.stop()
                stopped.set()
            elif name == "goes on":
                assert stopped.wait(60)
            return 0.0

        study.optimize(objective, n_trials=n_trials)

    threads = [threading.Thread(target=run, args=args) for args in (("stops", 40), ("goes on", 10))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == {"stops": 3, "goes on": 10}


def test_from_another_thread_all_runs_of_the_study_end() -> None:
    study, other = hpo.create_study(), hpo.create_study()
    running, stopped = threading.Barrier(3), threading.Event()

    def objective(trial: Trial) -> float:
        running.wait(60)
        assert stopped.wait(60)
        return 0.0

    threads = [threading.Thread(target=study.optimize, args=(objective,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    running.wait(60)
    study.stop()
    stopped.set()
    for thread in threads:
        thread.join()
    assert study.count_trials() == 2
    for idle in (study, other):
        with pytest.raises(RuntimeError, match="callbacks of a running"):
            idle.stop()


def test_of_nested_runs_the_named_study_s_ends() -> None:
    outer, inner = hpo.create_study(), hpo.create_study()

    def stop_the_outer(study: Any, trial: Any) -> None:
        if trial.number == 1:
            outer.stop()

    def objective(trial: Trial) -> float:
        inner.optimize(lambda trial: 0.0, n_trials=3, callbacks=[stop_the_outer])
        return 0.0

    outer.optimize(objective, n_trials=5)
    assert (outer.count_trials(), inner.count_trials()) == (1, 3)
