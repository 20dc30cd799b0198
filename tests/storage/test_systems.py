"""What storages do on systems that lack POSIX's locks, in processes that do not find them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_WITHOUT = """
import os, sys
sys.modules["fcntl"] = None
for name in ("O_CLOEXEC", "fdatasync", "pwrite"):
    if hasattr(os, name):
        delattr(os, name)
import hpo, hpo.storage, hpo.storage.journal
"""


def _printed(program: str, *arguments: object) -> str:
    command = [sys.executable, "-W", "error", "-c", _WITHOUT + program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_a_journal_says_what_it_lacks_and_what_to_use(tmp_path: Path) -> None:
    program = """
for make in (
    lambda: hpo.storage.JournalStorage(sys.argv[1]),
    lambda: hpo.create_study(storage="journal:///" + sys.argv[1]),
):
    try:
        make()
    except hpo.exceptions.StorageInternalError as error:
        print(error)
"""
    sentence = (
        "A journal needs the locks of a POSIX system (Python's module fcntl), and this system has none. Use a database "
        'instead, such as storage="sqlite:///study.db".\n'
    )
    assert _printed(program, tmp_path / "study.log") == 2 * sentence
    assert not list(tmp_path.iterdir())


def test_sqlite_works(tmp_path: Path) -> None:
    program = """
for _ in range(2):
    study = hpo.create_study(study_name="s", storage="sqlite:///" + sys.argv[1], load_if_exists=True)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3, n_jobs=2)
print(len(study.trials), study.verify())
"""
    assert _printed(program, tmp_path / "study.db") == "6 []\n"
