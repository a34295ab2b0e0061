"""No single key, pressed however often, sets a belt in motion: real gate, simulated treadmill.

Whoever hammers a key to stop presses it too often. What those presses come to must never be a
start (SR-02, SR-36, SR-41; safety.md 4.8.10).
"""

from itertools import pairwise
from typing import Final

import pytest

from tests.rig import Rig
from treadctl.composition.desk import Desk
from treadctl.composition.keys import DOWN, ENTER, ESCAPE, UP
from treadctl.composition.terminal import TerminalOperator
from treadctl.core.criteria import CRITERION_KEYS
from treadctl.core.machine import SessionState as S

HAMMERED_MS: Final = (300, 1_300)
"""Somebody in a hurry; and just as slowly as a start wants its two presses."""
GESTURE_MS: Final = 1_300
KEYS: Final = (
    *(ENTER, ESCAPE, UP, DOWN),
    *" sqexpr+-bnma?gj",
    *CRITERION_KEYS,
)
"""All that the terminal knows, and one that it does not."""
STOPS: Final = (ENTER, " ", "s", "q", ESCAPE)
MOVING: Final = (S.COUNTDOWN, S.STARTING, S.WARM_UP, S.STOPPING_TO_TURN, S.REVERSE_WALK)


class Terminal:
    """A keyboard, a session, a gate and a treadmill. The person beside it does what is asked."""

    def __init__(self) -> None:
        self.rig = Rig(desk=Desk(), stays=True)
        self.keys = TerminalOperator(self.rig.session, lambda text: None)

    def wait(self, ms: int) -> None:
        end_ms = self.rig.now_ms + ms
        while self.rig.now_ms < end_ms:
            self.rig.tick()
            self.keys.step(self.rig.now_ms)

    def hammer(self, key: str, every_ms: int, for_ms: int) -> None:
        end_ms = self.rig.now_ms + for_ms
        while self.rig.now_ms < end_ms and self.rig.finished() is None:
            self.keys.feed(key)
            self.wait(every_ms)

    def lead_to(self, state: S) -> None:
        """As the prompts say."""
        for _ in range(1_000):
            if self.rig.state() is state:
                return
            prompt = self.rig.session.awaiting
            match prompt.wants if prompt is not None else "":
                case "start" | "turn_confirm":
                    self.keys.feed(ENTER)
                    self.wait(GESTURE_MS)
                    self.keys.feed("g")
                case "on_belt":
                    self.keys.feed("b")
                case "checklist" | "arm":
                    self.keys.feed(ENTER)
            self.wait(200)
        raise AssertionError(f"still {self.rig.state()}")

    def starts(self) -> int:
        """How often the belt of the treadmill has begun to move."""
        speeds = [line["belt_ckmh"] for line in self.rig.truth]
        return sum(not was and bool(now) for was, now in pairwise(speeds))


@pytest.mark.parametrize("every_ms", HAMMERED_MS)
def test_sr02_enter_alone_leads_from_nothing_to_no_start(every_ms: int) -> None:
    terminal = Terminal()
    terminal.hammer(ENTER, every_ms, 120_000)
    assert terminal.starts() == 0
    assert "armed" in [event["state"] for event in terminal.rig.told("state")]
    terminal.rig.judge()


@pytest.mark.parametrize("key", KEYS)
def test_sr02_an_armed_machine_is_started_by_no_key_alone(key: str) -> None:
    terminal = Terminal()
    terminal.lead_to(S.ARMED)
    terminal.hammer(key, HAMMERED_MS[1], 15_000)
    assert terminal.starts() == 0
    terminal.rig.judge()


@pytest.mark.parametrize("key", KEYS)
def test_sr36_once_it_stands_the_key_that_was_pressed_on_restarts_nothing(key: str) -> None:
    terminal = Terminal()
    terminal.lead_to(S.WARM_UP)
    terminal.hammer(key, HAMMERED_MS[1], 60_000)
    assert terminal.starts() == 1
    terminal.rig.judge()


@pytest.mark.parametrize("every_ms", HAMMERED_MS)
def test_sr36_enter_hammered_on_a_moving_belt_leaves_it_standing(every_ms: int) -> None:
    terminal = Terminal()
    terminal.lead_to(S.WARM_UP)
    terminal.hammer(ENTER, every_ms, 150_000)
    assert terminal.starts() == 1
    assert terminal.rig.belt_stands()
    terminal.rig.judge()


@pytest.mark.parametrize("key", STOPS)
@pytest.mark.parametrize("state", MOVING, ids=lambda state: state.value)
def test_sr41_every_stop_key_stops_in_every_state_in_which_the_belt_may_move(
    state: S, key: str
) -> None:
    terminal = Terminal()
    terminal.lead_to(state)
    terminal.keys.feed(key)
    terminal.wait(8_000)
    starts = terminal.starts()
    assert starts == 0 or state is not S.COUNTDOWN
    assert terminal.rig.state() in (S.PAUSED, S.TURNING)
    assert terminal.rig.belt_stands()
    terminal.hammer(key, GESTURE_MS, 30_000)
    assert terminal.starts() == starts
    terminal.rig.judge()
