"""Whole lines from a descriptor, without ever waiting for the rest of one."""

import os
import select
from collections import deque
from typing import Final

MAX_LINE: Final = 64 * 1024
"""A longer line is handed on as it is, cut: it will be refused for what it says."""


class LineReader:
    """Reads what is there. After `at_end` nothing more will come."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._buffer = b""
        self._lines: deque[str] = deque()
        self.at_end = False

    def fileno(self) -> int:
        return self._fd

    def next(self) -> str | None:
        """Return the next whole line, or None if there is none yet; never waits."""
        if not self._lines and not self.at_end and select.select([self._fd], [], [], 0)[0]:
            self._read()
        return self._lines.popleft() if self._lines else None

    def _read(self) -> None:
        try:
            data = os.read(self._fd, MAX_LINE)
        except OSError:
            data = b""
        if not data:
            self.at_end = True
            data = b"\n" if self._buffer else b""
        *whole, self._buffer = (self._buffer + data).split(b"\n")
        if len(self._buffer) > MAX_LINE:
            whole, self._buffer = [*whole, self._buffer], b""
        self._lines.extend(line.decode(errors="replace") for line in whole if line.strip())
