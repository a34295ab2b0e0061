"""`--control stdin`: lines in, verbs out, and no line that can do harm or raise."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.rig import SHORT, Rig
from treadctl.core.control import LAST_MS, MAX_WAITING, ControlOperator
from treadctl.core.events import RequestRefused
from treadctl.core.machine import SessionState as S
from treadctl.core.session import Session
from treadctl.model import CHECKLIST, Direction, Gesture, Mode, Reaction, Request, StrapState


class Desk(Rig):
    """A rig whose session is steered by lines; the simulated person helps until `alone`."""

    def __init__(self, *, hardware: bool = False, **setup: object) -> None:
        super().__init__(stay_latched=True, **setup)  # type: ignore[arg-type]
        if hardware:
            self.auto = None
            self.session = Session(SHORT, replace(self.setup, simulated=False))
        self.control = ControlOperator(self.session)

    def tick(self) -> None:
        super().tick()
        self.control.step(self.session.t_ms)
        self.events += self.session.drain_events()

    def say(self, *verbs: Mapping[str, object] | str) -> None:
        for verb in verbs:
            self.control.feed(verb if isinstance(verb, str) else json.dumps(verb))

    def alone(self, state: S) -> "Desk":
        self.run_to(state)
        self.auto = None
        return self

    @property
    def request(self) -> Request:
        return self.requests[-1]


def test_one_line_too_many_is_refused_and_a_stop_is_still_obeyed() -> None:
    desk = Desk(hardware=True)
    desk.run_for(300)
    desk.say(*[{"do": "wait", "s": 60}] * MAX_WAITING)
    assert desk.session.drain_events() == []
    desk.say({"do": "attend"})
    (refused,) = desk.session.drain_events()
    assert isinstance(refused, RequestRefused)
    assert "Too many lines" in refused.message
    desk.say({"do": "end"})
    assert desk.session.finished is not None
    assert desk.control.is_idle


_KEYS = ("do", "at_s", "s", "state", "item", "to", "pressed", "gesture", "x")
_VERBS = (
    "stop", "fast_stop", "e_stop", "end", "pause", "resume", "skip", "faster", "slower", "arm",
    "on_belt", "attend", "confirm", "direction", "hold", "wait", "start", "turn", "reset",
)  # fmt: skip
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from((*_VERBS, "press", "confirm", "release", "forward", "reverse", "walk")),
    st.lists(st.integers(), max_size=2),
    st.just({}),
)
_LINES = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda verb, more: json.dumps({**more, "do": verb}),
        st.one_of(st.sampled_from(_VERBS), _VALUES),
        st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=3),
    ),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(_LINES, min_size=1, max_size=6), st.booleans())
def test_no_line_ever_raises(lines: list[str], hardware: bool) -> None:
    desk = Desk(hardware=hardware)
    desk.run_for(200)
    for line in lines:
        desk.control.feed(line)
        desk.tick()
    desk.control.close()
    desk.run_for(300)


# Verbs.


def in_belt_reverse() -> Desk:
    desk = Desk(mode=Mode.BELT_REVERSE)
    desk.run_to(S.STOPPING)
    desk.auto = None
    desk.run_until(lambda: desk.session.awaiting is not None)
    return desk


def walking() -> Desk:
    return Desk().alone(S.REVERSE_WALK)


def at_speed() -> Desk:
    desk = walking()
    desk.run_until(lambda: desk.gate.commanded >= 100, 20_000)
    return desk


def resting() -> Desk:
    return Desk().alone(S.REST)


def ready() -> Desk:
    desk = Desk().alone(S.STOPPING)
    desk.run_until(lambda: desk.session.awaiting is not None, 60_000)
    return desk


def unconfirmed() -> Desk:
    return Desk(auto=False).alone(S.CHECKLIST)


def asked_to_stop(desk: Desk) -> Reaction:
    """A stop is not asked for any more once the gate has latched it."""
    return max(request.stop for request in desk.requests)


Effect = Callable[[Desk], bool]
VERBS: dict[str, tuple[Callable[[], Desk], dict[str, object], Effect]] = {
    "stop": (walking, {}, lambda d: asked_to_stop(d) is Reaction.SOFT_STOP),
    "fast_stop": (walking, {}, lambda d: asked_to_stop(d) is Reaction.FAST_STOP),
    "e_stop": (walking, {}, lambda d: asked_to_stop(d) is Reaction.E_STOP),
    "end": (unconfirmed, {}, lambda d: d.request.end),
    "pause": (walking, {}, lambda d: d.state() is S.STOPPING),
    "skip": (walking, {}, lambda d: d.texts("transition")[-1].startswith("In 5 seconds")),
    "faster": (walking, {}, lambda d: d.setpoint() == 110),
    "slower": (at_speed, {}, lambda d: d.setpoint() == 90),
    "arm": (ready, {}, lambda d: d.request.arm),
    "on_belt": (lambda: Desk().alone(S.STARTING), {}, lambda d: d.request.on_belt),
    "attend": (unconfirmed, {}, lambda d: d.request.attended == 1),
    "confirm": (unconfirmed, {"item": "spotter"}, lambda d: d.request.checklist == 1 << 7),
    "direction": (
        in_belt_reverse,
        {"to": "reverse"},
        lambda d: d.request.direction is Direction.REVERSE,
    ),
    "hold": (unconfirmed, {"pressed": True}, lambda d: d.request.hold_to_run),
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_reaches_the_next_request(verb: str) -> None:
    begin, more, effect = VERBS[verb]
    desk = begin()
    assert not effect(desk)
    desk.say({"do": verb, **more})
    desk.run_for(200)
    assert desk.refused() == []
    assert effect(desk)


def test_resume_leaves_the_pause() -> None:
    desk = walking()
    desk.say({"do": "pause"}, {"do": "wait", "state": "paused"}, {"do": "resume"})
    desk.run_to(S.REST)
    assert desk.states()[-3:] == ["stopping", "paused", "rest"]


def test_a_refused_verb_is_told_and_the_next_line_is_carried_out() -> None:
    desk = unconfirmed()
    desk.say({"do": "arm"}, {"do": "resume"}, {"do": "confirm", "item": "socks"}, {"do": "attend"})
    desk.run_for(200)
    assert desk.refused() == ["checklist_incomplete", "not_now", "input_not_asked"]
    assert desk.request.attended == 1


# Time.


def test_at_s_is_session_time_and_lines_keep_their_order() -> None:
    desk = Desk(hardware=True)
    desk.say({"do": "attend", "at_s": 0.5}, {"do": "hold", "pressed": True, "at_s": 0.2})
    desk.run_for(500)
    assert desk.request.attended == 0
    assert not desk.request.hold_to_run
    desk.run_for(200)
    assert desk.request.attended == 1
    assert desk.request.hold_to_run


def test_an_end_with_a_time_waits_its_turn() -> None:
    desk = Desk(hardware=True)
    desk.say({"do": "end", "at_s": 0.5})
    desk.run_for(500)
    assert desk.session.finished is None
    desk.run_for(200)
    assert desk.session.finished is not None


def test_a_wait_lasts_from_when_it_is_reached() -> None:
    desk = Desk(hardware=True)
    desk.run_for(1_000)
    desk.say({"do": "wait", "s": 1}, {"do": "attend"}, {"do": "wait", "s": 1}, {"do": "attend"})
    counted = []
    for _ in range(24):
        desk.tick()
        counted.append(desk.request.attended)
    assert [counted.index(1), counted.index(2)] == [11, 21]


def test_a_wait_for_a_state_and_seconds_wants_both() -> None:
    desk = Desk(hardware=True)
    desk.say({"do": "wait", "state": "checklist", "s": 2}, {"do": "attend"})
    desk.run_to(S.CHECKLIST)
    begin = desk.now_ms
    desk.run_until(lambda: desk.request.attended == 1, 5_000)
    assert 2_000 <= desk.now_ms - begin <= 2_200


@pytest.mark.parametrize("stop", ["stop", "fast_stop", "e_stop", "end"])
def test_sr18_a_stop_overtakes_what_waits_and_voids_it(stop: str) -> None:
    desk = walking()
    desk.say({"do": "wait", "s": 9}, {"do": "faster"}, {"do": "arm"}, {"do": stop})
    assert desk.control.is_idle
    desk.run_for(100)
    assert desk.setpoint() == 0
    assert desk.stop_asked() >= Reaction.SOFT_STOP
    assert desk.refused() == []


# Gestures.


@pytest.mark.parametrize(
    ("state", "verb", "level"),
    [
        (S.ARMED, "start", lambda r: r.start),
        (S.TURNING, "turn", lambda r: r.turn_confirm),
        (S.E_STOP, "reset", lambda r: r.reset),
    ],
)
def test_a_whole_gesture_on_a_simulated_machine_is_one_line(
    state: S, verb: str, level: Callable[[Request], Gesture]
) -> None:
    desk = gesturing(state)
    desk.say({"do": verb})
    mark = len(desk.requests)
    desk.run_until(lambda: desk.state() is not state, 5_000)
    levels = [level(request) for request in desk.requests[mark:]]
    assert levels.count(Gesture.PRESSED) >= 11
    assert levels.index(Gesture.PRESSED) < levels.index(Gesture.CONFIRMED)
    assert desk.refused() == []


def gesturing(state: S, *, hardware: bool = False) -> Desk:
    desk = Desk(hardware=hardware)
    if hardware:
        desk.run_to(S.CHECKLIST)
        desk.gate.pull(StrapState.RELEASED)
        desk.run_for(300)
        desk.gate.pull(StrapState.ATTACHED)
        desk.say(*({"do": "confirm", "item": item} for item in CHECKLIST if item != "strap-pull"))
        desk.run_for(2_500)
        desk.say({"do": "arm"})
        desk.run_to(S.ARMED)
    if state is S.E_STOP:
        desk.run_to(S.WARM_UP)
        desk.session.e_stop()
    desk.run_to(state)
    desk.auto = None
    desk.session.release_start()
    desk.session.release_turn()
    desk.run_for(8_000 if state is S.E_STOP else 800)
    desk.gate.pull(StrapState.ATTACHED)
    desk.gate.strap_since_ms = 0
    assert desk.state() is state
    return desk


def test_ruling10_on_hardware_a_gesture_takes_two_lines() -> None:
    desk = gesturing(S.ARMED, hardware=True)
    desk.say({"do": "start"})
    desk.run_for(2_000)
    assert desk.state() is S.ARMED
    assert desk.refused() == ["input_malformed"]
    assert desk.request.start is Gesture.NONE
    desk.say({"do": "start", "gesture": "press"}, {"do": "wait", "s": 1.2})
    desk.say({"do": "start", "gesture": "confirm"})
    desk.run_to(S.COUNTDOWN, 3_000)


@pytest.mark.parametrize(("wait_s", "refused"), [(0.9, ["start_too_short"]), (1.1, [])])
def test_sr02_a_gesture_of_two_lines_needs_its_second(wait_s: float, refused: list[str]) -> None:
    desk = gesturing(S.ARMED)
    desk.say({"do": "start", "gesture": "press"}, {"do": "wait", "s": wait_s})
    desk.say({"do": "start", "gesture": "confirm"})
    desk.run_for(2_000)
    assert desk.refused() == refused
    assert (desk.state() is S.COUNTDOWN) is (refused == [])


def test_sr02_a_gesture_that_was_let_go_cannot_be_confirmed() -> None:
    desk = gesturing(S.ARMED)
    desk.say({"do": "start", "gesture": "press"}, {"do": "wait", "s": 1.2})
    desk.say({"do": "start", "gesture": "release"}, {"do": "start", "gesture": "confirm"})
    desk.run_for(2_000)
    assert desk.refused() == ["start_too_short"]
    assert desk.state() is S.ARMED


@pytest.mark.parametrize(("state", "verb"), [(S.ARMED, "start"), (S.TURNING, "turn")])
def test_sr18_a_stop_voids_a_gesture_that_has_begun(state: S, verb: str) -> None:
    desk = gesturing(state)
    desk.say({"do": verb})
    desk.run_for(500)
    desk.say({"do": "stop"})
    desk.run_for(3_000)
    assert {desk.request.start, desk.request.turn_confirm} == {Gesture.NONE}
    assert desk.state() in (S.STOPPING, S.PAUSED)


def test_sr55_letting_go_is_obeyed_whatever_waits_before_it() -> None:
    desk = Desk(mode=Mode.BELT_REVERSE)
    desk.say({"do": "hold", "pressed": True})
    desk.run_for(200)
    held = len(desk.requests)
    assert desk.request.hold_to_run
    desk.say({"do": "wait", "s": 60}, {"do": "hold", "pressed": True})
    desk.say({"do": "hold", "pressed": False})
    desk.run_for(61_000)
    assert not any(request.hold_to_run for request in desk.requests[held:])


# The end of the lines.


def test_closing_ends_what_only_a_line_could_lead_on_and_not_before_the_last_was_heard() -> None:
    desk = walking()
    desk.say({"do": "e_stop"}, {"do": "wait", "s": 2})
    desk.control.close()
    assert not desk.control.is_idle
    desk.run_for(2_000 + LAST_MS)
    assert desk.state() is S.E_STOP
    assert desk.session.finished is None
    desk.run_until(lambda: desk.session.finished is not None, 60_000)
    assert desk.exit_code() == 12


def test_closing_does_not_end_a_session_that_walks() -> None:
    desk = Desk()
    desk.run_to(S.REVERSE_WALK)
    desk.control.close()
    desk.run_until(lambda: desk.session.finished is not None)
    assert desk.exit_code() == 0


def test_a_reset_that_is_the_last_line_still_takes_effect() -> None:
    desk = gesturing(S.E_STOP)
    desk.say({"do": "reset"})
    desk.control.close()
    desk.run_for(4_000)
    assert desk.states()[-1] == "checklist"
    assert desk.session.finished is None


@pytest.mark.parametrize("state", [S.WALK, S.PAUSED, S.LOCKED])
def test_closing_ends_what_waits_for_a_state_that_nobody_can_lead_to_any_more(state: S) -> None:
    desk = walking()
    desk.session.e_stop()
    desk.say({"do": "wait", "state": state.value}, {"do": "reset"})
    desk.run_for(10_000)
    assert not desk.control.is_idle
    assert desk.state() is S.E_STOP  # a line may yet come
    desk.control.close()
    desk.run_until(lambda: desk.session.finished is not None, 60_000)
    assert desk.exit_code() == 12


def test_closing_does_not_end_what_waits_behind_a_reset() -> None:
    desk = gesturing(S.E_STOP)
    desk.say({"do": "reset"}, {"do": "wait", "state": "armed"}, {"do": "end", "at_s": 0})
    desk.control.close()
    desk.run_for(8_000)
    assert desk.states()[-1] == "checklist"
    assert desk.session.finished is None
