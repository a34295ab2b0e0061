"""What the loop needs of a way to reach the machine.

Every port registers its file descriptors with the loop's selector, with a callable as the
data of the key: the loop calls it when the descriptor is readable.
"""

from collections.abc import Callable
from typing import Protocol

Received = Callable[[bytes], None]
"""Takes bytes of the host, already free of any transport dressing."""


def discard(data: bytes) -> None:
    """The receiver of a port with no machine behind it: the separate strap adapter."""


class Port(Protocol):
    @property
    def address(self) -> str:
        """What pyserial's ``serial_for_url`` opens."""

    @property
    def has_client(self) -> bool:
        """Whether a host holds the line. True where that cannot be known."""

    def write(self, data: bytes) -> None:
        """Send to the host. Lost without a word when nobody listens, as on any serial line."""

    def set_strap(self, closed: bool) -> None:
        """Show the strap on DSR, at once, where there is a DSR."""

    def set_link(self, up: bool) -> None:
        """Cut the connection, or allow it again. Repeating the same value is free."""

    def close(self) -> None: ...
