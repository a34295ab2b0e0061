"""A serial port behind an RFC 2217 server as a link, with its modem lines."""

import select
from typing import Final

from treadctl.drivers import descriptor, tcp
from treadctl.drivers.modem_state import ModemState
from treadctl.drivers.rfc2217 import NOTIFY_MODEM_STATE, Rfc2217Client, escape, subnegotiation
from treadctl.errors import LinkError

HANDSHAKE_MS: Final = 3_000


class Rfc2217Link:
    """``rfc2217://host:port``. The modem state lives and dies with the connection."""

    def __init__(self, url: str, *, baud: int = 4_800) -> None:
        self._socket = tcp.connect(url, "rfc2217")
        self.modem_state = ModemState()
        self._client = Rfc2217Client(baud=baud, on_modem_state=self.modem_state.notified)
        try:
            self._handshake()
        except LinkError as error:
            self.close()
            raise LinkError(f"{url}: {error}") from error

    def fileno(self) -> int:
        return self._socket.fileno()

    def read_available(self) -> bytes:
        payload = self._client.receive(descriptor.read_available(self._socket.fileno()))
        self._send_due()
        return payload

    def write(self, data: bytes) -> None:
        descriptor.write_all(self._socket.fileno(), escape(data))

    def ask_modem_state(self, now_ms: int) -> None:
        """Ask the server for the state of its lines; the answer comes with `read_available`."""
        if self.modem_state.may_ask:
            descriptor.write_all(self._socket.fileno(), subnegotiation(NOTIFY_MODEM_STATE))
            self.modem_state.asked(now_ms)

    def close(self) -> None:
        self._socket.close()

    def _handshake(self) -> None:
        deadline_ms = descriptor.now_ms() + HANDSHAKE_MS
        poller = select.poll()
        poller.register(self._socket.fileno(), select.POLLIN)
        self._send_due()
        while not self._client.ready:
            left_ms = deadline_ms - descriptor.now_ms()
            if left_ms <= 0:
                raise LinkError("the server does not answer as RFC 2217 asks")
            poller.poll(left_ms)
            # Data before the settings were in force is noise.
            self.read_available()

    def _send_due(self) -> None:
        data = self._client.data_to_send()
        if data:
            descriptor.write_all(self._socket.fileno(), data)
