"""A heart rate strap: measurement (0x2A37) and where it is worn (0x2A38)."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from firmware_protocols.ftms._fields import Part, Reader, field
from firmware_protocols.ftms.anomalies import Anomalies, Oddity


class Contact(Enum):
    """Whether the strap feels skin, by the two bits that say so."""

    UNKNOWN = 0
    """The strap cannot tell."""
    ABSENT = 2
    PRESENT = 3


class BodyLocation(IntEnum):
    OTHER = 0
    CHEST = 1
    WRIST = 2
    FINGER = 3
    HAND = 4
    EAR_LOBE = 5
    FOOT = 6


@dataclass(frozen=True, slots=True)
class HeartRate:
    bpm: int | None
    """None is "not measured": no contact, or a zero, which is no heart's rate (SR-46)."""
    contact: Contact = Contact.UNKNOWN
    energy_kj: int | None = None
    beats_1024: tuple[int, ...] = ()
    """Times between beats in 1/1024 s, oldest first."""
    anomalies: Anomalies = ()


_FLAGS: Final = Part("flags", 1)
_NARROW: Final = Part("heart rate", 1)
_WIDE: Final = Part("heart rate", 2)
_ENERGY: Final = Part("energy", 2)
_BEAT: Final = Part("beat interval", 2)
_LOCATION: Final = Part("body location", 1)

_IS_WIDE: Final = 1 << 0
_CONTACT_SHIFT: Final = 1
_HAS_ENERGY: Final = 1 << 3
_HAS_BEATS: Final = 1 << 4
_RESERVED: Final = 0xE0
_CONTACT: Final = {
    0: Contact.UNKNOWN,
    1: Contact.UNKNOWN,
    2: Contact.ABSENT,
    3: Contact.PRESENT,
}


def decode(data: bytes) -> HeartRate:
    """Read 0x2A37."""
    reader = Reader(data)
    flags = reader.take(_FLAGS, otherwise=Oddity.TOO_SHORT) or 0
    contact = _CONTACT[flags >> _CONTACT_SHIFT & 3]
    value = reader.take(_WIDE if flags & _IS_WIDE else _NARROW)
    energy = reader.take(_ENERGY) if flags & _HAS_ENERGY else None
    beats: list[int] = []
    while flags & _HAS_BEATS and reader.left and (beat := reader.take(_BEAT)) is not None:
        beats.append(beat)
    if flags & _RESERVED:
        reader.note(Oddity.RESERVED, f"flags {flags:#04x}")
    bpm = None if contact is Contact.ABSENT else value or None
    return HeartRate(bpm, contact, energy, tuple(beats), reader.finish())


def encode(rate: HeartRate) -> bytes:
    """Write 0x2A37, as a strap does: 16 bits only where 8 are too few.

    Raises:
        LocalProtocolError: a value does not fit its field.
    """
    bpm = rate.bpm or 0
    wide = bpm > 0xFF
    flags = rate.contact.value << _CONTACT_SHIFT
    flags |= _IS_WIDE if wide else 0
    flags |= 0 if rate.energy_kj is None else _HAS_ENERGY
    flags |= _HAS_BEATS if rate.beats_1024 else 0
    energy = b"" if rate.energy_kj is None else field(rate.energy_kj, _ENERGY)
    beats = b"".join(field(beat, _BEAT) for beat in rate.beats_1024)
    return bytes((flags,)) + field(bpm, _WIDE if wide else _NARROW) + energy + beats


def decode_location(data: bytes) -> int | None:
    """Read 0x2A38: a `BodyLocation` or a number without a name, None if there is nothing."""
    return Reader(data).take(_LOCATION)
