"""The frames between core and gate: what arrives is what was sent, or a typed error."""

import struct
import zlib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gate.samples import MESSAGES, REPORT, REQUEST, SETUP
from tests.gate.strategies import messages
from treadctl.gate.ipc import BrokenFrame, Decoder, Hello, Message, encode
from treadctl.gate.json_codec import MessageError

LONGEST = 65_536
"""64 KiB of JSON. Both halves have to agree, so the number stands here once more."""


def decode(chunks: Iterable[bytes]) -> list[Message | BrokenFrame]:
    decoder = Decoder()
    found: list[Message | BrokenFrame] = []
    for chunk in chunks:
        decoder.receive_data(chunk)
        found += decoder.messages()
    return found


def framed(payload: bytes) -> bytes:
    """A frame by the book, made without our encoder."""
    length = struct.pack(">I", len(payload))
    return length + struct.pack(">I", zlib.crc32(length + payload)) + payload


def test_a_hello_looks_like_this_on_the_wire() -> None:
    payload = b'{"type":"hello","body":{"version":"1","limits_hash":"2"}}'
    assert encode(Hello("1", "2")) == framed(payload)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_every_kind_of_message_arrives_as_it_was(message: Message) -> None:
    assert decode([encode(message)]) == [message]


@given(st.lists(messages, max_size=3), st.data())
def test_any_split_of_the_stream_gives_the_same_messages(
    sent: list[Message], data: st.DataObject
) -> None:
    stream = b"".join(map(encode, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decode(chunks) == sent


@pytest.mark.parametrize("message", [REQUEST, REPORT, SETUP], ids=lambda m: type(m).__name__)
def test_sr59_every_single_flipped_bit_is_found(message: Message) -> None:
    frame = encode(message)
    for bit in range(len(frame) * 8):
        flipped = bytearray(frame)
        flipped[bit // 8] ^= 1 << bit % 8
        found = decode([bytes(flipped), encode(REQUEST) * 200])
        # A longer length waits for more, and is found out as soon as that has come.
        assert len(found) <= 1, bit
        assert all(isinstance(item, BrokenFrame) for item in found), bit


@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_and_never_become_a_message(data: bytes) -> None:
    assert all(isinstance(item, BrokenFrame) for item in decode([data]))


@given(st.binary(max_size=200))
def test_a_good_checksum_around_nonsense_is_still_a_broken_frame(payload: bytes) -> None:
    (found,) = decode([framed(payload)])
    assert isinstance(found, BrokenFrame)


@pytest.mark.parametrize(
    "envelope",
    [
        b"",
        b"null",
        b"[]",
        b'{"type":"request"}',
        b'{"type":"request","body":{},"more":1}',
        b'{"type":"stop","body":{}}',
        b'{"type":["request"],"body":{}}',
        b'{"type":"hello","type":"hello","body":{"version":"1","limits_hash":"2"}}',
        b'{"type":"hello","body":{"version":"1","limits_hash":"2","limits_hash":"3"}}',
        b'{"type":"hello","body":{"version":"1","limits_hash":2}}',
        b'{"type":"hello","body":{"version":"\xff","limits_hash":"2"}}',
        b'{"type":"hello","body":NaN}',
        b"[" * 60_000,
        b'{"type":"request","body":' + b"9" * 5_000 + b"}",
    ],
)
def test_an_envelope_that_is_not_one_is_a_broken_frame(envelope: bytes) -> None:
    (found,) = decode([framed(envelope)])
    assert isinstance(found, BrokenFrame)


def test_a_broken_stream_stays_broken() -> None:
    decoder = Decoder()
    decoder.receive_data(b"\xff" * 8)
    (first,) = decoder.messages()
    decoder.receive_data(encode(REQUEST))

    assert isinstance(first, BrokenFrame)
    assert decoder.broken
    assert list(decoder.messages()) == []


def test_messages_before_the_broken_frame_still_count() -> None:
    first, second = decode([encode(REQUEST) + framed(b"{}")])
    assert first == REQUEST
    assert isinstance(second, BrokenFrame)


def test_a_claimed_length_is_bounded_before_anything_is_stored() -> None:
    (found,) = decode([struct.pack(">II", LONGEST + 1, 0)])
    assert isinstance(found, BrokenFrame)
    assert str(LONGEST + 1) in str(found)


def test_the_longest_frame_is_allowed_and_one_byte_more_is_not() -> None:
    empty = len(b'{"type":"hello","body":{"version":"","limits_hash":""}}')
    longest = Hello("v" * (LONGEST - empty), "")
    assert decode([encode(longest)]) == [longest]
    with pytest.raises(MessageError, match="more than"):
        encode(Hello("v" * (LONGEST - empty + 1), ""))
