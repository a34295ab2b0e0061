"""Between the processes: the framing, the JSON inside it, the channel, and the lines of stdin."""

import contextlib
import json
import os
import zlib
from typing import Final

from tests.core.rig import SHORT, Rig
from tests.fuzz.targets import Target, chunks, must
from tests.gate.samples import MESSAGES
from treadctl.composition.lines import LineReader
from treadctl.core.control import ControlOperator, plain_verbs
from treadctl.core.machine import SessionState
from treadctl.errors import TreadctlError
from treadctl.gate.channel import Channel
from treadctl.gate.ipc import HEADER, MAX_PAYLOAD, BrokenFrame, Decoder, encode
from treadctl.gate.json_codec import MessageError

CHUNK_MAX: Final = 4_096
_GATE: Final = ("treadctl/gate", "treadctl/model.py", "treadctl/safety/limits.py")
_KINDS: Final = tuple(type(message) for message in MESSAGES)


def frame(payload: bytes) -> bytes:
    """Return *payload* framed as the protocol says, whatever it is."""
    length = len(payload)
    checksum = zlib.crc32(payload, zlib.crc32(length.to_bytes(4, "big")))
    return length.to_bytes(4, "big") + checksum.to_bytes(4, "big") + payload


def _take(decoder: Decoder) -> None:
    for message in decoder.messages():
        if isinstance(message, BrokenFrame):
            must(decoder.broken, "broken, and goes on")
            must(len(str(message)) < 100_000, "a complaint of", len(str(message)))
        else:
            must(type(message) in _KINDS, "no message", message)
            # What was understood travels again: nothing in it is out of its type's range.
            with contextlib.suppress(MessageError):  # it may have grown beyond a frame
                again = Decoder()
                again.receive_data(encode(message))
                must(list(again.messages()) == [message], "not the same again", message)


def judge_frames(data: bytes) -> None:
    """Bytes as they come out of the socket."""
    decoder = Decoder()
    for chunk in chunks(data):
        decoder.receive_data(chunk)
        _take(decoder)
        waiting = len(decoder._buffer)
        must(waiting < HEADER.size + MAX_PAYLOAD + CHUNK_MAX, "too much waits", waiting)
    if decoder.broken:
        decoder.receive_data(frame(b"{}"))
        must(not list(decoder.messages()) and not decoder._buffer, "a broken stream goes on")


def judge_payloads(data: bytes) -> None:
    """What stands in a frame that is whole: every line of *data* in one of its own."""
    for line in data.split(b"\n"):
        decoder = Decoder()
        decoder.receive_data(frame(line[:MAX_PAYLOAD]))
        _take(decoder)
        must(not decoder._buffer, "left over", decoder._buffer)


class _Stream:
    """A socket that has these bytes, and then ends. It takes nothing."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    def fileno(self) -> int:
        return -1

    def recv(self, size: int, /) -> bytes:
        if not self._parts:
            return b""
        part = self._parts.pop(0)
        if not part:
            raise BlockingIOError
        if len(part) > size:
            self._parts.insert(0, part[size:])
        return part[:size]

    def send(self, data: bytes, /) -> int:
        raise BlockingIOError

    def close(self) -> None:
        self._parts = []


def judge_channel(data: bytes) -> None:
    """One end of the stream: it ends, and says nothing after what it cannot understand."""
    parts = [each for chunk in chunks(data) for each in (chunk, b"")]
    channel, turns = Channel(_Stream(parts)), 0
    while channel.alive:
        for message in channel.receive():
            must(type(message) in _KINDS, "no message", message)
        turns += 1
        must(turns <= 2 * len(data) + 3, "it does not end")
    must(channel.receive() == [] and channel.fileno() == -1, "alive after its end")


_MOVING: Final = frozenset(
    {
        SessionState.COUNTDOWN,
        SessionState.WARM_UP,
        SessionState.WALK,
        SessionState.REVERSE_WALK,
        SessionState.COOLDOWN,
    }
)
TURNS: Final = 40


def judge_control(data: bytes) -> None:
    """Lines on stdin, to a session that has not begun. Nobody pulled a strap: nothing moves."""
    rig = Rig(SHORT, auto=False)
    control = ControlOperator(rig.session)
    fd = os.memfd_create("stdin")
    try:
        os.write(fd, data)
        os.lseek(fd, 0, os.SEEK_SET)
        reader = LineReader(fd)
        while not reader.at_end:
            while (line := reader.next()) is not None:
                control.feed(line)
    finally:
        os.close(fd)
    control.close()
    for _ in range(TURNS):
        rig.tick()
        # A verb that is refused here has been told as an event.
        with contextlib.suppress(TreadctlError):
            control.step(rig.now_ms)
        must(rig.state() not in _MOVING, "moves", rig.state())
        must(rig.gate.starts == 0 and not rig.gate.measured, "moves", rig.gate.measured)
        must(len(control._waiting) <= 1_001, "too much waits", len(control._waiting))


_FRAMES: Final = tuple([encode(message) for message in MESSAGES])
_ALL: Final = b"".join(_FRAMES)
_BODIES: Final = tuple(each[HEADER.size :] for each in _FRAMES)
_VERBS: Final = (
    *(json.dumps({"do": verb}).encode() for verb in plain_verbs(Rig(SHORT).session)),
    b'{"do": "start", "gesture": "press"}',
    b'{"do": "reset"}',
    b'{"do": "turn", "at_s": 2.5}',
    b'{"do": "wait", "s": 0.5, "state": "idle"}',
    b'{"do": "confirm", "item": "shoes"}',
    b'{"do": "criterion", "id": "stumble"}',
    b'{"do": "mark", "note": "x"}',
    b'{"do": "direction", "to": "reverse"}',
    b'{"do": "hold", "pressed": true}',
)
_JSON: Final = (b'{"', b'":', b'"}', b"[[[[", b"\\ud800", b"1e999", b"NaN", b"true", b"null")
TARGETS: Final = (
    Target(
        "ipc-frames",
        judge_frames,
        _GATE,
        (b"\x07" + _ALL, *(b"\x05" + each for each in _FRAMES)),
    ),
    Target("ipc-payloads", judge_payloads, _GATE, (b"\n".join(_BODIES), *_BODIES), _JSON),
    Target(
        "ipc-channel",
        judge_channel,
        _GATE,
        (b"\x05" + _ALL, b"\x07" + _ALL),
    ),
    Target(
        "control-lines",
        judge_control,
        ("treadctl/core", "treadctl/composition/lines.py"),
        (b"\n".join(_VERBS), *_VERBS),
        (b'{"do": "', *_JSON),
    ),
)
