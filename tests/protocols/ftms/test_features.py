"""Feature bits and ranges (ftms.md 2.1): machines lie about both, and leave out either."""

from typing import Final

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.anomalies import Anomaly, Oddity
from firmware_protocols.ftms.features import (
    Features,
    MachineFeature,
    RangeKind,
    SupportedRange,
    TargetFeature,
    decode_features,
    decode_range,
    encode_features,
    encode_range,
)

MACHINE_BITS: Final = (
    "AVERAGE_SPEED",
    "CADENCE",
    "TOTAL_DISTANCE",
    "INCLINATION",
    "ELEVATION_GAIN",
    "PACE",
    "STEP_COUNT",
    "RESISTANCE_LEVEL",
    "STRIDE_COUNT",
    "EXPENDED_ENERGY",
    "HEART_RATE",
    "METABOLIC_EQUIVALENT",
    "ELAPSED_TIME",
    "REMAINING_TIME",
    "POWER",
    "FORCE_AND_POWER_OUTPUT",
    "USER_DATA_RETENTION",
)
TARGET_BITS: Final = (
    "SPEED",
    "INCLINATION",
    "RESISTANCE",
    "POWER",
    "HEART_RATE",
    "EXPENDED_ENERGY",
    "STEPS",
    "STRIDES",
    "DISTANCE",
    "TRAINING_TIME",
    "TIME_IN_TWO_ZONES",
    "TIME_IN_THREE_ZONES",
    "TIME_IN_FIVE_ZONES",
    "BIKE_SIMULATION",
    "WHEEL_CIRCUMFERENCE",
    "SPIN_DOWN",
    "CADENCE",
)
"""In the order of the table in ftms.md 2.1."""


def test_the_bits_are_those_of_the_table() -> None:
    assert {flag.name: flag.value for flag in MachineFeature} == {
        name: 1 << bit for bit, name in enumerate(MACHINE_BITS)
    }
    assert {flag.name: flag.value for flag in TargetFeature} == {
        name: 1 << bit for bit, name in enumerate(TARGET_BITS)
    }


def test_reserved_bits_are_kept_and_mean_nothing() -> None:
    wire = bytes.fromhex("000002000000ffff")
    found = decode_features(wire)
    assert (found.machine, found.targets) == (1 << 17, 0xFFFF0000)
    assert found.anomalies == ()
    assert encode_features(found) == wire


@pytest.mark.parametrize(
    ("data", "machine", "targets", "anomaly"),
    [
        ("", 0, 0, Anomaly(Oddity.TOO_SHORT, "machine features")),
        ("451200", 0, 0, Anomaly(Oddity.TOO_SHORT, "machine features")),
        ("45120000", 0x1245, 0, Anomaly(Oddity.TRUNCATED, "target features")),
        ("45120000010000", 0x1245, 0, Anomaly(Oddity.TRUNCATED, "target features")),
        ("4512000001000000ff", 0x1245, 1, Anomaly(Oddity.EXTRA_BYTES, "1")),
    ],
)
def test_what_is_missing_is_not_offered(
    data: str, machine: int, targets: int, anomaly: Anomaly
) -> None:
    found = decode_features(bytes.fromhex(data))
    assert (found.machine, found.targets, found.anomalies) == (machine, targets, (anomaly,))


def test_a_machine_has_32_bits_for_its_features() -> None:
    with pytest.raises(LocalProtocolError):
        encode_features(Features(MachineFeature(1 << 32), TargetFeature(0)))


RANGES: Final = [
    (RangeKind.SPEED, "3200d0070a00", (50, 2_000, 10)),
    (RangeKind.INCLINATION, "e2ff96000500", (-30, 150, 5)),
    (RangeKind.RESISTANCE, "f6ff64000100", (-10, 100, 1)),
    (RangeKind.HEART_RATE, "3cc801", (60, 200, 1)),
    (RangeKind.POWER, "9cffe8030500", (-100, 1_000, 5)),
]


@pytest.mark.parametrize(("kind", "data", "values"), RANGES)
def test_every_range_both_ways(kind: RangeKind, data: str, values: tuple[int, int, int]) -> None:
    supported = SupportedRange(kind, *values)
    assert decode_range(kind, bytes.fromhex(data)) == supported
    assert encode_range(supported).hex() == data


def test_a_kind_is_its_characteristic() -> None:
    assert {kind.value for kind, _, _ in RANGES} == {0x2AD4, 0x2AD5, 0x2AD6, 0x2AD7, 0x2AD8}
    assert RangeKind(uuids.SPEED_RANGE) is RangeKind.SPEED


def test_a_cut_range_keeps_what_is_whole() -> None:
    assert decode_range(RangeKind.SPEED, bytes.fromhex("3200d0")) == SupportedRange(
        RangeKind.SPEED, 50, None, None, (Anomaly(Oddity.TRUNCATED, "maximum"),)
    )
    assert decode_range(RangeKind.SPEED, b"").minimum is None


def test_a_range_upside_down_says_so() -> None:
    found = decode_range(RangeKind.SPEED, bytes.fromhex("d00732000a00"))
    assert found.anomalies == (Anomaly(Oddity.CONTRADICTION, "minimum 2000 above maximum 50"),)


@pytest.mark.parametrize("missing", ["minimum", "maximum", "step"])
def test_a_machine_cannot_state_part_of_a_range(missing: str) -> None:
    values = {"minimum": 50, "maximum": 2_000, "step": 10, missing: None}
    part = SupportedRange(RangeKind.SPEED, values["minimum"], values["maximum"], values["step"])
    with pytest.raises(LocalProtocolError, match="all three"):
        encode_range(part)


@pytest.mark.parametrize(
    ("values", "value", "has"),
    [
        ((-30, 150, 5), -30, True),
        ((-30, 150, 5), 150, True),
        ((-30, 150, 5), -31, False),
        ((-30, 150, 5), 151, False),
        ((-30, 150, 5), -29, False),
        ((-30, 150, 5), 0, True),
        ((0, 0, 0), 0, True),
        ((0, 0, 0), 1, False),
        ((None, 150, 5), 0, False),
        ((0, None, 5), 0, False),
        ((0, 150, None), 0, False),
    ],
)
def test_a_range_has_its_steps_and_no_other_value(
    values: tuple[int | None, int | None, int | None], value: int, has: bool
) -> None:
    assert SupportedRange(RangeKind.INCLINATION, *values).has(value) is has
