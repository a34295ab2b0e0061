"""The longest records of the envelope, and what is left of a stream that is out of step."""

import pytest

from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.ftms.envelope import (
    NOBODY,
    CarrierDecoder,
    HostDecoder,
    Value,
    Write,
    encode,
)

LONGEST = 512 * b"\x5a"
"""No attribute is longer (Bluetooth core, vol. 3 part F, 3.2.9)."""
STANDING = bytes.fromhex("81 06 00 cd 2a 00 00 00 00")
SENTENCE = b"\x7fout of step, and it goes on"


def test_the_longest_value_there_is_comes_through_whole() -> None:
    wire = bytes.fromhex("81 02 02 cd 2a") + LONGEST
    assert encode(Value(0x2ACD, LONGEST)) == wire
    decoder = HostDecoder()
    decoder.receive_data(wire)
    assert list(decoder.records()) == [Value(0x2ACD, LONGEST)]


def test_sr18_the_longest_write_there_is_comes_through_whole_for_nobody() -> None:
    wire = bytes.fromhex("01 07 02 00 00 00 00 d9 2a 01") + LONGEST
    assert encode(Write(NOBODY, 0x2AD9, LONGEST)) == wire
    decoder = CarrierDecoder()
    decoder.receive_data(wire)
    assert list(decoder.records()) == [Write(0, 0x2AD9, LONGEST)]


@pytest.mark.parametrize(("heard", "shown"), [(3, 3), (15, 15), (16, 16), (17, 16), (28, 16)])
def test_of_a_stream_out_of_step_the_first_sixteen_bytes_are_shown(heard: int, shown: int) -> None:
    decoder = HostDecoder()
    decoder.receive_data(SENTENCE[:heard])
    (error,) = decoder.records()
    assert isinstance(error, RemoteProtocolError)
    assert error.raw == SENTENCE[:shown]


def test_sr19_what_comes_after_a_broken_stream_is_not_read_as_its_continuation() -> None:
    decoder = HostDecoder()
    decoder.receive_data(bytes.fromhex("7f 01 00"))
    records = decoder.records()
    assert isinstance(next(records), RemoteProtocolError)
    decoder.receive_data(STANDING)
    assert list(records) == []
    assert list(decoder.records()) == [Value(0x2ACD, bytes(4))]
