"""The terminal: stops are taken in the thread that reads it, and writing to it never blocks.

A terminal that stops reading (a stalled ssh connection) would otherwise hold up the screen's
loop at its next redraw. What cannot be written is dropped, and drawn anew once it reads again.
"""

import select
from queue import Full
from typing import Any, Protocol

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from treadctl.tui.keys import KeyGuard


class Guarded(Protocol):
    """What the driver needs of its application."""

    guard: KeyGuard

    def terminal_gone(self) -> None: ...


class StopDriver(LinuxDriver):
    """A Linux terminal whose keys pass the guard first."""

    behind = False
    """Something could not be written; the screen is not what a person sees."""
    gone = False
    _asleep = False

    def __init__(self, app: Any, **extra: Any) -> None:
        super().__init__(app, **extra)
        self._guarded: Guarded = app

    def _sigtstp_application(self, *_: object) -> None:
        self._asleep = True
        super()._sigtstp_application()

    def _sigcont_application(self, *_: object) -> None:
        # Whoever was frozen without being asked has never given the terminal back; taking it
        # again would leave two threads reading keys. What is on it is old, though.
        if self._asleep:
            self._asleep = False
            super()._sigcont_application()
        else:
            self.behind = True

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Key) and self._guarded.guard.take(message.key):
            return
        super().process_message(message)

    def write(self, data: str) -> None:
        writer = self._writer_thread
        if writer is None or self.gone:
            return
        if not writer.is_alive():
            self._lost()
            return
        try:
            writer._queue.put_nowait(data)
        except Full:
            self.behind = True

    def look(self) -> None:
        """Notice a closed window where neither a signal nor an error tells of it: the thread that
        reads would take the end of input for silence, and spin."""
        poller = select.poll()
        poller.register(self.fileno, 0)  # hang-up and error are always told
        if poller.poll(0):
            self._lost()

    def close(self) -> None:
        # Its own close waits for a terminal that may never read again.
        writer = self._writer_thread
        if writer is not None and writer.is_alive():
            try:
                writer._queue.put_nowait(None)
            except Full:
                return
            writer.join(1.0)

    @property
    def has_room(self) -> bool:
        """Whether the terminal has read what was drawn so far."""
        writer = self._writer_thread
        return writer is None or writer._queue.empty()

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:  # hung up
            self._lost()

    def _lost(self) -> None:
        if not self.gone:
            self.gone = True
            self._guarded.terminal_gone()
