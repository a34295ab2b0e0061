"""GATT operations as bytes, between a session and whoever carries its words."""

from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocols.ftms import envelope, uuids
from firmware_protocols.ftms.envelope import (
    VALUE_MAX,
    CarrierDecoder,
    HostDecoder,
    Ready,
    Record,
    Value,
    Write,
    Written,
)

Decoder = CarrierDecoder | HostDecoder

GOLDEN: Final = [
    pytest.param(
        Write(7, uuids.CONTROL_POINT, bytes.fromhex("0801")),
        "01 09 00 07 00 00 00 d9 2a 01 08 01",
        id="stop, to be confirmed",
    ),
    pytest.param(
        Write(1 << 31, uuids.CONTROL_POINT, b"\0", with_response=False),
        "01 08 00 00 00 00 80 d9 2a 00 00",
        id="request control, unconfirmed",
    ),
    pytest.param(
        Value(uuids.TREADMILL_DATA, bytes.fromhex("00006400")),
        "81 06 00 cd 2a 00 00 64 00",
        id="one kilometre an hour",
    ),
    pytest.param(Value(uuids.MACHINE_STATUS, b""), "81 02 00 da 2a", id="an empty value"),
    pytest.param(Written(7), "82 06 00 07 00 00 00 00 00", id="confirmed"),
    pytest.param(Written(7, 0xFE), "82 06 00 07 00 00 00 fe 00", id="refused"),
    pytest.param(Written(7, envelope.CARRIER_FAILED), "82 06 00 07 00 00 00 00 01", id="failed"),
    pytest.param(Ready(), "83 00 00", id="ready"),
]


def decoder_for(record: Record) -> Decoder:
    return CarrierDecoder() if isinstance(record, Write) else HostDecoder()


def drained(decoder: Decoder, data: bytes) -> list[Record | RemoteProtocolError]:
    decoder.receive_data(data)
    return list(decoder.records())


@pytest.mark.parametrize(("record", "wire"), GOLDEN)
def test_each_operation_has_these_bytes_and_no_others(record: Record, wire: str) -> None:
    assert envelope.encode(record) == bytes.fromhex(wire)
    assert drained(decoder_for(record), bytes.fromhex(wire)) == [record]


@pytest.mark.parametrize(
    "record",
    [
        Write(-1, 0x2AD9, b""),
        Write(1 << 32, 0x2AD9, b""),
        Write(1, 1 << 16, b""),
        Value(0x2ACD, bytes(VALUE_MAX + 1)),
        Write(1, 0x2AD9, bytes(VALUE_MAX + 1)),
        Written(1, 1 << 16),
    ],
)
def test_what_does_not_fit_is_not_encoded(record: Record) -> None:
    with pytest.raises(LocalProtocolError):
        envelope.encode(record)


NUMBERS: Final = st.integers(0, (1 << 32) - 1)
UUIDS: Final = st.integers(0, (1 << 16) - 1)
VALUES: Final = st.binary(max_size=VALUE_MAX)
HEARD: Final[st.SearchStrategy[Record]] = st.one_of(
    st.builds(Value, UUIDS, VALUES), st.builds(Written, NUMBERS, UUIDS), st.just(Ready())
)


@given(st.lists(HEARD, max_size=5), st.data())
def test_any_split_of_the_stream_gives_the_same_records(
    records: list[Record], data: st.DataObject
) -> None:
    wire = b"".join(map(envelope.encode, records))
    decoder = HostDecoder()
    got: list[Record | RemoteProtocolError] = []
    for chunk in pieces(wire, data):
        got += drained(decoder, chunk)
    assert got == records


def pieces(wire: bytes, data: st.DataObject) -> Iterator[bytes]:
    while wire:
        size = data.draw(st.integers(1, len(wire)))
        yield wire[:size]
        wire = wire[size:]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_random_bytes_raise_nothing_and_never_become_a_write_to_the_host(
    chunks: list[bytes],
) -> None:
    decoder = HostDecoder()
    for chunk in chunks:
        for record in drained(decoder, chunk):
            assert isinstance(record, Value | Written | Ready | RemoteProtocolError)


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param("01 08 00 00 00 00 80 d9 2a 00 00", id="the carrier's own kind, sent back"),
        pytest.param("84 00 00", id="no such kind"),
        pytest.param("81 01 00 cd", id="too short for its number"),
        pytest.param("81 03 02 cd 2a 00", id="longer than any attribute"),
        pytest.param("83 01 00 00", id="ready has nothing to add"),
        pytest.param("82 07 00 07 00 00 00 00 00 00", id="a byte too many"),
    ],
)
def test_a_stream_out_of_step_is_one_error_and_nothing_guessed(wire: str) -> None:
    decoder = HostDecoder()
    follows = envelope.encode(Value(uuids.TREADMILL_DATA, bytes(4)))
    (error,) = drained(decoder, bytes.fromhex(wire) + follows)
    assert isinstance(error, RemoteProtocolError)
    assert drained(decoder, follows) == [Value(uuids.TREADMILL_DATA, bytes(4))]


def test_a_carrier_takes_nothing_but_writes() -> None:
    for record in (Ready(), Value(1, b""), Written(1)):
        (error,) = drained(CarrierDecoder(), envelope.encode(record))
        assert isinstance(error, RemoteProtocolError)
