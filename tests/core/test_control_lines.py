"""Lines on stdin that cannot be used: each refused with its reason, and nothing done."""

import json

import pytest

from tests.core.rig import SHORT
from treadctl.core.control import MAX_LINE, MAX_SECONDS, ControlOperator
from treadctl.core.events import RequestRefused
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup


def parsed(line: str) -> tuple[ControlOperator, list[str]]:
    """One line to a session that has not begun, and the sentences it was refused with."""
    session = Session(SHORT, SessionSetup(plan="test", simulated=True))
    control = ControlOperator(session)
    control.feed(line)
    refused = [e for e in session.drain_events() if isinstance(e, RequestRefused)]
    assert {e.code for e in refused} <= {"F-041"}
    return control, [e.message for e in refused]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("stop", "not JSON"),
        ("{", "not JSON"),
        ('{"do": "stop"} {"do": "arm"}', "not JSON"),
        ("{'do': 'stop'}", "not JSON"),
        ('{"do": "wait", "s": NaN}', "not JSON"),
        ('{"do": "wait", "s": Infinity}', "not JSON"),
        ('{"do": "wait", "s": -Infinity}', "not JSON"),
        ('{"do": "arm", "do": "stop"}', "not JSON"),
        ('{"do": "wait", "s": 1, "s": 2}', "not JSON"),
        ("[" * 3_000, "not JSON"),
        ("\x00\x1b\ud800", "not JSON"),
        ("[]", "not an object"),
        ("null", "not an object"),
        ("17", "not an object"),
        ('"stop"', "not an object"),
        ("{}", '"do" must name'),
        ('{"do": null}', '"do" must name'),
        ('{"do": ["stop"]}', '"do" must name'),
        ('{"stop": true}', '"do" must name'),
        ('{"do": "fly"}', "no verb 'fly'"),
        ('{"do": "STOP"}', "no verb 'STOP'"),
        ('{"do": "stop "}', "no verb 'stop '"),
        ('{"do": "\\ud800"}', "no verb '\\ud800'"),
        ('{"do": "__init__"}', "no verb '__init__'"),
        ('{"do": "stop", "now": true}', "no key 'now'"),
        ('{"do": "arm", "s": 1}', "no key 's'"),
        ('{"do": "faster", "by": 10}', "no key 'by'"),
        ('{"do": "start", "hold": 1}', "no key 'hold'"),
        ('{"do": "confirm"}', '"item" must name'),
        ('{"do": "confirm", "item": 3}', '"item" must name'),
        ('{"do": "direction"}', "'to' must be one of forward, reverse"),
        ('{"do": "direction", "to": "up"}', "'to' must be one of"),
        ('{"do": "direction", "to": {}}', "'to' must be one of"),
        ('{"do": "hold"}', '"pressed" must be'),
        ('{"do": "hold", "pressed": 1}', '"pressed" must be'),
        ('{"do": "hold", "pressed": "true"}', '"pressed" must be'),
        ('{"do": "start", "gesture": "wave"}', "'gesture' must be one of"),
        ('{"do": "turn", "gesture": null}', "'gesture' must be one of"),
        ('{"do": "wait", "state": "asleep"}', "'state' must be one of"),
        ('{"do": "wait", "state": 1}', "'state' must be one of"),
        ('{"do": "wait", "s": "2"}', "'s' must be a number"),
        ('{"do": "wait", "s": true}', "'s' must be a number"),
        ('{"do": "wait", "s": null}', "'s' must be a number"),
        ('{"do": "wait", "s": -0.001}', "'s' must be from 0"),
        (f'{{"do": "wait", "s": {MAX_SECONDS + 1}}}', "'s' must be from 0"),
        ('{"do": "wait", "s": 1e999}', "'s' must be from 0"),
        ('{"do": "wait", "s": 1' + "0" * 400 + "}", "'s' must be from 0"),
        ('{"do": "stop", "at_s": -1}', "'at_s' must be from 0"),
        ('{"do": "stop", "at_s": []}', "'at_s' must be a number"),
        ('{"do": "arm", "at_s": false}', "'at_s' must be a number"),
    ],
)
def test_a_malformed_line_is_refused_with_the_reason_and_does_nothing(line: str, says: str) -> None:
    control, refused = parsed(line)
    assert len(refused) == 1
    assert refused[0].startswith("That line cannot be used.")
    assert says in refused[0]
    assert control.is_idle


@pytest.mark.parametrize("length", [MAX_LINE, MAX_LINE + 1])
def test_the_longest_line_is_read_and_one_character_more_is_not(length: int) -> None:
    line = '{"do": "attend"}'.ljust(length)
    control, refused = parsed(line)
    assert bool(refused) is (length > MAX_LINE)
    assert control.is_idle is (length > MAX_LINE)


@pytest.mark.parametrize("line", ["", " ", "\t\r\n"])
def test_an_empty_line_is_nothing(line: str) -> None:
    control, refused = parsed(line)
    assert refused == []
    assert control.is_idle


@pytest.mark.parametrize("line", [f'{{"do": "wait", "s": {MAX_SECONDS}}}', '{"do": "wait"}'])
def test_the_longest_and_the_shortest_wait_are_read(line: str) -> None:
    control, refused = parsed(line)
    assert refused == []
    assert not control.is_idle


@pytest.mark.parametrize(
    "line",
    [
        {"do": "end", "at_s": 86_400},
        {"do": "arm", "at_s": None},
        {"do": "wait", "state": None, "s": 0.25},
        {"do": "start", "gesture": "release"},
        {"do": "reset"},
    ],
)
def test_a_line_that_can_be_used_is_not_refused(line: dict[str, object]) -> None:
    control, refused = parsed(json.dumps(line))
    assert refused == []
    assert not control.is_idle
