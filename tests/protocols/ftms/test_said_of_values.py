"""What is said of a value that does not fit, and what a sign in a record means."""

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.control_point import (
    OpCode,
    OtherProcedure,
    SetTargetInclination,
    encode_request,
)
from firmware_protocols.ftms.treadmill_data import Flag, TreadmillData, decode, encode

TOO_LONG_S = 0x10000


@pytest.mark.parametrize(
    ("op", "zones"),
    [
        (OpCode.SET_TIME_IN_TWO_ZONES, 2),
        (OpCode.SET_TIME_IN_THREE_ZONES, 3),
        (OpCode.SET_TIME_IN_FIVE_ZONES, 5),
    ],
)
def test_a_time_that_does_not_fit_is_named_by_its_zone(op: OpCode, zones: int) -> None:
    for zone in range(1, zones + 1):
        times = tuple(TOO_LONG_S if n == zone else 0 for n in range(1, zones + 1))
        with pytest.raises(LocalProtocolError, match=f"time in zone {zone} of {zones} 65536 "):
            encode_request(OtherProcedure(op, times))


def test_a_value_that_does_not_fit_is_told_what_would() -> None:
    with pytest.raises(LocalProtocolError, match="does not fit signed 16 bits"):
        encode_request(SetTargetInclination(0x8000))
    with pytest.raises(LocalProtocolError, match="does not fit unsigned 16 bits"):
        encode_request(OtherProcedure(OpCode.SET_TARGETED_STEPS, (TOO_LONG_S,)))


def test_what_goes_down_has_a_sign() -> None:
    sloped = TreadmillData(Flag.INCLINATION, 230, incline_permille=-30, ramp_angle_ddeg=-17)
    assert decode(bytes.fromhex("0800e600e2ffefff")) == sloped
    assert encode(sloped) == bytes.fromhex("0800e600e2ffefff")
    pushed = TreadmillData(Flag.FORCE_AND_POWER, 230, force_n=-2, power_w=-3)
    assert decode(bytes.fromhex("0010e600fefffdff")) == pushed
    assert encode(pushed) == bytes.fromhex("0010e600fefffdff")


def test_the_number_for_not_available_is_no_value_the_second_time_either() -> None:
    known = TreadmillData(Flag.INCLINATION, 230, incline_permille=0, ramp_angle_ddeg=0)
    encode(known)
    with pytest.raises(LocalProtocolError, match="means that it is not available"):
        encode(known._replace(incline_permille=0x7FFF))
