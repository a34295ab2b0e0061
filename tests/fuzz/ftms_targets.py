"""Bluetooth: the envelope in both directions, and every characteristic's value.

The bounds are the widths of the fields (FTMS 1.0, ftms.md 2), written down here again.
"""

import json
from typing import Any, Final

from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.ftms import (
    advertising,
    control_point,
    envelope,
    features,
    heart_rate,
    machine_status,
    rsc,
    training_status,
    treadmill_data,
    uuids,
)
from firmware_protocols.ftms.commands import CommandDecoder
from firmware_protocols.ftms.features import RangeKind
from firmware_protocols.ftms.more_data import Assembler
from firmware_protocols.messages import SetIncline, SetSpeed
from tests.fuzz.targets import Target, chunks, must
from tests.protocols.golden import GOLDEN

FTMS: Final = ("firmware_protocols/ftms",)
_U8, _U16, _U24, _U32 = (0, 0xFF), (0, 0xFFFF), (0, 0xFFFFFF), (0, 0xFFFFFFFF)
_S16: Final = (-0x8000, 0x7FFF)
FIELDS: Final[dict[str, tuple[int, int]]] = {
    "flags": _U16,
    "speed_ckmh": _U16,
    "average_speed_ckmh": _U16,
    "distance_m": _U24,
    "incline_permille": _S16,
    "ramp_angle_ddeg": _S16,
    "elevation_gain_dm": _U16,
    "elevation_loss_dm": _U16,
    "pace_100m_min": _U8,
    "pace_s_500m": _U16,
    "average_pace_100m_min": _U8,
    "average_pace_s_500m": _U16,
    "energy_kcal": _U16,
    "energy_kcal_h": _U16,
    "energy_kcal_min": _U8,
    "heart_rate_bpm": _U8,
    "metabolic_equivalent_tenths": _U8,
    "elapsed_s": _U16,
    "remaining_s": _U16,
    "force_n": _S16,
    "power_w": _S16,
    "steps": _U24,
}
VALUE_MAX: Final = 512
RECORD_MAX: Final = 3 + 7 + VALUE_MAX
LARGEST_CKMH: Final = 105_470
"""65,535 hundredths of a mile: what a machine that means miles can say, or be told."""


def _within(value: Any, bounds: tuple[int, int], what: str) -> None:
    if value is not None:
        must(type(value) is not bool and isinstance(value, int), what, value)
        must(bounds[0] <= value <= bounds[1], what, value)


def judge_value(uuid: int, value: bytes) -> None:
    """One value, as whatever it may be, in both roles."""
    match uuid:
        case uuids.TREADMILL_DATA:
            _record(treadmill_data.decode(value))
        case uuids.CONTROL_POINT:
            _control_point(value)
        case uuids.MACHINE_STATUS:
            status = machine_status.decode(value)
            _within(status.code, _U8, "status")
            for parameter in status.values:
                _within(parameter, (-0x8000, 0xFFFFFF), "parameter")
            must(status.stop_kind is None or status.code == 2, "stop kind", status)
        case uuids.TRAINING_STATUS:
            training = training_status.decode(value)
            must(isinstance(training.text, str), "text", training)
        case uuids.FITNESS_MACHINE_FEATURE:
            offered = features.decode_features(value)
            _within(int(offered.machine), _U32, "features")
            _within(int(offered.targets), _U32, "features")
        case uuids.HEART_RATE_MEASUREMENT:
            rate = heart_rate.decode(value)
            _within(rate.bpm, (1, 0xFFFF), "bpm")
            for beat in rate.beats_1024:
                _within(beat, _U16, "beat")
            _within(heart_rate.decode_location(value), _U8, "location")
        case uuids.RSC_MEASUREMENT:
            measured = rsc.decode(value)
            _within(measured.speed_ckmh, (0, 92_159), "speed")
            _within(measured.distance_dm, _U32, "distance")
        case _ if uuid in _RANGES:
            _range(_RANGES[uuid], value)
        case _:
            advertising.decode_service_data(value)
            advertising.decode_advertisement(value)


_RANGES: Final = {kind.value: kind for kind in RangeKind}


def _record(record: treadmill_data.TreadmillData) -> None:
    for name, bounds in FIELDS.items():
        _within(getattr(record, name), bounds, name)


def _range(kind: RangeKind, value: bytes) -> None:
    supported = features.decode_range(kind, value)
    for limit in (supported.minimum, supported.maximum, supported.step):
        _within(limit, (-0x8000, 0xFFFF), "limit")
    supported.has(0)
    must(not supported.has(0x10000), "a range has what no field holds", supported)


