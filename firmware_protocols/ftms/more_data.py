"""Records that do not fit one notification: cut by the machine, put together again here.

Every part but the last has More Data set, and the last one carries the speed (ftms.md 2.2).
"""

from typing import Any, Final

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms._layout import FLAGS, GROUPS, SPEED, Flag, fields_of
from firmware_protocols.ftms.anomalies import Anomaly, Oddity
from firmware_protocols.ftms.treadmill_data import VALUES, TreadmillData, encode

PART_MAX_BYTES: Final = 20
"""What a notification holds unless a larger transfer unit was agreed."""
PART_TIMEOUT_MS: Final = 1_000
"""A half record this old is dropped."""

_LOST: Final = Anomaly(Oddity.LOST_PART)


class Assembler:
    """Holds the parts of one record until its last one comes. Feed it every record."""

    __slots__ = ("_held", "_held_since_ms", "_lost")

    def __init__(self) -> None:
        self._held: TreadmillData | None = None
        self._held_since_ms = 0
        self._lost = False

    def reset(self) -> None:
        """The link was lost: what comes next belongs to nothing held."""
        self._held = None
        self._lost = False

    def receive(self, now_ms: int, part: TreadmillData) -> TreadmillData | None:
        """Return the whole record, if *part* completes one."""
        held = self._held
        if held is None and part.is_last_part and not self._lost:
            return part
        if held is not None and self._is_stale(now_ms, held, part):
            held, self._lost = None, True
        if held is None:
            self._held_since_ms = now_ms
        else:
            part = _joined(held, part)
        if not part.is_last_part:
            self._held = part
            return None
        self._held = None
        if self._lost:
            part = part._replace(anomalies=(*part.anomalies, _LOST))
            self._lost = False
        return part

    def _is_stale(self, now_ms: int, held: TreadmillData, part: TreadmillData) -> bool:
        """A part that says again what is held begins the next record."""
        if now_ms - self._held_since_ms > PART_TIMEOUT_MS:
            return True
        return bool(held.flags & part.flags & ~Flag.MORE_DATA)


def encode_parts(record: TreadmillData, part_max_bytes: int = PART_MAX_BYTES) -> list[bytes]:
    """Write a whole record in as many notifications as it takes, as a machine does.

    Raises:
        LocalProtocolError: as `encode`; the record is itself a part; or what one flag announces
            does not fit a notification of this size.
    """
    if not record.is_last_part:
        raise LocalProtocolError("a part of a record cannot be split again")
    whole = encode(record)
    if len(whole) <= part_max_bytes:
        return [whole]
    parts: list[bytes] = []
    flags: int = Flag.MORE_DATA
    for flag, _ in GROUPS:
        if record.flags & flag:
            if len(_part(record, flags | flag)) > part_max_bytes:
                parts.append(_part(record, flags))
                flags = Flag.MORE_DATA
            flags |= flag
    if len(_part(record, flags)) + SPEED.size > part_max_bytes:
        parts.append(_part(record, flags))
        flags = Flag.MORE_DATA
    parts.append(_part(record, flags & ~Flag.MORE_DATA))
    if not all(FLAGS.size < len(part) <= part_max_bytes for part in parts):
        raise LocalProtocolError(f"a field does not fit a part of {part_max_bytes} bytes")
    return parts


def _part(record: TreadmillData, flags: int) -> bytes:
    """Return what *flags* announce, out of *record*."""
    names = {field.name for wide in (False, True) for field in fields_of(flags, wide_pace=wide)}
    left_out: dict[str, Any] = dict.fromkeys(name for name in VALUES if name not in names)
    return encode(record._replace(flags=flags, **left_out))


def _joined(held: TreadmillData, part: TreadmillData) -> TreadmillData:
    """Return both as one record. They announce nothing twice."""
    values = (old if new is None else new for old, new in zip(held[1:-1], part[1:-1], strict=True))
    flags = (held.flags | part.flags) & ~Flag.MORE_DATA | part.flags & Flag.MORE_DATA
    return TreadmillData._make((flags, *values, held.anomalies + part.anomalies))
