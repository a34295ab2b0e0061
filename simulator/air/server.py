"""Controllers on a socket: whoever connects gets one of its own, and leaves nothing behind.

A client is a Bluetooth host and speaks H4, the serial form of HCI. When its connection ends, by
whatever death, its controller leaves the air at once and its peers see the link time out.
"""

import asyncio
import errno
import socket
import stat
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from bumble import hci
from bumble.controller import Controller
from bumble.core import InvalidPacketError
from bumble.transport.common import PacketParser, StreamPacketSink

from simulator.air.link import Air, AirController
from simulator.air.where import Where, spell
from simulator.servers.endpoint import Endpoint
from simulator.servers.errors import CannotOpen
from simulator.servers.tcp import open_listener

MAX_UNREAD: Final = 256 * 1024
"""A client that reads this much too slowly is a radio that is out of order: its link ends."""
_PATH_REMEDY: Final = "Name a path in a directory you can write to, shorter than 100 characters"
_TAKEN_REMEDY: Final = "Choose another path, or end the simulator that has this one"
_ANSWERS_WITHIN_S: Final = 1.0
_PUBLIC_PREFIX: Final = b"\x00\x00\xb0"


class AirServer:
    """Listens from the moment it is made; `serve` answers."""

    def __init__(self, air: Air, where: Where) -> None:
        self._air = air
        self._numbers = count(1)
        self._clients: set[_Client] = set()
        self._server: asyncio.Server | None = None
        self._path = where if isinstance(where, Path) else None
        if isinstance(where, Endpoint):
            self._listener = open_listener(where)
            where = Endpoint(where.host, self._listener.getsockname()[1])
        else:
            self._listener = _unix_listener(where)
        self.where: Final = where
        """As asked for, with the port that was really taken."""

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        if self._path is None:
            self._server = await loop.create_server(self._admit, sock=self._listener)
        else:
            self._server = await loop.create_unix_server(self._admit, sock=self._listener)

    def close(self) -> None:
        """End every client's connection, and give the address back."""
        if self._server is not None:
            self._server.close()
        self._listener.close()
        for client in list(self._clients):
            client.abort()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _admit(self) -> "_Client":
        return _Client(self._air, next(self._numbers), self._clients)


class _Client(asyncio.Protocol):
    def __init__(self, air: Air, number: int, clients: "set[_Client]") -> None:
        self._air = air
        self._number = number
        self._clients = clients
        self._parser = PacketParser()
        self._controller: Controller | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=MAX_UNREAD)
        self._transport = transport
        self._controller = AirController(
            f"client {self._number}",
            host_sink=StreamPacketSink(transport),
            link=self._air,
            public_address=hci.Address(
                self._number.to_bytes(3, "little") + _PUBLIC_PREFIX,
                hci.Address.PUBLIC_DEVICE_ADDRESS,
            ),
        )
        self._parser.set_packet_sink(self._controller)
        self._clients.add(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except InvalidPacketError:
            # Not H4, or out of step for ever: no byte after this one can be trusted.
            self.abort()

    def pause_writing(self) -> None:
        self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clients.discard(self)
        if self._controller is not None:
            self._air.leave(self._controller)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _unix_listener(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_left_over(path)
        listener.bind(str(path))
        listener.listen()
    except OSError as error:
        listener.close()
        remedy = _TAKEN_REMEDY if error.errno == errno.EADDRINUSE else _PATH_REMEDY
        raise CannotOpen(f"cannot listen on {spell(path)}", error, remedy) from error
    listener.setblocking(False)
    return listener


def _remove_left_over(path: Path) -> None:
    """Remove the socket of a simulator that was killed. One that answers is in use.

    Raises:
        OSError: somebody listens there.
    """
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.settimeout(_ANSWERS_WITHIN_S)
            try:
                caller.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
                return
        raise OSError(errno.EADDRINUSE, "")
