"""What a machine shouts before anybody connects: its service data (AD type 0x16).

Many cheap machines leave it out, or set the type bits wrong (ftms.md 5): its absence proves
nothing, and whoever connects looks for 0x2ACD itself.
"""

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from firmware_protocols.ftms import uuids
from firmware_protocols.ftms._fields import Part, Reader, field
from firmware_protocols.ftms.anomalies import Anomalies, Oddity


class MachineType(IntFlag):
    """Bits without a name are kept."""

    TREADMILL = 1 << 0
    CROSS_TRAINER = 1 << 1
    STEP_CLIMBER = 1 << 2
    STAIR_CLIMBER = 1 << 3
    ROWER = 1 << 4
    INDOOR_BIKE = 1 << 5


@dataclass(frozen=True, slots=True)
class ServiceData:
    available: bool
    types: MachineType
    anomalies: Anomalies = ()


_FLAGS: Final = Part("flags", 1)
_TYPES: Final = Part("machine type", 2)
_AVAILABLE: Final = 1
_PREFIX: Final = uuids.FITNESS_MACHINE_SERVICE.to_bytes(2, "little")


def decode_service_data(data: bytes) -> ServiceData:
    """Read the service data of 0x1826, without the two bytes that name the service."""
    reader = Reader(data)
    flags = reader.take(_FLAGS, otherwise=Oddity.TOO_SHORT) or 0
    types = reader.take(_TYPES) or 0
    if flags & ~_AVAILABLE:
        reader.note(Oddity.RESERVED, f"flags {flags:#04x}")
    return ServiceData(bool(flags & _AVAILABLE), MachineType(types), reader.finish())


def decode_advertisement(data: bytes) -> ServiceData | None:
    """Read the payload of one AD structure of type 0x16: None if it is another service's."""
    return decode_service_data(data[2:]) if data[:2] == _PREFIX else None


def encode_service_data(shout: ServiceData) -> bytes:
    """Return the service data, without the two bytes that name the service.

    Raises:
        LocalProtocolError: the type does not fit 16 bits.
    """
    return field(int(shout.available), _FLAGS) + field(int(shout.types), _TYPES)


def encode_advertisement(shout: ServiceData) -> bytes:
    """Return the payload of one AD structure of type 0x16.

    Raises:
        LocalProtocolError: the type does not fit 16 bits.
    """
    return _PREFIX + encode_service_data(shout)
