"""Edges of the small FTMS codecs, their bits and their numbers (ftms.md 2 to 5)."""

from typing import Any, Final

import pytest

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import advertising, envelope, rsc, training_status, uuids
from firmware_protocols.ftms._fields import Part, field
from firmware_protocols.ftms.advertising import MachineType, ServiceData
from firmware_protocols.ftms.anomalies import Anomaly, Oddity
from firmware_protocols.ftms.commands import CommandDecoder
from firmware_protocols.ftms.control_point import StopKind
from firmware_protocols.ftms.envelope import Write
from firmware_protocols.ftms.features import (
    MachineFeature,
    RangeKind,
    SupportedRange,
    TargetFeature,
    decode_features,
    encode_range,
)
from firmware_protocols.ftms.machine_status import MachineStatus, StatusCode
from firmware_protocols.ftms.rsc import RscMeasurement
from firmware_protocols.ftms.speeds import ckmh_from_hundredths, hundredths_from_ckmh
from firmware_protocols.ftms.target_speed import TargetSpeeds, target_speeds
from firmware_protocols.ftms.training_status import TrainingStatus
from firmware_protocols.ftms.treadmill_data import TreadmillData, decode, encode
from firmware_protocols.messages import UnsafeCommand

# Treadmill data.


@pytest.mark.parametrize(
    ("data", "record"),
    [
        ("0000 2c01", TreadmillData(0, 300)),
        ("0100", TreadmillData(1)),
        ("0400 2c01 010203", TreadmillData(4, 300, distance_m=0x030201)),
        ("0800 2c01 e2ff fbff", TreadmillData(8, 300, incline_permille=-30, ramp_angle_ddeg=-5)),
        ("2000 2c01 0c", TreadmillData(0x20, 300, pace_100m_min=12)),
        ("2000 2c01 0c01", TreadmillData(0x20, 300, pace_s_500m=0x010C)),
        ("4000 2c01 0d", TreadmillData(0x40, 300, average_pace_100m_min=13)),
        ("4000 2c01 0d01", TreadmillData(0x40, 300, average_pace_s_500m=0x010D)),
        ("0010 2c01 fdff ffff", TreadmillData(0x1000, 300, force_n=-3, power_w=-1)),
    ],
)
def test_what_a_flag_announces_is_read_and_written_as_in_the_table(
    data: str, record: TreadmillData
) -> None:
    assert decode(bytes.fromhex(data)) == record
    assert encode(record) == bytes.fromhex(data)


def test_the_first_flag_takes_the_speed_away() -> None:
    assert decode(bytes.fromhex("0100")).speed_ckmh is None
    assert not decode(bytes.fromhex("0100")).is_last_part


NOT_AVAILABLE: Final = [
    (0x0008, "incline_permille", 0x7FFF),
    (0x0008, "ramp_angle_ddeg", 0x7FFF),
    (0x0010, "elevation_gain_dm", 0x7FFF),
    (0x0010, "elevation_gain_dm", 0xFFFF),
    (0x0010, "elevation_loss_dm", 0x7FFF),
    (0x0010, "elevation_loss_dm", 0xFFFF),
    (0x0080, "energy_kcal", 0xFFFF),
    (0x0080, "energy_kcal_h", 0xFFFF),
    (0x0080, "energy_kcal_min", 0xFF),
    (0x1000, "force_n", 0x7FFF),
    (0x1000, "power_w", 0x7FFF),
]


@pytest.mark.parametrize(("flags", "name", "number"), NOT_AVAILABLE)
def test_a_number_that_means_not_available_is_no_value_after_one_that_was(
    flags: int, name: str, number: int
) -> None:
    values: dict[str, Any] = {name: 1}
    encode(TreadmillData(flags, 300, **values))  # now there is a writer for these flags
    values[name] = number
    with pytest.raises(LocalProtocolError, match=f"{name} {number} means that it is not available"):
        encode(TreadmillData(flags, 300, **values))


# Numbers on the wire.


@pytest.mark.parametrize(
    ("part", "value", "why"),
    [
        (Part("incline", 2, signed=True), 0x8000, "incline 32768 does not fit signed 16 bits"),
        (Part("incline", 2, signed=True), -0x8001, "incline -32769 does not fit signed 16 bits"),
        (Part("speed", 2), -1, "speed -1 does not fit unsigned 16 bits"),
        (Part("distance", 3), 1 << 24, "distance 16777216 does not fit unsigned 24 bits"),
    ],
)
def test_sr15_what_does_not_fit_is_refused_by_the_size_of_its_field(
    part: Part, value: int, why: str
) -> None:
    with pytest.raises(LocalProtocolError, match=f"^{why}$"):
        field(value, part)


@pytest.mark.parametrize(
    ("hundredths", "ckmh"),
    [
        (1_006, 1_620),  # 16.19000064 km/h
        (1_541, 2_480),  # 24.79999104 km/h
        (62_500, 100_584),  # 1005.84 km/h, exactly
    ],
)
def test_sr29_a_mile_per_hour_is_exact_to_the_last_hundredth(hundredths: int, ckmh: int) -> None:
    assert ckmh_from_hundredths(hundredths, Unit.MPH) == ckmh
    assert hundredths_from_ckmh(ckmh, Unit.MPH) == hundredths


