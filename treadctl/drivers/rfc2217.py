"""The client's side of RFC 2217, sans-IO: a serial port at the other end of a TCP connection.

Telnet commands (RFC 854) and COM-PORT-OPTION sub-negotiations (RFC 2217) are taken out of the
stream and answered; what remains is the serial port's data. Ours instead of pyserial's client,
because that one hides a thread, keeps a modem state that stays "closed" for ever when its
server freezes or goes, and takes 0.35 s to open and as much to close (serial.md 13.2).
"""

from collections.abc import Callable
from typing import Final

from treadctl.errors import LinkError

IAC: Final = 0xFF
DONT: Final = 0xFE
DO: Final = 0xFD
WONT: Final = 0xFC
WILL: Final = 0xFB
SB: Final = 0xFA
SE: Final = 0xF0

BINARY: Final = 0x00
SUPPRESS_GO_AHEAD: Final = 0x03
COM_PORT: Final = 0x2C
ACCEPTED: Final = (BINARY, SUPPRESS_GO_AHEAD, COM_PORT)
"""Never ECHO: a Trackmaster that hears its own power-up byte starts a self-test (serial.md 2.5)."""

SET_BAUD: Final = 0x01
SET_DATA_SIZE: Final = 0x02
SET_PARITY: Final = 0x03
SET_STOP_SIZE: Final = 0x04
SET_CONTROL: Final = 0x05
NOTIFY_MODEM_STATE: Final = 0x07
SET_MODEM_STATE_MASK: Final = 0x0B
PURGE_DATA: Final = 0x0C
FROM_SERVER: Final = 100
"""The server's sub-commands are the client's plus 100."""

NO_FLOW_CONTROL: Final = b"\x01"
DTR_ON: Final = b"\x08"
RTS_ON: Final = b"\x0b"
PURGE_BOTH: Final = b"\x03"
MAX_OPTION: Final = 64
"""Longer sub-negotiations do not exist in RFC 2217."""


def escape(data: bytes) -> bytes:
    """Return *data* as it travels: FF doubled."""
    return data.replace(b"\xff", b"\xff\xff")


def subnegotiation(command: int, value: bytes = b"") -> bytes:
    """Return one COM-PORT-OPTION sub-negotiation from the client."""
    return bytes((IAC, SB, COM_PORT, command)) + escape(value) + bytes((IAC, SE))


class Rfc2217Client:
    """Feed it what arrives; send what `data_to_send` returns; use it once `ready`."""

    def __init__(self, *, baud: int, on_modem_state: Callable[[int], None]) -> None:
        self._settings = {
            SET_BAUD: baud.to_bytes(4, "big"),
            SET_DATA_SIZE: b"\x08",
            SET_PARITY: b"\x01",
            SET_STOP_SIZE: b"\x01",
        }
        self._unconfirmed = set(self._settings)
        self._on_modem_state = on_modem_state
        self._agreed: set[tuple[int, int]] = set()
        self._configured = False
        self._option: bytearray | None = None
        self._pending: tuple[int, ...] = ()
        self._outgoing = bytearray()
        for command, option in (
            (WILL, COM_PORT),
            (WILL, BINARY),
            (DO, BINARY),
            (WILL, SUPPRESS_GO_AHEAD),
            (DO, SUPPRESS_GO_AHEAD),
        ):
            self._negotiate(command, option)

    @property
    def ready(self) -> bool:
        """True once the server has confirmed rate and format."""
        return not self._unconfirmed

    def data_to_send(self) -> bytes:
        """Return the telnet bytes that are due, once."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def receive(self, data: bytes) -> bytes:
        """Return the serial data in *data*; everything else is dealt with."""
        payload = bytearray()
        for byte in data:
            self._take(byte, payload)
        return bytes(payload)

    def _take(self, byte: int, payload: bytearray) -> None:
        match self._pending:
            case ():
                if byte == IAC:
                    self._pending = (IAC,)
                else:
                    self._store(byte, payload)
            case (_,):
                self._pending = ()
                self._command(byte, payload)
            case _:
                (_, command), self._pending = self._pending, ()
                self._answer(command, byte)

    def _command(self, byte: int, payload: bytearray) -> None:
        if byte == IAC:
            self._store(byte, payload)
        elif byte == SB:
            self._option = bytearray()
        elif byte == SE:
            option, self._option = self._option, None
            if option:
                self._subnegotiated(bytes(option))
        elif byte in (WILL, WONT, DO, DONT):
            self._pending = (IAC, byte)

    def _store(self, byte: int, payload: bytearray) -> None:
        if self._option is None:
            payload.append(byte)
        elif len(self._option) < MAX_OPTION:
            self._option.append(byte)
        else:
            raise LinkError("the server sends something that is not RFC 2217")

    def _negotiate(self, command: int, option: int) -> None:
        """Say it once: answering an agreement is how two ends talk for ever."""
        if (command, option) not in self._agreed:
            self._agreed.add((command, option))
            self._outgoing += bytes((IAC, command, option))

    def _answer(self, command: int, option: int) -> None:
        if command == DONT and option == COM_PORT:
            raise LinkError("the server refuses RFC 2217")
        if command in (WONT, DONT):
            return
        yes, no = (DO, DONT) if command == WILL else (WILL, WONT)
        self._negotiate(yes if option in ACCEPTED else no, option)
        if option == COM_PORT and not self._configured:
            self._configured = True
            self._configure()

    def _configure(self) -> None:
        for command, value in self._settings.items():
            self._outgoing += subnegotiation(command, value)
        # DTR feeds the strap's contact (serial.md 13.1); the answers to SET-CONTROL differ too
        # much between servers to insist on them.
        for value in (NO_FLOW_CONTROL, DTR_ON, RTS_ON):
            self._outgoing += subnegotiation(SET_CONTROL, value)
        self._outgoing += subnegotiation(SET_MODEM_STATE_MASK, b"\xff")
        self._outgoing += subnegotiation(PURGE_DATA, PURGE_BOTH)

    def _subnegotiated(self, option: bytes) -> None:
        if len(option) < 3 or option[0] != COM_PORT:
            return
        command, value = option[1] - FROM_SERVER, option[2:]
        if command == NOTIFY_MODEM_STATE:
            self._on_modem_state(value[0])
        elif command in self._settings:
            if value[: len(self._settings[command])] != self._settings[command]:
                raise LinkError("the server does not accept 4800 8N1 on its port")
            self._unconfirmed.discard(command)
