"""Numbers as people write them. The mile is 1609.344 m; rounding is the decoders' (4.8.3)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.units import (
    SpeedUnit,
    ckmh_from_kmh,
    ckmh_from_mph,
    counted,
    format_clock,
    format_minutes,
    format_number,
    format_percent,
    format_rate,
    format_speed,
    ms_from_minutes,
    ms_from_seconds,
    permille_from_percent,
)


@given(st.integers(0, 10_000))
def test_every_hundredth_of_a_kmh_survives_being_written_down(ckmh: int) -> None:
    assert ckmh_from_kmh(float(format_number(ckmh))) == ckmh


@given(st.integers(0, 3_000))
def test_ruling3_mph_is_rounded_up_to_the_next_hundredth(hundredths: int) -> None:
    exact = Fraction(hundredths) * Fraction(1_609_344, 1_000_000)
    ckmh = ckmh_from_mph(hundredths / 100)
    assert ckmh - 1 < exact <= ckmh


@given(st.integers(1, 300))
def test_tenths_of_a_mile_stay_the_same_tenth_when_rounded_toward_zero(tenths: int) -> None:
    ckmh = ckmh_from_mph(tenths / 10)
    assert ckmh * 100_000 // 1_609_344 == tenths


@pytest.mark.parametrize(
    ("convert", "number"),
    [
        (ckmh_from_kmh, 2.345),
        (ckmh_from_kmh, 0.001),
        (ckmh_from_mph, 1.555),
        (ms_from_seconds, 0.5),
        (ms_from_minutes, 0.33),
        (permille_from_percent, 0.25),
    ],
)
def test_what_does_not_fit_is_refused_and_not_rounded(convert: object, number: float) -> None:
    assert callable(convert)
    with pytest.raises(ValueError, match=r"more than|not a whole"):
        convert(number)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (format_speed(250), "2.5 km/h"),
        (format_speed(251), "2.51 km/h"),
        (format_speed(100), "1.0 km/h"),
        (format_speed(0), "0.0 km/h"),
        (format_speed(242, SpeedUnit.MPH), "1.5 mph"),
        (format_rate(10), "0.1 km/h per second"),
        (format_clock(0), "0:00"),
        (format_clock(59_001), "1:00"),
        (format_clock(245_000), "4:05"),
        (format_clock(3_600_000), "1:00:00"),
        (format_minutes(45_000), "45 s"),
        (format_minutes(60_000), "1 min"),
        (format_minutes(90_000), "90 s"),
        (format_minutes(150_000), "2.5 min"),
        (format_minutes(601_000), "601 s"),
        (format_minutes(1_800_000), "30 min"),
        (format_percent(25), "2.5 %"),
        (format_percent(0), "0 %"),
    ],
)
def test_numbers_read_as_people_say_them(shown: str, expected: str) -> None:
    assert shown == expected


def test_whole_numbers_of_minutes_and_percent_come_out_exactly() -> None:
    assert (ms_from_minutes(1.5), ms_from_seconds(90)) == (90_000, 90_000)
    assert permille_from_percent(2.5) == 25


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines"), (2_180, "2,180 lines")]
)
def test_one_of_a_thing_is_said_as_one(number: int, said: str) -> None:
    assert counted(number, "line") == said
