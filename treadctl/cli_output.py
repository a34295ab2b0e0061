"""Standard output that can close, fill up or stand still without the belt noticing.

Two rules. A reader that goes away ends the telling, never the run: nobody's `head` or full disk
stops a belt, and none leaves one running. And a reader that does not read (a paused pager, a
terminal after ctrl-s) may not hold up a run in real time: the core would miss its heartbeat and
the gate would stop the belt. There, samples that nobody reads are dropped.
"""

import errno
import os
import select
import sys
from collections import deque
from typing import Final

from treadctl.units import counted

_CHUNK: Final = 4_096
"""PIPE_BUF: this much never blocks once a pipe or a terminal has said that it is writable."""
_WAITING_MAX: Final = 20_000
"""Samples kept for a slow reader in real time: half an hour of them."""
_FAREWELL_MS: Final = 2_000


class Output:
    """Text to one descriptor. Never raises; after the reader has gone it does nothing."""

    def __init__(self, fd: int, *, encoding: str = "utf-8", patient: bool = True) -> None:
        self._fd = fd
        self._encoding = encoding
        self._patient = patient
        self._waiting: deque[bytes] = deque()
        self._dropped = 0
        self._open = True
        self._lost: str | None = None

    @property
    def trouble(self) -> str | None:
        """What has not been written, and why. A reader that simply went away is none."""
        if self._lost is not None:
            return f"the output could not be written: {self._lost}"
        if self._dropped:
            are = "is" if self._dropped == 1 else "are"
            return (
                "the output was not read in time: "
                f"{counted(self._dropped, 'sample')} {are} missing in it"
            )
        return None

    def write(self, text: str, *, spare: bool = False) -> None:
        """Write *text*; a *spare* one is left out for a reader that is far behind."""
        if not self._open:
            return
        if spare and len(self._waiting) >= _WAITING_MAX:
            self._dropped += 1
            return
        data = text.encode(self._encoding, errors="replace")
        self._waiting.extend(data[i : i + _CHUNK] for i in range(0, len(data), _CHUNK))
        self._send(None if self._patient else 0)

    def close(self) -> None:
        """Give a slow reader a last chance."""
        self._send(None if self._patient else _FAREWELL_MS)

    def _send(self, wait_ms: int | None) -> None:
        """Write what waits, for as long as the reader takes something within *wait_ms*."""
        poller = select.poll()
        poller.register(self._fd, select.POLLOUT)
        try:
            while self._waiting and poller.poll(wait_ms):
                data = self._waiting[0]
                written = os.write(self._fd, data)
                if written < len(data):
                    self._waiting[0] = data[written:]
                else:
                    self._waiting.popleft()
        except BlockingIOError:
            pass  # somebody else made it non-blocking; the rest goes out the next time
        except OSError as error:
            self._open = False
            self._waiting.clear()
            if not isinstance(error, BrokenPipeError):
                self._lost = why_lost(error)


def why_lost(error: OSError) -> str:
    """What kept something from being written, for a person."""
    if error.errno == errno.EBADF:  # what stands in for a closed one, below
        return "it is closed"
    return error.strerror or str(error)


def stand_in_for_closed_streams() -> None:
    """Put /dev/null where a standard stream is closed, and let text that has no letter pass.

    Otherwise the next file that is opened would become somebody's standard output, and a
    locale without umlauts would end a session over a plan's title.
    """
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            # Takes the lowest free one: this. What was to be printed is lost and not merely
            # unseen, so what stands in for stdout refuses to be written to.
            os.open(os.devnull, os.O_RDONLY if fd == 1 else os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def discard_stdout() -> None:
    """The interpreter flushes stdout once more when it exits; let that go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
