"""Opens links in the background: neither a dead server nor a sick adapter holds up the loop."""

import contextlib
import os
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from treadctl.drivers import descriptor
from treadctl.errors import LinkError


class Closable(Protocol):
    def close(self) -> None: ...


L = TypeVar("L", bound=Closable)


class BackgroundOpener(Generic[L]):
    """One attempt at a time. `take` hands over what the last one brought."""

    def __init__(
        self, open_link: Callable[[], L], give_up: Callable[[L], None] = lambda link: link.close()
    ) -> None:
        """*give_up* closes the link before."""
        self._open_link = open_link
        self._give_up = give_up
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._lock = threading.Lock()
        self._busy = False
        self._opened: L | None = None

    def begin(self, lost: L | None) -> None:
        """Close *lost*, then open anew. Does nothing but that close while an attempt is running."""
        with self._lock:
            attempt = not self._busy and self._opened is None
            self._busy |= attempt
        if attempt or lost is not None:
            threading.Thread(
                target=self._run, args=(lost, attempt), name="link-opener", daemon=True
            ).start()

    def take(self) -> L | None:
        """Return the link that was opened since, once."""
        descriptor.drain(self._wake_read)
        with self._lock:
            opened, self._opened = self._opened, None
        return opened

    def fileno(self) -> int:
        """Return a descriptor that becomes readable when a link is there to be taken."""
        return self._wake_read

    def _run(self, lost: L | None, attempt: bool) -> None:
        if lost is not None:
            with contextlib.suppress(OSError):
                self._give_up(lost)
        if not attempt:
            return
        opened: L | None = None
        try:
            opened = self._open_link()
        except LinkError:
            pass  # the loop asks again; that is how it hears about it
        finally:
            with self._lock:
                self._busy, self._opened = False, opened
        if opened is not None:
            descriptor.wake(self._wake_write)
