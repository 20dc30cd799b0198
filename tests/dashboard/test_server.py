"""Servers begin, tell where they are and what may be done there, and end."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

import hpo
from hpo.dashboard.live import news
from hpo.dashboard.opening import Openings
from hpo.exceptions import UnknownStudyError
from hpo.samplers import RandomSampler
from tests.dashboard.served import address, client_of, desk_of, identity_of

PROGRAM = "from hpo.cli.main import main; main()"
PATIENCE = 30.0


def objective(trial: hpo.Trial) -> float:
    return trial.suggest_float("x", 0, 1)


def made(storage: Any = None, name: str = "study", n: int = 2) -> hpo.Study:
    study = hpo.create_study(storage=storage, study_name=name, sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=n)
    return study


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-c", PROGRAM, "dashboard", *arguments]


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A dashboard in a process of its own, its address, and what else it says."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command(*arguments, "--port", "0"), **pipes) as process:
        assert process.stdout is not None
        first, second = process.stdout.readline(), process.stdout.readline()
        try:
            yield process, first.split()[-1], second
        finally:
            process.kill()


def page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
    return text


def test_the_command_serves_a_storage_until_it_is_interrupted(tmp_path: Path) -> None:
    made(f"sqlite:///{tmp_path}/study.db")
    with served(f"sqlite:///{tmp_path}/study.db") as (process, url, conditions):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
        assert "Only this machine" in conditions
        assert "--write" in conditions
        assert "study</a>" in page(url) or "reading" in page(url)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert errors == ""


def test_a_folder_shows_its_databases_and_journals_and_nothing_else(tmp_path: Path) -> None:
    made(f"sqlite:///{tmp_path}/a.db", "first")
    made(f"journal:///{tmp_path}/b.log", "second")
    (tmp_path / "notes.db").write_text("this is no database")
    (tmp_path / "readme.txt").write_text("nor is this")
    with served(str(tmp_path)) as (_, url, _):
        assert {"first", "second"} <= set(re.findall(r">(\w+)</a>", page(url)))
        made(f"sqlite:///{tmp_path}/c.db", "third")
        assert "third" in page(url)


def test_other_machines_need_the_password_that_is_printed_once(tmp_path: Path) -> None:
    made(f"sqlite:///{tmp_path}/study.db")
    with served(f"sqlite:///{tmp_path}/study.db", "--host", "0.0.0.0") as (_, url, conditions):
        found = re.fullmatch(r"http://[^/]+:(\d+)/\?token=([\w-]{20,})", url)
        assert found is not None
        assert "not encrypted" in conditions
        with pytest.raises(urllib.error.HTTPError, match="401"):
            page(f"http://127.0.0.1:{found[1]}/")
        assert "Come in" in page(f"http://127.0.0.1:{found[1]}/?token={found[2]}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sqlite:///nowhere/none.db",), "none.db"),
        (("--host", "no.such.host.invalid", "sqlite:///{db}"), "no address"),
        (("--host", "127.0.0.1", "--port", "{port}", "sqlite:///{db}"), "Nobody can listen at 127.0.0.1 port"),
        ((), "Say where the studies are"),
    ],
    ids=["storage", "host", "port", "nothing"],
)
def test_what_cannot_be_served_is_told_in_a_sentence(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    made(f"sqlite:///{tmp_path}/study.db")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        names = {"db": f"{tmp_path}/study.db", "port": str(taken.getsockname()[1])}
        done = subprocess.run(
            command(*(one.format(**names) for one in arguments)),
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={"PATH": ""},
        )
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_study_is_served_from_a_thread_and_knows_what_this_process_runs() -> None:
    study = made()
    running = study.ask()
    running.suggest_float("x", 0, 1)
    shown = study.dashboard()
    try:
        assert f"{study._log.identity}" in shown.url
        assert shown.url in repr(shown)
        assert f'src="{shown.url}"' in shown._repr_html_()
        assert "study</h1>" in page(shown.url)
        text = page(f"{shown.url}/trials/{running.number}")
        assert f"{running.params['x']}" in text
    finally:
        shown.stop()
    with pytest.raises(urllib.error.URLError):
        page(shown.url)


def test_news_come_when_the_log_has_grown_and_end_with_the_study_and_the_server() -> None:
    study = made()
    storage = study._log.storage
    closing = threading.Event()

    async def heard() -> list[str]:
        found = []
        async for line in news(study, study.snapshot().position, closing.is_set):
            found.append(line)
            if len(found) == 1:
                study.optimize(objective, n_trials=3)
            elif len(found) == 2:
                study.ask()
            elif len(found) == 3:
                hpo.delete_study(study_name="study", storage=storage)
        return found

    found = anyio.run(heard)
    positions = [int(re.findall(r"data: (\d+)", line)[0]) for line in found[1:3]]
    assert positions == sorted(positions)
    assert "event: gone" in found[3]
    assert len(found) == 4

    async def heard_of_the_end() -> list[str]:
        closing.set()
        return [line async for line in news(made(), 0, closing.is_set)]

    assert anyio.run(heard_of_the_end) == ["retry: 1000\n\n"]


def test_a_page_of_a_log_that_takes_long_says_so_and_comes() -> None:
    study = made()
    desk = desk_of(study)
    may_open = threading.Event()

    class Slow:
        """The desk, as if its log were long."""

        def __init__(self) -> None:
            self.has_read = False

        def is_open(self, identity: str) -> bool:
            return self.has_read

        def open(self, identity: str) -> Any:
            may_open.wait(PATIENCE)
            self.has_read = True
            return desk.open(identity)

    openings = Openings(Slow())  # type: ignore[arg-type]
    assert openings.within(identity_of(study), 0.0) is None
    assert openings.within(identity_of(study), 0.0) is None
    may_open.set()
    assert openings.within(identity_of(study), PATIENCE) is study
    assert openings.within(identity_of(study), 0.0) is study


def test_an_opening_that_fails_says_why_each_time() -> None:
    openings = Openings(desk_of(made()))
    for _ in range(2):
        with pytest.raises(UnknownStudyError):
            openings.within("nothing", PATIENCE)


def test_what_one_process_tells_another_one_shows(tmp_path: Path) -> None:
    study = made(f"sqlite:///{tmp_path}/study.db")
    with client_of(study) as client:
        other = hpo.load_study(storage=f"sqlite:///{tmp_path}/study.db", sampler=RandomSampler())
        other.optimize(objective, n_trials=5)
        assert len(json.loads(client.get(address(study, "/trials.json")).text)) == 7
