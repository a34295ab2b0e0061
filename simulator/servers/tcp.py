"""The machine behind a TCP port that carries its bytes and nothing else.

One host at a time, like the serial cable it stands for. A second one is closed at once; a
dead one is noticed before the next is judged, so that a host may reconnect immediately.
"""

import errno
import socket
from collections.abc import Callable
from selectors import EVENT_READ, BaseSelector
from typing import Final

from simulator.servers.endpoint import Endpoint
from simulator.servers.errors import CannotOpen
from simulator.servers.port import Received

CHUNK: Final = 64 * 1024
MAX_UNREAD_CHUNKS: Final = 64
ELSEWHERE_REMEDY: Final = "Use 127.0.0.1 or an address of this computer"
TAKEN_REMEDY: Final = "Choose another port, or 0 for any free one"
KEEPALIVE_S: Final = 5
"""A host whose computer vanished frees its place after about twice this."""


class TcpPort:
    def __init__(
        self,
        selector: BaseSelector,
        endpoint: Endpoint,
        received: Received,
        *,
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        self._selector = selector
        self._received = received
        self._connected = connected
        self._listener = open_listener(endpoint)
        self._client: socket.socket | None = None
        self._up = True
        bound = self._listener.getsockname()
        self.endpoint: Final = Endpoint(endpoint.host, bound[1])
        """As asked for, with the port that was really taken."""
        selector.register(self._listener, EVENT_READ, self._on_connection)

    @property
    def address(self) -> str:
        return f"socket://{self.endpoint}"

    @property
    def has_client(self) -> bool:
        return self._client is not None

    def write(self, data: bytes) -> None:
        if self._client is None or not data:
            return
        try:
            sent = self._client.send(data)
        except OSError:
            sent = -1
        # A host that has stopped reading loses its connection rather than part of a frame.
        if sent != len(data):
            self.drop_client()

    def set_strap(self, closed: bool) -> None:
        """Bare TCP has no line to show it on."""

    def set_link(self, up: bool) -> None:
        if up == self._up:
            return
        self._up = up
        if up:
            _listen(self._listener, self.endpoint)
            self._selector.register(self._listener, EVENT_READ, self._on_connection)
        else:
            # The listener first: a host that sees its connection end is refused from then on.
            self._selector.unregister(self._listener)
            self._listener.close()
            self.drop_client()
            # Bound but not listening: connections are refused, and the port is still ours
            # when the link returns.
            self._listener = _bind(self.endpoint)

    def drop_client(self) -> None:
        if self._client is None:
            return
        self._selector.unregister(self._client)
        self._client.close()
        self._client = None

    def close(self) -> None:
        self.drop_client()
        if self._up:
            self._selector.unregister(self._listener)
        self._listener.close()

    def _on_connection(self) -> None:
        try:
            newcomer, _ = self._listener.accept()
        except OSError:
            # It hung up before it was answered, or the link was cut in this very turn.
            return
        # Its predecessor's end may lie unread behind its last bytes. Bounded, or a host that
        # never stops sending would hold the loop.
        for _ in range(MAX_UNREAD_CHUNKS):
            if not self._read():
                break
        if self._client is not None:
            newcomer.close()
            return
        newcomer.setblocking(False)
        newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        newcomer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_S)
        newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_S)
        self._client = newcomer
        self._selector.register(newcomer, EVENT_READ, self._on_readable)
        self._connected()

    def _on_readable(self) -> None:
        self._read()

    def _read(self) -> bool:
        """Deliver one chunk, or notice that the host is gone. False: there was no chunk."""
        if self._client is None:
            return False
        try:
            data = self._client.recv(CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if data:
            self._received(data)
        else:
            self.drop_client()
        return bool(data)


def open_listener(endpoint: Endpoint) -> socket.socket:
    """Return a socket that listens.

    Raises:
        CannotOpen: the address is not ours, or taken.
    """
    listener = _bind(endpoint)
    _listen(listener, endpoint)
    return listener


def _bind(endpoint: Endpoint) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            endpoint.host, endpoint.port, type=socket.SOCK_STREAM
        )[0]
    except OSError as error:
        raise CannotOpen(f"cannot listen on {endpoint}", error, ELSEWHERE_REMEDY) from error
    listener = socket.socket(family, kind, protocol)
    listener.setblocking(False)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        remedy = ELSEWHERE_REMEDY if error.errno == errno.EADDRNOTAVAIL else TAKEN_REMEDY
        raise CannotOpen(f"cannot listen on {endpoint}", error, remedy) from error
    return listener


def _listen(listener: socket.socket, endpoint: Endpoint) -> None:
    try:
        listener.listen()
    except OSError as error:
        listener.close()
        raise CannotOpen(f"cannot listen on {endpoint}", error, TAKEN_REMEDY) from error
