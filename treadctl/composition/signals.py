"""SIGINT, SIGTERM and SIGHUP as something a run looks at once per turn (SR-18)."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from treadctl.core.exit_codes import Signal

_WORDS: Final = {
    signal.SIGINT: Signal.INTERRUPT,
    signal.SIGTERM: Signal.TERMINATE,
    signal.SIGHUP: Signal.HANG_UP,
}


class Signals:
    """Which signals came since the last look, and a descriptor that wakes a sleeper."""

    def __init__(self, wake_fd: int) -> None:
        self._wake_fd = wake_fd
        self._came: list[Signal] = []

    def fileno(self) -> int:
        return self._wake_fd

    def note(self, number: int, frame: FrameType | None) -> None:
        self._came.append(_WORDS[signal.Signals(number)])

    @property
    def first(self) -> Signal | None:
        """What `take` would return first; it stays there to be taken."""
        return self._came[0] if self._came else None

    def take(self) -> list[Signal]:
        """Return what came, oldest first, and forget it."""
        if not self._came:
            return self._came
        came, self._came = self._came, []
        with suppress(BlockingIOError):
            os.read(self._wake_fd, 4_096)
        return came


@contextmanager
def stop_signals() -> Iterator[Signals]:
    """Take the three signals over for the time of a run."""
    read_fd, write_fd = os.pipe()
    os.set_blocking(read_fd, False)
    os.set_blocking(write_fd, False)
    signals = Signals(read_fd)
    before = {number: signal.signal(number, signals.note) for number in _WORDS}
    wake_before = signal.set_wakeup_fd(write_fd, warn_on_full_buffer=False)
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(wake_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(read_fd)
        os.close(write_fd)
