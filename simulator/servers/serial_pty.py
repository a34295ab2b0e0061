"""The machine behind a pseudo terminal: any program that opens a serial device can drive it.

A pty has no modem lines (asking for them is ENOTTY), so the strap needs an adapter of its
own. A dropped link is silence in both directions: closing the terminal would give the cable
a new path when it returns, and a host could not tell it from another machine.
"""

import os
import tty
from selectors import EVENT_READ, BaseSelector
from typing import Final

from simulator.servers.errors import CannotOpen
from simulator.servers.port import Received

CHUNK: Final = 4096


class PtyPort:
    def __init__(self, selector: BaseSelector, received: Received) -> None:
        try:
            self._master, self._slave = os.openpty()
        except OSError as error:
            raise CannotOpen(
                "cannot create a pseudo terminal", error, "Use --tcp or --rfc2217 instead"
            ) from error
        # Raw, or the line discipline would echo the host's frames back at it. The slave stays
        # open here: a master without any slave reads EIO, and hosts come and go.
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._selector = selector
        self._received = received
        self._up = True
        selector.register(self._master, EVENT_READ, self._on_readable)

    @property
    def address(self) -> str:
        return os.ttyname(self._slave)

    @property
    def has_client(self) -> bool:
        """Not known: the slave is kept open here, and a cable that hangs loose looks the same."""
        return True

    def write(self, data: bytes) -> None:
        if not self._up or not data:
            return
        try:
            os.write(self._master, data)
        except BlockingIOError:
            # Nobody has read for 4 KiB: a serial line overruns too.
            return

    def set_strap(self, closed: bool) -> None:
        """A pty has no line to show it on."""

    def set_link(self, up: bool) -> None:
        self._up = up

    def close(self) -> None:
        self._selector.unregister(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _on_readable(self) -> None:
        data = os.read(self._master, CHUNK)
        # Read even while the link is down: bytes sent into a cut cable must not arrive later.
        if self._up:
            self._received(data)
