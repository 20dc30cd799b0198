"""Lines go where a script sends them, by hpo's name or by Optuna's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEGIN = """
import logging, sys
import hpo as optuna
lines = []
class Kept(logging.Handler):
    def emit(self, record):
        lines.append(record.getMessage())
def run():
    optuna.create_study(study_name="s")
"""
END = "\nprint(len(lines), *lines, sep='|')"
CREATED = "A new study created in memory with name: s"


def told(script: str) -> tuple[str, str]:
    """What came to the script's own handler, and to stderr."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BEGIN + script + END],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize(
    "logger",
    [
        'optuna.logging.get_logger("optuna")',
        'optuna.logging.get_logger("hpo")',
        'logging.getLogger("optuna")',
        'logging.getLogger("hpo")',
    ],
)
@pytest.mark.parametrize("before", [False, True])
def test_a_handler_gets_the_lines_by_either_name(logger: str, before: bool) -> None:
    add = f"\n{logger}.addHandler(Kept())"
    assert (
        told(f"{add}\nrun()" if before else f"optuna.create_study(study_name='earlier'){add}\nrun()")[0]
        == f"1|{CREATED}"
    )


@pytest.mark.parametrize(
    "silence",
    [
        'optuna.logging.get_logger("optuna").setLevel(logging.WARNING)',
        'logging.getLogger("optuna").setLevel(logging.WARNING)',
        "optuna.logging.set_verbosity(optuna.logging.WARNING)",
        "optuna.logging.disable_default_handler()",
    ],
)
def test_lines_can_be_silenced_by_either_name(silence: str) -> None:
    assert told(f"{silence}\nrun()") == ("0", "")


def test_the_default_handler_comes_back() -> None:
    assert (
        CREATED in told("optuna.logging.disable_default_handler()\noptuna.logging.enable_default_handler()\nrun()")[1]
    )


def test_lines_are_passed_on_when_asked_for() -> None:
    listen = "logging.getLogger().addHandler(Kept())\n"
    assert told(f"{listen}run()")[0] == "0"
    assert told(f"{listen}optuna.logging.enable_propagation()\nrun()")[0] == f"1|{CREATED}"
    assert told(f"{listen}optuna.logging.enable_propagation()\noptuna.logging.disable_propagation()\nrun()")[0] == "0"


def test_the_verbosity_is_that_of_either_name() -> None:
    script = "optuna.logging.set_verbosity(optuna.logging.ERROR)\nlines.append(str(optuna.logging.get_verbosity()))"
    assert told(script)[0] == "1|40"


def test_optuna_itself_keeps_its_logger() -> None:
    script = "import optuna as real\nreal.logging.get_logger('optuna').addHandler(Kept())\nrun()\nreal.create_study()"
    count, *lines = told(script)[0].split("|")
    assert count == "1"
    assert CREATED not in lines


def test_the_handler_of_a_level_gets_what_is_above_it() -> None:
    script = """
handler = Kept(logging.WARNING)
logging.getLogger("optuna").addHandler(handler)
study = optuna.create_study()
def fails(trial):
    raise ValueError("no luck")
study.optimize(fails, n_trials=1, catch=ValueError)
lines[:] = [line.splitlines()[0] for line in lines]
"""
    assert told(script)[0].startswith("1|Trial 0 failed with parameters: {}")
