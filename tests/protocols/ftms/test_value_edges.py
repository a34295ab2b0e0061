"""Which numbers of the FTMS procedures have a sign, where no machine of ours would show it."""

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import control_point, machine_status
from firmware_protocols.ftms.control_point import OpCode, OtherProcedure
from firmware_protocols.ftms.machine_status import MachineStatus, StatusCode

# Wind in 0.001 m/s and grade in 0.01 %, two bytes each and signed; the coefficients of rolling and
# of the wind, one byte each without a sign.
TAILWIND_DOWNHILL = (-1_500, -325, 200, 255)
DOWNHILL = "24fa bbfe c8 ff"


def test_a_bike_is_sent_downhill_with_the_wind_behind() -> None:
    asked = OtherProcedure(OpCode.SET_BIKE_SIMULATION, TAILWIND_DOWNHILL)
    assert control_point.encode_request(asked) == bytes.fromhex("11" + DOWNHILL)
    assert control_point.decode_request(bytes.fromhex("11" + DOWNHILL)) == asked


def test_a_bike_says_that_it_goes_downhill() -> None:
    said = MachineStatus(StatusCode.BIKE_SIMULATION_CHANGED, TAILWIND_DOWNHILL)
    assert machine_status.decode(bytes.fromhex("12" + DOWNHILL)) == said
    assert machine_status.encode(said) == bytes.fromhex("12" + DOWNHILL)


@pytest.mark.parametrize(
    ("steepest", "on_the_wire", "beyond"),
    [(32_767, "ff7f", 32_768), (-32_768, "0080", -32_769)],
)
def test_a_grade_ends_where_sixteen_bits_with_a_sign_do(
    steepest: int, on_the_wire: str, beyond: int
) -> None:
    asked = OtherProcedure(OpCode.SET_BIKE_SIMULATION, (0, steepest, 0, 0))
    assert control_point.encode_request(asked) == bytes.fromhex(f"11 0000 {on_the_wire} 00 00")
    too_steep = OtherProcedure(OpCode.SET_BIKE_SIMULATION, (0, beyond, 0, 0))
    with pytest.raises(LocalProtocolError, match=f"^grade {beyond} does not fit signed 16 bits$"):
        control_point.encode_request(too_steep)
