"""Request, Report and GateSetup as JSON: nothing is guessed, nothing is dropped."""

import json
from typing import Any

import pytest
from hypothesis import given

from tests.gate.samples import MESSAGES, REPORT, REQUEST, SETUP
from tests.gate.strategies import messages
from treadctl.gate.ipc import Message
from treadctl.gate.json_codec import MessageError, from_json, no_duplicates, to_json
from treadctl.model import Reaction, Request

JSON_REQUEST: dict[str, object] = {
    "at_ms": 1000,
    "counter": 7,
    "setpoint_ckmh": 250,
    "direction": "forward",
    "mode": "turn-around",
    "stop": 3,
    "arm": False,
    "start": "none",
    "on_belt": False,
    "turn": None,
    "turn_confirm": "none",
    "reset": "none",
    "checklist": 0,
    "hold_to_run": False,
    "attended": 0,
    "screen": 0,
    "end": False,
}
"""Written by hand, so that a change of the wire between the halves is seen here."""


def changed(**fields: object) -> dict[str, object]:
    return {**JSON_REQUEST, **fields}


def test_a_request_looks_like_this_on_the_wire() -> None:
    assert to_json(REQUEST) == JSON_REQUEST
    assert from_json(Request, JSON_REQUEST) == REQUEST


@given(messages)
def test_whatever_travels_arrives_as_it_was(message: Message) -> None:
    assert from_json(type(message), json.loads(json.dumps(to_json(message)))) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_no_field_may_be_missing_or_unknown(message: Message) -> None:
    whole = to_json(message)
    assert isinstance(whole, dict)
    for name in whole:
        with pytest.raises(MessageError, match=f"missing {name}"):
            from_json(type(message), {key: value for key, value in whole.items() if key != name})
    with pytest.raises(MessageError, match="unknown surprise"):
        from_json(type(message), {**whole, "surprise": 1})


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"at_ms": 1.0}, "Request.at_ms"),
        ({"at_ms": float("nan")}, "Request.at_ms"),
        ({"at_ms": "1000"}, "Request.at_ms"),
        ({"at_ms": True}, "Request.at_ms"),
        ({"at_ms": None}, "Request.at_ms"),
        ({"at_ms": 2**53 + 1}, "Request.at_ms: integer out of range"),
        ({"counter": -(2**53) - 1}, "Request.counter: integer out of range"),
        ({"arm": 1}, "Request.arm"),
        ({"arm": "true"}, "Request.arm"),
        ({"direction": "backward"}, "Request.direction: not a Direction"),
        ({"direction": None}, "Request.direction"),
        ({"stop": "fast_stop"}, "Request.stop: not a Reaction"),
        ({"stop": 3.0}, "Request.stop"),
        ({"stop": True}, "Request.stop"),
        ({"stop": 6}, "Request.stop"),
        ({"stop": []}, "Request.stop"),
        ({"turn": "sideways"}, "Request.turn"),
        ({"start": {}}, "Request.start"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(fields: dict[str, object], where: str) -> None:
    with pytest.raises(MessageError, match=where):
        from_json(Request, changed(**fields))


@pytest.mark.parametrize("data", [None, [], "request", 7, True])
def test_something_else_than_an_object_is_refused(data: object) -> None:
    with pytest.raises(MessageError, match="expected an object"):
        from_json(Request, data)


def test_a_list_of_refusals_is_read_item_by_item() -> None:
    whole: Any = to_json(REPORT)
    whole["refused"].append({"code": "F-001", "cause": "x", "message": 7})
    with pytest.raises(MessageError, match=r"Report.refused\[1\].message: expected str"):
        from_json(type(REPORT), whole)
    whole["refused"] = "none"
    with pytest.raises(MessageError, match=r"Report.refused: expected a list"):
        from_json(type(REPORT), whole)


def test_a_nested_limit_is_checked_like_everything_else() -> None:
    whole: Any = to_json(SETUP)
    whole["limits"]["v_rev_max_ckmh"] = 2.5
    with pytest.raises(MessageError, match=r"GateSetup.limits.v_rev_max_ckmh"):
        from_json(type(SETUP), whole)


def test_a_duplicate_key_is_refused_and_not_the_last_one_taken() -> None:
    with pytest.raises(MessageError, match="twice"):
        json.loads('{"counter": 1, "counter": 2}', object_pairs_hook=no_duplicates)


@pytest.mark.parametrize("value", [1.5, 2**53 + 1, b"x", {"a": 1}, [1], object(), Request])
def test_what_has_no_business_on_the_wire_cannot_be_written(value: object) -> None:
    with pytest.raises(MessageError, match="does not travel"):
        to_json(value)


@pytest.mark.parametrize("annotation", [float, dict[str, int], tuple[int, str], list[int]])
def test_a_field_type_nobody_thought_of_is_a_bug_and_found_at_once(annotation: Any) -> None:
    with pytest.raises(TypeError, match=r"no reader for|fixed tuples"):
        from_json(annotation, 1)


def test_every_reaction_survives() -> None:
    for reaction in Reaction:
        assert from_json(Request, changed(stop=int(reaction))).stop is reaction
