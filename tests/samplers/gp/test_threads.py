"""BLAS is limited to one thread for as long as a proposal is made."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hpo.samplers.gp.threads import single_threaded

threadpoolctl = pytest.importorskip("threadpoolctl")


def n_threads() -> set[int]:
    return {library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"}


def test_the_limit_holds_inside_and_ends_outside() -> None:
    with single_threaded():  # loads the libraries
        pass
    before = n_threads()
    with single_threaded():
        assert n_threads() == {1}
        with single_threaded():
            assert n_threads() == {1}
        assert n_threads() == {1}
    assert n_threads() == before


def test_the_limit_ends_after_an_error() -> None:
    before = n_threads()
    with pytest.raises(ArithmeticError), single_threaded():
        raise ArithmeticError
    assert n_threads() == before


def test_proposals_do_not_depend_on_the_number_of_threads() -> None:
    code = """
import hpo
hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(sampler=hpo.samplers.GPSampler(seed=0, n_startup_trials=40))
study.optimize(lambda t: sum((t.suggest_float(f"x{i}", 0, 1) - 0.3) ** 2 for i in range(4)), n_trials=48)
print([trial.params for trial in study.trials])
"""
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OPENBLAS_NUM_THREADS": n, "OMP_NUM_THREADS": n},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for n in "12"
    ]
    assert outputs[0] == outputs[1]
