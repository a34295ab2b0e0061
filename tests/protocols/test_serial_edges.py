"""Edges of what the two opcode lines share, and of their words (serial.md 1A and 2)."""

from collections.abc import Callable
from typing import Final

import pytest

from firmware_protocols._dialect import answers
from firmware_protocols._fields import (
    Unit,
    ckmh_from_tenths,
    floor_ckmh_from_tenths,
    tenths_from_ckmh,
)
from firmware_protocols.messages import (
    Ack,
    AutoStop,
    CutDrive,
    DriveReport,
    DriveState,
    HostMessage,
    InclineReport,
    InvalidCommand,
    InvalidData,
    InvalidQuery,
    MachineMessage,
    MasterTimeout,
    OtherReport,
    SetSpeed,
    SpeedFault,
    SpeedReport,
    UnsafeCommand,
)
from firmware_protocols.registry import PROTOCOLS
from firmware_protocols.trackmaster import codec as trackmaster_codec
from firmware_protocols.trackmaster import session as trackmaster
from firmware_protocols.woodway_us import codec as woodway_us_codec
from firmware_protocols.woodway_us import session as woodway_us
from tests.protocols.connection import SERIAL
from tests.protocols.golden import decode

COMMANDS: Final = (0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xAA, 0xC0, 0xC1)


@pytest.mark.parametrize(
    ("message", "opcodes"),
    [
        *((Ack(opcode), (opcode,)) for opcode in COMMANDS),
        (DriveReport(DriveState.STOPPED), (0xC0,)),
        (SpeedReport(0), (0xC1,)),
        (SpeedFault(), (0xC1,)),
        (InvalidData(), COMMANDS),
        (InvalidCommand(), COMMANDS),
        (InvalidQuery(), COMMANDS),
        (MasterTimeout(), ()),
        (InclineReport(0), ()),
        (OtherReport(b"\xd40012"), ()),
    ],
    ids=repr,
)
def test_each_reply_belongs_to_its_own_command(
    message: MachineMessage, opcodes: tuple[int, ...]
) -> None:
    said = {opcode: answers(message, opcode) for opcode in COMMANDS}
    assert said == {opcode: opcode in opcodes for opcode in COMMANDS}


@pytest.mark.parametrize(
    ("unit", "up_ckmh", "down_ckmh"), [(Unit.MPH, 2_012, 2_011), (Unit.KMH, 1_250, 1_250)]
)
def test_sr29_a_mile_is_1_609344_km_and_a_kilometre_is_one(
    unit: Unit, up_ckmh: int, down_ckmh: int
) -> None:
    # 12.5 mph is 20.1168 km/h.
    assert ckmh_from_tenths(125, unit) == up_ckmh
    assert floor_ckmh_from_tenths(125, unit) == down_ckmh
    assert tenths_from_ckmh(up_ckmh, unit, max_tenths=299) == 125


def test_sr29_digits_are_miles_where_nobody_says_otherwise() -> None:
    # One tenth of a mile per hour is 0.160934 km/h; 99.9 of them are 160.77 km/h.
    for capabilities in (trackmaster.capabilities(), PROTOCOLS["trackmaster"].capabilities()):
        assert (capabilities.wire_step_ckmh, capabilities.field_max_ckmh) == (17, 16_077)
    session = trackmaster.open_session()
    assert session.capabilities.wire_step_ckmh == 17
    assert session.quantise(161) == 161
    assert PROTOCOLS["trackmaster"].open_session().quantise(161) == 161


@pytest.mark.parametrize("protocol", SERIAL)
def test_sr22_a_belt_on_a_cable_has_no_pause_before_it_moves(protocol: str) -> None:
    capabilities = PROTOCOLS[protocol].capabilities()
    assert capabilities.start_up_ms == 0
    assert capabilities.pushes_readings is False


@pytest.mark.parametrize(
    ("stops", "ordinary", "strongest"),
    [
        (woodway_us.stop, (AutoStop(),), (AutoStop(), SetSpeed(0))),
        (trackmaster.stop, (AutoStop(),), (AutoStop(), CutDrive())),
    ],
    ids=["woodway-us", "trackmaster"],
)
def test_sr35_the_strongest_stop_has_two_words_and_no_speed_above_zero(
    stops: Callable[[bool], tuple[HostMessage, ...]],
    ordinary: tuple[HostMessage, ...],
    strongest: tuple[HostMessage, ...],
) -> None:
    assert stops(False) == ordinary
    assert stops(True) == strongest


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"\xbe", InvalidData()), (b"\xbf", InvalidCommand()), (b"\xdf", InvalidQuery())],
    ids=repr,
)
def test_a_trackmaster_that_refuses_is_understood(raw: bytes, message: MachineMessage) -> None:
    assert decode(trackmaster_codec.Decoder(), raw) == [message]


@pytest.mark.parametrize(
    "opcode", [0x88, 0xA1, 0xA6, 0xA7, 0xA8, 0xA9, 0xAB, 0xAD, 0xC3, 0xC4], ids=hex
)
def test_sr10_what_a_woodway_must_never_hear_is_unsafe_at_the_first_look(opcode: int) -> None:
    raw = bytes((opcode,))
    assert decode(woodway_us_codec.CommandDecoder(), raw) == [UnsafeCommand(opcode, raw)]
