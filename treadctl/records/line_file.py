"""A file that only grows, by whole lines, and never makes its writer wait.

A full or stalled disk keeps lines in memory, up to a bound, and the same bytes are tried
again later, from the very byte where it broke off; so what is on the disk is always a
beginning of what was added, without a hole.
"""

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final

FLUSH_S: Final = 0.5
"""At most this long in memory; with the write itself, below the second that is promised."""
CHUNK: Final = 64 * 1024
BACKLOG_MAX: Final = 8 << 20
"""Bytes that may wait for the disk: a quarter of an hour of a session."""

Write = Callable[[int, bytes], int]
Sync = Callable[[int], None]


def create_file(path: Path) -> int:
    """Open *path* for appending; FileExistsError rather than touch what is there."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return os.open(path, flags, 0o600)


class LineFile:
    """`add` belongs to one thread, `write_pending` and `close` to one; they may differ."""

    def __init__(self, fd: int, *, write: Write = os.write, sync: Sync = os.fsync) -> None:
        self._fd = fd
        self._write = write
        self._sync = sync
        self._pending: deque[bytes] = deque()
        self._rest = b""
        self._added = 0  # counted by the one side ...
        self._written = 0  # ... and by the other, so that neither needs a lock
        self._sync_wanted = False
        self.error: str | None = None
        """Why the last attempt to write failed; None after one that did not."""

    @property
    def backlog(self) -> int:
        """Bytes not yet handed to the operating system."""
        return self._added - self._written

    def add(self, line: bytes) -> None:
        self._pending.append(line)
        self._added += len(line)

    def want_sync(self) -> None:
        """The next `write_pending` also waits for the disk itself."""
        self._sync_wanted = True

    def write_pending(self) -> None:
        """Write everything that waits, as far as the disk takes it. Never raises."""
        try:
            while self._rest or self._pending:
                self._rest = self._rest or self._next_chunk()
                written = self._write(self._fd, self._rest)
                self._rest = self._rest[written:]
                self._written += written
            if self._sync_wanted:
                self._sync_wanted = False
                self._sync(self._fd)
        except OSError as error:
            self.error = error.strerror or str(error)
        else:
            self.error = None

    def close(self) -> None:
        """Write what waits, to the disk itself, and let the file go."""
        self._sync_wanted = True
        self.write_pending()
        try:
            os.close(self._fd)
        except OSError as error:
            self.error = error.strerror or str(error)

    def _next_chunk(self) -> bytes:
        lines = [self._pending.popleft()]
        size = len(lines[0])
        while self._pending and size < CHUNK:
            lines.append(self._pending.popleft())
            size += len(lines[-1])
        return b"".join(lines)


class Flusher:
    """Writes a `LineFile` out from a thread of its own: twice a second, or when woken."""

    def __init__(self, file: LineFile) -> None:
        self._file = file
        self._wake = Event()
        self._ended = False
        # A daemon: a disk that never answers may not keep the program from ending.
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def close(self, wait_s: float) -> bool:
        """Write the rest and close the file; False if that takes longer than *wait_s*."""
        self._ended = True
        self._wake.set()
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._ended:
            self._wake.wait(FLUSH_S)
            self._wake.clear()
            self._file.write_pending()
        self._file.close()
