"""Treadmill data, 0x2ACD. Bytes are written out from the table of ftms.md 2.2."""

from dataclasses import replace
from typing import Any, Final

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import treadmill_data
from firmware_protocols.ftms._layout import GROUPS, Field, fields_of
from firmware_protocols.ftms.anomalies import Anomaly, Oddity
from firmware_protocols.ftms.treadmill_data import Flag, TreadmillData, decode, encode

EVERYTHING: Final = bytes.fromhex(
    "fe3f"  # every flag with a meaning but More Data
    "2c01"  # speed 3.00 km/h
    "2d01"  # average 3.01 km/h
    "010203"  # distance 0x030201 m
    "e2ff0500"  # incline -3.0 %, ramp 0.5 degrees
    "0a000b00"  # elevation 1.0 m, 1.1 m
    "0c"  # pace 1.2 km/min
    "0d"  # average pace 1.3 km/min
    "0e000f0010"  # energy 14, 15 per hour, 16 per minute
    "60"  # heart rate 96
    "20"  # 3.2 MET
    "5b00"  # elapsed 91 s
    "5c00"  # remaining 92 s
    "fdff2a00"  # force -3 N, power 42 W
    "040506"  # steps 0x060504
)
ALL: Final = TreadmillData(
    flags=0x3FFE,
    speed_ckmh=300,
    average_speed_ckmh=301,
    distance_m=0x030201,
    incline_permille=-30,
    ramp_angle_ddeg=5,
    elevation_gain_dm=10,
    elevation_loss_dm=11,
    pace_100m_min=12,
    average_pace_100m_min=13,
    energy_kcal=14,
    energy_kcal_h=15,
    energy_kcal_min=16,
    heart_rate_bpm=96,
    metabolic_equivalent_tenths=32,
    elapsed_s=91,
    remaining_s=92,
    force_n=-3,
    power_w=42,
    steps=0x060504,
)


def test_every_field_stands_where_the_table_says() -> None:
    assert decode(EVERYTHING) == ALL
    assert encode(ALL) == EVERYTHING


def test_a_bytearray_is_as_good_as_bytes() -> None:
    assert decode(bytearray(EVERYTHING)) == ALL
    assert decode(bytearray()) == decode(b"")


def test_the_table_has_a_member_for_every_field_and_a_field_for_every_member() -> None:
    every = {*fields_of(0x3FFE), *fields_of(0x3FFE, wide_pace=True)}
    assert {field.name for field in every} == set(TreadmillData._fields[1:-1])


def test_no_order_of_fields_follows_from_the_numbers_of_flags() -> None:
    # It happens to be ascending on this wire; what counts is the table, said out loud.
    assert [flag.value for flag, _ in GROUPS] == [1 << bit for bit in range(1, 14)]
    assert sum(len(fields) for _, fields in GROUPS) + 1 == len(fields_of(0x3FFE))


def test_wide_pace_is_chosen_when_the_length_says_so() -> None:
    narrow = bytes.fromhex("6000 2c01 0c 0d")
    wide = bytes.fromhex("6000 2c01 0c01 0d01")
    assert decode(narrow) == TreadmillData(
        0x60, 300, pace_100m_min=0x0C, average_pace_100m_min=0x0D
    )
    assert decode(wide) == TreadmillData(0x60, 300, pace_s_500m=0x010C, average_pace_s_500m=0x010D)
    for data in (narrow, wide):
        assert encode(decode(data)) == data


def test_a_length_that_fits_neither_pace_is_ambiguous_and_the_speed_survives() -> None:
    record = decode(bytes.fromhex("60002c010c0d0e"))
    assert record.speed_ckmh == 300
    assert record.anomalies == (
        Anomaly(Oddity.AMBIGUOUS, "width of pace"),
        Anomaly(Oddity.EXTRA_BYTES, "1"),
    )


