"""A small RFC 2217 server on loopback, with a strap switch and a few ways to misbehave.

The telnet side is pyserial's, so that our client is tested against somebody else's reading of
the standard.
"""

import contextlib
import os
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import serial
from serial import rfc2217


@dataclass
class _Port:
    """What PortManager reads and writes on a serial port."""

    baudrate: int = 9600
    bytesize: int = 5
    parity: str = serial.PARITY_ODD
    stopbits: float = 2
    xonxoff: bool = True
    rtscts: bool = True
    dtr: bool = False
    rts: bool = False
    break_condition: bool = False
    cts: bool = True
    dsr: bool = True
    cd: bool = True
    ri: bool = False

    def reset_input_buffer(self) -> None: ...
    def reset_output_buffer(self) -> None: ...


class Rfc2217Server:
    """One client at a time. Everything that happens, happens in its thread."""

    def __init__(self) -> None:
        self.port = _Port()
        self.frozen = False
        """Accepts, and answers nothing any more."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._client: socket.socket | None = None
        self._manager: rfc2217.PortManager | None = None
        self._lock = threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        self.received = socket.socketpair()
        """Serial data from the client: written to [1], read by the test from [0]."""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"rfc2217://127.0.0.1:{self._listener.getsockname()[1]}"

    def set_strap(self, closed: bool) -> None:
        """Move the switch, and tell the client as a driver with interrupts would."""
        with self._lock:
            self.port.dsr = closed
            if self._manager is not None and not self.frozen:
                self._manager.check_modem_lines()

    def send(self, data: bytes) -> None:
        """Let the machine say *data*."""
        with self._lock:
            assert self._manager is not None
            self.write(b"".join(self._manager.escape(data)))

    def hang_up(self) -> None:
        """Close the connection; the next client is welcome."""
        with self._lock:
            if self._client is not None:
                self._client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the thread and free everything."""
        os.write(self._wake_write, b"!")
        self._thread.join(5)
        self._listener.close()
        for end in self.received:
            end.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def write(self, data: bytes) -> None:
        """PortManager's way out."""
        with contextlib.suppress(OSError):
            assert self._client is not None
            self._client.sendall(data)

    def _serve(self) -> None:
        while True:
            sources: list[int | socket.socket] = [self._wake_read, self._client or self._listener]
            ready, _, _ = select.select(sources, [], [])
            if self._wake_read in ready:
                break
            if self._client is None:
                with self._lock:
                    self._client, _ = self._listener.accept()
                    self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._manager = rfc2217.PortManager(cast("Any", self.port), cast("Any", self))
            else:
                self._hear(self._client)
        if self._client is not None:
            self._client.close()

    def _hear(self, client: socket.socket) -> None:
        try:
            data = client.recv(4_096)
        except OSError:
            data = b""
        with self._lock:
            if not data:
                client.close()
                self._client = self._manager = None
            elif not self.frozen:
                assert self._manager is not None
                payload = b"".join(self._manager.filter(data))
                if payload:
                    self.received[1].send(payload)


@contextlib.contextmanager
def rfc2217_server() -> Iterator[Rfc2217Server]:
    """A server for the length of a test."""
    server = Rfc2217Server()
    try:
        yield server
    finally:
        server.close()
