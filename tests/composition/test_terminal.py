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

    def enter_twice(self) -> None:
        self.press("enter")
        self.wait(GESTURE_MS)
        self.press("enter")

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

    def walk(self) -> None:
        """From nothing to the warm-up, by Enter alone."""
        self.rig.run_to(S.CHECKLIST)
        self.arm()
        self.enter_twice()
        self.wait(7_000)
        self.press("enter")
        self.wait(12_000)
        assert self.rig.state() is S.WARM_UP


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def walking(desk: Desk) -> Desk:
    desk.walk()
    return desk


def test_enter_alone_leads_from_the_checklist_to_walking(walking: Desk) -> None:
    assert walking.rig.refused() == []


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


def test_sr34_a_latch_is_reset_by_two_presses_a_second_apart_and_not_by_one(
    walking: Desk,
) -> None:
    walking.press("e")
    walking.wait(12_000)
    assert walking.rig.state() is S.E_STOP
    walking.press("enter")
    walking.wait(5_000)
    assert walking.rig.state() is S.E_STOP
    walking.press("enter")
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
    desk.enter_twice()
    assert "start_too_short" not in desk.rig.refused()


def test_the_person_is_told_which_key_answers(walking: Desk) -> None:
    assert any("press Enter again" in text for text in walking.said)


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
