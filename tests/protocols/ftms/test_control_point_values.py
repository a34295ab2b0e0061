"""The numbers of the control point as the specification has them (ftms.md 3.1 to 3.3)."""

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.control_point import (
    BadRequest,
    OpCode,
    OtherProcedure,
    Response,
    ResultCode,
    WriteError,
    decode_request,
    encode_request,
    encode_response,
)


def test_every_result_has_the_number_of_the_specification() -> None:
    assert {result.name: result.value for result in ResultCode} == {
        "SUCCESS": 0x01,
        "OP_CODE_NOT_SUPPORTED": 0x02,
        "INVALID_PARAMETER": 0x03,
        "OPERATION_FAILED": 0x04,
        "CONTROL_NOT_PERMITTED": 0x05,
    }


def test_every_error_of_a_write_has_the_number_of_the_attribute_protocol() -> None:
    assert {error.name: error.value for error in WriteError} == {
        "WRITE_NOT_PERMITTED": 0x03,
        "INSUFFICIENT_AUTHENTICATION": 0x05,
        "REQUEST_NOT_SUPPORTED": 0x06,
        "INSUFFICIENT_KEY_SIZE": 0x0C,
        "INSUFFICIENT_ENCRYPTION": 0x0F,
        "NOT_SUBSCRIBED": 0xFD,
        "PROCEDURE_IN_PROGRESS": 0xFE,
    }


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param("15", "801502", id="a procedure nobody knows"),
        pytest.param("02e6", "800203", id="half a speed"),
        pytest.param("0803", "800803", id="neither stop nor pause"),
    ],
)
def test_what_a_machine_cannot_do_as_asked_is_answered_by_the_books_number(
    asked: str, answered: str
) -> None:
    bad = decode_request(bytes.fromhex(asked))
    assert isinstance(bad, BadRequest)
    assert bad.op is not None
    assert encode_response(Response(bad.op, bad.result)) == bytes.fromhex(answered)


@pytest.mark.parametrize(
    ("op", "values"),
    [
        (OpCode.REQUEST_CONTROL, ()),
        (OpCode.RESET, ()),
        (OpCode.SET_TARGET_SPEED, (300,)),
        (OpCode.SET_TARGET_INCLINATION, (10,)),
        (OpCode.START_OR_RESUME, ()),
        (OpCode.STOP_OR_PAUSE, (1,)),
    ],
)
def test_what_has_a_word_of_its_own_is_not_said_in_another(
    op: OpCode, values: tuple[int, ...]
) -> None:
    with pytest.raises(LocalProtocolError, match="no word"):
        encode_request(OtherProcedure(op, values))


def test_a_response_carries_up_to_seventeen_bytes() -> None:
    wire = "801301" + 17 * "5a"
    assert encode_response(Response(0x13, 1, 17 * b"Z")) == bytes.fromhex(wire)
    with pytest.raises(LocalProtocolError, match="18 bytes is too long"):
        encode_response(Response(0x13, 1, 18 * b"Z"))
