"""Words for a machine on the air: attributes, clients, and what is said to whom.

Characteristics go by their 16-bit numbers. A client is a number that whoever runs the radio
gives to one connection; it is never used again for another one while that one lasts.
"""

from dataclasses import dataclass
from enum import Enum, Flag
from typing import Final, Protocol


class Property(Flag):
    """As on the air (Bluetooth core, vol. 3 part G, 3.3.1.1)."""

    READ = 0x02
    WRITE_COMMAND = 0x04
    WRITE = 0x08
    NOTIFY = 0x10
    INDICATE = 0x20


@dataclass(frozen=True, slots=True)
class Characteristic:
    uuid: int
    properties: Property


@dataclass(frozen=True, slots=True)
class Service:
    uuid: int
    characteristics: tuple[Characteristic, ...]


class Kind(Enum):
    """How a value is sent. A quirk may send what a client never asked for in this way."""

    NOTIFICATION = "notification"
    INDICATION = "indication"


@dataclass(frozen=True, slots=True)
class Said:
    """A value for one client."""

    client: int
    uuid: int
    value: bytes
    kind: Kind


@dataclass(frozen=True, slots=True)
class Answered:
    """The response to a write with response."""

    client: int
    number: int
    att_error: int
    """0 when it was taken."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The machine has ended this connection."""

    client: int


Outgoing = Said | Answered | Dropped


INVALID_HANDLE: Final = 0x01
READ_NOT_PERMITTED: Final = 0x02
WRITE_NOT_PERMITTED: Final = 0x03
INSUFFICIENT_AUTHENTICATION: Final = 0x05
INSUFFICIENT_KEY_SIZE: Final = 0x0C
INSUFFICIENT_ENCRYPTION: Final = 0x0F
CCCD_IMPROPERLY_CONFIGURED: Final = 0xFD
PROCEDURE_IN_PROGRESS: Final = 0xFE
CURED_BY_PAIRING: Final = (
    INSUFFICIENT_AUTHENTICATION,
    INSUFFICIENT_KEY_SIZE,
    INSUFFICIENT_ENCRYPTION,
)


class AttError(Exception):
    """An attribute cannot be had; *code* is the attribute protocol's."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error {code:02X}")
        self.code = code


class GattFirmware(Protocol):
    """What the server needs of a machine."""

    services: tuple[Service, ...]
    name: str
    """As it advertises itself; 15 characters fit beside the rest."""
    service_data: bytes
    """As it advertises what it is, its service's number first."""
    commands: int
    """The characteristic whose writes are commands to the belt."""
    write_response_ms: float

    @property
    def next_ms(self) -> float: ...

    def fire(self, t_ms: float) -> None: ...

    def connected(self, t_ms: float, client: int) -> None: ...

    def disconnected(self, t_ms: float, client: int) -> None: ...

    def read(self, t_ms: float, uuid: int) -> bytes:
        """Only asked for what is readable."""

    def write(self, t_ms: float, client: int, uuid: int, value: bytes) -> int:
        """Return an ATT error, or 0. Only asked for what is writable."""

    def power_up(self, t_ms: float) -> None: ...

    def tripped(self, t_ms: float) -> None:
        """The drive has stopped the belt, because the client in control is gone."""

    def seize(self, t_ms: float, client: int) -> None:
        """This client asks for control, and gets it."""

    def revoke(self, t_ms: float) -> None:
        """Take control away from whoever has it."""