def test_sr29_sixteen_point_nineteen_km_h_is_a_little_less_than_10_06_mph() -> None:
    assert hundredths_from_ckmh(1_619, Unit.MPH) == 1_005


@pytest.mark.parametrize("unit", Unit)
def test_sr15_the_least_negative_speed_is_none(unit: Unit) -> None:
    assert hundredths_from_ckmh(0, unit) == 0
    with pytest.raises(LocalProtocolError, match="-1 is negative"):
        hundredths_from_ckmh(-1, unit)


# What can be set.


@pytest.mark.parametrize(
    ("minimum", "maximum", "step"),
    [(None, 2_000, 10), (50, None, 10), (50, 2_000, None), (None, None, None)],
)
def test_sr15_a_range_that_lacks_a_number_is_cut_short(
    minimum: int | None, maximum: int | None, step: int | None
) -> None:
    supported = SupportedRange(RangeKind.SPEED, minimum, maximum, step)
    with pytest.raises(LocalProtocolError, match="cut short"):
        target_speeds(supported, Unit.KMH, Unit.KMH)
    assert not supported.has(50)
    with pytest.raises(LocalProtocolError, match="needs all three values"):
        encode_range(supported)


def test_a_machine_with_one_speed_has_that_speed() -> None:
    one_speed = SupportedRange(RangeKind.SPEED, 100, 100, 10)
    assert target_speeds(one_speed, Unit.KMH, Unit.KMH) == TargetSpeeds(100, 100, 10, Unit.KMH)


@pytest.mark.parametrize(
    ("value", "is_a_step"),
    [(49, False), (50, True), (51, False), (80, True), (1_970, True), (1_971, False)],
)
def test_steps_are_counted_from_the_minimum(value: int, is_a_step: bool) -> None:
    # The minimum is no multiple of the step, nor is twice the minimum.
    assert SupportedRange(RangeKind.SPEED, 50, 1_970, 30).has(value) is is_a_step


# Bits and codes.


def test_the_first_bit_of_each_word_is_the_one_of_the_table() -> None:
    assert decode_features(bytes.fromhex("0100000001000000")).machine is (
        MachineFeature.AVERAGE_SPEED
    )
    assert decode_features(bytes.fromhex("0100000001000000")).targets is TargetFeature.SPEED
    assert advertising.decode_service_data(bytes.fromhex("010100")).types is MachineType.TREADMILL


def test_a_shout_begins_with_the_two_bytes_of_its_service() -> None:
    shout = ServiceData(available=True, types=MachineType.TREADMILL)
    assert advertising.encode_advertisement(shout).hex() == "2618010100"


def test_a_text_of_a_training_status_is_announced_by_the_first_bit() -> None:
    assert training_status.encode(TrainingStatus(0x0D, "ok")).hex() == "010d6f6b"
    assert training_status.decode(bytes.fromhex("010d6f6b")) == TrainingStatus(0x0D, "ok")
    assert training_status.decode(bytes.fromhex("000d6f6b")) == TrainingStatus(
        0x0D, anomalies=(Anomaly(Oddity.EXTRA_BYTES, "2"),)
    )


def test_a_stride_is_announced_by_the_first_bit() -> None:
    measurement = RscMeasurement(256, 80, stride_cm=70)
    assert rsc.encode(measurement).hex() == "010001504600"
    assert rsc.decode(bytes.fromhex("010001504600")) == measurement


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (MachineStatus(StatusCode.STOPPED_BY_USER, (1,)), StopKind.STOP),
        (MachineStatus(StatusCode.STOPPED_BY_USER, (2,)), StopKind.PAUSE),
        # What follows the kind is not part of it.
        (MachineStatus(StatusCode.STOPPED_BY_USER, (1, 2)), StopKind.STOP),
        (MachineStatus(StatusCode.SPIN_DOWN, (1,)), None),
        (MachineStatus(StatusCode.TARGET_HEART_RATE_CHANGED, (2,)), None),
    ],
)
def test_sr36_only_a_stop_by_the_user_has_a_kind(
    status: MachineStatus, kind: StopKind | None
) -> None:
    assert status.stop_kind is kind


@pytest.mark.parametrize(
    ("uuid", "value"), [(uuids.TREADMILL_DATA, "01"), (uuids.CONTROL_POINT, "")]
)
def test_sr10_what_has_no_opcode_is_told_from_every_opcode(uuid: int, value: str) -> None:
    # An opcode is a byte, and 1 would be a reset.
    raw = bytes.fromhex(value)
    decoder = CommandDecoder()
    decoder.receive_data(envelope.encode(Write(1, uuid, raw)))
    assert list(decoder.messages()) == [UnsafeCommand(-1, raw)]
