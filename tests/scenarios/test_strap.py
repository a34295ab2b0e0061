"""The strap: released at any moment, during the turn, and what it takes to go on after it."""

from typing import Final

import pytest

from tests.rig import Rig, programme, step
from tests.scenarios.worlds import MACHINES, MOVING, STOPPING, S, world
from treadctl.core.machine import SessionState
from treadctl.core.programme import StepKind
from treadctl.errors import Refused
from treadctl.model import CHECKLIST, GatePhase, Mode

STOP_FRAME_MS: Final = 100
LATER_MS: Final = 160
"""Long enough for the truth of the hundredth millisecond to have been written."""
TWO_WALKS: Final = programme(
    step(StepKind.WARMUP, 22, 120),
    step(StepKind.REVERSE, 18, 80),
)
TOLD_TO_MOVE: Final = (GatePhase.STARTING, GatePhase.MOVING, GatePhase.STOPPING)


def let_go(rig: Rig) -> None:
    """Release the strap now, in a copy; the stop frame must have come in time."""
    with rig.what_if() as twin:
        released_ms = twin.now_ms
        twin.act("strap-pull")
        twin.run_for(LATER_MS)
        stop_ms = twin.stop_frame_ms(since_ms=released_ms)
        assert stop_ms is not None, f"no stop frame after {released_ms} ms"
        assert stop_ms - released_ms <= STOP_FRAME_MS
        assert twin.speed_frames(since_ms=stop_ms) == []
        assert twin.last().latched_cause == "strap_open"


@pytest.mark.parametrize(
    ("machine", "mode", "every"),
    [
        ("woodway-us", Mode.TURN_AROUND, 7),
        ("trackmaster", Mode.TURN_AROUND, 23),
        ("woodway-us", Mode.BELT_REVERSE, 23),
        ("ftms", Mode.TURN_AROUND, 11),
    ],
    ids=["woodway-us", "trackmaster", "reversed belt", "ftms"],
)
def test_sr16_a_strap_released_at_any_tick_is_a_stop_frame_within_100_ms(
    machine: str, mode: Mode, every: int
) -> None:
    rig = Rig(machine, TWO_WALKS, mode=mode)
    ticks = releases = 0
    while rig.finished() is None:
        rig.tick()
        ticks += 1
        if ticks % every == 0 and rig.phase() in TOLD_TO_MOVE:
            let_go(rig)
            releases += 1
    assert releases >= 2_500 // every


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("state", [*MOVING, *STOPPING], ids=lambda state: state.value)
def test_sr16_a_strap_that_bounces_once_is_released(machine: str, state: SessionState) -> None:
    with world(machine, state).what_if() as rig:
        rig.act("strap-pull", for_s=0.001)
        rig.run_for(40)
        rig.act("strap-pull", for_s=0.03)
        assert rig.run()["exit_code"] == 11


def test_sr16_during_the_countdown_nothing_has_moved_and_nothing_will() -> None:
    with world("woodway-us", S.COUNTDOWN).what_if() as rig:
        begun_ms = rig.now_ms
        rig.act("strap-pull")
        assert rig.run()["exit_code"] == 11
        rig.run_for(10_000)
        assert rig.speed_frames(since_ms=begun_ms) == []
        assert rig.starts(since_ms=begun_ms) == []


@pytest.mark.parametrize("machine", MACHINES)
def test_sr16_a_tangled_cord_opens_late_and_the_stop_follows_the_opening(machine: str) -> None:
    with world(machine, S.REVERSE_WALK).what_if() as rig:
        rig.act("cord-tangle", delay_s=0.8)
        rig.act("person-stop-walking")
        rig.run_until(lambda: rig.truth[-1]["strap"] == "released", limit_ms=10_000)
        opened_ms = rig.truth[-1]["t_ms"]
        rig.run_for(LATER_MS)
        stop_ms = rig.stop_frame_ms(since_ms=opened_ms - 50)
        assert stop_ms is not None
        assert stop_ms - opened_ms <= STOP_FRAME_MS
        assert rig.run()["exit_code"] == 11


# SR-34: what it takes to go on.


def released_and_clipped_on_again() -> Rig:
    with world("woodway-us", S.REVERSE_WALK, stays=True).what_if() as rig:
        rig.act("strap-pull")
        rig.run_for(1_000)
        rig.act("strap-clip")
        rig.run_until(lambda: rig.last().standstill)
        return rig


def test_sr34_clipping_on_again_resets_nothing() -> None:
    with released_and_clipped_on_again().what_if() as rig:
        clipped_ms = rig.now_ms
        rig.run_for(120_000)
        assert rig.state() is S.E_STOP
        assert rig.phase() is GatePhase.LATCHED
        assert rig.speed_frames(since_ms=clipped_ms) == []


