"""A raw TCP connection as a link. It has no modem lines, whatever a library may pretend."""

from treadctl.drivers import descriptor, tcp


class SocketLink:
    """``socket://host:port``."""

    def __init__(self, url: str) -> None:
        self._socket = tcp.connect(url, "socket")

    def fileno(self) -> int:
        return self._socket.fileno()

    def read_available(self) -> bytes:
        return descriptor.read_available(self._socket.fileno())

    def write(self, data: bytes) -> None:
        descriptor.write_all(self._socket.fileno(), data)

    def close(self) -> None:
        self._socket.close()
