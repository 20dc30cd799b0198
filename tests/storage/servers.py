"""Real database servers of our own, on loopback, which tests may kill and start again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from hpo.exceptions import StorageInternalError
from hpo.storage import RemoteStorage

__all__ = ["Server", "free_port", "hpo_server", "mariadb", "postgresql", "redis_server", "server_folder"]

_PREFIX = "hpo-server-"


@contextmanager
def server_folder() -> Iterator[Path]:
    """A folder for a server, which is gone when the block ends, or this process by SIGTERM.

    Servers run as users of their own, so it is not in pytest's folder, which belongs to this user alone. If this
    process is killed, the next one that wants such a folder ends what is left of the server, and removes it.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists():
            _end_what_uses(left)
            shutil.rmtree(left, ignore_errors=True)
    before = signal.signal(signal.SIGTERM, partial(_exit_in_order, os.getpid()))
    try:
        with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
    finally:
        signal.signal(signal.SIGTERM, before)


def _end_what_uses(folder: Path) -> None:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.fsencode(folder) in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def _exit_in_order(pid: int, signum: int, frame: object) -> None:
    del frame
    if os.getpid() != pid:  # a child of a test, which must not tidy up for its parent
        os._exit(128 + signum)
    pytest.exit("SIGTERM", 128 + signum)


def _database_answers(url: str) -> bool:
    engine = create_engine(url, poolclass=NullPool)
    try:
        engine.connect().close()
    except OperationalError:  # nobody listens yet, or who listens is still starting up
        return False
    return True


def _redis_answers(url: str) -> bool:
    client = redis.Redis.from_url(url)
    try:
        client.ping()
    except (redis.exceptions.ConnectionError, redis.exceptions.BusyLoadingError):
        return False
    finally:
        client.close()
    return True


def _hpo_answers(url: str) -> bool:
    try:
        RemoteStorage(url)
    except StorageInternalError:
        return False
    return True


@dataclass
class Server:
    """A server process.

    Args:
        command: Starts it in the foreground.
        user: Whom it runs as; servers refuse to be root.
        port: Where it listens.
        url: Of its database, with the password in it if it has one.
        log: Where it writes what it does.
        answers: Whether a server answers at a URL.
    """

    command: Sequence[str]
    user: str | None
    port: int
    url: str
    log: Path
    answers: Callable[[str], bool] = field(default=_database_answers, repr=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it and return once it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, user=self.user, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            if self.answers(self.url):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"The server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """SIGKILL to it and all of its children, as a power cut would."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()  # PostgreSQL's lead groups of their own
        for one in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self._process.wait()
        while any(Path(f"/proc/{child}").exists() for child in children):
            time.sleep(0.01)

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None and self._process.poll() is None:
            self.kill()


def postgresql(folder: Path, **settings: object) -> Server | str:
    """A new PostgreSQL, not yet started, with settings of its own; a sentence that says what is missing without one."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which("initdb", path=os.pathsep.join([str(binaries[-1]) if binaries else "", os.environ["PATH"]]))
    if found is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    user, port, data = _owner(folder, "postgres"), free_port(), folder / "data"
    initdb = [found, "--pgdata", str(data), "--auth", "trust", "--username", "hpo", "--encoding", "UTF8"]
    subprocess.run(initdb, user=user, check=True, capture_output=True, cwd="/")
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "max_connections": 200}
    arguments = [part for name, value in (options | settings).items() for part in ("-c", f"{name}={value}")]
    command = [str(Path(found).with_name("postgres")), "-D", str(data), *arguments]
    url = f"postgresql+psycopg://hpo:secret@127.0.0.1:{port}/postgres"
    return Server(command, user, port, url, folder / "log")


def mariadb(folder: Path) -> Server | str:
    """A new MariaDB, not yet started; a sentence that says what is missing where there is none."""
    install, program = shutil.which("mariadb-install-db"), shutil.which("mariadbd", path="/usr/sbin:/usr/bin")
    if install is None or program is None:
        return "MariaDB is not installed (Debian: apt-get install mariadb-server)"
    user, port, data = _owner(folder, "mysql"), free_port(), folder / "data"
    subprocess.run(
        [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"],
        user=user,
        check=True,
        capture_output=True,
        cwd="/",
    )
    command = [
        program,
        "--no-defaults",
        f"--datadir={data}",
        f"--tmpdir={folder}",  # a server that starts removes the temporary tables of all that share its folder
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder}/socket",
        f"--pid-file={folder}/pid",
        "--max-connections=200",
    ]
    return Server(command, user, port, f"mysql+pymysql://root@127.0.0.1:{port}/mysql", folder / "log")


def redis_server(folder: Path, *, cluster: bool = False) -> Server | str:
    """A new Redis, not yet started, which keeps what it is told; a sentence that says what is missing without one."""
    program = shutil.which("redis-server")
    if program is None:
        return "Redis is not installed (Debian: apt-get install redis-server)"
    user, port = _owner(folder, "redis"), free_port()
    options = {"port": port, "bind": "127.0.0.1", "dir": folder, "appendonly": "yes", "appendfsync": "always"}
    options["cluster-enabled"] = "yes" if cluster else "no"
    command = [program, *(part for name, value in options.items() for part in (f"--{name}", str(value)))]
    return Server(command, user, port, f"redis://127.0.0.1:{port}", folder / "log", _redis_answers)


def hpo_server(folder: Path, storage: str) -> Server:
    """A server of hpo, not yet started, that serves what is at a URL; its token is that of the environment."""
    port = free_port()
    program = "from hpo.cli.main import main; main()"
    command = [sys.executable, "-c", program, "serve", storage, "--port", str(port)]
    return Server(command, None, port, f"http+hpo://127.0.0.1:{port}", folder / "log", _hpo_answers)


def _owner(folder: Path, user: str) -> str | None:
    """Whom a server is to run as: itself for an ordinary user, `user` for root, who hands over the folder."""
    if os.getuid() != 0:
        return None
    shutil.chown(folder, user)
    return user


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
