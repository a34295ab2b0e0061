"""Whole conversations: whatever a machine says, nobody has asked for motion, and none is said.

Before the bytes the session was proved, and held control where there is control to be held. The
first byte decides what was wanted by then: nothing, a stop, or a walk at one speed.
"""

from collections.abc import Callable
from typing import Final

from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.ftms.control_point import Response, encode_response
from firmware_protocols.ftms.envelope import CarrierDecoder, Ready, Value, Write, Written, encode
from firmware_protocols.ftms.uuids import CONTROL_POINT, SPEED_RANGE, TREADMILL_DATA
from firmware_protocols.messages import Direction, SetIncline, SetSpeed, StartBelt, UnsafeCommand
from firmware_protocols.registry import PROTOCOLS, Conversation
from tests.fuzz.ftms_targets import FTMS
from tests.fuzz.serial_targets import TRACKMASTER, WOODWAY
from tests.fuzz.targets import Judge, Target, chunks, must

WALK_CKMH: Final = 100
_LINE: Final = ("firmware_protocols/_half_duplex.py", "firmware_protocols/_dialect.py")
STEP_MS: Final = (0, 1, 7, 20, 50, 200, 500, 2_500)
_BEGUN_MS: Final = 1_000


def _serial(protocol: str) -> Conversation:
    session = PROTOCOLS[protocol].open_session()
    session.proved = True
    return session


def _ftms() -> Conversation:
    """Identified, proved and in control; the belt was seen to stand."""
    session = PROTOCOLS["ftms"].open_session()
    stands = encode(Value(TREADMILL_DATA, b"\x00\x00\x00\x00"))
    speeds = encode(Value(SPEED_RANGE, bytes.fromhex("3200d0070a00")))
    session.receive(0, speeds + encode(Ready()) + stands)
    session.proved = True
    session.request_control()
    ears = CarrierDecoder()
    ears.receive_data(b"".join(session.data_to_send(0)))
    for write in ears.records():
        assert isinstance(write, Write)
        granted = encode(Value(CONTROL_POINT, encode_response(Response(0, 1))))
        session.receive(0, encode(Written(write.number)) + granted + stands)
    assert session.in_control
    return session


def judge_of(protocol: str, opened: Callable[[], Conversation]) -> Judge:
    def judge(data: bytes) -> None:
        session = opened()
        ears = session.command_decoder()
        wanted = (data[0] >> 3) % 3 if data else 0
        step_ms = STEP_MS[data[0] >> 5] if data else 0
        asked: set[int] = {0}
        now_ms = _BEGUN_MS
        if wanted == 1:
            session.stop(True)
        elif wanted == 2:
            session.start()
            session.set_speed(WALK_CKMH, Direction.FORWARD)
            asked.add(session.quantise(WALK_CKMH))
        for chunk in chunks(data):
            for message in session.receive(now_ms, chunk):
                must(message is not None, "a message")
            for frame in session.data_to_send(now_ms):
                ears.receive_data(frame)
            for said in ears.messages():
                must(
                    not isinstance(said, RemoteProtocolError | UnsafeCommand | SetIncline),
                    "nobody asked for",
                    said,
                )
                if isinstance(said, SetSpeed):
                    must(said.speed_ckmh in asked, "nobody asked for", said)
                    must(said.direction is Direction.FORWARD, "nobody asked for", said)
                if isinstance(said, StartBelt):
                    must(wanted == 2, "nobody asked for", said)
            now_ms += step_ms
        # And a stop is heard, whatever was said.
        session.stop(True)
        frames = session.data_to_send(now_ms) if protocol != "ftms" else [b"\xaa"]
        must(frames[:1] == [b"\xaa"], "the stop after it", frames)

    return judge


def _seeds(protocol: str) -> tuple[bytes, ...]:
    parts: tuple[bytes, ...]
    if protocol == "ftms":
        parts = (
            encode(Value(TREADMILL_DATA, b"\x00\x00\x00\x00")),
            encode(Value(CONTROL_POINT, b"\x80\x07\x01")),
            encode(Written(1 << 20)),
            encode(Value(TREADMILL_DATA, b"\x00\x00\x32\x00")),
            encode(Value(0x2ADA, b"\x05\x64\x00")),
            encode(Value(CONTROL_POINT, b"\x80\x02\x01")),
        )
    else:
        parts = (b"\xd01", b"\xb0", b"\xd02", b"\xd10000", b"\xb3", b"\xd10006", b"\xbe", b"\xba")
    joined = b"".join(parts)
    return tuple(bytes((mode,)) + joined for mode in (0x43, 0x4B, 0x53, 0x93, 0xB4, 0xD5))


TARGETS: Final = tuple(
    Target(f"{protocol}-session", judge_of(protocol, opened), trees, _seeds(protocol))
    for protocol, opened, trees in (
        ("woodway-us", lambda: _serial("woodway-us"), (*WOODWAY, *_LINE)),
        ("trackmaster", lambda: _serial("trackmaster"), (*TRACKMASTER, *_LINE)),
        ("ftms", _ftms, FTMS),
    )
)
