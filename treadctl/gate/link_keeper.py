"""The one link of the gate: reads, writes, notices its loss and asks for it again.

Never raises and never blocks: a link that fails is down, and a new one is opened in the
background by the driver side every 250 ms for as long as the gate runs (SR-20).
"""

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

RETRY_MS: Final = 250


class Link(Protocol):
    """Moves bytes. Every method may raise `OSError` or `LinkError`: then the link is lost."""

    def fileno(self) -> int:
        """Return the descriptor that is readable when something arrived. Never changes."""

    def read_available(self) -> bytes:
        """Return what has arrived, at once."""

    def write(self, data: bytes) -> None:
        """Write all of *data* within 50 ms."""

    def close(self) -> None:
        """Release the port."""


L = TypeVar("L", bound=Link)


class Opener(Protocol[L]):
    """Opens links away from the loop."""

    def begin(self, lost: L | None) -> None:
        """Close *lost* and open a new link in the background; nothing if already at it."""

    def take(self) -> L | None:
        """Return a link that was opened since, once."""

    def fileno(self) -> int:
        """Return a descriptor that is readable when an attempt is over."""


class LinkKeeper(Generic[L]):
    """Holds the link while there is one. *stop_frame* is the first word on every new link."""

    def __init__(
        self,
        link: L | None,
        opener: Opener[L],
        *,
        stop_frame: bytes,
        on_new_link: Callable[[L], None] = lambda link: None,
        retry_ms: int = RETRY_MS,
    ) -> None:
        """*link* is None where it is to be opened in the background from the first."""
        self._link = link
        self._lost: L | None = None
        self._opener = opener
        self._stop_frame = stop_frame
        self._on_new_link = on_new_link
        self._retry_ms = retry_ms
        self._fresh = False
        self._next_try_ms: int | None = None

    @property
    def link(self) -> L | None:
        """The link, or None while there is none."""
        return self._link

    @property
    def up(self) -> bool:
        return self._link is not None

    def fds(self) -> list[int]:
        """Return the descriptors to sleep on."""
        return [self._opener.fileno() if self._link is None else self._link.fileno()]

    def next_try_ms(self) -> int | None:
        """Return when `read` should be called to try again; None while the link is up."""
        return self._next_try_ms

    def read(self, now_ms: int) -> bytes:
        """Return what arrived; with the link down, look after getting it back."""
        if self._link is None:
            self._retry(now_ms)
        if self._link is None:
            return b""
        try:
            return self._link.read_available()
        except Exception:  # noqa: BLE001  (a driver's bug must not be what ends the stopping)
            self._lose()
            return b""

    def write(self, frames: Sequence[bytes]) -> None:
        """Write *frames*, each whole. On a new link a stop goes out before anything else."""
        if self._fresh and (not frames or frames[0] != self._stop_frame):
            frames = [self._stop_frame, *frames]
        for frame in frames:
            if self._link is None:
                return
            try:
                self._link.write(frame)
            except Exception:  # noqa: BLE001  (as above)
                self._lose()
            else:
                self._fresh = False

    def drop(self) -> None:
        """Give the link up and have another opened, as if it had been lost."""
        if self._link is not None:
            self._lose()

    def close(self) -> None:
        """Close the link, if there is one."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _retry(self, now_ms: int) -> None:
        self._link = self._opener.take()
        if self._link is not None:
            self._fresh, self._next_try_ms = True, None
            self._on_new_link(self._link)
        elif self._next_try_ms is None or now_ms >= self._next_try_ms:
            self._next_try_ms = now_ms + self._retry_ms
            self._opener.begin(self._lost)
            self._lost = None

    def _lose(self) -> None:
        self._lost, self._link = self._link, None
        self._fresh, self._next_try_ms = False, None
