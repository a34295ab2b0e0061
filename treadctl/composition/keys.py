"""Single keys from a terminal, as names, the moment they are pressed.

SR-41 asks for one key to stop, without a modifier and without Enter behind it. Terminals in
their usual mode hand on whole lines only, so a run takes its terminal out of that mode, and
gives it back as it was.
"""

import os
import select
import termios
import tty
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

ENTER: Final = "enter"
ESCAPE: Final = "escape"
UP: Final = "up"
DOWN: Final = "down"
OTHER: Final = "other"
"""A key that has no name here: function keys, control letters, bytes that are no text."""

_ESC: Final = 0x1B
_ARROWS: Final = {ord("A"): UP, ord("B"): DOWN}


class KeyReader:
    """Reads what has been pressed. After `at_end` nothing more will come."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._keys: deque[str] = deque()
        self.at_end = False

    def fileno(self) -> int:
        return self._fd

    def next(self) -> str | None:
        """Return the next key, or None; never waits."""
        if not self._keys and not self.at_end and select.select([self._fd], [], [], 0)[0]:
            try:
                data = os.read(self._fd, 1_024)
            except OSError:  # a terminal that has hung up
                data = b""
            self.at_end = not data
            self._keys.extend(keys_in(data))
        return self._keys.popleft() if self._keys else None


def keys_in(data: bytes) -> Iterator[str]:
    """Name the keys in *data*.

    An escape sequence that arrives in two pieces reads as Escape, which stops: the safe side.
    """
    at = 0
    while at < len(data):
        if data[at] == _ESC:
            end = _end_of_sequence(data, at)
            yield ESCAPE if end == at + 1 else _ARROWS.get(data[end - 1], OTHER)
            at = end
            continue
        yield _name(data[at])
        at += 1


def _end_of_sequence(data: bytes, at: int) -> int:
    """Return where the key that begins with the escape at *at* ends: CSI, SS3, or alone."""
    if data[at + 1 : at + 2] not in (b"[", b"O"):
        return at + 1
    for index in range(at + 2, len(data)):
        if 0x40 <= data[index] <= 0x7E:
            return index + 1
    return at + 1


def _name(byte: int) -> str:
    if byte in b"\r\n":
        return ENTER
    return chr(byte).lower() if 0x20 <= byte < 0x7F else OTHER


@contextmanager
def single_keys(fd: int) -> Iterator[None]:
    """Let each key come through at once, unechoed; ctrl-c stays a signal."""
    before = termios.tcgetattr(fd)
    tty.setcbreak(fd, termios.TCSANOW)
    try:
        yield
    finally:
        with suppress(termios.error):  # hung up
            termios.tcsetattr(fd, termios.TCSADRAIN, before)
