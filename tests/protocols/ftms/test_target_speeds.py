"""What can be asked of a machine, and what its digits mean (SR-15, SR-29, safety.md 4.8.3)."""

from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.features import RangeKind, SupportedRange
from firmware_protocols.ftms.speeds import ckmh_from_hundredths, hundredths_from_ckmh
from firmware_protocols.ftms.target_speed import TargetSpeeds, target_speeds

CKMH: Final = {Unit.KMH: Fraction(1), Unit.MPH: Fraction("1.609344")}
"""One hundredth of the unit in 0.01 km/h."""
FR30Z: Final = TargetSpeeds(50, 2_000, 10, Unit.KMH)
UREVO: Final = TargetSpeeds(96, 643, 32, Unit.KMH)


def stated(minimum: int | None, maximum: int | None, step: int | None) -> SupportedRange:
    return SupportedRange(RangeKind.SPEED, minimum, maximum, step)


@pytest.mark.parametrize(
    ("speeds", "asked_ckmh", "hundredths"),
    [
        (FR30Z, 50, 50),
        (FR30Z, 59, 50),
        (FR30Z, 60, 60),
        (FR30Z, 230, 230),
        (FR30Z, 410, 410),
        (FR30Z, 2_000, 2_000),
        (UREVO, 96, 96),
        (UREVO, 127, 96),
        (UREVO, 128, 128),
        (UREVO, 643, 640),
        (TargetSpeeds(0, 1_000, 10, Unit.MPH), 160, 90),
        (TargetSpeeds(0, 1_000, 10, Unit.MPH), 161, 100),
        (TargetSpeeds(0, 1_000, 10, Unit.MPH), 0, 0),
    ],
)
def test_a_request_becomes_the_step_at_or_below_it(
    speeds: TargetSpeeds, asked_ckmh: int, hundredths: int
) -> None:
    assert speeds.hundredths(asked_ckmh) == hundredths
    assert speeds.quantise(asked_ckmh) == speeds.ckmh(hundredths)


@pytest.mark.parametrize("asked", [49, 0, -1, 2_001, True, 2.3, "230", None, float("nan")])
def test_sr15_what_is_no_target_speed_is_refused_and_not_moved_into_the_range(asked: Any) -> None:
    with pytest.raises(LocalProtocolError):
        FR30Z.hundredths(asked)


@pytest.mark.parametrize(
    ("speeds", "asked_ckmh", "step_ckmh"),
    [
        (FR30Z, 0, 0),
        (FR30Z, 49, 0),
        (FR30Z, 2_001, 2_000),
        (FR30Z, 65_536, 2_000),
        (UREVO, 700, 640),
    ],
)
def test_quantising_goes_toward_zero_outside_the_range_too(
    speeds: TargetSpeeds, asked_ckmh: int, step_ckmh: int
) -> None:
    assert speeds.quantise(asked_ckmh) == step_ckmh


@pytest.mark.parametrize(
    "supported",
    [
        None,
        SupportedRange(RangeKind.INCLINATION, 0, 150, 10),
        stated(None, None, None),
        stated(50, None, None),
        stated(50, 2_000, None),
        stated(50, 2_000, 0),
        stated(0, 0, 0),
        stated(0, 0, 10),
        stated(2_000, 50, 10),
    ],
)
def test_without_a_range_that_makes_sense_there_is_no_speed(
    supported: SupportedRange | None,
) -> None:
    with pytest.raises(LocalProtocolError, match="range"):
        target_speeds(supported, Unit.KMH, Unit.KMH)


def test_sr29_a_range_in_another_unit_never_grows() -> None:
    # 0.31 mph is 0.499 km/h, below 0.50; 12.42 mph is 19.988 km/h.
    in_mph = target_speeds(stated(50, 2_000, 10), Unit.KMH, Unit.MPH)
    assert (in_mph.minimum, in_mph.maximum, in_mph.step) == (32, 1_242, 7)
    in_kmh = target_speeds(stated(60, 400, 20), Unit.MPH, Unit.KMH)
    assert (in_kmh.minimum, in_kmh.maximum, in_kmh.step) == (97, 643, 33)


def test_a_range_beyond_the_field_ends_where_the_field_does() -> None:
    assert target_speeds(stated(0, 0xFFFF, 10), Unit.MPH, Unit.KMH).maximum == 0xFFFF


@given(st.integers(0, 0xFFFF), st.sampled_from(Unit))
def test_digits_go_there_and_back_and_a_reading_is_never_understated(
    hundredths: int, unit: Unit
) -> None:
    ckmh = ckmh_from_hundredths(hundredths, unit)
    assert 0 <= ckmh - hundredths * CKMH[unit] < 1
    assert hundredths_from_ckmh(ckmh, unit) == hundredths


@given(
    st.integers(0, 700),
    st.integers(0, 3_000),
    st.integers(1, 60),
    st.integers(0, 4_000),
    st.sampled_from(Unit),
    st.sampled_from(Unit),
)
def test_sr10_what_is_asked_for_never_exceeds_the_request_or_the_range(
    minimum: int, span: int, step: int, asked_ckmh: int, there: Unit, here: Unit
) -> None:
    supported = stated(minimum, minimum + span + 1, step)
    speeds = target_speeds(supported, there, here)
    try:
        hundredths = speeds.hundredths(asked_ckmh)
    except LocalProtocolError:
        quantised = speeds.quantise(asked_ckmh)
        assert quantised == 0 or asked_ckmh > speeds.ckmh(speeds.maximum) - 1
        assert quantised <= asked_ckmh + 1
        return
    exact_ckmh = hundredths * CKMH[here]
    assert exact_ckmh <= asked_ckmh
    assert minimum * CKMH[there] <= exact_ckmh <= (minimum + span + 1) * CKMH[there]
    assert asked_ckmh - exact_ckmh < speeds.step * CKMH[here] + CKMH[here]
    assert speeds.quantise(speeds.quantise(asked_ckmh)) == speeds.quantise(asked_ckmh)
    assert speeds.quantise(asked_ckmh) < exact_ckmh + 1
