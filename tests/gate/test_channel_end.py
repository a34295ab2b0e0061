"""A channel whose peer has gone, or spoke nonsense, is over: nothing that comes later is heard."""

import pytest

from tests.gate.samples import REQUEST
from treadctl.gate.channel import Channel
from treadctl.gate.ipc import encode


class Spoken:
    """A socket that has these bytes to give, one after the other."""

    def __init__(self, *given: bytes) -> None:
        self.given = list(given)

    def fileno(self) -> int:
        return 99

    def recv(self, size: int, /) -> bytes:
        if not self.given:
            raise BlockingIOError
        return self.given.pop(0)

    def send(self, data: bytes, /) -> int:
        return len(data)

    def close(self) -> None: ...


def test_a_channel_begins_unbroken() -> None:
    assert Channel(Spoken()).broken is None


@pytest.mark.parametrize("end", [b"", b"\xff" * 64], ids=["gone", "nonsense"])
def test_sr30_whoever_has_gone_is_not_heard_again(end: bytes) -> None:
    peer = Spoken(end, encode(REQUEST))
    channel = Channel(peer)
    assert channel.receive() == []
    assert not channel.alive
    assert channel.receive() == []
    assert channel.receive_one() is None
    assert len(peer.given) == 1, "it was asked although it is over"
