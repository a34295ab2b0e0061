"""Where a record is cut into parts, and how long a part waits for the next (ftms.md 2.2)."""

import pytest

from firmware_protocols.ftms import _targets
from firmware_protocols.ftms.anomalies import Anomaly, Oddity
from firmware_protocols.ftms.more_data import Assembler, encode_parts
from firmware_protocols.ftms.treadmill_data import Flag, TreadmillData

FULL = TreadmillData(
    Flag.AVERAGE_SPEED
    | Flag.TOTAL_DISTANCE
    | Flag.INCLINATION
    | Flag.HEART_RATE
    | Flag.METABOLIC_EQUIVALENT
    | Flag.ELAPSED_TIME
    | Flag.STEP_COUNT,
    speed_ckmh=0x0102,
    average_speed_ckmh=0x0304,
    distance_m=0x050607,
    incline_permille=0x0809,
    ramp_angle_ddeg=0x0A0B,
    heart_rate_bpm=0x0C,
    metabolic_equivalent_tenths=0x0D,
    elapsed_s=0x0E0F,
    steps=0x101112,
)
"""20 bytes: 2 of flags, 2 of speed, 16 of what the flags announce."""
WHOLE = "0e27 0201 0403 070605 0908 0b0a 0c 0d 0f0e 121110"


def parts(record: TreadmillData, *size: int) -> list[str]:
    return [part.hex() for part in encode_parts(record, *size)]


def test_a_record_of_twenty_bytes_is_one_notification() -> None:
    assert parts(FULL) == [WHOLE.replace(" ", "")]


def test_one_of_a_byte_more_is_two_and_the_speed_is_in_the_last() -> None:
    longer = FULL._replace(flags=FULL.flags | Flag.PACE, pace_100m_min=0x13)
    assert parts(longer) == [
        "2f27 0403 070605 0908 0b0a 13 0c 0d 0f0e 121110".replace(" ", ""),
        "0000 0201".replace(" ", ""),
    ]


@pytest.mark.parametrize(
    ("size_bytes", "wanted"),
    [
        (8, ["0700 0300 040000", "0800 0201 05000600"]),
        (7, ["0700 0300 040000", "0900 05000600", "0000 0201"]),
    ],
)
def test_the_speed_goes_with_the_last_field_where_both_fit(
    size_bytes: int, wanted: list[str]
) -> None:
    record = TreadmillData(
        Flag.AVERAGE_SPEED | Flag.TOTAL_DISTANCE | Flag.INCLINATION,
        speed_ckmh=0x0102,
        average_speed_ckmh=3,
        distance_m=4,
        incline_permille=5,
        ramp_angle_ddeg=6,
    )
    assert parts(record, size_bytes) == [part.replace(" ", "") for part in wanted]


@pytest.mark.parametrize(("after_ms", "lost"), [(1_000, False), (1_001, True)])
def test_sr44_half_a_record_waits_a_second_for_its_other_half(after_ms: int, lost: bool) -> None:
    together = Assembler()
    begun = TreadmillData(Flag.MORE_DATA | Flag.HEART_RATE, heart_rate_bpm=70)
    assert together.receive(5_000, begun) is None
    whole = together.receive(5_000 + after_ms, TreadmillData(0, 230))
    assert whole is not None
    assert whole.heart_rate_bpm == (None if lost else 70)
    assert (Anomaly(Oddity.LOST_PART) in whole.anomalies) is lost


def test_as_many_values_are_written_as_there_are_parts() -> None:
    assert _targets.write((1, 2), _targets.TWO_ZONES) == bytes.fromhex("01000200")
    for values in ((1,), (1, 2, 3)):
        with pytest.raises(ValueError, match="argument 2"):
            _targets.write(values, _targets.TWO_ZONES)
