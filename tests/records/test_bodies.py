"""A report or a request in a record says everything that it said to the core."""

from dataclasses import fields, replace
from typing import Any, Final

import pytest

from treadctl.model import (
    BeltState,
    Direction,
    Facing,
    Gait,
    GatePhase,
    Gesture,
    Mode,
    Reaction,
    Refusal,
    Report,
    Request,
    StrapState,
)
from treadctl.records.bodies import report_body, request_body, request_changed
from treadctl.records.chain import GENESIS, read_line, write_line

REPORT: Final = Report(
    now_ms=1_000,
    seq=9,
    phase=GatePhase.MOVING,
    reaction=Reaction.HOLD,
    cause="telemetry_stale",
    latched=Reaction.NONE,
    latched_cause=None,
    setpoint_ckmh=100,
    commanded_ckmh=96,
    measured_ckmh=None,
    measured_age_ms=40,
    direction=Direction.REVERSE,
    measured_direction=Direction.FORWARD,
    facing=Facing.BACKWARD,
    gait=Gait.UNKNOWN,
    strap=StrapState.ATTACHED,
    belt=BeltState.ENGAGED,
    link_up=True,
    standstill=False,
)
REQUEST: Final = Request(at_ms=1_000, counter=5)


def read_back(body: Any) -> Any:
    line, _ = write_line(GENESIS, 0, "report", 0, body)
    return read_line(GENESIS, 0, line).body


def test_a_report_is_recorded_with_its_words_and_without_its_defaults() -> None:
    assert read_back(report_body(REPORT)) == {
        "now_ms": 1_000,
        "seq": 9,
        "phase": "moving",
        "reaction": "hold",
        "cause": "telemetry_stale",
        "latched": "none",
        "latched_cause": None,
        "setpoint_ckmh": 100,
        "commanded_ckmh": 96,
        "measured_ckmh": None,
        "measured_age_ms": 40,
        "direction": "reverse",
        "measured_direction": "forward",
        "facing": "backward",
        "gait": "unknown",
        "strap": "attached",
        "belt": "engaged",
        "link_up": True,
        "standstill": False,
    }


def test_what_differs_from_its_default_is_recorded() -> None:
    refusal = Refusal("F-007", "checklist_incomplete", "The checklist is not complete.")
    body = read_back(report_body(replace(REPORT, refused=(refusal,), wait="start", resets_left=2)))
    assert body["refused"] == [
        {
            "code": "F-007",
            "cause": "checklist_incomplete",
            "message": "The checklist is not complete.",
        }
    ]
    assert (body["wait"], body["resets_left"]) == ("start", 2)


def test_every_field_of_a_request_is_recorded_but_the_heartbeat() -> None:
    body = read_back(request_body(replace(REQUEST, stop=Reaction.SOFT_STOP, turn=Facing.BACKWARD)))
    assert set(body) == {f.name for f in fields(Request)} - {"at_ms", "counter"}
    assert (body["stop"], body["turn"], body["mode"]) == ("soft_stop", "backward", "turn-around")


CHANGES: Final[dict[str, Any]] = {
    "setpoint_ckmh": 10,
    "direction": Direction.REVERSE,
    "mode": Mode.BELT_REVERSE,
    "stop": Reaction.E_STOP,
    "arm": True,
    "start": Gesture.PRESSED,
    "on_belt": True,
    "turn": Facing.FORWARD,
    "turn_confirm": Gesture.CONFIRMED,
    "reset": Gesture.PRESSED,
    "checklist": 1,
    "hold_to_run": True,
    "attended": 1,
    "end": True,
}


@pytest.mark.parametrize("name", [f.name for f in fields(Request)])
def test_only_a_wish_that_changed_is_worth_a_line(name: str) -> None:
    changed = replace(REQUEST, **{name: CHANGES.get(name, 77)})
    assert request_changed(REQUEST, changed) is (name not in ("at_ms", "counter"))
    assert request_changed(None, REQUEST)
