"""A small session, recorded. Wall clock and file name are given, so its bytes are the same
in every run."""

import errno
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from treadctl.records.chain import Kind
from treadctl.records.journal import Header, Journal

STARTED_AT: Final = datetime(2026, 11, 23, 3, 8, 26, tzinfo=UTC)
HEADER: Final = Header(
    plan="novice-1", machine="left", simulated=True, software="0.1.0", limits_hash="c0ffee"
)
STOP: Final[Mapping[str, object]] = {
    "event": "stop",
    "t_ms": 5_200,
    "reaction": "e_stop",
    "code": "F-016",
    "cause": "strap_open",
    "message": "The strap is not attached.",
    "action": "Step off.",
}
FINISHED: Final[Mapping[str, object]] = {
    "reason": "strap_open",
    "exit_code": 11,
    "reverse_s": 61.5,
    "distance_m": 40.25,
}


class Disk:
    """Stands in for `os.write`: takes what it is told to take."""

    def __init__(self, room: int = 1 << 40) -> None:
        self.room = room
        self.calls = 0

    def write(self, fd: int, data: bytes) -> int:
        self.calls += 1
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = min(self.room, len(data))
        self.room -= taken
        return os.write(fd, data[:taken])


def open_journal(directory: Path, **options: Any) -> Journal:
    defaults: dict[str, Any] = {
        "real_time": False,
        "t_ms": 100,
        "started_at": STARTED_AT,
        "suffix": lambda: "abc123",
    }
    return Journal.open(directory, HEADER, **{**defaults, **options})


def fill(journal: Journal) -> None:
    journal.append(Kind.EVENT, 200, {"event": "state", "state": "walk", "step_name": "Back 1"})
    journal.append(Kind.REPORT, 300, {"phase": "moving", "reverse_ms": 61_400})
    journal.append(Kind.REQUEST, 400, {"setpoint_ckmh": 100})
    journal.append(Kind.VERB, 4_000, {"verb": "faster"})
    journal.append(Kind.EVENT, 5_200, STOP)
    journal.append(Kind.FAULT, 5_200, {"cause": "strap_open"})


def record(directory: Path, **options: Any) -> Path:
    """A closed record of seven lines and its closing line."""
    journal = open_journal(directory, **options)
    fill(journal)
    assert journal.close(125_100, FINISHED)
    return journal.path
