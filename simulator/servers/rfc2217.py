"""The machine, or the strap switch alone, behind a network serial adapter with modem lines.

The strap is wired as serial.md 13.1 asks: a normally closed contact between the host's DTR
and its DSR. So DSR is on while the strap is closed *and* the host holds DTR up, and a host
can prove the loop by dropping DTR. CTS and DCD are always on.

An edge is pushed to the host at once, and a NOTIFY-MODEMSTATE request is answered with the
present state; a host should ask, because a pushed value that was true once says nothing about
now.
"""

import struct
from dataclasses import dataclass
from selectors import BaseSelector
from typing import Final, cast

import serial
from serial import rfc2217

from simulator.servers.endpoint import Endpoint
from simulator.servers.port import Received
from simulator.servers.tcp import TcpPort

IAC: Final = b"\xff"
MAX_SUBOPTION: Final = 64
"""Bytes of an unfinished telnet suboption. The longest one we know has 6."""

_ACKS: Final = {
    rfc2217.SET_LINESTATE_MASK: rfc2217.SERVER_SET_LINESTATE_MASK,
    rfc2217.SET_MODEMSTATE_MASK: rfc2217.SERVER_SET_MODEMSTATE_MASK,
}


@dataclass(slots=True)
class AdapterLines:
    """The attributes that pyserial's PortManager reads and writes on a serial port."""

    strap_closed: bool = False
    """Open until the simulation has said otherwise: the safe reading."""
    baudrate: int = 4800
    bytesize: int = 8
    parity: str = serial.PARITY_NONE
    stopbits: float = 1
    xonxoff: bool = False
    rtscts: bool = False
    dsrdtr: bool = False
    dtr: bool = True
    rts: bool = True
    break_condition: bool = False
    cts: bool = True
    cd: bool = True
    ri: bool = False

    @property
    def dsr(self) -> bool:
        return self.strap_closed and self.dtr

    def reset_input_buffer(self) -> None:
        """Nothing is buffered here."""

    def reset_output_buffer(self) -> None:
        """Nothing is buffered here."""


class _Outbox:
    """Collects what PortManager writes in many pieces, so that it leaves in one packet."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def write(self, data: bytes) -> None:
        self._pending += data

    def take(self) -> bytes:
        data = bytes(self._pending)
        self._pending.clear()
        return data


class _AckingPortManager(rfc2217.PortManager):
    """RFC 2217 requires an answer to the two SET-*-MASK requests; pyserial gives none.

    Strict clients wait for it for ever.
    """

    def _telnet_process_subnegotiation(self, suboption: bytes) -> None:
        super()._telnet_process_subnegotiation(suboption)  # type: ignore[misc]
        ack = _ACKS.get(suboption[1:2])
        if suboption[:1] == rfc2217.COM_PORT_OPTION and ack is not None:
            self.rfc2217_send_subnegotiation(ack, suboption[2:3])


class Rfc2217Port:
    def __init__(self, selector: BaseSelector, endpoint: Endpoint, received: Received) -> None:
        self._received = received
        self._lines = AdapterLines()
        self._outbox = _Outbox()
        self._manager: _AckingPortManager | None = None
        self._tcp = TcpPort(selector, endpoint, self._on_bytes, connected=self._on_connected)

    @property
    def address(self) -> str:
        return f"rfc2217://{self._tcp.endpoint}"

    @property
    def has_client(self) -> bool:
        return self._tcp.has_client

    def write(self, data: bytes) -> None:
        self._tcp.write(data.replace(IAC, IAC + IAC))

    def set_strap(self, closed: bool) -> None:
        if closed == self._lines.strap_closed:
            return
        self._lines.strap_closed = closed
        self._push_lines()

    def set_link(self, up: bool) -> None:
        self._tcp.set_link(up)

    def close(self) -> None:
        self._tcp.close()

    def _on_connected(self) -> None:
        # Settings belong to one host; only the strap is where it is.
        self._lines = AdapterLines(strap_closed=self._lines.strap_closed)
        self._outbox.take()
        # It wants a serial port and a connection; it uses these attributes of them.
        self._manager = _AckingPortManager(
            cast("rfc2217.Serial", self._lines), cast("rfc2217.Serial", self._outbox)
        )
        self._tcp.write(self._outbox.take())

    def _on_bytes(self, data: bytes) -> None:
        manager = self._manager
        if manager is None:
            return
        try:
            data = b"".join(manager.filter(data))
        except (ValueError, TypeError, KeyError, struct.error):
            # pyserial's parser trusts its client with lengths and enumerations.
            self._tcp.drop_client()
            return
        if manager.suboption is not None and len(manager.suboption) > MAX_SUBOPTION:
            self._tcp.drop_client()
            return
        self._push_lines()
        if data:
            self._received(data)

    def _push_lines(self) -> None:
        """Send the modem state if it changed, with any answer that is waiting."""
        if self._manager is None or not self._tcp.has_client:
            return
        self._manager.check_modem_lines()
        self._tcp.write(self._outbox.take())
