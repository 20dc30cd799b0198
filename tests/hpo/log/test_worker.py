"""A worker is called gone only if that is certain: real processes, in namespaces and behind mounts of their own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.log.worker import Worker

Start = Callable[..., tuple["subprocess.Popen[str]", Worker]]

WORK = "import sys; from hpo.log.worker import Worker; print(Worker.here(), flush=True); sys.stdin.readline()"
"""Says who it is, and lives until it gets a line."""

ASK = """
import hashlib, os, sys  # another user may not be allowed to read Python's own files
from hpo.log.worker import Worker
worker, user = Worker.parse(sys.argv[1]), int(sys.argv[2])
if user:
    os.setgroups([]), os.setgid(user), os.setuid(user)
print(worker.is_gone)
"""

CERTAIN = f"""
import subprocess, sys
from hpo.log.worker import Worker
child = subprocess.Popen([sys.executable, "-c", {WORK!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
worker = Worker.parse(child.stdout.readline().strip())
assert not worker.is_gone
child.communicate("\\n")
print(worker.is_gone)
"""
"""Whether the end of a process beside it is certain."""

WITHOUT_FIRST_THREAD = f"""
import ctypes, threading
from hpo.log.worker import Worker
Worker.here()
def work():
    while open("/proc/self/stat").read().rpartition(")")[2].split()[0] != "Z":
        pass
    {WORK}
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(None)
"""

REUSED_PID = """
from dataclasses import replace
from hpo.log.worker import Worker
print(replace(Worker.here(), begun="1").is_gone)
"""
"""Whether it is certain that this process is not an earlier one with its pid."""

FORK = """
import ctypes, os, sys
from hpo.log.worker import Worker
parent = Worker.here()
if sys.argv[1:]:
    assert ctypes.CDLL(None).unshare(int(sys.argv[1])) == 0
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, str(Worker.here()).encode())
    os._exit(0)
child = Worker.parse(os.read(read, 999).decode())
os.wait()
print(child != parent and (child.is_gone if child.machine == parent.machine else child.pid == parent.pid))
"""
"""Whether a child is another worker: one that is gone, or one in a process namespace of its own with the same pid."""

OWN_PROCESSES = ("unshare", "--pid", "--fork", "--mount-proc")
PROCESSES_ALONE = ("unshare", "--pid", "--fork")  # with the /proc of outside, whose pids are others
OWN_TIME = ("unshare", "--time", "--boottime", "1000000", "--fork")
OWN_HOST_NAME = ("unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh")
NEW_PROCESSES = 0x20000000  # CLONE_NEWPID of Linux
NOBODY = 65534
NOBODYS_PID = 2**22 + 1  # Linux gives none above 2**22


def behind(*commands: str) -> tuple[str, ...]:
    """The words before a command that run it in a mount namespace of its own, after other commands."""
    return ("unshare", "--mount", "sh", "-c", " && ".join([*commands, 'exec "$@"']), "sh")


HIDDEN = {level: behind(f"mount -t proc -o hidepid={level} proc /proc") for level in (1, 2, 4)}
EMPTY_BOOT_ID = behind("mount --bind /dev/null /proc/sys/kernel/random/boot_id")
NO_PROC = behind("mount -t tmpfs tmpfs /proc")
NO_BOOT_ID = behind("mount -t tmpfs tmpfs /proc/sys/kernel/random")


def imitation(namespace: int, *status: str) -> tuple[str, ...]:
    """A /proc as a sandbox with a kernel of its own may show it: boot and namespaces have the same names in all."""
    here = "/proc/self"
    return behind(
        "mount -t tmpfs tmpfs /proc",
        f"mkdir -p {here}/ns /proc/sys/kernel/random",
        "echo 00000000-0000-0000-0000-000000000000 > /proc/sys/kernel/random/boot_id",
        f"printf 'Pid:\\t%s\\n' $$ > {here}/status",
        *status,
        f"ln -s 'pid:[{namespace}]' {here}/ns/pid",
        f"ln -s 'time:[{namespace}]' {here}/ns/time",
    )


SMALL_NUMBERS = imitation(1, "printf 'NSpid:\\t%s\\n' $$ >> /proc/self/status")
NO_PIDS_IN_NAMESPACES = imitation(4026531836)


def possible(*before: str) -> None:
    """Skip where the system does not allow a namespace or a mount."""
    try:
        done = subprocess.run([*before, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        pytest.skip(f"{shlex.join(before)}: {error}")
    if done.returncode:
        pytest.skip(f"{shlex.join(before)}: {done.stderr.strip()}")


def only_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")


def printed(code: str, *before: str, arguments: tuple[str, ...] = ()) -> bool:
    """What a process of its own, perhaps in surroundings of its own, prints in the end."""
    command = [*before, sys.executable, "-c", code, *arguments]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return {"True": True, "False": False}[output]


def asked(worker: Worker, *before: str, user: int = 0) -> bool:
    """Whether another process, of another user unless 0, calls the worker gone."""
    return printed(ASK, *before, arguments=(str(worker), str(user)))


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts workers, each perhaps in surroundings of its own, which end with the test."""
    with ExitStack() as stack:

        def started(*before: str, code: str = WORK) -> tuple[subprocess.Popen[str], Worker]:
            process = stack.enter_context(
                subprocess.Popen(
                    [*before, sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            assert process.stdout is not None
            worker = Worker.parse(process.stdout.readline().strip())
            assert worker is not None
            return process, worker

        yield started


words = st.text(st.characters(exclude_characters="/"))


@given(st.text(), st.integers(0, 2**64), words, words)
def test_a_worker_is_read_as_it_was_written(host: str, pid: int, machine: str, begun: str) -> None:
    worker = Worker(host, pid, machine, begun)
    assert Worker.parse(str(worker)) == worker


def test_what_earlier_releases_wrote_is_read_and_never_certain() -> None:
    worker = Worker.parse("node-7/4711/9f86d081/123456")
    assert worker == Worker("node-7", 4711, "9f86d081", "123456")
    assert not worker.is_gone


@pytest.mark.parametrize("text", ["", "nonsense", "host/1/machine", "host/x/m/1", "host/-1/m/1", "host/²/m/1"])
def test_other_text_names_no_worker(text: str) -> None:
    assert Worker.parse(text) is None


class TestOneProcessTable:
    def test_a_living_process_is_there(self, start: Start) -> None:
        _, worker = start()
        assert not worker.is_gone
        assert not Worker.here().is_gone
        assert not asked(worker)
        assert not asked(Worker.here())

    def test_a_killed_process_is_gone_whether_or_not_its_parent_looked(self, start: Start) -> None:
        process, worker = start()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert worker.is_gone, "it waits for its parent"
        process.wait()
        assert worker.is_gone, "it is nowhere"

    def test_a_later_process_with_the_same_pid_is_another(self, start: Start) -> None:
        _, worker = start()
        assert replace(worker, begun="1").is_gone

    def test_when_it_began_may_be_unknown(self, start: Start) -> None:
        process, worker = start()
        assert not replace(worker, begun="").is_gone
        process.kill()
        process.wait()
        assert replace(worker, begun="").is_gone

    def test_a_process_whose_first_thread_has_ended_is_there(self, start: Start) -> None:
        _, worker = start(code=WITHOUT_FIRST_THREAD)
        assert not worker.is_gone

    def test_the_name_of_a_process_may_be_any_bytes(self, start: Start) -> None:
        name = "from pathlib import Path; Path('/proc/self/comm').write_bytes(b') Z \\xff(')"
        _, worker = start(code=f"{name}\n{WORK}")
        assert not worker.is_gone

    def test_a_pid_that_no_system_has_is_not_certain(self) -> None:
        assert not replace(Worker.here(), pid=10**30).is_gone

    def test_a_fork_is_another_worker(self) -> None:
        assert printed(FORK)

    def test_a_fork_is_another_worker_even_with_the_same_pid(self) -> None:
        possible(*OWN_PROCESSES)
        assert printed(FORK, *OWN_PROCESSES, arguments=(str(NEW_PROCESSES),))


class TestOtherUsers:
    def test_another_users_process_is_there(self, start: Start) -> None:
        only_root()
        _, worker = start()
        assert not asked(worker, user=NOBODY)

    @pytest.mark.parametrize("level", HIDDEN)
    def test_a_hidden_process_is_there(self, start: Start, level: int) -> None:
        only_root()
        possible(*HIDDEN[level])
        process, worker = start()
        assert not asked(worker, *HIDDEN[level], user=NOBODY)
        process.kill()
        process.wait()
        assert asked(worker, *HIDDEN[level], user=NOBODY), "a pid that nobody has is certain even there"


class TestOtherNamespaces:
    @pytest.mark.parametrize("before", [OWN_PROCESSES, PROCESSES_ALONE, OWN_TIME, OWN_HOST_NAME], ids=shlex.join)
    def test_who_is_inside_and_who_is_outside_are_not_gone_for_each_other(
        self, start: Start, before: tuple[str, ...]
    ) -> None:
        possible(*before)
        _, outside = start()
        _, inside = start(*before)
        assert not inside.is_gone
        assert not asked(inside)
        assert not asked(outside, *before)
        assert not asked(inside, *before), "which is another of the same kind"

    @pytest.mark.parametrize("before", [(), OWN_PROCESSES, OWN_TIME, OWN_HOST_NAME], ids=shlex.join)
    def test_a_worker_is_certain_about_those_beside_it(self, before: tuple[str, ...]) -> None:
        possible(*before)
        assert printed(CERTAIN, *before)
        assert printed(REUSED_PID, *before)

    def test_where_proc_belongs_to_another_process_table_nothing_is_certain(self) -> None:
        possible(*PROCESSES_ALONE)
        assert not printed(CERTAIN, *PROCESSES_ALONE)
        assert not printed(REUSED_PID, *PROCESSES_ALONE)

    def test_a_host_of_another_name_is_not_this_one(self, start: Start) -> None:
        process, worker = start()
        process.kill()
        process.wait()
        assert worker.is_gone
        assert not replace(worker, host="elsewhere").is_gone


class TestSystemsThatTellLittle:
    @pytest.mark.parametrize(
        "before",
        [EMPTY_BOOT_ID, NO_BOOT_ID, SMALL_NUMBERS, NO_PIDS_IN_NAMESPACES, NO_PROC],
        ids=["empty boot id", "no boot id", "small numbers", "no pids in namespaces", "no /proc"],
    )
    def test_nothing_is_certain(self, start: Start, before: tuple[str, ...]) -> None:
        possible(*before)
        _, outside = start()
        _, inside = start(*before)
        for worker in (outside, inside, replace(inside, begun="1"), replace(inside, pid=NOBODYS_PID)):
            assert not asked(worker, *before)
            assert not worker.is_gone
        assert inside.machine == ""
