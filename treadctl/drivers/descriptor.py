"""Bounded reads and writes on a descriptor, the same for a tty and for a socket."""

import contextlib
import os
import select
import time
from typing import Final

from treadctl.errors import LinkError

READ_SIZE: Final = 4_096
WRITE_MS: Final = 50
"""A write that takes longer has failed: the loop has a strap to look at."""
_GONE: Final = select.POLLHUP | select.POLLERR | select.POLLNVAL


def read_available(fd: int) -> bytes:
    """Return what is there now; `LinkError` when the other end has gone."""
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    events = poller.poll(0)
    if not events:
        return b""
    ((_, event),) = events
    if event & select.POLLIN:
        try:
            data = os.read(fd, READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            raise LinkError(f"reading failed: {error.strerror}") from error
        if data:
            return data
        # Readable and yet nothing there: that is how an unplugged adapter and a closed
        # connection look.
    raise LinkError("the other end has gone" if event & _GONE else "the link has ended")


def write_all(fd: int, data: bytes) -> None:
    """Write all of *data* within 50 ms or raise `LinkError`."""
    deadline_ms = now_ms() + WRITE_MS
    while data:
        try:
            data = data[os.write(fd, data) :]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            raise LinkError(f"writing failed: {error.strerror}") from error
        if data:
            left_ms = deadline_ms - now_ms()
            if left_ms <= 0:
                raise LinkError(f"nothing could be written for {WRITE_MS} ms")
            poller = select.poll()
            poller.register(fd, select.POLLOUT)
            poller.poll(left_ms)


def now_ms() -> int:
    """Return the monotonic clock that core and gate use as well."""
    return time.monotonic_ns() // 1_000_000


def wake(fd: int) -> None:
    """Make the other end of a pipe readable; once is enough."""
    with contextlib.suppress(BlockingIOError):
        os.write(fd, b"!")


def drain(fd: int) -> None:
    """Empty a pipe that only says "wake up"."""
    with contextlib.suppress(BlockingIOError):
        os.read(fd, READ_SIZE)
