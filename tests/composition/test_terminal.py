"""One person, one keyboard, one session in front of a gate that walks by the book."""

import pytest

from tests.core.rig import Rig
from treadctl.composition.terminal import HELP, TerminalOperator
from treadctl.core.criteria import CRITERION_KEYS
from treadctl.core.events import CriterionNoted, Marked
from treadctl.core.machine import SessionState
from treadctl.model import Reaction, StrapState

S = SessionState
GESTURE_MS = 1_300


class Desk:
    """A rig whose answers come from a keyboard."""

    def __init__(self) -> None:
        self.rig = Rig(auto=False, stay_latched=True)
        self.said: list[str] = []
        self.person = TerminalOperator(self.rig.session, self.said.append)
        self.heard = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.person.feed(key)
        self.wait(100)

    def wait(self, ms: int) -> None:
        for _ in range(ms // 100):
            self.rig.tick()
            self.person.step(self.rig.now_ms)
        for event in self.rig.events[self.heard :]:
            self.person.hear(event)
        self.heard = len(self.rig.events)

    def enter_and_go(self) -> None:
        self.press("enter")
        self.wait(GESTURE_MS)
        self.press("g")

    def arm(self) -> None:
        """Answer with Enter whatever is asked, until the machine is armed."""
        for _ in range(60):
            if self.rig.state() is S.ARMED:
                return
            prompt = self.rig.session.awaiting
            if prompt is not None and prompt.item == "strap-pull":
                self.rig.gate.pull(StrapState.RELEASED)
                self.wait(500)
                self.rig.gate.pull(StrapState.ATTACHED)
                self.wait(100)
            elif prompt is not None:
                self.press("enter")
            self.wait(300)
        raise AssertionError(f"still {self.rig.state()}")

    def lead_to(self, state: SessionState) -> None:
        """From nothing to the countdown, the start or the warm-up."""
        self.rig.run_to(S.CHECKLIST)
        self.arm()
        self.enter_and_go()
        self.wait_for(S.COUNTDOWN)
        if state is not S.COUNTDOWN:
            self.wait_for(S.STARTING)
            self.wait(2_000)
        if state not in (S.COUNTDOWN, S.STARTING):
            self.press("b")
            self.wait_for(state)

    def wait_for(self, state: SessionState) -> None:
        for _ in range(200):
            if self.rig.state() is state:
                return
            self.wait(100)
        raise AssertionError(f"still {self.rig.state()}")

    def walk(self) -> None:
        self.lead_to(S.WARM_UP)
        self.wait(6_000)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def walking(desk: Desk) -> Desk:
    desk.walk()
    return desk


def test_enter_then_g_then_b_lead_from_the_checklist_to_walking(walking: Desk) -> None:
    assert walking.rig.refused() == []


@pytest.mark.parametrize("state", [S.COUNTDOWN, S.STARTING, S.WARM_UP], ids=lambda s: s.value)
def test_sr41_enter_is_a_stop_and_no_answer_wherever_the_belt_may_move(
    desk: Desk, state: SessionState
) -> None:
    desk.lead_to(state)
    desk.press("enter")
    assert desk.rig.stop_asked() is Reaction.SOFT_STOP
    assert desk.rig.state() in (S.STOPPING, S.PAUSED)
    assert not desk.rig.session._core.wishes.on_belt


def test_sr41_enter_right_behind_the_second_press_stops_before_the_countdown(desk: Desk) -> None:
    desk.rig.run_to(S.CHECKLIST)
    desk.arm()
    desk.enter_and_go()
    assert desk.rig.state() is S.ARMED
    desk.press("enter")
    desk.wait(10_000)
    assert S.STARTING.value not in desk.rig.states()


def test_sr02_enter_again_is_a_new_first_press_and_never_the_second(desk: Desk) -> None:
    desk.rig.run_to(S.CHECKLIST)
    desk.arm()
    desk.press("enter")
    desk.wait(GESTURE_MS)
    desk.press("enter")
    desk.wait(500)
    desk.press("g")
    assert desk.rig.refused() == ["start_too_short"]
    assert "then press g" in desk.said[-1]
    desk.wait(3_000)
    assert desk.rig.gate.starts == 0


@pytest.mark.parametrize("key", ["a", "b", " ", "m", "j"])
def test_sr02_another_key_between_the_two_presses_gives_up_the_first(desk: Desk, key: str) -> None:
    desk.rig.run_to(S.CHECKLIST)
    desk.arm()
    desk.press("enter")
    desk.press(key)
    desk.wait(GESTURE_MS)
    desk.press("g")
    desk.wait(3_000)
    assert desk.rig.gate.starts == 0


def test_sr02_g_alone_starts_nothing_and_says_what_comes_first(desk: Desk) -> None:
    desk.rig.run_to(S.CHECKLIST)
    desk.arm()
    desk.press("g")
    desk.wait(GESTURE_MS)
    desk.press("g")
    desk.wait(3_000)
    assert desk.rig.gate.starts == 0
    assert any("Press Enter" in text for text in desk.said[-2:])


def test_sr36_after_a_stop_enter_resumes_nothing_and_says_which_key_does(walking: Desk) -> None:
    walking.press("enter")
    walking.wait_for(S.PAUSED)
    for _ in range(20):
        walking.press("enter")
        walking.wait(1_000)
    assert walking.rig.state() is S.PAUSED
    assert walking.said[-1] == "Press r to go on, x to end the session."


def test_sr41_g_on_a_moving_belt_has_no_meaning_and_three_of_them_stop(walking: Desk) -> None:
    walking.press("g", "g")
    assert walking.rig.state() is S.WARM_UP
    walking.press("g")
    assert walking.rig.state() is S.STOPPING


def test_sr41_three_unknown_keys_in_the_countdown_stop(desk: Desk) -> None:
    desk.lead_to(S.COUNTDOWN)
    desk.press("j", "h", "y")
    assert desk.rig.stop_asked() is Reaction.SOFT_STOP


def test_sr05_only_b_says_that_the_person_is_on_the_belt(desk: Desk) -> None:
    desk.lead_to(S.STARTING)
    desk.press("a", "m", "g")
    assert not desk.rig.session._core.wishes.on_belt
    desk.press("b")
    assert desk.rig.session._core.wishes.on_belt


@pytest.mark.parametrize("key", [" ", "s", "q", "escape", "enter"])
def test_sr41_one_key_stops_a_moving_belt(walking: Desk, key: str) -> None:
    walking.press(key)
    assert walking.rig.stop_asked() is Reaction.SOFT_STOP
    assert walking.rig.state() is S.STOPPING


def test_sr41_e_asks_for_the_strongest_stop(walking: Desk) -> None:
    walking.press("e")
    assert walking.rig.stop_asked() is Reaction.E_STOP


@pytest.mark.parametrize("key", [" ", "s", "q", "escape", "e"])
def test_sr41_stopping_is_legal_before_anything_moves_and_any_number_of_times(
    desk: Desk, key: str
) -> None:
    desk.press(key, key, key)
    assert desk.rig.refused() == []


def test_sr41_escape_never_starts_anything(desk: Desk) -> None:
    desk.rig.run_to(S.CHECKLIST)
    desk.press(*["escape"] * 30)
    assert desk.rig.gate.checklist == 0
    assert desk.rig.gate.starts == 0


def test_sr41_two_unknown_keys_are_nothing_and_three_in_two_seconds_are_a_stop(
    walking: Desk,
) -> None:
    walking.press("j", "h")
    walking.wait(2_100)
    walking.press("j", "h")
    assert walking.rig.state() is S.WARM_UP
    walking.press("y")
    assert walking.rig.state() is S.STOPPING


@pytest.mark.parametrize("key", CRITERION_KEYS)
def test_sr18_each_stop_criterion_has_a_key_that_notes_it_and_stops(
    walking: Desk, key: str
) -> None:
    walking.press(key)
    assert [event.id for event in walking.rig.of(CriterionNoted)] == [CRITERION_KEYS[key].id]
    assert walking.rig.stop_asked() >= Reaction.SOFT_STOP
    assert walking.rig.refused() == []


def test_a_moment_is_marked_and_the_belt_goes_on(walking: Desk) -> None:
    walking.press("m")
    assert len(walking.rig.of(Marked)) == 1
    assert walking.rig.state() is S.WARM_UP


def test_sr41_unknown_keys_are_nobodys_attendance(walking: Desk) -> None:
    before = walking.rig.requests[-1].attended
    walking.press("j")
    assert walking.rig.requests[-1].attended == before
    walking.press("a")
    assert walking.rig.requests[-1].attended == before + 1


@pytest.mark.parametrize(("key", "change"), [("+", 10), ("up", 10), ("-", -10), ("down", -10)])
def test_sr41_plus_and_minus_change_by_a_tenth(walking: Desk, key: str, change: int) -> None:
    walking.wait(10_000)
    before = walking.rig.setpoint()
    walking.press(key)
    assert walking.rig.setpoint() == pytest.approx(before + change, abs=2)


def test_a_pause_goes_on_only_when_a_key_says_so(walking: Desk) -> None:
    walking.press("p")
    walking.rig.run_to(S.PAUSED)
    walking.wait(5_000)
    assert walking.rig.state() is S.PAUSED
    walking.press("r")
    assert walking.rig.state() is S.REST


def test_x_ends_the_session_at_standstill(walking: Desk) -> None:
    walking.press("x")
    walking.rig.run_to(S.FINISHED)
    assert walking.rig.exit_code() == 10


def test_sr34_a_latch_is_reset_by_two_keys_a_second_apart_and_by_no_number_of_one(
    walking: Desk,
) -> None:
    walking.press("e")
    walking.wait(12_000)
    assert walking.rig.state() is S.E_STOP
    for _ in range(5):
        walking.press("enter")
        walking.wait(GESTURE_MS)
        assert walking.rig.state() is S.E_STOP
    walking.wait(1_500)
    walking.enter_and_go()
    walking.wait(500)
    assert walking.rig.state() is S.CHECKLIST


def test_a_first_press_is_forgotten_when_what_it_was_for_has_passed(desk: Desk) -> None:
    desk.walk()
    desk.press("p")
    desk.rig.run_to(S.PAUSED)
    desk.press("r")
    desk.arm()
    desk.press("enter")  # the first of two, and then nobody comes back
    desk.wait(15_000)
    assert desk.rig.state() is S.REST
    desk.arm()
    desk.enter_and_go()
    assert "start_too_short" not in desk.rig.refused()


def test_the_person_is_told_which_key_answers(walking: Desk) -> None:
    assert "Press Enter, keep still for a second, then press g." in walking.said
    assert "Press b when the person is on the belt. Enter stops." in walking.said
    assert walking.said.count("Press Enter where it is so: one item, one press.") == 1


def test_help_is_one_key_and_says_how_to_stop(desk: Desk) -> None:
    desk.press("?")
    assert desk.said == [HELP]
    assert "STOP" in HELP


def test_sr40_a_terminal_that_is_gone_lets_a_latched_session_end(walking: Desk) -> None:
    walking.press("e")
    walking.wait(12_000)
    assert walking.rig.session.finished is None
    walking.person.close()
    walking.wait(1_000)
    assert walking.rig.session.finished is not None
