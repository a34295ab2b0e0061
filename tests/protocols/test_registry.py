"""The protocols by name, what each can say, and units that are refused by name."""

from typing import Any

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.messages import Direction, SetSpeed, SpeedReport, UnsafeCommand
from firmware_protocols.registry import PROTOCOLS
from tests.protocols.golden import decode


def test_there_are_two_protocols_by_their_own_names() -> None:
    assert {name: entry.name for name, entry in PROTOCOLS.items()} == {
        "woodway-us": "woodway-us",
        "trackmaster": "trackmaster",
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
def test_sr29_a_woodway_counts_miles_and_nothing_else(method: str) -> None:
    with pytest.raises(LocalProtocolError, match="woodway-us speeds are mph, not kmh"):
        getattr(PROTOCOLS["woodway-us"], method)("kmh")


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


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_unsupervised_starts_have_no_word_and_are_heard_as_unsafe(name: str) -> None:
    assert decode(PROTOCOLS[name].command_decoder(), b"\xa1") == [UnsafeCommand(0xA1, b"\xa1")]
