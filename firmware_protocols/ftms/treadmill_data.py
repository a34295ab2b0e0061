"""Treadmill data (0x2ACD): a word of flags, and the fields it announces, one behind the other.

What stands where is a function of the flag word and of the length alone, and a machine uses one
or two of each. So the way to read a form is worked out once and kept.

The speed is what the machine says. On some machines that is the set-point (ftms.md 2.2): it
proves neither that a belt moves nor that it stands.
"""

import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import _compiled
from firmware_protocols.ftms._fields import field as in_wire_form
from firmware_protocols.ftms._layout import FLAGS, Field, Flag, fields_of, form_of
from firmware_protocols.ftms.anomalies import Anomalies, Anomaly, Oddity

__all__ = ["Flag", "TreadmillData", "decode", "encode"]

Bytes = bytes | bytearray
MAX_FORMS: Final = 64
"""Forms kept. A machine has one to four; somebody who sends all of them fills no memory."""


class TreadmillData(NamedTuple):
    """One record, or one part of one, in wire units. None is "not in here" or "not available".

    A tuple and not a dataclass, because a frozen dataclass of this size takes five times as
    long to make as this takes to read.
    """

    flags: int
    """A `Flag` and whatever else the machine set."""
    speed_ckmh: int | None = None
    """The wire's own number. For machines that mean mph by it, `Measured.speed_ckmh`."""
    average_speed_ckmh: int | None = None
    distance_m: int | None = None
    incline_permille: int | None = None
    ramp_angle_ddeg: int | None = None
    """0.1 degrees, as set."""
    elevation_gain_dm: int | None = None
    elevation_loss_dm: int | None = None
    pace_100m_min: int | None = None
    """0.1 km per minute, where pace is one byte."""
    pace_s_500m: int | None = None
    """Seconds per 500 m, where pace is two bytes."""
    average_pace_100m_min: int | None = None
    average_pace_s_500m: int | None = None
    energy_kcal: int | None = None
    energy_kcal_h: int | None = None
    energy_kcal_min: int | None = None
    heart_rate_bpm: int | None = None
    """0 is "no contact" in practice."""
    metabolic_equivalent_tenths: int | None = None
    elapsed_s: int | None = None
    remaining_s: int | None = None
    force_n: int | None = None
    power_w: int | None = None
    steps: int | None = None
    anomalies: Anomalies = ()

    @property
    def is_last_part(self) -> bool:
        return not self.flags & Flag.MORE_DATA


NOTHING: Final = TreadmillData(Flag.MORE_DATA, anomalies=(Anomaly(Oddity.TOO_SHORT, FLAGS.name),))
"""What a value without a flag word says. It carries no speed, so it is no last part."""


_KNOWN: Final = sum(Flag)
VALUES: Final = TreadmillData._fields[1:-1]
"""What a record holds beside its flags and its anomalies."""

_READERS: Final[dict[Bytes, Callable[[Bytes], TreadmillData]]] = {}
"""By the two bytes of the flag word, for the length they last came with."""
_WRITERS: Final[dict[int, Callable[[TreadmillData], bytes | None]]] = {}
"""By flag word."""


def decode(data: Bytes) -> TreadmillData:
    """Read one notification. Every field that is whole is there, whatever else is wrong."""
    try:
        return _READERS[data[:2]](data)
    except (KeyError, struct.error, TypeError):
        # The first of its form, of another length than the last, or a bytearray.
        return _decode_new(bytes(data))


def encode(record: TreadmillData) -> bytes:
    """Write one record, or one part of one, as a machine does. Its flags say what is in it.

    Raises:
        LocalProtocolError: the flags have a bit without a meaning; a field is there and not
            announced, or announced and missing with no way to say so; a value does not fit its
            field, or is the one that means "not available"; pace in both units.
    """
    try:
        data = _WRITERS[record.flags](record)
    except (KeyError, struct.error, TypeError):
        data = None
    return _encode_new(record) if data is None else data


def _decode_new(data: bytes) -> TreadmillData:
    if len(data) < FLAGS.size:
        return NOTHING
    reader = _reader(int.from_bytes(data[:2], "little"), len(data))
    if len(_READERS) >= MAX_FORMS:
        _READERS.clear()
    _READERS[data[:2]] = reader
    return reader(data)


@lru_cache(MAX_FORMS)
def _reader(flags: int, length: int) -> Callable[[Bytes], TreadmillData]:
    form = form_of(flags, length)
    return _compiled.reader(flags, form, TreadmillData._fields, TreadmillData)


def _encode_new(record: TreadmillData) -> bytes:
    wide = record.pace_s_500m is not None or record.average_pace_s_500m is not None
    if complaints := list(_complaints(record, wide)):
        raise LocalProtocolError(f"no treadmill data: {'; '.join(complaints)}")
    flags = int(record.flags)
    writer = _writer(flags, wide)
    if not wide:
        if len(_WRITERS) >= MAX_FORMS:
            _WRITERS.clear()
        _WRITERS[flags] = writer
    data = writer(record)
    assert data is not None  # what a writer refuses has been complained of
    return data


@lru_cache(MAX_FORMS)
def _writer(flags: int, wide_pace: bool) -> Callable[[TreadmillData], bytes | None]:
    return _compiled.writer(flags, TreadmillData._fields, wide_pace=wide_pace)


def _complaints(record: TreadmillData, wide: bool) -> Iterator[str]:
    flags: object = record.flags
    if not isinstance(flags, int) or flags & ~_KNOWN:
        yield f"flags {flags!r}"
        return
    announced = {field.name: field for field in fields_of(flags, wide_pace=wide)}
    for name, value in zip(VALUES, record[1:-1], strict=True):
        if name in announced:
            yield from _complaints_of(value, announced[name])
        elif value is not None:
            yield f"{name} is not announced by its flag"


def _complaints_of(value: object, field: Field) -> Iterator[str]:
    if value is None:
        if not field.unavailable:
            yield f"{field.name} is announced and missing"
    elif value in field.unavailable:
        yield f"{field.name} {value} means that it is not available"
    else:
        try:
            in_wire_form(value, field)
        except LocalProtocolError as error:
            yield str(error)
