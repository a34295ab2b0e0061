"""The protocols by name, what each can say, and units that are refused by name."""

from typing import Any

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.messages import Direction, SetSpeed, SpeedReport, UnsafeCommand
from firmware_protocols.registry import PROTOCOLS
from tests.protocols.connection import SERIAL
from tests.protocols.golden import decode

FTMS_UNITS = ("ftms", "kmh", "mph")


def test_there_are_three_protocols_by_their_own_names() -> None:
    assert {name: entry.name for name, entry in PROTOCOLS.items()} == {
        "woodway-us": "woodway-us",
        "trackmaster": "trackmaster",
        "ftms": "ftms",
    }


def test_nobody_can_add_a_protocol_at_run_time() -> None:
    table: Any = PROTOCOLS
    with pytest.raises(TypeError):
        table["guess"] = PROTOCOLS["trackmaster"]


@pytest.mark.parametrize(
    ("name", "unit", "reverse", "step_ckmh", "field_max_ckmh"),
    [
        ("woodway-us", "mph", True, 17, 4_811),
        ("trackmaster", "mph", False, 17, 16_077),
        ("trackmaster", "kmh", False, 10, 9_990),
    ],
)
def test_capabilities_say_what_the_wire_can(
    name: str, unit: str, reverse: bool, step_ckmh: int, field_max_ckmh: int
) -> None:
    capabilities = PROTOCOLS[name].capabilities(unit)
    assert capabilities == PROTOCOLS[name].open_session(unit).capabilities
    assert capabilities.name == name
    assert capabilities.can_reverse is capabilities.reads_direction is reverse
    assert capabilities.wire_step_ckmh == step_ckmh
    assert capabilities.field_max_ckmh == field_max_ckmh
    assert capabilities.poll_period_ms == 100
    assert capabilities.reply_timeout_ms == 200
    assert capabilities.host_watchdog
    assert capabilities.reads_speed
    assert capabilities.reads_drive_state
    assert capabilities.sets_incline
    assert not capabilities.reports_safety_key


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
@pytest.mark.parametrize(
    "method", ["capabilities", "open_session", "command_decoder", "encode_reply"]
)
@pytest.mark.parametrize("unit", ["", "km/h", "MPH", "knots"])
def test_sr29_an_unknown_unit_is_an_error_that_names_the_known(
    name: str, method: str, unit: str
) -> None:
    with pytest.raises(LocalProtocolError, match="not one of mph, kmh"):
        getattr(PROTOCOLS[name], method)(unit)


@pytest.mark.parametrize(
    "method", ["capabilities", "open_session", "command_decoder", "encode_reply"]
)
@pytest.mark.parametrize(("name", "own", "other"), [("woodway-us", "mph", "kmh"), FTMS_UNITS])
def test_sr29_some_machines_count_one_unit_and_no_other(
    method: str, name: str, own: str, other: str
) -> None:
    with pytest.raises(LocalProtocolError, match=f"{name} speeds are {own}, not {other}"):
        getattr(PROTOCOLS[name], method)(other)


@pytest.mark.parametrize("name", SERIAL)
@pytest.mark.parametrize("method", ["open_session", "command_decoder"])
def test_a_serial_protocol_has_no_profiles(name: str, method: str) -> None:
    with pytest.raises(LocalProtocolError, match=f"{name} has no profiles, so none called 'x'"):
        getattr(PROTOCOLS[name], method)(None, "x")


@pytest.mark.parametrize("method", ["open_session", "command_decoder"])
def test_an_unknown_profile_is_an_error_that_names_the_known(method: str) -> None:
    with pytest.raises(LocalProtocolError, match="'x' is not one of unknown"):
        getattr(PROTOCOLS["ftms"], method)("kmh", "x")


def test_an_ftms_machine_has_no_reverse_no_watchdog_and_no_drive_state() -> None:
    capabilities = PROTOCOLS["ftms"].capabilities()
    assert capabilities == PROTOCOLS["ftms"].open_session().capabilities
    assert capabilities.name == "ftms"
    assert capabilities.pushes_readings
    assert capabilities.reads_speed
    assert not capabilities.can_reverse
    assert not capabilities.reads_direction
    assert not capabilities.reads_drive_state
    assert not capabilities.host_watchdog
    assert not capabilities.reports_safety_key


def test_sr29_the_unit_reaches_every_part_of_a_protocol() -> None:
    entry = PROTOCOLS["trackmaster"]
    assert entry.open_session("kmh").quantise(129) == 120
    assert entry.open_session("mph").quantise(129) == 129
    assert entry.open_session("mph").quantise(128) == 113
    assert decode(entry.command_decoder("kmh"), b"\xa30012") == [SetSpeed(120)]
    assert decode(entry.command_decoder("mph"), b"\xa30012") == [SetSpeed(194)]
    assert entry.encode_reply("kmh")(SpeedReport(120)) == b"\xd10012"
    assert entry.encode_reply("mph")(SpeedReport(120)) == b"\xd10007"


def test_the_unit_reaches_what_a_session_sends_and_reads() -> None:
    session = PROTOCOLS["trackmaster"].open_session("kmh")
    session.proved = True
    session.set_speed(120, Direction.FORWARD)
    assert session.data_to_send(0) == [b"\xa30012"]
    session.receive(5, b"\xb3")
    assert session.data_to_send(10) == [b"\xc1"]
    assert session.receive(20, b"\xd10012") == [SpeedReport(120)]


@pytest.mark.parametrize("name", SERIAL)
def test_unsupervised_starts_have_no_word_and_are_heard_as_unsafe(name: str) -> None:
    assert decode(PROTOCOLS[name].command_decoder(), b"\xa1") == [UnsafeCommand(0xA1, b"\xa1")]
