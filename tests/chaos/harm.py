"""How a process is hurt. Every one of these is done from outside, and takes nobody's consent."""

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

Wait = Callable[[float], None]
DIED: Final = "it died of it"
"""What is noted where nobody was killed, and somebody is dead all the same."""
_NOTHING_MORE: Final = 64 * 1024
"""Bytes of address space beyond what a process has: the next real need fails."""


class CannotBeDoneHere(Exception):
    """Not on this computer, or not by this user. Says why."""


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def pause(pid: int, lasts_ms: int, wait: Wait) -> None:
    send(pid, signal.SIGSTOP)
    wait(lasts_ms / 1_000)
    send(pid, signal.SIGCONT)


def take_memory(pid: int) -> None:
    """From now on the system gives it no more."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    size = pages * os.sysconf("SC_PAGE_SIZE") + _NOTHING_MORE
    _limit(pid, resource.RLIMIT_AS, size)


def fill_disk(pid: int) -> None:
    """From now on nothing it writes to a file gets there."""
    _limit(pid, resource.RLIMIT_FSIZE, 0)


def _limit(pid: int, what: int, size: int) -> None:
    try:
        resource.prlimit(pid, what, (size, size))
    except (OSError, ValueError) as error:
        raise CannotBeDoneHere(f"no limit could be put on it: {error}") from error


@contextmanager
def starved(pids: list[int], core: int) -> Iterator[None]:
    """Let *pids* have what others leave of one core, and somebody take all of it."""
    hog = subprocess.Popen(["/bin/sh", "-c", "while :; do :; done"])
    before = {}
    try:
        os.sched_setaffinity(hog.pid, {core})
        for pid in pids:
            before[pid] = (
                os.sched_getscheduler(pid),
                os.sched_getparam(pid),
                os.sched_getaffinity(pid),
            )
            os.sched_setaffinity(pid, {core})
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    except (OSError, AttributeError) as error:
        hog.kill()
        hog.wait()
        raise CannotBeDoneHere(
            f"its share of the processor could not be changed: {error}"
        ) from error
    try:
        yield
    finally:
        hog.kill()
        hog.wait()
        for pid, (policy, parameter, cores) in before.items():
            with contextlib.suppress(OSError):  # it has ended of it
                os.sched_setscheduler(pid, policy, parameter)
                os.sched_setaffinity(pid, cores)


def is_alive(pid: int) -> bool:
    """Whether it is there, and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
