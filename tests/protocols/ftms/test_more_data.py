"""Records in several notifications (ftms.md 2.2, Q20)."""

from typing import Final

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.anomalies import Anomaly, Oddity
from firmware_protocols.ftms.more_data import PART_TIMEOUT_MS, Assembler, encode_parts
from firmware_protocols.ftms.treadmill_data import NOTHING, Flag, TreadmillData, decode, encode

LOST: Final = Anomaly(Oddity.LOST_PART)
FIRST: Final = decode(bytes.fromhex("0500140000"))
"""Distance 20 m, and more to come."""
LAST: Final = decode(bytes.fromhex("00042c015b00"))
"""3.00 km/h after 91 s."""
WHOLE: Final = decode(bytes.fromhex("04042c011400005b00"))


def test_a_record_in_one_piece_is_handed_on() -> None:
    assert Assembler().receive(0, LAST) is LAST


def test_parts_become_one_record_when_the_speed_comes() -> None:
    assembler = Assembler()
    assert assembler.receive(0, FIRST) is None
    assert assembler.receive(PART_TIMEOUT_MS, LAST) == WHOLE
    assert assembler.receive(2_000, LAST) is LAST


def test_a_record_may_have_three_parts() -> None:
    assembler = Assembler()
    heart_rate = decode(bytes.fromhex("010160"))
    assert assembler.receive(0, FIRST) is None
    assert assembler.receive(1, heart_rate) is None
    assert assembler.receive(2, LAST) == WHOLE._replace(flags=0x0504, heart_rate_bpm=0x60)


def test_a_touch_xl_sends_its_speed_in_the_second_part() -> None:
    last = decode(bytes.fromhex("001f71000002cc003c06ff7f1a00"))
    assembler = Assembler()
    assert assembler.receive(0, FIRST) is None
    record = assembler.receive(5, last)
    assert record is not None
    assert (record.speed_ckmh, record.distance_m, record.power_w) == (113, 20, 26)


def test_half_a_record_is_dropped_after_a_second_and_the_next_one_says_so() -> None:
    assembler = Assembler()
    assert assembler.receive(0, FIRST) is None
    assert assembler.receive(PART_TIMEOUT_MS + 1, LAST) == LAST._replace(anomalies=(LOST,))
    assert assembler.receive(PART_TIMEOUT_MS + 2, LAST) is LAST


def test_a_part_that_says_the_same_again_begins_the_next_record() -> None:
    assembler = Assembler()
    later = FIRST._replace(distance_m=21)
    assert assembler.receive(0, FIRST) is None
    assert assembler.receive(900, later) is None
    # The second is counted from the part that is held, not from the one that was dropped.
    record = assembler.receive(1_800, LAST)
    assert record == WHOLE._replace(distance_m=21, anomalies=(LOST,))


def test_nothing_is_carried_over_a_lost_link() -> None:
    assembler = Assembler()
    assert assembler.receive(0, FIRST) is None
    assembler.reset()
    assert assembler.receive(1, LAST) is LAST


def test_a_loss_is_not_carried_over_a_lost_link_either() -> None:
    assembler = Assembler()
    assembler.receive(0, FIRST)
    assembler.receive(1, FIRST)
    assembler.reset()
    assert assembler.receive(2, LAST) is LAST


def test_anomalies_of_every_part_are_kept_in_order() -> None:
    assembler = Assembler()
    assert assembler.receive(0, NOTHING) is None
    record = assembler.receive(1, decode(bytes.fromhex("00042c01")))
    assert record is not None
    assert [each.oddity for each in record.anomalies] == [Oddity.TOO_SHORT, Oddity.TRUNCATED]
    assert record.speed_ckmh == 300


def test_a_record_that_fits_is_sent_whole() -> None:
    assert encode_parts(WHOLE) == [encode(WHOLE)]


@pytest.mark.parametrize("part_max_bytes", range(8, 24))
def test_every_part_fits_and_together_they_are_the_record(part_max_bytes: int) -> None:
    record = TreadmillData(
        Flag.AVERAGE_SPEED
        | Flag.TOTAL_DISTANCE
        | Flag.INCLINATION
        | Flag.PACE
        | Flag.HEART_RATE
        | Flag.ELAPSED_TIME
        | Flag.FORCE_AND_POWER,
        speed_ckmh=300,
        average_speed_ckmh=290,
        distance_m=1_000,
        incline_permille=-5,
        ramp_angle_ddeg=None,
        pace_s_500m=600,
        heart_rate_bpm=96,
        elapsed_s=91,
        force_n=None,
        power_w=40,
    )
    parts = encode_parts(record, part_max_bytes)
    assert max(map(len, parts)) <= part_max_bytes
    assembler = Assembler()
    *early, last = (decode(part) for part in parts)
    for part in early:
        assert not part.is_last_part
        assert assembler.receive(0, part) is None
    assert assembler.receive(0, last) == record


def test_the_speed_may_need_a_part_of_its_own() -> None:
    parts = encode_parts(WHOLE, 7)  # its bytes are put together by hand from both halves
    assert [part.hex() for part in parts] == ["05041400005b00", "00002c01"]


def test_a_part_cannot_be_cut_again() -> None:
    with pytest.raises(LocalProtocolError, match="cannot be split"):
        encode_parts(FIRST)


@pytest.mark.parametrize("part_max_bytes", [0, 2, 3, 4, 5])
def test_a_group_of_fields_is_never_cut(part_max_bytes: int) -> None:
    record = TreadmillData(Flag.INCLINATION, 300, incline_permille=1, ramp_angle_ddeg=1)
    with pytest.raises(LocalProtocolError, match="does not fit a part"):
        encode_parts(record, part_max_bytes)
