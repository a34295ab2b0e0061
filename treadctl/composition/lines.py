"""Whole lines from a descriptor, without ever waiting for the rest of one."""

import os
import select
from collections import deque
from collections.abc import Callable
from typing import Final

MAX_LINE: Final = 64 * 1024
"""A longer line is handed on cut, in pieces: they will be refused for what they say."""
_GOES_ON: Final = "\N{HORIZONTAL ELLIPSIS}"
"""In front of every piece but the first: the end of a long line must not pass for a line."""


class LineReader:
    """Reads what is there. After `at_end` nothing more will come."""

    def __init__(self, fd: int, *, is_urgent: Callable[[str], bool] | None = None) -> None:
        """*is_urgent*: what lacks only its end, and is to be handed on without."""
        self._fd = fd
        self._is_urgent = is_urgent
        self._cut = False
        """What is in the buffer goes on a line of which a piece was handed on."""
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
        # A return alone ends a line as well: some terminals send nothing else.
        *whole, self._buffer = (self._buffer + data).replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            self._hand_on(line)
            self._cut = False
        if len(self._buffer) > MAX_LINE:
            self._hand_on(self._buffer)
            self._cut, self._buffer = True, b""
        elif self._is_urgent is not None and self._is_urgent(self._buffer.decode(errors="replace")):
            self._hand_on(self._buffer)
            self._buffer = b""

    def _hand_on(self, line: bytes) -> None:
        if line.strip():
            self._lines.append((_GOES_ON if self._cut else "") + line.decode(errors="replace"))
