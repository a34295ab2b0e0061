"""What a record says of a report or a request can be read back, and nothing else can."""

from dataclasses import replace
from typing import Any

import pytest

from tests.records.test_bodies import REPORT
from treadctl.composition.replay_inputs import report_from, request_from
from treadctl.core.asked import Asked
from treadctl.gate.json_codec import MessageError
from treadctl.model import Direction, Facing, Gesture, Mode, Reaction, Refusal, Request
from treadctl.records.bodies import report_body, request_body, verb_body
from treadctl.records.chain import GENESIS, read_line, write_line

REQUEST = Request(
    at_ms=1_000,
    counter=7,
    setpoint_ckmh=120,
    direction=Direction.REVERSE,
    mode=Mode.BELT_REVERSE,
    stop=Reaction.FAST_STOP,
    arm=True,
    start=Gesture.PRESSED,
    turn=Facing.BACKWARD,
    turn_confirm=Gesture.CONFIRMED,
    reset=Gesture.PRESSED,
    checklist=4_095,
)


def through_a_line(body: Any) -> Any:
    line, _ = write_line(GENESIS, 0, "x", 0, body)
    return read_line(GENESIS, 0, line).body


@pytest.mark.parametrize(
    "report",
    [
        REPORT,
        replace(REPORT, measured_direction=None, cause=None, ticks="@0 0,tA0"),
        replace(REPORT, latched=Reaction.E_STOP, latched_cause="strap_open"),
        replace(REPORT, refused=(Refusal("F-002", "not_armed", "Arm."),)),
    ],
)
def test_a_report_is_read_back_whole(report: Any) -> None:
    assert report_from(through_a_line(report_body(report))) == report


@pytest.mark.parametrize("request_", [REQUEST, Request(at_ms=1_000, counter=7)])
def test_a_request_is_read_back_with_the_heartbeat_it_is_given(request_: Request) -> None:
    body = through_a_line(request_body(request_))
    assert request_from(body, at_ms=1_000, counter=7) == request_


@pytest.mark.parametrize(
    "change",
    [{"phase": "flying"}, {"phase": None}, {"latched": "very"}, {"warp": 9}, {"refused": [{}]}],
)
def test_a_report_of_another_version_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises(MessageError):
        report_from({**report_body(REPORT), **change})


def test_a_report_without_a_field_that_it_must_have_is_an_error() -> None:
    with pytest.raises(MessageError):
        report_from({"now_ms": 1})


@pytest.mark.parametrize("change", [{"turn": "up"}, {"stop": "please"}, {"warp": 9}])
def test_a_request_of_another_version_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises(MessageError):
        request_from({**request_body(REQUEST), **change}, at_ms=0, counter=0)


def test_a_verb_says_what_it_was_about_only_where_it_was_about_something() -> None:
    assert through_a_line(verb_body(Asked("skip", ()))) == {"verb": "skip"}
    assert through_a_line(verb_body(Asked("choose", (Direction.REVERSE,)))) == {
        "verb": "choose",
        "args": ["reverse"],
    }
