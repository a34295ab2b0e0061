"""What holds for every value and every stream, in every dialect, unit and role.

The arithmetic is checked against exact fractions: 1 mph is 1.609344 km/h.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocols.messages import Direction, SetSpeed, SpeedReport
from firmware_protocols.trackmaster import codec as trackmaster
from firmware_protocols.woodway_us import codec as woodway_us
from tests.protocols.golden import AnyDecoder, as_values, decode


@dataclass(frozen=True)
class Wire:
    """One dialect in one unit."""

    encode: Callable[[Any], bytes]
    encode_reply: Callable[[Any], bytes]
    decoder: Callable[[], AnyDecoder]
    command_decoder: Callable[[], AnyDecoder]
    quantise: Callable[[int], int]
    step_ckmh: Fraction
    steps: int
    directions: tuple[Direction, ...]

    @property
    def max_ckmh(self) -> int:
        """The largest reading a set speed can have, rounded up as readings are."""
        return -(-self.steps * self.step_ckmh.numerator // self.step_ckmh.denominator)


def _trackmaster(unit: Unit, step_ckmh: Fraction) -> Wire:
    return Wire(
        partial(trackmaster.encode, unit=unit),
        partial(trackmaster.encode_reply, unit=unit),
        partial(trackmaster.Decoder, unit),
        partial(trackmaster.CommandDecoder, unit),
        partial(trackmaster.quantise, unit=unit),
        step_ckmh,
        999,
        (Direction.FORWARD,),
    )


TENTH_MPH: Final = Fraction("16.09344")
WIRES: Final = {
    "woodway-us": Wire(
        woodway_us.encode,
        woodway_us.encode_reply,
        woodway_us.Decoder,
        woodway_us.CommandDecoder,
        woodway_us.quantise,
        TENTH_MPH,
        299,
        (Direction.FORWARD, Direction.REVERSE),
    ),
    "trackmaster mph": _trackmaster(Unit.MPH, TENTH_MPH),
    "trackmaster kmh": _trackmaster(Unit.KMH, Fraction(10)),
}
every_wire: Final = pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES)

# Opcodes and digits far more often than chance would make them, so that frames are met.
LIVELY_BYTES: Final = st.sampled_from(
    [*range(256), *(list(range(0x30, 0x3A)) * 20), *(list(range(0xA0, 0xE0)) * 3), *([0x54] * 10)]
)
STREAMS: Final = st.lists(LIVELY_BYTES, max_size=60).map(bytes)


@every_wire
@pytest.mark.parametrize("role", ["decoder", "command_decoder"])
@given(stream=STREAMS, data=st.data())
def test_any_split_of_any_stream_gives_the_same_messages(
    wire: Wire, role: str, stream: bytes, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
    chunks = [stream[a:b] for a, b in pairwise([0, *sorted(cuts), len(stream)])]
    make = getattr(wire, role)
    assert decode(make(), *chunks) == decode(make(), stream)


@every_wire
@pytest.mark.parametrize("role", ["decoder", "command_decoder"])
@given(stream=st.binary(max_size=200))
def test_no_stream_raises_and_every_error_shows_its_bytes(
    wire: Wire, role: str, stream: bytes
) -> None:
    decoder = getattr(wire, role)()
    decoder.receive_data(stream)
    for message in decoder.messages():
        if isinstance(message, RemoteProtocolError):
            assert message.raw in stream.replace(b"\x54", b"") or message.raw in stream
            assert message.raw.hex(" ").upper() in str(message)


@every_wire
@given(noise=st.binary(max_size=40))
def test_whatever_came_before_the_next_frame_is_understood(wire: Wire, noise: bytes) -> None:
    assert decode(wire.decoder(), noise, b"\xd10014")[-1] == decode(wire.decoder(), b"\xd10014")[0]
    command = decode(wire.command_decoder(), noise, b"\xa30014")[-1]
    assert command == decode(wire.command_decoder(), b"\xa30014")[0]


@every_wire
def test_every_step_survives_the_round_trip(wire: Wire) -> None:
    for direction in wire.directions:
        for step in range(1, wire.steps + 1):
            sign = 3 if direction is Direction.REVERSE else 0
            digits = b"%d%03d" % (sign, step)
            (command,) = decode(wire.command_decoder(), b"\xa3" + digits)
            assert isinstance(command, SetSpeed)
            exact = step * wire.step_ckmh
            assert exact <= command.speed_ckmh < exact + 1  # a reading is never understated
            assert command.direction is direction
            assert wire.encode(command) == b"\xa3" + digits
            assert wire.quantise(command.speed_ckmh) == command.speed_ckmh
            report = SpeedReport(command.speed_ckmh, direction)
            assert wire.encode_reply(report) == b"\xd1" + digits
            assert decode(wire.decoder(), b"\xd1" + digits) == [report]


@every_wire
@given(data=st.data())
def test_what_is_sent_never_exceeds_what_was_asked(wire: Wire, data: st.DataObject) -> None:
    asked = data.draw(st.integers(0, wire.max_ckmh))
    direction = data.draw(st.sampled_from(wire.directions))
    frame = wire.encode(SetSpeed(asked, direction))
    step = int(frame[2:])
    assert step * wire.step_ckmh <= asked < (step + 1) * wire.step_ckmh
    (sent,) = decode(wire.command_decoder(), frame)
    assert sent == SetSpeed(wire.quantise(asked), direction if step else Direction.FORWARD)
    assert wire.encode(sent) == frame


@every_wire
@given(speed_ckmh=st.integers())
def test_no_speed_outside_the_field_is_encodable(wire: Wire, speed_ckmh: int) -> None:
    if 0 <= speed_ckmh <= wire.max_ckmh:
        assert len(wire.encode(SetSpeed(speed_ckmh))) == 5
    else:
        with pytest.raises(LocalProtocolError):
            wire.encode(SetSpeed(speed_ckmh))


@every_wire
@given(
    value=st.one_of(st.floats(), st.booleans(), st.text(max_size=3), st.none(), st.binary()),
)
def test_sr15_nothing_but_an_integer_is_a_speed(wire: Wire, value: Any) -> None:
    for direction in wire.directions:
        with pytest.raises(LocalProtocolError):
            wire.encode(SetSpeed(value, direction))
        with pytest.raises(LocalProtocolError):
            wire.encode_reply(SpeedReport(value, direction))


@every_wire
@given(stream=STREAMS)
def test_every_reply_that_is_understood_can_be_said_again(wire: Wire, stream: bytes) -> None:
    decoder = wire.decoder()
    decoder.receive_data(stream)
    for message in list(decoder.messages()):
        if not isinstance(message, RemoteProtocolError):
            again = wire.decoder()
            again.receive_data(wire.encode_reply(message))
            (repeated,) = as_values(again.messages())
            minus_zero = message == SpeedReport(0, Direction.REVERSE)
            assert repeated == (SpeedReport(0) if minus_zero else message)
