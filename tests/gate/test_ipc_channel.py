"""One end of the stream: it never blocks, and what waits is the newest."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.gate.samples import REPORT, REQUEST, SETUP
from treadctl.gate.channel import Channel
from treadctl.gate.ipc import Bye, ByeReason, Hello, encode
from treadctl.model import Report


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        yield Channel(ours), Channel(theirs)


class Trickle:
    """A socket that takes a few bytes at a time, or none."""

    def __init__(self) -> None:
        self.room = 0
        self.taken = b""
        self.error: OSError | None = None

    def fileno(self) -> int:
        return 99

    def recv(self, size: int, /) -> bytes:
        raise BlockingIOError

    def send(self, data: bytes, /) -> int:
        if self.error is not None:
            raise self.error
        if self.room == 0:
            raise BlockingIOError
        sent = data[: self.room]
        self.room -= len(sent)
        self.taken += sent
        return len(sent)

    def close(self) -> None: ...


def numbered(seq: int) -> Report:
    return replace(REPORT, seq=seq)


def test_messages_arrive_in_order(ends: tuple[Channel, Channel]) -> None:
    core, gate = ends
    core.post(Hello("1", "2"))
    core.post(SETUP)
    core.offer(REQUEST)
    assert gate.receive() == [Hello("1", "2"), SETUP, REQUEST]
    assert gate.receive() == []
    assert gate.alive


def test_one_message_can_be_taken_and_the_others_stay(ends: tuple[Channel, Channel]) -> None:
    core, gate = ends
    core.post(SETUP)
    core.offer(REQUEST)
    assert gate.receive_one() == SETUP
    assert gate.receive() == [REQUEST]
    assert gate.receive_one() is None


def test_sr30_the_end_of_the_peer_is_seen_after_its_last_words(
    ends: tuple[Channel, Channel],
) -> None:
    core, gate = ends
    core.offer(REQUEST)
    core.close()
    assert gate.receive() == [REQUEST]
    assert gate.receive() == []
    assert not gate.alive
    assert gate.fileno() == -1


def test_a_broken_frame_counts_as_a_peer_that_has_gone(ends: tuple[Channel, Channel]) -> None:
    core, gate = ends
    core.offer(REQUEST)
    core._stream.send(b"\xff" * 8)
    assert gate.receive() == [REQUEST]
    assert not gate.alive
    assert gate.broken is not None


def test_a_connection_that_fails_counts_as_a_peer_that_has_gone() -> None:
    class Broken(Trickle):
        def recv(self, size: int, /) -> bytes:
            raise ConnectionResetError

    channel = Channel(Broken())
    assert channel.receive() == []
    assert not channel.alive


def test_a_report_nobody_reads_is_replaced_by_the_newest() -> None:
    stream = Trickle()
    channel = Channel(stream)
    for seq in range(5):
        channel.offer(numbered(seq))
    stream.room = 10_000
    channel.receive()
    assert stream.taken == encode(numbered(0)) + encode(numbered(4))


def test_a_frame_that_was_begun_is_finished_before_anything_else() -> None:
    stream = Trickle()
    channel = Channel(stream)
    stream.room = 11
    channel.offer(numbered(0))
    channel.offer(numbered(1))
    channel.offer(numbered(2))
    stream.room = 10_000
    channel.receive()
    assert stream.taken == encode(numbered(0)) + encode(numbered(2))


def test_what_is_posted_is_never_replaced() -> None:
    stream = Trickle()
    channel = Channel(stream)
    bye = Bye(ByeReason.ENDED, "over")
    channel.offer(numbered(0))
    channel.offer(numbered(1))
    channel.post(bye)
    stream.room = 10_000
    channel.receive()
    assert stream.taken == encode(numbered(0)) + encode(numbered(1)) + encode(bye)


def test_a_peer_that_cannot_be_written_to_is_no_error_here() -> None:
    stream = Trickle()
    stream.error = BrokenPipeError()
    channel = Channel(stream)
    channel.offer(numbered(0))
    assert channel.alive  # its EOF comes by `receive`, after what it said last
    stream.error, stream.room = None, 10_000
    channel.receive()
    assert stream.taken == b""


def test_a_peer_that_floods_gets_a_bounded_share_of_a_turn() -> None:
    class Flood(Trickle):
        def __init__(self) -> None:
            super().__init__()
            self.sizes: list[int] = []

        def recv(self, size: int, /) -> bytes:
            self.sizes.append(size)
            return encode(REQUEST)[: 4 + 4] + b" " * (size - 8)

    stream = Flood()
    Channel(stream).receive()
    assert stream.sizes == [65_536] * 4


def test_a_peer_that_has_said_all_is_not_asked_again_in_that_turn() -> None:
    class Said(Trickle):
        reads = 0

        def recv(self, size: int, /) -> bytes:
            self.reads += 1
            return encode(REQUEST)

    stream = Said()
    assert Channel(stream).receive() == [REQUEST]
    assert stream.reads == 1


def test_after_the_end_nothing_is_sent_or_received() -> None:
    stream = Trickle()
    stream.room = 10_000
    channel = Channel(stream)
    channel.close()
    channel.offer(REQUEST)
    assert stream.taken == b""
    assert channel.receive() == []