def test_a_record_that_ends_before_its_pace_is_not_ambiguous() -> None:
    record = decode(bytes.fromhex("60002c01"))
    assert record.anomalies == (Anomaly(Oddity.TRUNCATED, "pace_100m_min"),)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("08002c01ff7f0500", "incline_permille"),
        ("08002c010500ff7f", "ramp_angle_ddeg"),
        ("10002c01ff7f0500", "elevation_gain_dm"),
        ("10002c01ffff0500", "elevation_gain_dm"),
        ("10002c010500ff7f", "elevation_loss_dm"),
        ("10002c010500ffff", "elevation_loss_dm"),
        ("80002c01ffff010001", "energy_kcal"),
        ("80002c010100ffff01", "energy_kcal_h"),
        ("80002c0101000100ff", "energy_kcal_min"),
        ("00102c01ff7f0500", "force_n"),
        ("00102c010500ff7f", "power_w"),
    ],
)
def test_not_available_is_none_and_nothing_else_is(data: str, name: str) -> None:
    record = decode(bytes.fromhex(data))
    announced = {field.name for field in fields_of(record.flags)}
    absent = {each for each in announced if getattr(record, each) is None}
    assert absent == {name}
    assert record.anomalies == ()


@pytest.mark.parametrize(
    ("data", "name", "value"),
    [
        ("0000ffff", "speed_ckmh", 0xFFFF),
        ("02002c01ffff", "average_speed_ckmh", 0xFFFF),
        ("04002c01ffffff", "distance_m", 0xFFFFFF),
        ("08002c01ffff0000", "incline_permille", -1),
        ("08002c0100800000", "incline_permille", -0x8000),
        ("00012c01ff", "heart_rate_bpm", 0xFF),
        ("00012c0100", "heart_rate_bpm", 0),
        ("00042c01ffff", "elapsed_s", 0xFFFF),
    ],
)
def test_what_only_looks_like_not_available_is_a_value(data: str, name: str, value: int) -> None:
    assert getattr(decode(bytes.fromhex(data)), name) == value


@pytest.mark.parametrize("cut", range(2, len(EVERYTHING)))
def test_a_cut_record_keeps_every_field_that_is_whole(cut: int) -> None:
    record = decode(EVERYTHING[:cut])
    whole = decode(EVERYTHING)
    announced = fields_of(0x3FFE)
    end, kept = 2, []
    for field in announced:
        end += field.size
        kept += [field.name] if end <= cut else []
    for field in announced:
        expected = getattr(whole, field.name) if field.name in kept else None
        assert getattr(record, field.name) == expected
    assert record.anomalies[-1] == Anomaly(Oddity.TRUNCATED, announced[len(kept)].name)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x8c"])
def test_less_than_a_flag_word_says_nothing_and_carries_no_speed(data: bytes) -> None:
    record = decode(data)
    assert record.anomalies == (Anomaly(Oddity.TOO_SHORT, "flags"),)
    assert not record.is_last_part
    assert set(record[1:-1]) == {None}


def test_extra_bytes_are_counted_and_change_nothing() -> None:
    record = decode(bytes.fromhex("00002c01aabbcc"))
    assert record.speed_ckmh == 300
    assert record.anomalies == (Anomaly(Oddity.EXTRA_BYTES, "3"),)


def test_the_speed_survives_a_reserved_flag_and_whatever_it_announces() -> None:
    record = decode(bytes.fromhex("04c02c01140000ffffff"))
    assert (record.speed_ckmh, record.distance_m) == (300, 20)
    assert record.anomalies == (
        Anomaly(Oddity.RESERVED, "flags 0xc004"),
        Anomaly(Oddity.EXTRA_BYTES, "3"),
    )


def test_a_part_without_speed_begins_with_what_comes_next() -> None:
    record = decode(bytes.fromhex("0500140000"))
    assert record == TreadmillData(Flag.MORE_DATA | Flag.TOTAL_DISTANCE, distance_m=20)


def test_one_flag_word_may_come_in_different_lengths_at_any_time() -> None:
    long, short = bytes.fromhex("04002c01140000"), bytes.fromhex("04002c01")
    for _ in range(3):
        assert decode(long).distance_m == 20
        assert decode(short).distance_m is None
        assert decode(short).anomalies == (Anomaly(Oddity.TRUNCATED, "distance_m"),)


