"""SR-18: SIGINT, SIGTERM and SIGHUP are stops, and stay so until the process ends."""

import contextlib
import os
import signal
from types import FrameType
from typing import Final

from treadctl.model import Reaction

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SignalStops:
    """A level that rises with the first signal, and a descriptor that wakes the loop for it."""

    def __init__(self) -> None:
        self.reaction = Reaction.NONE
        self._read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)

    def fileno(self) -> int:
        return self._read

    def drain(self) -> None:
        """Empty the descriptor."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 4_096)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.reaction = Reaction.FAST_STOP
