"""The processes below a run, looked at from outside."""

import os
import select
from pathlib import Path


def children_of(pid: int) -> dict[int, str]:
    """Every process below *pid*, with its command line."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(stat.parent.name)] = int(fields[1])
    below: list[int] = []
    found = {pid}
    while found:
        found = {child for child, parent in parents.items() if parent in found}
        below += found
    return {child: _command_line(child) for child in below}


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def one_with(processes: dict[int, str], part: str) -> int:
    """The only process with *part* in its command line."""
    (pid,) = (pid for pid, line in processes.items() if part in line)
    return pid


def ends_within(pid: int, seconds: float) -> bool:
    """Wait for a process that is nobody's child any more."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poller = select.poll()
        poller.register(fd, select.POLLIN)
        return bool(poller.poll(seconds * 1_000))
    finally:
        os.close(fd)
