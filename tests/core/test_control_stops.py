"""A line that means a stop is never refused its stop, nor late, nor lost (SR-03, SR-18)."""

import json
from typing import Final

import pytest

from tests.core.test_control import Desk, asked_to_stop
from treadctl.core.control import MAX_LINE, MAX_WAITING
from treadctl.core.events import RequestRefused
from treadctl.core.machine import SessionState as S
from treadctl.core.stop_words import stop_named
from treadctl.model import Reaction

UNUSABLE: Final = [
    ('{"do": "e_stop", "why": "she fell"}', "e_stop"),
    ('{"do": "E_STOP"}', "e_stop"),
    ('{"do": "e-stop"}', "e_stop"),
    ('{"do": "emergency stop"}', "e_stop"),
    ('{"do": "e_stop", "at_s": "now"}', "e_stop"),
    ('{"do": "e_stop",}', "e_stop"),
    ('{"do": "fast_stop"', "fast_stop"),
    ('{"do": "Fast Stop"}', "fast_stop"),
    ('{"do": "stop", "at_s": -1}', "stop"),
    ('{"do": "stop", "do": "stop"}', "stop"),
    ('{"do": "arm", "do": "e_stop"}', "e_stop"),
    ('{"do": "stop "}', "stop"),
    ('{"stop": true}', "stop"),
    ("stop", "stop"),
    ('{"do": "Pause"}', "stop"),
    ('{"do": "pause", "why": "dizzy"}', "stop"),
    ('{"do": "cool-down"}', "stop"),
    ("pause", "stop"),
    ("end", "stop"),
    ("{'do': 'end'}", "stop"),
    ('{"do": "emergency"}', "e_stop"),
    ("EMERGENCY!", "e_stop"),
    ('{"do": "cool down"', "stop"),
    ('{"do": "e_stop"}'.encode("utf-16").decode(errors="replace"), "e_stop"),
    ("\0".join('{"do": "stop", "why": "far away"}'), "stop"),
    ("please STOP the belt", "stop"),
    ('{"do": "end", "now": true}', "stop"),
    ('{"do": "end"', "stop"),
    ('{"do": "criterion", "id": "chest pain"}', "stop"),
    ('{"do": "criterion", "id": "chest-pain", "note": "left arm"}', "stop"),
    ('{"do": "criterion" "id": "chest-pain"}', "stop"),
    ('{"do": "hold", "pressed": "false"}', "stop"),
    ('{"do": "e_stop"' + " " * MAX_LINE + "}", "e_stop"),
    ('{"do": "e_stop", "s": ' + "[" * 3_000, "e_stop"),
]


@pytest.mark.parametrize(("line", "stop"), UNUSABLE)
def test_sr03_a_line_that_cannot_be_used_and_names_a_stop_names_that_one(
    line: str, stop: str
) -> None:
    assert stop_named(line) == stop


@pytest.mark.parametrize(
    "line",
    [
        '{"do": "fly"}',
        '{"do": "mark", "note": "stop", "x": 1}',
        '{"do": "wait", "state": "e_stop", "x": 1}',
        '{"do": "arm", "s": 1}',
        '{"do": "attend"',
        '{"do": ""}',
        "[]",
        "\x00\ud800",
    ],
)
def test_a_line_that_is_about_something_else_stops_nothing(line: str) -> None:
    assert stop_named(line) is None


REACTIONS: Final = {
    "stop": Reaction.SOFT_STOP,
    "fast_stop": Reaction.FAST_STOP,
    "e_stop": Reaction.E_STOP,
}


@pytest.mark.parametrize(
    ("line", "stop"),
    [UNUSABLE[0], UNUSABLE[6], UNUSABLE[8], UNUSABLE[13], UNUSABLE[17]],
)
def test_sr03_such_a_line_is_refused_and_the_belt_is_stopped_all_the_same(
    line: str, stop: str
) -> None:
    desk = Desk().alone(S.REVERSE_WALK)
    desk.say({"do": "wait", "s": 9}, {"do": "faster"}, line)
    assert desk.control.is_idle  # what waited was said about a belt that moves
    desk.run_for(200)
    assert desk.refused() == ["input_malformed"]
    assert asked_to_stop(desk) is REACTIONS[stop]


def test_a_mark_of_byte_order_before_a_line_is_no_part_of_it() -> None:
    desk = Desk().alone(S.REVERSE_WALK)
    desk.say('\ufeff{"do": "fast_stop"}')
    desk.run_for(200)
    assert desk.refused() == []
    assert asked_to_stop(desk) is Reaction.FAST_STOP


# Stops with a time.


def due(desk: Desk, after_s: float) -> float:
    return desk.session.t_ms / 1_000 + after_s


@pytest.mark.parametrize("stop", ["stop", "fast_stop", "e_stop"])
def test_sr18_a_stop_with_a_time_comes_at_that_time_whatever_waits_before_it(stop: str) -> None:
    desk = Desk().alone(S.REVERSE_WALK)
    desk.say({"do": "wait", "state": "cooldown"}, {"do": stop, "at_s": due(desk, 2)})
    desk.run_for(1_900)
    assert asked_to_stop(desk) is Reaction.NONE
    desk.run_for(300)
    assert asked_to_stop(desk) is REACTIONS[stop]


def test_sr18_so_does_a_criterion_with_a_time() -> None:
    desk = Desk().alone(S.REVERSE_WALK)
    desk.say(
        {"do": "wait", "state": "cooldown"},
        {"do": "criterion", "id": "chest-pain", "at_s": due(desk, 1)},
    )
    desk.run_for(1_300)
    assert asked_to_stop(desk) is not Reaction.NONE


def test_sr18_a_stop_before_it_does_not_take_a_later_one_away() -> None:
    desk = Desk().alone(S.REVERSE_WALK)
    desk.say({"do": "e_stop", "at_s": due(desk, 2)}, {"do": "stop"})
    assert not desk.control.is_idle
    desk.run_for(2_200)
    assert asked_to_stop(desk) is Reaction.E_STOP


def test_sr18_a_stop_for_which_there_is_no_room_comes_at_once() -> None:
    desk = Desk().alone(S.REVERSE_WALK)
    desk.say(*[{"do": "mark", "at_s": 5_000}] * MAX_WAITING)
    desk.say({"do": "e_stop", "at_s": 4_000})
    (refused,) = [e for e in desk.session.drain_events() if isinstance(e, RequestRefused)]
    assert "Too many lines" in refused.message
    desk.run_for(200)
    assert asked_to_stop(desk) is Reaction.E_STOP


def test_the_end_of_the_lines_waits_for_a_stop_with_a_time() -> None:
    desk = Desk().alone(S.REVERSE_WALK)
    desk.say(json.dumps({"do": "e_stop", "at_s": due(desk, 3)}))
    desk.control.close()
    desk.run_for(2_000)
    assert asked_to_stop(desk) is Reaction.NONE
    desk.run_for(1_200)
    assert asked_to_stop(desk) is Reaction.E_STOP
