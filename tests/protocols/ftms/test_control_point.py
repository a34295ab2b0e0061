"""The control point, 0x2AD9, in both roles (ftms.md 3). Bytes are from its tables."""

from typing import Any, Final

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.control_point import (
    BadRequest,
    BadResponse,
    OpCode,
    OtherProcedure,
    Request,
    RequestControl,
    Reset,
    Response,
    ResultCode,
    SetTargetInclination,
    SetTargetSpeed,
    StartOrResume,
    StopKind,
    StopOrPause,
    decode_request,
    decode_response,
    encode_request,
    encode_response,
    op_of,
)

REQUESTS: Final[list[tuple[str, Request]]] = [
    ("00", RequestControl()),
    ("01", Reset()),
    ("02e600", SetTargetSpeed(230)),
    ("029a01", SetTargetSpeed(410)),
    ("02cc01", SetTargetSpeed(460)),
    ("020000", SetTargetSpeed(0)),
    ("02ffff", SetTargetSpeed(0xFFFF)),
    ("03e2ff", SetTargetInclination(-30)),
    ("036dff", SetTargetInclination(-147)),
    ("0414", OtherProcedure(OpCode.SET_TARGET_RESISTANCE, (20,))),
    ("05feff", OtherProcedure(OpCode.SET_TARGET_POWER, (-2,))),
    ("0660", OtherProcedure(OpCode.SET_TARGET_HEART_RATE, (96,))),
    ("07", StartOrResume()),
    ("0801", StopOrPause()),
    ("0802", StopOrPause(StopKind.PAUSE)),
    ("090100", OtherProcedure(OpCode.SET_TARGETED_ENERGY, (1,))),
    ("0a0100", OtherProcedure(OpCode.SET_TARGETED_STEPS, (1,))),
    ("0b0100", OtherProcedure(OpCode.SET_TARGETED_STRIDES, (1,))),
    ("0c010203", OtherProcedure(OpCode.SET_TARGETED_DISTANCE, (0x030201,))),
    ("0d0100", OtherProcedure(OpCode.SET_TARGETED_TRAINING_TIME, (1,))),
    ("0e01000200", OtherProcedure(OpCode.SET_TIME_IN_TWO_ZONES, (1, 2))),
    ("0f010002000300", OtherProcedure(OpCode.SET_TIME_IN_THREE_ZONES, (1, 2, 3))),
    ("1001000200030004000500", OtherProcedure(OpCode.SET_TIME_IN_FIVE_ZONES, (1, 2, 3, 4, 5))),
    ("11ffff02000304", OtherProcedure(OpCode.SET_BIKE_SIMULATION, (-1, 2, 3, 4))),
    ("120852", OtherProcedure(OpCode.SET_WHEEL_CIRCUMFERENCE, (21_000,))),
    ("1301", OtherProcedure(OpCode.SPIN_DOWN, (1,))),
    ("14b400", OtherProcedure(OpCode.SET_TARGETED_CADENCE, (180,))),
]


@pytest.mark.parametrize(("data", "request_"), REQUESTS)
def test_every_procedure_both_ways(data: str, request_: Request) -> None:
    wire = bytes.fromhex(data)
    assert encode_request(request_) == wire
    assert decode_request(wire) == request_
    assert op_of(request_) == wire[0]


def test_every_op_code_is_among_them() -> None:
    assert {op_of(request) for _, request in REQUESTS} == set(OpCode) - {OpCode.RESPONSE}


@pytest.mark.parametrize("op", [0x15, 0x7F, 0x80, 0x81, 0xFF])
def test_an_op_code_nobody_knows_is_answered_so(op: int) -> None:
    raw = bytes((op, 1))
    assert decode_request(raw) == BadRequest(op, ResultCode.OP_CODE_NOT_SUPPORTED, raw)


@pytest.mark.parametrize(
    "data", ["0000", "02", "02e6", "02e60000", "03e2", "0700", "08", "080100", "0800", "0803"]
)
def test_a_parameter_of_the_wrong_length_or_kind_is_invalid(data: str) -> None:
    raw = bytes.fromhex(data)
    assert decode_request(raw) == BadRequest(raw[0], ResultCode.INVALID_PARAMETER, raw)


def test_an_empty_write_has_no_op_code_to_answer() -> None:
    assert decode_request(b"") == BadRequest(None, ResultCode.INVALID_PARAMETER, b"")


UNSAYABLE: Final[list[Any]] = [
    SetTargetSpeed(-1),
    SetTargetSpeed(0x10000),
    SetTargetSpeed(True),
    SetTargetSpeed(2.3),  # type: ignore[arg-type]
    SetTargetSpeed("230"),  # type: ignore[arg-type]
    SetTargetInclination(0x8000),
    SetTargetInclination(-0x8001),
    SetTargetInclination(False),
    StopOrPause(1),  # type: ignore[arg-type]
    OtherProcedure(OpCode.SET_TARGET_SPEED, (300,)),
    OtherProcedure(OpCode.START_OR_RESUME, ()),
    OtherProcedure(OpCode.RESPONSE, ()),
    OtherProcedure(OpCode.SPIN_DOWN, ()),
    OtherProcedure(OpCode.SPIN_DOWN, (256,)),
    "start",
]


@pytest.mark.parametrize("request_", UNSAYABLE)
def test_sr15_what_has_no_word_is_refused_and_never_cut_to_fit(request_: Any) -> None:
    with pytest.raises(LocalProtocolError):
        encode_request(request_)


@pytest.mark.parametrize("result", [0, *ResultCode, 6, 0xFF])
def test_only_success_is_success(result: int) -> None:
    response = decode_response(bytes((0x80, 0x02, result)))
    assert response == Response(2, result)
    assert isinstance(response, Response)
    assert response.is_success is (result == 1)
    assert encode_response(response) == bytes((0x80, 0x02, result))


def test_a_response_may_carry_a_parameter() -> None:
    wire = bytes.fromhex("80130101020304")
    assert decode_response(wire) == Response(0x13, 1, b"\x01\x02\x03\x04")
    assert encode_response(Response(0x13, 1, b"\x01\x02\x03\x04")) == wire


@pytest.mark.parametrize("data", ["", "80", "8002", "02", "020100", "000201", "7f0201"])
def test_what_is_no_response_answers_nothing(data: str) -> None:
    raw = bytes.fromhex(data)
    assert decode_response(raw) == BadResponse(raw)


@pytest.mark.parametrize("response", [Response(256, 1), Response(2, -1), Response(2, 1, bytes(18))])
def test_a_machine_cannot_answer_what_does_not_fit(response: Response) -> None:
    with pytest.raises(LocalProtocolError):
        encode_response(response)
