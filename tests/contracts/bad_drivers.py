"""Drivers and machines as they should not be, to see that the contract catches them.

Each driver is a host session of ours with one thing wrong in it, as in the reports of safety.md
1; each machine is an honest one with one habit changed.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from firmware_protocols._dialect import Dialect
from firmware_protocols._fields import Unit
from firmware_protocols._half_duplex import HostSession
from firmware_protocols.messages import (
    CutDrive,
    Direction,
    HostMessage,
    QueryDrive,
    SetSpeed,
    StartBelt,
)
from firmware_protocols.trackmaster import codec as trackmaster_codec
from firmware_protocols.trackmaster import session as trackmaster_session
from firmware_protocols.woodway_us import codec
from firmware_protocols.woodway_us.session import CAPABILITIES, stop
from tests.contracts.driver import DRIVERS, DriverUnderTest
from tests.contracts.ftms_peer import FtmsPeer

_GOOD: Final = DRIVERS["woodway-us mph"]


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


class _StartsForASpeed(HostSession):
    """To be told a speed is taken for being told to go."""

    __slots__ = ()

    def set_speed(self, speed_ckmh: int, direction: Direction, *, urgent: bool = False) -> None:
        super().set_speed(speed_ckmh, direction, urgent=urgent)
        self.start()


class _PoliteSession(HostSession):
    """A stop waits for its turn, as every other command does."""

    __slots__ = ()

    def data_to_send(self, now_ms: int) -> list[bytes]:
        if self._frame is not None and now_ms < self._reply_due_ms:
            return []
        return super().data_to_send(now_ms)


_TRACKMASTER: Final = Dialect(
    capabilities=trackmaster_session.capabilities(),
    encode=trackmaster_codec.encode,
    decoder=trackmaster_codec.Decoder,
    command_decoder=trackmaster_codec.CommandDecoder,
    quantise=lambda speed_ckmh: trackmaster_codec.quantise(speed_ckmh, Unit.MPH),
    start=lambda _: (CutDrive(), StartBelt()),
    stop=trackmaster_session.stop,
)
TRACKMASTER_PYTHON_LIKE: Final = replace(
    DRIVERS["trackmaster mph"],
    name="trackmaster-python-like",
    open_session=lambda: _StartsForASpeed(_TRACKMASTER),
)
POLITE: Final = replace(
    DRIVERS["trackmaster mph"], name="polite", open_session=lambda: _PoliteSession(_TRACKMASTER)
)
PYWOODWAY_LIKE: Final = _driver("pywoodway-like", _like_pywoodway)
COSCOM_V1_LIKE: Final = _driver("coscom-v1-like", _like_coscom_v1)


class _Jumping(FtmsPeer):
    """Its belt is at once where it was told to be, as no belt is."""

    def _move(self) -> None:
        self.belt_ckmh = float(self._goal_ckmh if self._running else 0)


class _Creeping(FtmsPeer):
    """Its belt slows for a stop, and never quite stands."""

    def _move(self) -> None:
        super()._move()
        if not self._running and self._goal_ckmh:
            self.belt_ckmh = max(10.0, self.belt_ckmh)


JUMPING: Final = replace(DRIVERS["ftms kmh"], name="jumping", power_up=_Jumping)
CREEPING: Final = replace(DRIVERS["ftms kmh"], name="creeping", power_up=_Creeping)
