"""The strap contact on a modem line: readings with the time they are good for.

Both kinds have the shape the gate's `StrapLine` asks for. *link* is a function because a
lost link is replaced by a new one; a reading never outlives the connection it came over.
"""

import fcntl
import os
import struct
import termios
import threading
from collections.abc import Callable
from typing import Final, Protocol

from treadctl.drivers import descriptor
from treadctl.drivers.modem_state import ModemState
from treadctl.errors import LinkError

NATIVE_PERIOD_S: Final = 0.01
JOIN_S: Final = 1.0
"""A thread that hangs in a sick driver is left behind."""
ASK_MS: Final = 50
_BITS: Final = {
    "cd": termios.TIOCM_CD,
    "ri": termios.TIOCM_RI,
    "dsr": termios.TIOCM_DSR,
    "cts": termios.TIOCM_CTS,
}
_EMPTY: Final = struct.pack("I", 0)


class HasDescriptor(Protocol):
    def fileno(self) -> int: ...


class AsksModemState(HasDescriptor, Protocol):
    """An RFC 2217 link."""

    @property
    def modem_state(self) -> ModemState: ...
    def read_available(self) -> bytes: ...
    def ask_modem_state(self, now_ms: int) -> None: ...


def modem_bits(fd: int) -> int:
    """Return the modem lines of a native port (TIOCMGET)."""
    (bits,) = struct.unpack("I", fcntl.ioctl(fd, termios.TIOCMGET, _EMPTY))
    return int(bits)


def check_modem_lines(fd: int, path: str) -> None:
    """Refuse a port that has no modem lines at all, such as a pty."""
    try:
        modem_bits(fd)
    except OSError as error:
        raise LinkError(
            f"{path} has no modem lines to read a strap from: {error.strerror}"
        ) from error


class NativeLine:
    """Reads the line every 10 ms in a thread of its own: on a sick USB stack the call blocks."""

    poll_ms = 20

    def __init__(
        self,
        link: Callable[[], HasDescriptor | None],
        line: str,
        *,
        read_bits: Callable[[int], int] = modem_bits,
    ) -> None:
        self._link = link
        self._mask = _BITS[line]
        self._read_bits = read_bits
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._watched: HasDescriptor | None = None
        self._watch: _Watch | None = None

    def poll(self, now_ms: int) -> None:
        """Watch the link there is now."""
        link = self._link()
        if link is not self._watched:
            if self._watch is not None:
                self._watch.end.set()
            self._watched, self._watch = link, None
            if link is not None:
                self._watch = _Watch(link.fileno(), self._mask, self._read_bits, self._wake_write)

    def read(self) -> tuple[bool, int] | None:
        descriptor.drain(self._wake_read)
        return None if self._watch is None else self._watch.read()

    def fileno(self) -> int:
        return self._wake_read

    def close(self) -> None:
        """End the thread."""
        if self._watch is not None:
            self._watch.close()


class _Watch:
    """One thread on one open port. Ends by itself at the first error."""

    def __init__(
        self, fd: int, mask: int, read_bits: Callable[[int], int], wake_write: int
    ) -> None:
        self.end = threading.Event()
        # A descriptor of its own: the number could otherwise become another file's.
        self._fd = os.dup(fd)
        self._mask, self._read_bits, self._wake_write = mask, read_bits, wake_write
        self._lock = threading.Lock()
        self._last: tuple[bool, int] | None = None
        self._opened = False
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="strap-line", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.end.set()
        self._thread.join(JOIN_S)

    def read(self) -> tuple[bool, int] | None:
        with self._lock:
            if self._error is not None:
                raise LinkError(f"the strap's adapter has gone: {self._error}")
            opened, self._opened = self._opened, False
            if self._last is None:
                return None
            closed, at_ms = self._last
            return closed and not opened, at_ms

    def _run(self) -> None:
        try:
            while not self.end.wait(NATIVE_PERIOD_S):
                # Stamped before the call: a reading is never younger than its question.
                at_ms = descriptor.now_ms()
                self._note(bool(self._read_bits(self._fd) & self._mask), at_ms)
        except OSError as error:
            with self._lock:
                self._error = error
            descriptor.wake(self._wake_write)
        finally:
            os.close(self._fd)

    def _note(self, closed: bool, at_ms: int) -> None:
        with self._lock:
            edge = self._last is None or self._last[0] is not closed
            self._last = (closed, at_ms)
            self._opened |= not closed
        if edge:
            descriptor.wake(self._wake_write)


class Rfc2217Line:
    """Asks the server every 50 ms; only an answer proves that the contact is still closed."""

    poll_ms = ASK_MS

    def __init__(self, link: Callable[[], AsksModemState | None], line: str, *, own: bool) -> None:
        self._link = link
        self._line = line
        self._own = own
        self._next_ask_ms: int | None = None

    def poll(self, now_ms: int) -> None:
        """Ask when it is time; on a connection of its own also take in what came."""
        link = self._link()
        if link is None:
            return
        if self._own:
            link.read_available()
        if self._next_ask_ms is None or now_ms >= self._next_ask_ms:
            self._next_ask_ms = now_ms + ASK_MS
            link.ask_modem_state(now_ms)

    def read(self) -> tuple[bool, int] | None:
        link = self._link()
        return None if link is None else link.modem_state.read(self._line)

    def fileno(self) -> int:
        link = self._link()
        return -1 if link is None or not self._own else link.fileno()

    def close(self) -> None:
        """Nothing here outlives the link."""
