"""From the URL in the configuration to an open port. Chosen, never probed."""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from treadctl import ble_url
from treadctl.drivers.bridge_link import HEART_RATE, BridgeLink
from treadctl.drivers.modem_line import NativeLine, Rfc2217Line, check_modem_lines
from treadctl.drivers.opener import BackgroundOpener
from treadctl.drivers.rfc2217_link import Rfc2217Link
from treadctl.drivers.serial_link import SerialLink, canonical
from treadctl.drivers.socket_link import SocketLink
from treadctl.errors import LinkError

RETRY_MS: Final = 250

AnyLink = SerialLink | SocketLink | Rfc2217Link | BridgeLink


class StrapContact(Protocol):
    """What the gate asks of a strap line."""

    @property
    def poll_ms(self) -> int: ...
    def poll(self, now_ms: int) -> None: ...
    def read(self) -> tuple[bool, int] | None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


def open_link(url: str) -> AnyLink:
    """Open the port *url*, or raise a `LinkError` that says why not."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        return SerialLink(url)
    if scheme == "socket":
        return SocketLink(url)
    if scheme == "rfc2217":
        return Rfc2217Link(url)
    if scheme == "ble":
        return BridgeLink(url)
    raise LinkError(
        f"{url!r}: give a device path, socket://HOST:PORT, rfc2217://HOST:PORT or {ble_url.FORM}"
    )


def give_up(link: AnyLink) -> None:
    """Close a link that another one is to take the place of."""
    if isinstance(link, BridgeLink):
        link.hang_up()
    else:
        link.close()


def open_heart(url: str) -> BridgeLink:
    """Open the heart-rate sensor *url*, or raise a `LinkError` that says why not."""
    return BridgeLink(url, kind=HEART_RATE)


def identity(url: str) -> str:
    """Return one name for a port, however it was spelt."""
    if ble_url.is_ble(url):
        return str(ble_url.parse(url))
    return url if "://" in url else canonical(url)


def check_strap(link: AnyLink, url: str) -> None:
    """Refuse a port that is open and has no modem lines."""
    if isinstance(link, SerialLink):
        check_modem_lines(link.fileno(), url)
    elif isinstance(link, SocketLink | BridgeLink):
        raise LinkError(f"{url} has no modem lines to read a strap from")


def shared_line(link: Callable[[], AnyLink | None], url: str, line: str) -> StrapContact:
    """Return the contact on *line* of the treadmill's own port, read over the link there is."""
    if url.startswith("rfc2217://"):
        return Rfc2217Line(_only_rfc2217(link), line, own=False)
    return NativeLine(link, line)


class StrapPort:
    """The contact on an adapter of its own, which it opens, loses and opens again."""

    def __init__(self, url: str, line: str) -> None:
        self._opener = BackgroundOpener(partial(_open_strap_link, url))
        self._port: AnyLink | None = _open_strap_link(url)
        self._next_try_ms = 0
        self._contact: StrapContact
        if url.startswith("rfc2217://"):
            self._contact = Rfc2217Line(_only_rfc2217(self._link), line, own=True)
        else:
            self._contact = NativeLine(self._link, line)
        self.poll_ms = self._contact.poll_ms

    def poll(self, now_ms: int) -> None:
        """Keep the readings coming, or the adapter."""
        if self._port is None:
            self._port = self._opener.take()
            if self._port is None and now_ms >= self._next_try_ms:
                self._next_try_ms = now_ms + RETRY_MS
                self._opener.begin(None)
        try:
            self._contact.poll(now_ms)
        except (OSError, LinkError):
            self._lose()
            raise

    def read(self) -> tuple[bool, int] | None:
        """Return the contact's reading; raises when the adapter has just gone."""
        try:
            return self._contact.read()
        except (OSError, LinkError):
            self._lose()
            raise

    def fileno(self) -> int:
        return self._contact.fileno()

    def close(self) -> None:
        """Give the adapter back."""
        self._contact.close()
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def _link(self) -> AnyLink | None:
        return self._port

    def _lose(self) -> None:
        lost, self._port = self._port, None
        self._opener.begin(lost)


def _only_rfc2217(link: Callable[[], AnyLink | None]) -> Callable[[], Rfc2217Link | None]:
    def narrowed() -> Rfc2217Link | None:
        found = link()
        return found if isinstance(found, Rfc2217Link) else None

    return narrowed


def _open_strap_link(url: str) -> AnyLink:
    link = open_link(url)
    try:
        check_strap(link, url)
    except LinkError:
        link.close()
        raise
    return link
