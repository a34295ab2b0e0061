"""Waiting on descriptors with a deadline: the only waiting there is in these tests."""

import contextlib
import os
import select
import time
from collections.abc import Callable, Sequence
from typing import Protocol

DEADLINE_MS = 5_000


class Readable(Protocol):
    def fileno(self) -> int: ...


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def readable(source: Readable | int, *, within_ms: int = DEADLINE_MS) -> bool:
    """Return whether *source* becomes readable (or ends) in that time."""
    poller = select.poll()
    poller.register(source if isinstance(source, int) else source.fileno(), select.POLLIN)
    return bool(poller.poll(within_ms))


def until(
    condition: Callable[[], bool], sources: Sequence[int] = (), *, within_ms: int = DEADLINE_MS
) -> None:
    """Look again whenever one of *sources* is readable, and at least every 5 ms."""
    deadline_ms = now_ms() + within_ms
    while not condition():
        assert now_ms() < deadline_ms, f"did not happen within {within_ms} ms"
        select.select([fd for fd in sources if fd >= 0], [], [], 0.005)


def read_bytes(fd: int, count: int, *, within_ms: int = DEADLINE_MS) -> bytes:
    """Return *count* bytes from *fd*, or fewer if they do not come in time."""
    data = b""
    deadline_ms = now_ms() + within_ms
    while len(data) < count and readable(fd, within_ms=max(0, deadline_ms - now_ms())):
        with contextlib.suppress(OSError):
            data += os.read(fd, count - len(data))
            continue
        break
    return data


def read_until(fd: int, wanted: bytes, *, within_ms: int = DEADLINE_MS) -> bytes:
    """Return everything up to and with *wanted*; fails the test if it does not come."""
    data = b""
    deadline_ms = now_ms() + within_ms
    while not data.endswith(wanted):
        byte = read_bytes(fd, 1, within_ms=max(0, deadline_ms - now_ms()))
        assert byte, f"{wanted.hex(' ')} did not come within {within_ms} ms, but {data.hex(' ')}"
        data += byte
    return data
