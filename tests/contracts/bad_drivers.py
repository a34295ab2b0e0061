"""Two drivers as there are in the world, to see that the contract would have caught them.

Both are a Woodway host session with one bad encoder in it, as in the reports of safety.md 1.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from firmware_protocols._dialect import Dialect
from firmware_protocols._half_duplex import HostSession
from firmware_protocols.messages import Direction, HostMessage, QueryDrive, SetSpeed, StartBelt
from firmware_protocols.woodway_us import codec
from firmware_protocols.woodway_us.session import CAPABILITIES, stop
from tests.contracts.driver import DRIVERS, DriverUnderTest

_GOOD: Final = DRIVERS["woodway-us"]


def _like_pywoodway(message: HostMessage) -> bytes:
    """Zero is sent as reverse, nothing is too small, and a second decimal is one digit more."""
    if not isinstance(message, SetSpeed):
        return codec.encode(message)
    mph = message.speed_ckmh / 160.9344
    forward = message.direction is Direction.FORWARD and mph > 0
    has_two_decimals = mph > 0 and message.speed_ckmh % 125 == 0
    digits = f"{abs(mph):05.2f}" if has_two_decimals else f"{abs(mph):04.1f}"
    return b"\xa3" + (b"0" if forward else b"3") + digits.replace(".", "").encode()


def _like_coscom_v1(message: HostMessage) -> bytes:
    """The sign is lost on the way into the field."""
    if isinstance(message, SetSpeed) and type(message.speed_ckmh) is int and message.speed_ckmh < 0:
        return codec.encode(SetSpeed(-message.speed_ckmh, message.direction))
    return codec.encode(message)


def _start(_: bool) -> tuple[HostMessage, ...]:
    return (SetSpeed(0), QueryDrive(), StartBelt())


def _driver(name: str, encode: Callable[[HostMessage], bytes]) -> DriverUnderTest:
    dialect = Dialect(
        capabilities=CAPABILITIES,
        encode=encode,
        decoder=codec.Decoder,
        command_decoder=codec.CommandDecoder,
        quantise=codec.quantise,
        start=_start,
        stop=stop,
    )
    return replace(
        _GOOD,
        name=name,
        open_session=lambda: HostSession(dialect),
        stop_frames=tuple(map(encode, stop(True))),
    )


PYWOODWAY_LIKE: Final = _driver("pywoodway-like", _like_pywoodway)
COSCOM_V1_LIKE: Final = _driver("coscom-v1-like", _like_coscom_v1)
