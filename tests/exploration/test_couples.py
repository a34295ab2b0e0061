"""Session and kernel together: nothing is shown that is not so, and nothing is asked for unasked.

As far as a few seconds go; `make explore` goes on. And bugs put into the session are found.
"""

import random
from collections.abc import Callable

import pytest

from tests.exploration.couple import HAPPENINGS, WAIT, Couple
from tests.exploration.couples import SCENES, CoupleExplorer, led, retell
from tests.exploration.session_space import pack_session
from tests.exploration.space import Space
from treadctl.core.core import Core
from treadctl.core.exit_codes import Reason
from treadctl.core.machine import SessionState
from treadctl.core.outcome import After
from treadctl.core.progress import Progress
from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.model import Reaction

AT_MOST = 600
CLEAN, LATCHED = SCENES


@pytest.mark.parametrize("scene", SCENES)
def test_sr36_sr60_session_and_kernel_reach_no_never_event(scene: str) -> None:
    found = CoupleExplorer(scene).run(AT_MOST)
    told = [str(found.violation), *retell(found.begun, found.way)]
    assert found.violation is None, "\n".join(told)
    assert found.states >= AT_MOST
    assert found.beginnings > 30


def test_a_session_that_is_led_as_it_should_be_passes_through_every_state_of_a_walk() -> None:
    passed = {couple.session.state for _, couple in led(CLEAN)}
    assert passed >= set(SessionState) - {
        SessionState.IDLE,  # over with the first exchange
        SessionState.WALK,  # a step that this plan has not
        SessionState.PAUSED,
        SessionState.FAULT,
        SessionState.E_STOP,
        SessionState.LOCKED,
    }
    assert SessionState.E_STOP in {couple.session.state for _, couple in led(LATCHED)}


# Bugs put into the session.


def walks_on(self: Progress) -> bool:
    return True


def asks_always(self: Core, start: object) -> int:
    return 50


def overlooks(self: Core, report: object) -> None:
    """The belt starts, and nobody says so."""


def refuses_at_rest(self: Session) -> None:
    if self.state is SessionState.REST:
        raise Refused("not_now", "It stands already.")
    self._core.begin_stop(Reaction.SOFT_STOP, After.PAUSE, Reason.OPERATOR_STOP)


@pytest.mark.parametrize(
    ("scene", "where", "name", "bug", "found_as"),
    [
        (LATCHED, Progress, "go_to_cooldown", walks_on, "SR-36"),
        (CLEAN, Core, "_setpoint", asks_always, "SR-36"),
        (CLEAN, Core, "_belt_starts", overlooks, "shown"),
        (LATCHED, Core, "_latched", overlooks, "shown"),
        (CLEAN, Session, "stop", refuses_at_rest, "SR-18"),
    ],
    ids=["rest after a latch", "speed unasked", "start unseen", "latch unseen", "stop refused"],
)
def test_sr36_a_session_with_a_bug_is_found_and_the_way_to_it_told(
    scene: str,
    where: type,
    name: str,
    bug: Callable[..., object],
    found_as: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(where, name, bug)
    found = CoupleExplorer(scene).run(AT_MOST)
    assert found.violation is not None
    assert found.violation.rule == found_as
    assert f"NEVER: {found.violation}" in list(retell(found.begun, found.way))[-1]


# What counts as one goes on as one.


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("seed", range(3))
def test_moments_that_count_as_one_go_on_as_one(scene: str, seed: int) -> None:
    dice, space = random.Random(f"{scene}/{seed}"), Space(Couple().config)
    first: dict[object, Couple] = {}
    beginnings = [couple.copy() for _, couple in led(scene)]
    compared = 0
    while compared < 15:
        couple = dice.choice(beginnings).copy()
        for _ in range(12):
            list(couple.happen(WAIT if dice.random() < 0.4 else dice.choice(HAPPENINGS)))
            other = first.setdefault(couple.key(space), couple.copy())
            if other.s.now_ms == couple.s.now_ms:
                continue
            compared += 1
            one, two = couple.copy(), other.copy()
            for what in dice.choices((WAIT, *HAPPENINGS), [8] + [1] * len(HAPPENINGS), k=12):
                assert list(one.happen(what)) == list(two.happen(what)), what.name
                assert one.key(space) == two.key(space), what.name


def test_no_field_of_a_session_is_forgotten_by_accident() -> None:
    """One that is new has to be packed, or be named here as one that need not be."""
    left_out = {
        # Of the session and its core: what is only said, summed up, or ages by minutes.
        "_asked", "_core", "now_ms", "entered_ms", "idle_since_ms", "paused_at_ms", "voice",
        "announcer", "totals", "heart", "console", "machine", "programme", "setup",
        "_machine_profile", "_counter", "_asked_ckmh", "_report_at_ms", "_prompted",
        "_attended_at_ms", "_unrecorded_at_ms", "_attend_asked_ms",
        # Of its parts: what never changes here, or what a start is not told apart by.
        "_steps", "min_ckmh", "_left_after_ms", "_held_ckmh", "_ceiling_ckmh", "_taken", "_setup",
        "_progress", "_wishes", "direction", "round", "_rise_at_ms", "hold", "attended", "screen",
        "direction_at_ms", "stays", "at_the_end", "_first_latch", "_unproved",
    }  # fmt: skip
    session = Couple().session
    core = session._core
    parts = (session, core, core.wishes, core.progress, core.starting, core.outcome)
    fields = {name for part in parts for name in vars(part)}
    looked_at = set(pack_session.__code__.co_names)
    assert fields - left_out <= looked_at
    assert isinstance(session, Session)
