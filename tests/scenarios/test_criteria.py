"""Somebody sees something: the belt stops from any state, and what is grave cannot be resumed."""

import pytest

from tests.scenarios.worlds import MACHINES, S, world
from treadctl.core.criteria import CRITERIA
from treadctl.core.machine import SessionState
from treadctl.errors import Refused

SEEN = {
    "chest-pain": "soft stop that ends",
    "near-faint": "fast stop that ends",
    "stumble": "fast stop, latched",
    "strap-or-shoe": "soft stop that pauses",
}
"""One of each kind."""


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("state", [S.STARTING, S.WARM_UP, S.REVERSE_WALK, S.COOLDOWN])
@pytest.mark.parametrize("machine", MACHINES)
def test_sr18_a_noted_criterion_brings_the_belt_to_a_stand(
    machine: str, state: SessionState, seen: str
) -> None:
    with world(machine, state, stays=True).what_if() as rig:
        rig.session.note_criterion(seen)
        noted_ms = rig.now_ms
        rig.run_until(rig.belt_stands)
        assert rig.now_ms - noted_ms < 15_000
        assert rig.stops()[0][0] == CRITERIA[seen].reaction.word
        (told,) = rig.told("criterion")
        assert told["id"] == seen


@pytest.mark.parametrize("seen", ["chest-pain", "near-faint"])
@pytest.mark.parametrize("state", [S.CHECKLIST, S.COUNTDOWN, S.WARM_UP, S.REVERSE_WALK, S.REST])
def test_sr36_after_a_grave_one_the_session_is_over(state: SessionState, seen: str) -> None:
    with world("woodway-us", state, stays=True).what_if() as rig:
        rig.session.note_criterion(seen)
        noted_ms = rig.now_ms
        finished = rig.run()
        assert finished["exit_code"] in (10, 12)
        assert rig.speed_frames(since_ms=noted_ms + 15_000) == []
        with pytest.raises(Refused):
            rig.session.resume()


def test_sr36_a_stumble_latches_and_waits_for_a_person() -> None:
    with world("woodway-us", S.REVERSE_WALK, stays=True).what_if() as rig:
        rig.session.note_criterion("stumble")
        rig.run_until(S.FAULT)
        with pytest.raises(Refused):
            rig.session.resume()
        assert rig.stops()[0] == ("fast_stop", "operator_fast_stop")
        rig.run_for(30_000)
        assert rig.state() is S.FAULT
        assert rig.belt_stands()


def test_sr36_after_a_loose_shoe_the_walk_goes_on_from_standstill() -> None:
    with world("woodway-us", S.REVERSE_WALK, stays=True).what_if() as rig:
        rig.session.note_criterion("strap-or-shoe")
        rig.run_until(S.PAUSED)
        rig.session.resume()
        rig.run_until(S.REVERSE_WALK)
        assert rig.run()["exit_code"] == 0
