"""What the machine's own programme is doing (0x2AD3). Informational: nothing is decided by it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware_protocols.ftms._fields import Part, Reader, field
from firmware_protocols.ftms.anomalies import Anomalies, Oddity


class TrainingCode(IntEnum):
    OTHER = 0x00
    IDLE = 0x01
    WARMING_UP = 0x02
    LOW_INTENSITY_INTERVAL = 0x03
    HIGH_INTENSITY_INTERVAL = 0x04
    RECOVERY_INTERVAL = 0x05
    ISOMETRIC = 0x06
    HEART_RATE_CONTROL = 0x07
    FITNESS_TEST = 0x08
    SPEED_BELOW_CONTROL_REGION = 0x09
    SPEED_ABOVE_CONTROL_REGION = 0x0A
    COOL_DOWN = 0x0B
    WATT_CONTROL = 0x0C
    MANUAL = 0x0D
    PRE_WORKOUT = 0x0E
    POST_WORKOUT = 0x0F


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    code: int
    """A `TrainingCode`, or a number without a name: Urevo sends 0x10 and 0x11."""
    text: str = ""
    has_more_text: bool = False
    """The text goes on beyond what a notification holds; a long read returns all of it."""
    anomalies: Anomalies = ()


_FLAGS: Final = Part("flags", 1)
_CODE: Final = Part("status", 1)
_TEXT: Final = 1 << 0
_MORE_TEXT: Final = 1 << 1
_CODES: Final = frozenset(TrainingCode)


def decode(data: bytes) -> TrainingStatus:
    """Read 0x2AD3. Without a status code it says "other"."""
    reader = Reader(data)
    flags = reader.take(_FLAGS, otherwise=Oddity.TOO_SHORT) or 0
    code = reader.take(_CODE)
    if code is not None and code not in _CODES:
        reader.note(Oddity.RESERVED, f"status {code:#04x}")
    if flags & ~(_TEXT | _MORE_TEXT):
        reader.note(Oddity.RESERVED, f"flags {flags:#04x}")
    text = ""
    if flags & (_TEXT | _MORE_TEXT) and code is not None:
        text = _text(reader)
    return TrainingStatus(
        TrainingCode.OTHER if code is None else code,
        text,
        bool(flags & _MORE_TEXT),
        reader.finish(),
    )


def encode(status: TrainingStatus) -> bytes:
    """Write 0x2AD3, as a machine does.

    Raises:
        LocalProtocolError: the code does not fit its byte.
    """
    flags = (_TEXT if status.text else 0) | (_MORE_TEXT if status.has_more_text else 0)
    return bytes((flags,)) + field(int(status.code), _CODE) + status.text.encode()


def _text(reader: Reader) -> str:
    raw = reader.rest()
    if not raw:
        reader.note(Oddity.TRUNCATED, "text")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        reader.note(Oddity.BAD_TEXT)
        return raw.decode(errors="replace")
