"""The verbs: what each does, where it makes sense, and that a refused one changes nothing."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from tests.core.rig import SHORT, Rig, programme, rest, walk
from treadctl.causes import Cause
from treadctl.core.events import Announced, RequestRefused, StateChanged
from treadctl.core.machine import SessionState as S
from treadctl.core.operators import AutoOperator
from treadctl.core.programme import Programme, StepKind
from treadctl.core.session import RAISE_SPACING_MS, Session
from treadctl.core.setup import SessionSetup
from treadctl.errors import Refused
from treadctl.model import CHECKLIST, Direction, Mode, Reaction, StrapState

FLAT: Final = programme(
    walk(StepKind.WARMUP, 40, 200),
    walk(StepKind.REVERSE, 40, 100),
    walk(StepKind.REVERSE, 40, 120),
    rest(30),
    walk(StepKind.REVERSE, 40, 100),
    walk(StepKind.COOLDOWN, 40, 150),
)


def at(state: S, plan: Programme = FLAT, **setup: object) -> Rig:
    """There, and from here on alone."""
    rig = Rig(plan, stay_latched=True, **setup)  # type: ignore[arg-type]
    if state is S.CHECKLIST:
        rig.auto = None
    if state is not S.IDLE:
        lead_to(rig, state)
    rig.auto = None
    rig.session.release_start()
    return rig


def lead_to(rig: Rig, state: S) -> None:
    match state:
        case S.PAUSED:
            rig.run_to(S.WARM_UP)
            rig.session.pause()
        case S.FAULT:
            rig.run_to(S.WARM_UP)
            rig.session.fast_stop()
        case S.E_STOP:
            rig.run_to(S.WARM_UP)
            rig.session.e_stop()
        case S.LOCKED:
            rig.auto = None
        case S.FINISHED:
            rig.run_to(S.CHECKLIST)
            rig.session.end()
        case _:
            pass
    rig.run_to(state)


def refusal_of(act: Callable[[], None]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.cause


# Out of place.

WALKING: Final = {S.WARM_UP, S.REVERSE_WALK, S.COOLDOWN}
PLACES: Final = [state for state in S if state is not S.WALK]
VERBS: Final[dict[str, tuple[Callable[[Session], None], set[S]]]] = {
    "confirm": (lambda s: s.confirm("shoes"), {S.CHECKLIST, S.REST, S.PAUSED}),
    "choose": (lambda s: s.choose(Direction.REVERSE), set()),
    "arm": (lambda s: s.arm(), {S.REST}),
    "press_start": (lambda s: s.press_start(), {S.ARMED}),
    "confirm_start": (lambda s: s.confirm_start(), set()),
    "on_belt": (lambda s: s.on_belt(), {S.STARTING}),
    "press_turn": (lambda s: s.press_turn(), {S.TURNING}),
    "confirm_turn": (lambda s: s.confirm_turn(), set()),
    "press_reset": (lambda s: s.press_reset(), set()),
    "confirm_reset": (lambda s: s.confirm_reset(), set()),
    "faster": (lambda s: s.faster(), WALKING),
    "slower": (lambda s: s.slower(), WALKING),
    "skip": (lambda s: s.skip(), WALKING - {S.COOLDOWN}),
    "pause": (
        lambda s: s.pause(),
        {S.COUNTDOWN, S.STARTING, *WALKING, S.STOPPING, S.STOPPING_TO_TURN, S.REST, S.PAUSED},
    ),
    "resume": (lambda s: s.resume(), {S.PAUSED}),
}


@pytest.mark.parametrize("state", PLACES, ids=lambda state: state.value)
def test_a_verb_out_of_place_is_refused_with_a_sentence_and_changes_nothing(state: S) -> None:
    rig, twin = at(state), at(state)
    count = 0
    for act, places in VERBS.values():
        if state in places:
            continue
        with pytest.raises(Refused) as refused:
            act(rig.session)
        assert refused.value.message.endswith(".")
        count += 1
    rig.run_for(400)
    twin.run_for(400)
    told = rig.of(RequestRefused)
    assert len(told) == (0 if state is S.FINISHED else count)  # nothing is said after the end
    assert all(event.code.startswith("F-") and event.code != "F-000" for event in told)
    assert rig.requests == twin.requests
    assert [e for e in rig.events if not isinstance(e, RequestRefused)] == twin.events


@pytest.mark.parametrize("verb", ["attend", "release_start", "release_turn", "release_reset"])
@pytest.mark.parametrize("state", [S.IDLE, S.WARM_UP, S.E_STOP, S.FINISHED])
def test_letting_go_and_being_there_are_never_refused(state: S, verb: str) -> None:
    rig = at(state)
    getattr(rig.session, verb)()
    rig.run_for(200)
    assert rig.refused() == []
    assert rig.state() is not S.LOCKED


# Before a start.


def test_only_items_of_the_checklist_can_be_confirmed() -> None:
    rig = at(S.CHECKLIST)
    assert refusal_of(lambda: rig.session.confirm("socks")) == "input_not_asked"
    assert set(rig.session.open_items) == set(CHECKLIST)


def test_sr07_the_strap_pull_is_confirmed_by_pulling_and_not_by_saying_so() -> None:
    rig = at(S.CHECKLIST)
    assert refusal_of(lambda: rig.session.confirm("strap-pull")) == "strap_pull_missing"
    rig.gate.pull(StrapState.RELEASED)
    rig.run_for(300)
    rig.gate.pull(StrapState.ATTACHED)
    rig.run_for(200)
    rig.session.confirm("strap-pull")
    assert "strap-pull" not in rig.session.open_items


def test_confirming_twice_changes_nothing() -> None:
    rig = at(S.CHECKLIST)
    for _ in range(2):
        rig.session.confirm("shoes")
        rig.tick()
        assert rig.requests[-1].checklist == 1
    assert rig.refused() == []


def test_an_item_is_not_confirmed_for_longer_than_the_gate_needs_to_accept_it() -> None:
    rig = at(S.CHECKLIST)
    rig.session.confirm("shoes")
    for _ in range(11):
        rig.gate.last = replace(rig.gate.last, checklist=1)  # it never sees the edge
        assert "shoes" not in rig.session.open_items
        rig.tick()
    assert "shoes" in rig.session.open_items
    assert rig.requests[-1].checklist == 0


def before_the_choice() -> Rig:
    rig = Rig(FLAT, mode=Mode.BELT_REVERSE, stay_latched=True)
    rig.run_to(S.STOPPING)
    rig.auto = None
    rig.run_until(lambda: rig.session.awaiting is not None)
    return rig


def test_sr25_arming_needs_the_direction_and_then_the_key_that_holds() -> None:
    rig = before_the_choice()
    assert refusal_of(rig.session.arm) == "input_not_asked"
    assert refusal_of(lambda: rig.session.choose(Direction.FORWARD)) == "input_not_asked"
    rig.session.choose(Direction.REVERSE)
    assert refusal_of(rig.session.arm) == "hold_released"
    rig.session.hold(True)
    rig.session.arm()
    rig.run_to(S.ARMED, 5_000)
    assert rig.requests[-1].direction is Direction.REVERSE


def test_sr25_a_direction_that_is_not_asked_for_cannot_be_chosen() -> None:
    rig = at(S.CHECKLIST)
    for direction in Direction:
        assert refusal_of(lambda way=direction: rig.session.choose(way)) == "input_not_asked"  # type: ignore[misc]


def test_a_rest_has_to_be_over_or_skipped_before_arming() -> None:
    rig = Rig(FLAT, stay_latched=True)
    rig.run_to(S.REVERSE_WALK)
    rig.run_to(S.REST)
    rig.auto = None
    assert refusal_of(rig.session.arm) == "input_not_asked"
    rig.session.skip()
    rig.run_for(5_300)
    assert refusal_of(rig.session.skip) == "input_not_asked"
    rig.session.arm()
    rig.run_to(S.ARMED, 5_000)


def test_sr02_an_arm_that_the_gate_never_answers_is_dropped() -> None:
    rig = before_the_choice()
    rig.session.choose(Direction.REVERSE)
    rig.session.hold(True)
    rig.session.arm()
    for _ in range(12):
        rig.tick()
        rig.gate.last = replace(rig.gate.last, arm=True)  # it never sees the edge
    assert not rig.requests[-1].arm
    assert rig.state() is S.REST


@pytest.mark.parametrize(("min_ckmh", "refused"), [(80, False), (81, True)])
def test_a_plan_slower_than_the_machine_can_go_is_refused_with_its_line(
    min_ckmh: int, refused: bool
) -> None:
    setup = SessionSetup(plan="test", min_ckmh=min_ckmh)
    if not refused:
        assert Session(SHORT, setup).state is S.IDLE
        return
    with pytest.raises(Refused, match=r"^Line \d+: 0.80 km/h is below the slowest .* 0.81") as why:
        Session(SHORT, setup)
    assert why.value.cause == "setpoint_range"


# Faster and slower.


def at_speed(**setup: object) -> Rig:
    """In the first bout, and no longer on the way up to its speed."""
    rig = at(S.REVERSE_WALK, **setup)
    rig.run_until(lambda: rig.gate.commanded >= 100, 20_000)
    return rig


def wait(rig: Rig, ms: int) -> None:
    """Exactly that long until the next exchange."""
    rig.now_ms += ms - 100
    rig.tick()


@pytest.mark.parametrize(("gap_ms", "speed"), [(RAISE_SPACING_MS - 1, 110), (500, 120)])
def test_sr41_two_increases_are_half_a_second_apart(gap_ms: int, speed: int) -> None:
    rig = at(S.REVERSE_WALK)
    rig.session.faster()
    wait(rig, gap_ms)
    if speed == 110:
        assert refusal_of(rig.session.faster) == "input_too_soon"
    else:
        rig.session.faster()
    rig.tick()
    assert rig.setpoint() == speed


def test_sr41_a_key_that_repeats_raises_once_per_half_second() -> None:
    rig = at(S.REVERSE_WALK)
    for _ in range(10):
        for _ in range(30):
            with contextlib.suppress(Refused):
                rig.session.faster()
        rig.tick()
    assert rig.setpoint() == 120
    assert rig.refused() == ["input_too_soon"] * 298


@pytest.mark.parametrize(("cap_ckmh", "refused"), [(110, False), (109, True)])
def test_sr41_an_increase_beyond_the_cap_is_refused(cap_ckmh: int, refused: bool) -> None:
    limits = SessionSetup(plan="").limits
    rig = at(S.REVERSE_WALK, limits=limits.__class__(v_rev_max_ckmh=cap_ckmh))
    if refused:
        assert refusal_of(rig.session.faster) == "above_cap"
    else:
        rig.session.faster()
    rig.tick()
    assert rig.setpoint() == (100 if refused else 110)


@pytest.mark.parametrize(("min_ckmh", "refused"), [(90, False), (91, True)])
def test_sr41_at_the_slowest_a_decrease_is_refused_and_nothing_rises(
    min_ckmh: int, refused: bool
) -> None:
    rig = at_speed(min_ckmh=min_ckmh)
    if refused:
        assert refusal_of(rig.session.slower) == "input_slowest"
    else:
        rig.session.slower()
    rig.tick()
    assert rig.setpoint() == (100 if refused else 90)


def test_sr41_decreases_need_no_spacing_and_never_raise() -> None:
    rig = at_speed()
    rig.session.faster()
    rig.run_for(2_000)
    speeds = [110]
    for _ in range(12):
        with contextlib.suppress(Refused):
            rig.session.slower()
        rig.tick()
        speeds.append(rig.setpoint())
    assert speeds == [*range(110, 10, -10), 20, 20, 20]


@pytest.mark.parametrize("after_ms", [0, 500, 1_000, 1_500])
def test_sr41_slower_is_slower_than_the_belt_is_while_it_rises(after_ms: int) -> None:
    """Somebody who asks for less and is taken further up for seconds has not been heard."""
    rig = at(S.REVERSE_WALK)
    rig.run_for(after_ms)
    before_ckmh = rig.gate.commanded
    assert before_ckmh < 90
    rig.session.slower()
    rig.run_for(20_000)
    assert rig.setpoint() == int(before_ckmh) - 10
    assert rig.gate.commanded == pytest.approx(before_ckmh - 10, abs=1)


def test_sr41_where_it_cannot_be_slower_yet_it_rises_no_further() -> None:
    rig = at(S.REVERSE_WALK)
    slowest = rig.gate.min_ckmh = rig.session._core.progress.min_ckmh = int(rig.gate.commanded) - 5
    rig.session.slower()
    rig.run_for(10_000)
    assert rig.setpoint() == slowest + 5
    assert refusal_of(rig.session.slower) == "input_slowest"


def test_sr13_after_a_refused_speed_a_decrease_counts_from_what_the_belt_does() -> None:
    rig = at(S.REVERSE_WALK)
    rig.run_for(1_000)
    rig.gate.refuse(Cause.ABOVE_CAP)
    rig.tick()
    lid = rig.setpoint()
    assert lid < 100
    rig.session.slower()
    rig.tick()
    assert rig.setpoint() == lid - 10


@pytest.mark.parametrize(("verb", "next_ckmh"), [("slower", 110), ("faster", 120)])
def test_a_slower_pace_is_kept_in_the_next_step_and_a_faster_one_is_not(
    verb: str, next_ckmh: int
) -> None:
    rig = at_speed()
    getattr(rig.session, verb)()
    rig.run_until(lambda: rig.of(StateChanged)[-1].step == 3, 60_000)
    assert rig.setpoint() == next_ckmh


def test_sr03_a_pause_stops_a_start_that_is_on_its_way() -> None:
    rig = at(S.ARMED)
    rig.session.press_start()
    rig.run_for(1_200)
    rig.session.confirm_start()
    rig.session.exchange(None, rig.now_ms)  # the request that carries it has left
    assert rig.state() is S.ARMED
    rig.session.pause()
    rig.run_for(20_000)
    assert rig.gate.starts == 0


# Skipping.


@pytest.mark.parametrize(("state", "least_ms"), [(S.WARM_UP, 15_000), (S.REVERSE_WALK, 5_000)])
def test_sr52_a_skipped_step_still_ends_announced(state: S, least_ms: int) -> None:
    rig = at(state)
    rig.session.skip()
    rig.tick()
    said = [e for e in rig.of(Announced) if e.kind == "transition"][-1]
    assert said.in_ms >= least_ms
    begin, speed = rig.now_ms, rig.setpoint()
    rig.run_until(lambda: rig.setpoint() != speed, 20_000)
    assert least_ms <= rig.now_ms - begin + 100 <= least_ms + 300


def test_skipping_what_is_nearly_over_does_not_prolong_it_nor_does_skipping_twice() -> None:
    rig = at(S.REVERSE_WALK)
    rig.session.skip()
    rig.run_for(3_000)
    rig.session.skip()
    rig.run_for(2_400)
    assert rig.setpoint() == 120


# Pausing.


def test_pausing_what_is_paused_changes_nothing() -> None:
    rig = at(S.PAUSED)
    mark = len(rig.events)
    rig.session.pause()
    rig.run_for(300)
    assert rig.state() is S.PAUSED
    assert not rig.refused()
    assert rig.stop_asked() is Reaction.NONE
    assert {event.event for event in rig.events[mark:]} == {"sample"}


@pytest.mark.parametrize(("left_ms", "bouts"), [(15_100, 2), (15_300, 3)])
def test_sr52_a_step_is_not_started_again_for_less_than_its_end_is_announced_with(
    left_ms: int, bouts: int
) -> None:
    rig = Rig(
        programme(
            walk(StepKind.WARMUP, 30, 150),
            walk(StepKind.REVERSE, 40, 100),
            walk(StepKind.COOLDOWN, 30, 100),
        ),
        stay_latched=True,
    )
    rig.run_to(S.REVERSE_WALK)
    rig.run_for(30_000 - left_ms)
    rig.session.pause()
    rig.run_to(S.PAUSED)
    rig.session.resume()
    rig.run_to(S.COOLDOWN)
    assert rig.gate.starts == bouts + 1


def test_a_person_is_needed_to_begin_again() -> None:
    rig = at(S.PAUSED)
    rig.session.resume()
    rig.run_for(60_000)
    assert rig.gate.starts == 1
    rig.auto = AutoOperator(rig.session, rig.person)
    rig.run_to(S.STARTING)
    assert rig.gate.starts == 2
