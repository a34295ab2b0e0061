"""What is known of each machine, row by row, and of one that nobody knows (ftms.md 8)."""

from dataclasses import fields
from typing import Any, Final

import pytest

from firmware_protocols._fields import Unit
from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms.profiles import PROFILES
from firmware_protocols.ftms.quirks import CONSERVATIVE
from firmware_protocols.ftms.session import capabilities
from tests.protocols.ftms.conversation import START, Conversation

MPH: Final = Unit.MPH
FACTS: Final[dict[str, dict[str, Any]]] = {
    "unknown": {},
    "fitshow-fs-bt-t4": {"range_unit": MPH},
    "urevo-e1l": {
        "write_with_response": False,
        "status_follows_ramp": True,
        "data_period_ms": 500,
    },
    "fr30z": {"silent_after_stop": True, "data_period_ms": 570},
    "goes-silent": {"silent_after_stop": True},
    "kingsmith": {"start_up_ms": 2_500},
    "miles": {"data_unit": MPH, "command_unit": MPH, "range_unit": MPH},
    "asks-before-speed": {"control_before_speed": True, "start_before_speed": True},
    "trx3500": {"start_every_ms": 1_000},
    "control-twice": {"control_requests": 2},
    "tp1": {"false_stop_status": True},
    "sim-needs-start-first": {"start_up_ms": 2_500},
    "sim-silent-after-stop": {"silent_after_stop": True},
    "sim-false-user-stop-status": {"false_stop_status": True},
    "sim-ramp-status-stream": {"status_follows_ramp": True},
    "sim-safety-key-status": {"reports_safety_key": True},
}
"""Only what differs from a machine that nobody knows."""


@pytest.mark.parametrize("name", FACTS)
def test_a_machine_differs_from_an_unknown_one_in_what_was_seen_of_it_alone(name: str) -> None:
    quirks = PROFILES[name].quirks
    assert {
        field.name: getattr(quirks, field.name)
        for field in fields(quirks)
        if getattr(quirks, field.name) != getattr(CONSERVATIVE, field.name)
    } == FACTS[name]


def test_of_no_other_machine_is_anything_known() -> None:
    assert list(PROFILES) == list(FACTS)


def test_an_unknown_machine_sends_its_data_every_second_and_shows_a_start_in_two() -> None:
    can = capabilities(CONSERVATIVE)
    assert (can.poll_period_ms, can.start_up_ms) == (1_000, 2_000)


def test_sr36_who_stops_an_unknown_machine_as_it_starts_is_a_person() -> None:
    talk = Conversation(CONSERVATIVE)
    talk.take_control()
    talk.session.start()
    talk.run(100)
    assert talk.frames == [START]
    talk.status("0201")
    (stopped,) = talk.of(ev.UserStopped)
    assert not stopped.ours