def _control_point(value: bytes) -> None:
    request = control_point.decode_request(value)
    if isinstance(request, control_point.BadRequest):
        must(request.raw == value, "raw", request)
    else:  # what was understood says the same bytes again
        must(control_point.encode_request(request) == value, "said again", request)
    response = control_point.decode_response(value)
    if isinstance(response, control_point.Response):
        must(response.is_success is (value[2] == 1), "success", response)


def judge_values(data: bytes) -> None:
    """A row of values: which characteristic, how long, and so many bytes."""
    assembler, at, now_ms = Assembler(), 0, 0
    while at + 2 <= len(data):
        uuid, length = _UUIDS[data[at] % len(_UUIDS)], data[at + 1]
        value = data[at + 2 : at + 2 + length]
        at += 2 + length
        now_ms += length * 16
        judge_value(uuid, value)
        if uuid == uuids.TREADMILL_DATA:
            whole = assembler.receive(now_ms, treadmill_data.decode(value))
            if whole is not None:
                must(whole.is_last_part, "a whole record", whole)
                _record(whole)


_UUIDS: Final = (
    uuids.TREADMILL_DATA,
    uuids.CONTROL_POINT,
    uuids.MACHINE_STATUS,
    uuids.TRAINING_STATUS,
    uuids.FITNESS_MACHINE_FEATURE,
    uuids.SPEED_RANGE,
    uuids.INCLINATION_RANGE,
    uuids.HEART_RATE_RANGE,
    uuids.HEART_RATE_MEASUREMENT,
    uuids.RSC_MEASUREMENT,
    0x2A00,
)


def judge_records(data: bytes) -> None:
    """What the carrier says, as the host hears it."""
    decoder = envelope.HostDecoder()
    for chunk in chunks(data):
        decoder.receive_data(chunk)
        for record in decoder.records():
            match record:
                case envelope.Value(uuid, value):
                    must(len(value) <= VALUE_MAX, "a value of", len(value))
                    judge_value(uuid, value)
                case envelope.Written(number, att_error):
                    _within(number, _U32, "number")
                    _within(att_error, _U16, "error")
                case envelope.Ready() | RemoteProtocolError():
                    pass
                case _:
                    must(False, "a carrier has no word for", record)
        must(len(decoder._data) < RECORD_MAX, "too much waits", len(decoder._data))


def judge_commands(data: bytes) -> None:
    """What the host says, as the machine hears it."""
    decoder = CommandDecoder()
    for chunk in chunks(data):
        decoder.receive_data(chunk)
        for command in decoder.messages():
            match command:
                case SetSpeed(speed_ckmh):
                    _within(speed_ckmh, (0, LARGEST_CKMH), "command")
                case SetIncline(incline_permille):
                    _within(incline_permille, _S16, "incline")
                case _:
                    pass
        waiting = len(decoder._records._data)
        must(waiting < RECORD_MAX, "too much waits", waiting)


def _captured() -> list[tuple[int, bytes]]:
    """The reference vectors: characteristic and value, as machines and hosts have sent them."""
    rows = json.loads((GOLDEN / "ftms/vectors.json").read_text(encoding="utf-8"))
    return [(int(row["char"][:4], 16), bytes.fromhex(row["hex"])) for row in rows]


_CAPTURED: Final = _captured()
_WRITTEN: Final = (b"\x00", b"\x02\x64\x00", b"\x03\x0a\x00", b"\x07", b"\x08\x01", b"\x08\x02")
TARGETS: Final = (
    Target(
        "ftms-values",
        judge_values,
        FTMS,
        tuple(
            bytes((_UUIDS.index(uuid), len(value))) + value
            for uuid, value in _CAPTURED
            if uuid in _UUIDS
        ),
    ),
    Target(
        "ftms-replies",
        judge_records,
        FTMS,
        (
            b"\x07" + b"".join(envelope.encode(envelope.Value(*each)) for each in _CAPTURED),
            b"\x00\x83\x00\x00\x82\x06\x00\x01\x00\x10\x00\x00\x00",
        ),
    ),
    Target(
        "ftms-commands",
        judge_commands,
        FTMS,
        tuple(
            b"\x07" + envelope.encode(envelope.Write(1, uuids.CONTROL_POINT, value))
            for value in _WRITTEN
        ),
    ),
)
