"""Trackmaster on the half-duplex line: what it can say, how it starts and how it stops."""

from functools import partial

from firmware_protocols._dialect import Dialect
from firmware_protocols._fields import Unit, ckmh_from_tenths, floor_ckmh_from_tenths
from firmware_protocols._half_duplex import POLL_PERIOD_MS, REPLY_TIMEOUT_MS, HostSession
from firmware_protocols.capabilities import Capabilities
from firmware_protocols.messages import AutoStop, CutDrive, HostMessage, StartBelt
from firmware_protocols.trackmaster import codec


def capabilities(unit: Unit = Unit.MPH) -> Capabilities:
    """Return what this protocol can say on a machine whose digits are *unit*."""
    return Capabilities(
        name="trackmaster",
        can_reverse=False,
        reads_direction=False,
        reads_speed=True,
        reads_drive_state=True,
        sets_incline=True,
        host_watchdog=True,
        reports_safety_key=False,
        wire_step_ckmh=ckmh_from_tenths(1, unit),
        field_max_ckmh=floor_ckmh_from_tenths(codec.MAX_TENTHS, unit),
        poll_period_ms=POLL_PERIOD_MS,
        reply_timeout_ms=REPLY_TIMEOUT_MS,
    )


def open_session(unit: Unit = Unit.MPH) -> HostSession:
    """Return a new conversation."""
    return HostSession(
        Dialect(
            capabilities=capabilities(unit),
            encode=partial(codec.encode, unit=unit),
            decoder=partial(codec.Decoder, unit),
            command_decoder=partial(codec.CommandDecoder, unit),
            quantise=partial(codec.quantise, unit=unit),
            start=_start,
            stop=stop,
        )
    )


def _start(started_before: bool) -> tuple[HostMessage, ...]:
    # After one rejected start it rejects every start until a stop (serial.md 2.5).
    return (StartBelt(),) if started_before else (CutDrive(), StartBelt())


def stop(strongest: bool) -> tuple[HostMessage, ...]:
    """Return what stops the belt, in order; the strongest has two words."""
    # Zero is no stop here: below the machine's minimum speed it answers BE (serial.md 2.5).
    return (AutoStop(), CutDrive()) if strongest else (AutoStop(),)
