"""A progress bar, log lines and a table share a terminal, and none of them tears another."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

SCRIPT = """
import hpo
study = hpo.create_study(seed=0)
study.optimize(
    lambda trial: trial.suggest_float("x", 0, 1), n_trials=20, callbacks=[hpo.TableCallback()], show_progress_bar=True
)
"""


def screen(tmp_path: Path) -> list[str]:
    """The lines that a terminal shows in the end, without colours: each from its last return of the carriage on."""
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    process = subprocess.Popen([sys.executable, tmp_path / "script.py"], stdout=theirs, stderr=theirs)
    os.close(theirs)
    written = b""
    try:
        while part := os.read(ours, 2**16):
            written += part
    except OSError:  # how Linux says that nobody writes there any more
        pass
    os.close(ours)
    assert process.wait() == 0
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", written.decode())
    return [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]


def test_no_line_begins_within_another(tmp_path: Path) -> None:
    lines = screen(tmp_path)
    logged = [line for line in lines if "finished with value" in line]
    assert len(logged) == 20
    assert all(line.startswith("[I ") for line in logged)
    rows = [line for line in lines if re.fullmatch(r" *\d+\*? +\S+ +\S+ *", line)]
    assert [int(re.findall(r"\d+", row)[0]) for row in rows] == list(range(20))
    assert any("20/20" in line for line in lines)