@pytest.mark.parametrize("verb", ["arm", "press_start", "resume"])
def test_sr34_a_latched_session_refuses_to_start(verb: str) -> None:
    with released_and_clipped_on_again().what_if() as rig:
        with pytest.raises(Refused) as refused:
            getattr(rig.session, verb)()
        assert refused.value.cause == "latched"


def reset(rig: Rig) -> None:
    rig.run_until(lambda: rig.last().wait == "reset")
    rig.session.press_reset()
    rig.run_for(1_200)
    rig.session.confirm_reset()
    rig.run_until(S.CHECKLIST)


def test_sr34_a_reset_needs_the_lock_out_to_be_over() -> None:
    with world("woodway-us", S.REVERSE_WALK, stays=True).what_if() as rig:
        rig.act("strap-pull", for_s=0.5)
        rig.run_until(lambda: rig.last().standstill)
        with pytest.raises(Refused) as refused:
            rig.session.press_reset()
        assert refused.value.cause == "lockout"


def test_sr34_a_reset_with_the_strap_off_is_declined_by_the_gate() -> None:
    with world("woodway-us", S.REVERSE_WALK, stays=True).what_if() as rig:
        rig.act("strap-pull")
        rig.run_until(lambda: rig.last().wait == "reset")
        rig.session.press_reset()
        rig.run_for(1_200)
        rig.session.confirm_reset()
        rig.run_for(1_000)
        assert rig.state() is S.E_STOP
        assert "strap_not_ready" in rig.refused()


def test_sr34_a_reset_asks_for_the_whole_checklist_and_moves_nothing() -> None:
    with released_and_clipped_on_again().what_if() as rig:
        rig.person.away = True
        begun_ms = rig.now_ms
        reset(rig)
        assert len(rig.session.open_items) == len(CHECKLIST)
        rig.run_for(20_000)
        with pytest.raises(Refused) as refused:
            rig.session.arm()
        assert refused.value.cause == "checklist_incomplete"
        assert rig.speed_frames(since_ms=begun_ms) == []


def test_sr36_after_a_reset_the_cooldown_is_offered_and_the_first_cause_keeps_the_exit_code() -> (
    None
):
    with released_and_clipped_on_again().what_if() as rig:
        reset(rig)
        finished = rig.run()
        assert (finished["reason"], finished["exit_code"], finished["resets"]) == (
            "strap_open",
            11,
            1,
        )
        after = rig.states()[rig.states().index("e_stop") :]
        assert "cooldown" in after
        assert "reverse_walk" not in after


def test_sr34_after_three_resets_the_fourth_latch_locks() -> None:
    with world("woodway-us", S.STARTING, stays=True).what_if() as rig:
        for _ in range(3):
            rig.act("strap-pull", for_s=1)
            reset(rig)
            rig.run_until(S.STARTING)
        rig.act("strap-pull", for_s=1)
        rig.run_until(S.LOCKED)
        assert rig.last().resets_left == 0
        assert rig.phase() is GatePhase.LOCKED


# SR-28: the strap during the turn.


def test_sr28_the_strap_may_open_while_turning_and_nothing_latches() -> None:
    with world("woodway-us", S.TURNING).what_if() as rig:
        rig.person.away = True
        rig.act("strap-pull", for_s=20)
        rig.run_for(25_000)
        assert rig.state() is S.TURNING
        assert rig.stops() == []


def test_sr28_a_turn_is_not_complete_before_the_strap_was_closed_for_two_seconds() -> None:
    with world("woodway-us", S.TURNING).what_if() as rig:
        rig.person.away = True
        rig.act("strap-pull")
        rig.run_for(3_000)
        rig.session.press_turn()
        rig.run_for(1_200)
        rig.session.confirm_turn()
        rig.run_for(500)
        assert rig.state() is S.TURNING
        assert "turn_incomplete" in rig.refused()
        rig.session.release_turn()
        rig.act("strap-clip")
        rig.run_for(2_300)
        rig.session.press_turn()
        rig.run_for(1_200)
        rig.session.confirm_turn()
        rig.run_until(S.REST, limit_ms=1_000)


def test_sr28_a_strap_that_stays_off_after_the_turn_keeps_the_belt_still() -> None:
    with world("trackmaster", S.TURNING).what_if() as rig:
        rig.person.away = True
        begun_ms = rig.now_ms
        rig.act("strap-pull")
        rig.run_for(60_000)
        assert rig.speed_frames(since_ms=begun_ms) == []
        assert rig.last().facing.value == "unknown"
