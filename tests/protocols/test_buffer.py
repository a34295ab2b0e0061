"""The receive buffer: what is a frame, what is noise, and how much is kept."""

from firmware_protocols._buffer import FrameBuffer
from firmware_protocols.errors import RemoteProtocolError

CAPACITY = 65_536
LENGTHS = {0xB0: 0, 0xD0: 1, 0xD1: 4}


def frames(buffer: FrameBuffer) -> list[bytes | str]:
    return [str(f) if isinstance(f, RemoteProtocolError) else f for f in buffer.frames()]


def fed(*chunks: bytes) -> list[bytes | str]:
    buffer = FrameBuffer(LENGTHS)
    found: list[bytes | str] = []
    for chunk in chunks:
        buffer.receive_data(chunk)
        found += frames(buffer)
    return found


def test_a_frame_is_kept_until_its_last_byte_arrives() -> None:
    assert fed(b"\xd1\x30", b"\x30\x31") == []
    assert fed(b"\xd1\x30", b"\x30\x31", b"\x34\xb0") == [b"\xd10014", b"\xb0"]


def test_a_data_byte_without_an_opcode_is_reported_by_itself() -> None:
    assert fed(b"\x30\x31") == [
        "data byte without an opcode: 30",
        "data byte without an opcode: 31",
    ]


def test_an_unknown_opcode_is_reported_and_its_data_too() -> None:
    assert fed(b"\xe0\x30\xb0") == [
        "unknown opcode: E0",
        "data byte without an opcode: 30",
        b"\xb0",
    ]


def test_any_byte_from_80_up_ends_an_unfinished_frame_and_begins_its_own() -> None:
    cut = "cut short, 4 data bytes expected: D1 30 30"
    assert fed(b"\xd1\x30\x30\xb0") == [cut, b"\xb0"]
    assert fed(b"\xd1\x30\x30\x80") == [cut, "unknown opcode: 80"]
    assert fed(b"\xd1\x30\x30\xd1\x30\x30\x31\x34") == [cut, b"\xd10014"]


def test_a_data_byte_of_7f_is_still_a_data_byte() -> None:
    assert fed(b"\xd0\x7f") == [b"\xd0\x7f"]


def test_a_stream_nobody_drains_cannot_grow_without_bound() -> None:
    buffer = FrameBuffer(LENGTHS)
    buffer.receive_data(b"\xb0" * CAPACITY)
    buffer.receive_data(b"\xd0")
    assert frames(buffer) == ["more than anybody read: " + " ".join(["B0"] * 16 + ["D0"])]
    buffer.receive_data(b"\xd0\x31")
    assert frames(buffer) == [b"\xd0\x31"]


def test_a_full_buffer_is_still_read_whole() -> None:
    buffer = FrameBuffer(LENGTHS)
    buffer.receive_data(b"\xb0" * CAPACITY)
    assert frames(buffer) == [b"\xb0"] * CAPACITY


def test_a_reader_that_stops_early_loses_nothing() -> None:
    buffer = FrameBuffer(LENGTHS)
    buffer.receive_data(b"\xb0\xd0\x31")
    assert next(buffer.frames()) == b"\xb0"
    assert frames(buffer) == [b"\xd0\x31"]
