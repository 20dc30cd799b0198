"""A terminal that shows a bar, log lines and a table shows each line of each alone, and whole."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

SCRIPT = """
import hpo
study = hpo.create_study(seed=0, study_name="s")
table = [hpo.TableCallback()] if {table} else []
def objective(trial):
    if trial.number == 3:
        raise ValueError("no luck")
    return trial.suggest_float("x", 0, 1)
study.optimize(objective, n_trials=8, n_jobs={n_jobs}, timeout=600, callbacks=table, catch=ValueError,
               show_progress_bar=True)
"""
LOG = re.compile(
    r"\[[IW] [^\]]+\] (A new study created.*|Trial \d+ (finished with value: \S+ and .*\.|failed with .*))",
)
BAR = re.compile(r"(Best trial: \d+\. Best value: \S+: |)\s*\d+%\|.*\| \d/8 \[.*\]")
ROW = re.compile(r"( +trial .*|[─ ]+|\s+\d[* ]\s+(\S+\s+\S+|failed.*)|Study 's'.*|Best: trial .*|)")


def shown(script: str) -> list[str]:
    """What a terminal of 400 columns shows after a script."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 400, 0, 0))
    with subprocess.Popen([sys.executable, "-c", script], stdout=theirs, stderr=theirs, stdin=theirs) as running:
        os.close(theirs)
        told = b""
        try:
            while part := os.read(ours, 65536):
                told += part
        except OSError:  # the other end has been closed
            pass
        os.close(ours)
    assert running.returncode == 0, told.decode()
    return screen(re.sub(r"\x1b\[[0-9;]*m", "", told.decode()))


def screen(text: str) -> list[str]:
    """Text as a terminal shows it, which goes back to the begin of a line and writes over it."""
    lines, row, column = [""], 0, 0
    for piece in re.findall(r"\x1b\[A|.", text, re.DOTALL):
        if piece == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif piece == "\r":
            column = 0
        elif piece == "\x1b[A":
            row -= 1
        else:
            line = lines[row].ljust(column)
            lines[row] = line[:column] + piece + line[column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("table", [False, True])
def test_nothing_tears_anything(table: bool, n_jobs: int) -> None:
    lines = shown(SCRIPT.format(table=table, n_jobs=n_jobs))
    logged = [line for line in lines if "[I " in line or "[W " in line]
    assert [line for line in logged if not LOG.fullmatch(line)] == []
    assert len(logged) == 9
    bars = [line for line in lines if "%|" in line]
    assert [line for line in bars if not BAR.fullmatch(line)] == []
    assert "8/8" in bars[-1]
    assert len(bars) == 1  # drawn anew below each line, and never left behind
    rows = [line for line in lines if re.match(r"\s+\d[* ]", line)]
    assert len(rows) == 8 * table
    assert [line for line in rows if not ROW.fullmatch(line)] == []


def test_a_screen_is_what_it_is() -> None:
    assert screen("abc\rx\r\n12\n3\x1b[A!\r\n") == ["xbc", "12 !", "  3"]