def with_ones(flags: int, *, wide_pace: bool = False) -> TreadmillData:
    """A record that has what *flags* announce, each with the value 1."""
    names = {field.name for field in fields_of(flags, wide_pace=wide_pace)}
    ones = (1 if name in names else None for name in TreadmillData._fields[1:-1])
    return TreadmillData._make((flags, *ones, ()))


def test_a_device_that_sends_every_form_fills_no_memory() -> None:
    for flags in range(0, 0x4000, 97):
        record = with_ones(flags)
        assert decode(encode(record)) == record
    assert len(treadmill_data._READERS) <= treadmill_data.MAX_FORMS
    assert len(treadmill_data._WRITERS) <= treadmill_data.MAX_FORMS


@pytest.mark.parametrize("flag", [0, *Flag])
@pytest.mark.parametrize("wide_pace", [False, True])
def test_each_flag_alone_goes_there_and_back(flag: int, wide_pace: bool) -> None:
    record = with_ones(int(flag), wide_pace=wide_pace)
    assert decode(encode(record)) == record
    assert decode(encode(record._replace(flags=Flag(flag)))) == record


UNSAYABLE: Final[list[tuple[dict[str, Any], str]]] = [
    ({"flags": 0x4000}, "flags 16384"),
    ({"flags": -1}, "flags -1"),
    ({"flags": 0.0}, "flags 0.0"),
    ({"flags": None}, "flags None"),
    ({"flags": [0]}, r"flags \[0\]"),
    ({"distance_m": 1}, "distance_m is not announced"),
    ({"speed_ckmh": None}, "speed_ckmh is announced and missing"),
    ({"flags": Flag.MORE_DATA}, "speed_ckmh is not announced"),
    ({"speed_ckmh": -1}, "does not fit unsigned 16 bits"),
    ({"speed_ckmh": 0x10000}, "does not fit unsigned 16 bits"),
    ({"speed_ckmh": 1.5}, "is not an integer"),
    ({"speed_ckmh": "1"}, "is not an integer"),
    ({"flags": 4, "distance_m": 1 << 24}, "does not fit unsigned 24 bits"),
    ({"flags": 4, "distance_m": -1}, "does not fit unsigned 24 bits"),
    ({"flags": 4, "distance_m": 1.0}, "is not an integer"),
    ({"flags": 8, "incline_permille": 0x7FFF, "ramp_angle_ddeg": 0}, "not available"),
    ({"flags": 8, "incline_permille": -0x8001, "ramp_angle_ddeg": 0}, "signed 16 bits"),
    ({"flags": 0x60, "pace_s_500m": 1, "average_pace_100m_min": 1}, "not announced"),
    ({"flags": 0x20}, "pace_100m_min is announced and missing"),
]


@pytest.mark.parametrize(("change", "why"), UNSAYABLE)
def test_a_machine_cannot_say_what_the_wire_has_no_word_for(
    change: dict[str, Any], why: str
) -> None:
    record = TreadmillData(0, 300)._replace(**change)
    for _ in range(2):  # with and without a writer at hand
        with pytest.raises(LocalProtocolError, match=why):
            encode(record)


def test_every_complaint_is_made_at_once() -> None:
    with pytest.raises(LocalProtocolError, match=r"distance_m.*; elapsed_s"):
        encode(TreadmillData(0, 300, distance_m=1, elapsed_s=1))


def test_not_available_is_written_as_the_first_of_its_numbers() -> None:
    assert encode(TreadmillData(0x10, 300)).hex() == "10002c01ff7fff7f"
    assert encode(TreadmillData(0x80, 300)).hex() == "80002c01ffffffffff"


def test_a_field_of_the_table_is_a_value() -> None:
    field = Field("speed_ckmh", 2)
    assert field == fields_of(0)[0]
    assert field != replace(field, signed=True)
