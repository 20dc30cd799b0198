"""The servers of these tests leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage.servers import server_folder
from tests.waiting import has_ended, wait_until

_PROGRAM = """
import subprocess, sys, time
from tests.storage.servers import server_folder
with server_folder() as folder:
    server = subprocess.Popen([sys.executable, "-c", "input()", str(folder)], stdin=subprocess.PIPE)
    print(folder, server.pid, flush=True)
    while True:
        time.sleep(0.01)
"""


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_a_folder_goes_with_the_process_or_when_the_next_one_comes(signum: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        folder, server = program.stdout.readline().split()
        assert Path(folder).is_dir()
        program.send_signal(signum)
    if signum is signal.SIGKILL:
        assert Path(folder).exists()
        with server_folder() as own:
            assert own.is_dir()
    assert not Path(folder).exists()
    wait_until(lambda: has_ended(int(server)))
