"""Woodway US on the half-duplex line: what it can say, how it starts and how it stops."""

from typing import Final

from firmware_protocols._dialect import Dialect
from firmware_protocols._fields import Unit, ckmh_from_tenths, floor_ckmh_from_tenths
from firmware_protocols._half_duplex import POLL_PERIOD_MS, REPLY_TIMEOUT_MS, HostSession
from firmware_protocols.capabilities import Capabilities
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.messages import AutoStop, HostMessage, QueryDrive, SetSpeed, StartBelt
from firmware_protocols.woodway_us import codec

CAPABILITIES: Final = Capabilities(
    name="woodway-us",
    can_reverse=True,
    reads_direction=True,
    reads_speed=True,
    reads_drive_state=True,
    sets_incline=True,
    host_watchdog=True,
    reports_safety_key=False,
    wire_step_ckmh=ckmh_from_tenths(1, codec.UNIT),
    field_max_ckmh=floor_ckmh_from_tenths(codec.MAX_TENTHS, codec.UNIT),
    poll_period_ms=POLL_PERIOD_MS,
    reply_timeout_ms=REPLY_TIMEOUT_MS,
)


def capabilities(unit: Unit = codec.UNIT) -> Capabilities:
    """Return what this protocol can say.

    Raises:
        LocalProtocolError: the digits are miles per hour and nothing else.
    """
    if unit is not codec.UNIT:
        raise LocalProtocolError(f"woodway-us speeds are mph, not {unit.value}")
    return CAPABILITIES


def open_session(unit: Unit = codec.UNIT) -> HostSession:
    """Return a new conversation.

    Raises:
        LocalProtocolError: as `capabilities`.
    """
    return HostSession(
        Dialect(
            capabilities=capabilities(unit),
            encode=codec.encode,
            decoder=codec.Decoder,
            command_decoder=codec.CommandDecoder,
            quantise=codec.quantise,
            start=_start,
            stop=stop,
        )
    )


def _start(started_before: bool) -> tuple[HostMessage, ...]:
    # The last set speed may still be latched in the machine (serial.md 1A, "Safety behaviour").
    del started_before
    return (SetSpeed(0), QueryDrive(), StartBelt())


def stop(strongest: bool) -> tuple[HostMessage, ...]:
    """Return what stops the belt, in order; the strongest has two words."""
    # Never CutDrive: A2 takes the power away and the belt coasts (safety.md 4.8.5).
    return (AutoStop(), SetSpeed(0)) if strongest else (AutoStop(),)
