"""A run that is led from a desk: what staff ask for, and what they see."""

import pytest

from tests.leader import Leader
from tests.rig import SHORT, Rig, programme, step
from treadctl.composition.desk import MAX_WISHES, Desk, Wish
from treadctl.core.criteria import STOP_CRITERIA, StopCriterion
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import Programme, StepKind

LONG = programme(
    step(StepKind.WARMUP, 120, 150),
    step(StepKind.REVERSE, 120, 100),
    step(StepKind.COOLDOWN, 120, 80),
)


def led(plan: Programme = SHORT) -> tuple[Rig, Desk, Leader]:
    desk = Desk()
    rig = Rig(plan=plan, desk=desk, stays=True)
    return rig, desk, Leader(rig, desk)


def in_state(rig: Rig, leader: Leader, state: S) -> None:
    leader.run_until(lambda: rig.state() is state)


def taken(desk: Desk) -> list[Wish]:
    wishes = []
    while (wish := desk.take()) is not None:
        wishes.append(wish)
    return wishes


def test_a_whole_session_is_led_from_a_desk_and_completes() -> None:
    rig, _, leader = led()
    leader.run_until(lambda: rig.finished() is not None)
    finished = rig.finished()
    assert finished is not None
    assert (finished["reason"], finished["exit_code"]) == ("completed", 0)
    assert {"turning", "rest", "reverse_walk", "cooldown"} <= set(rig.states())
    rig.judge()


def test_without_anybody_at_the_desk_nothing_ever_moves() -> None:
    rig, _, leader = led()
    leader.away = True
    rig.run_until_finished_or_for(300_000)
    assert rig.speed_frames(since_ms=0) == []
    assert rig.state() is S.LOCKED


def test_sr18_a_stop_is_taken_before_everything_that_was_asked_earlier() -> None:
    desk = Desk()
    desk.ask("faster")
    desk.ask("skip")
    desk.stop()
    assert taken(desk) == [Wish("stop")]


def test_sr18_a_keyboard_that_is_leaned_on_never_loses_the_stop() -> None:
    desk = Desk()
    desk.stop()
    for _ in range(10 * MAX_WISHES):
        desk.ask("faster")
    assert taken(desk) == [Wish("stop")]


@pytest.mark.parametrize(
    "state",
    [S.COUNTDOWN, S.STARTING, S.WARM_UP, S.REVERSE_WALK, S.COOLDOWN, S.STOPPING_TO_TURN],
    ids=lambda s: s.value,
)
def test_sr41_a_stop_from_the_desk_ends_standing_in_every_moving_state(state: S) -> None:
    rig, desk, leader = led()
    in_state(rig, leader, state)
    leader.away = True
    desk.stop()
    asked_ms = rig.now_ms
    rig.run_for(15_000)
    assert rig.belt_stands()
    assert rig.state() is S.PAUSED
    assert rig.speed_frames(since_ms=asked_ms + 14_000) == []
    rig.judge()


def test_sr40_a_hang_up_is_a_soft_stop_and_the_end_with_exit_code_10() -> None:
    rig, desk, leader = led()
    in_state(rig, leader, S.REVERSE_WALK)
    leader.away = True
    desk.ask("hang_up")
    finished = rig.run_until_finished_or_for(20_000)
    assert finished is not None
    assert finished["exit_code"] == 10
    assert rig.stops() == [("soft_stop", "operator_soft_stop")]
    rig.judge()


@pytest.mark.parametrize("criterion", STOP_CRITERIA, ids=lambda c: c.id)
def test_every_stop_criterion_stops_as_it_says_and_is_put_down(criterion: StopCriterion) -> None:
    rig, desk, leader = led()
    in_state(rig, leader, S.WARM_UP)
    leader.away = True
    desk.ask("criterion", criterion.id)
    rig.run_until_finished_or_for(15_000)
    assert [e["id"] for e in rig.told("criterion")] == [criterion.id]
    assert [reaction for reaction, _ in rig.stops()] == [criterion.reaction.word]
    assert rig.belt_stands()
    assert (rig.finished() is not None) is criterion.ends


def test_a_mark_changes_nothing_but_the_record() -> None:
    rig, desk, leader = led()
    in_state(rig, leader, S.WARM_UP)
    desk.ask("mark")
    rig.run_for(2_000)
    assert rig.state() is S.WARM_UP
    assert len(rig.told("mark")) == 1


def test_half_a_minute_more_moves_the_end_of_the_step() -> None:
    rig, desk, leader = led(LONG)
    in_state(rig, leader, S.WARM_UP)
    before = rig.session._core.progress.left_ms
    desk.ask("extend")
    rig.run_for(200)
    assert rig.session._core.progress.left_ms == pytest.approx(before + 30_000, abs=400)


def test_sr44_a_bout_is_never_extended_beyond_its_limit() -> None:
    rig, desk, leader = led(LONG)
    in_state(rig, leader, S.REVERSE_WALK)
    for _ in range(40):
        desk.ask("extend")
        rig.run_for(200)
    assert rig.session._core.progress.left_ms < rig.limits.bout_max_ms
    assert set(rig.refused()) & {"bout_limit", "reverse_limit"}


def test_an_end_that_has_been_announced_is_not_put_off() -> None:
    rig, desk, leader = led()
    in_state(rig, leader, S.COOLDOWN)
    leader.run_until(lambda: bool(rig.told("announce", since_ms=rig.now_ms - 300)))
    in_state(rig, leader, S.STOPPING)
    desk.ask("extend")
    rig.run_for(300)
    assert rig.refused()[-1] == "not_now"


@pytest.mark.parametrize("state", [S.WARM_UP, S.REVERSE_WALK, S.PAUSED], ids=lambda s: s.value)
def test_ending_with_the_cooldown_leaves_out_the_bouts_and_stops_first(state: S) -> None:
    rig, desk, leader = led()
    in_state(rig, leader, S.REVERSE_WALK if state is S.PAUSED else state)
    if state is S.PAUSED:
        desk.ask("pause")
        leader.away = True
        rig.run_until(S.PAUSED)
        leader.away = False
    seen_ms = rig.now_ms
    desk.ask("cool_down")
    leader.run_until(lambda: rig.finished() is not None)
    later = [e["state"] for e in rig.told("state", since_ms=seen_ms)]
    assert "cooldown" in later
    assert "reverse_walk" not in later
    rig.judge()


def test_a_strap_pull_is_recovered_from_at_the_desk() -> None:
    rig, desk, leader = led()
    in_state(rig, leader, S.REVERSE_WALK)
    desk.ask("person", "strap-pull")
    leader.run_until(lambda: rig.state() is S.E_STOP)
    desk.ask("person", "strap-clip")
    leader.run_until(lambda: rig.finished() is not None)
    assert ("e_stop", "strap_open") in rig.stops()
    assert rig.states()[-2:] == ["stopping", "finished"]
    rig.judge()


def test_what_is_seen_says_whether_a_key_has_to_be_a_stop() -> None:
    rig, desk, leader = led()
    moving: dict[S, set[bool]] = {}

    def look() -> bool:
        if desk.seen is not None:
            moving.setdefault(desk.seen.state, set()).add(desk.seen.may_move)
        return rig.finished() is not None

    leader.run_until(look)
    for state in (S.COUNTDOWN, S.STARTING, S.WARM_UP, S.REVERSE_WALK, S.COOLDOWN, S.STOPPING):
        assert moving[state] == {True}, state
    for state in (S.CHECKLIST, S.ARMED, S.FINISHED):
        assert moving[state] == {False}, state


@pytest.mark.parametrize("state", [S.WARM_UP, S.REVERSE_WALK], ids=lambda s: s.value)
def test_sr40_a_screen_that_freezes_is_a_soft_stop_within_two_seconds(state: S) -> None:
    desk = Desk()
    desk.alive()  # a screen leads
    rig = Rig(desk=desk, stays=True)
    leader = Leader(rig, desk)

    def shown() -> bool:
        desk.alive()
        return rig.state() is state

    leader.run_until(shown)
    frozen_ms = rig.now_ms
    rig.run_for(2_300)
    assert rig.stops() == [("soft_stop", "screen_silent")]
    assert rig.told("stop")[0]["t_ms"] - frozen_ms <= 2_300
    rig.run_for(12_000)
    assert rig.belt_stands()
    rig.judge()


def test_sr40_a_screen_that_never_comes_back_latches_while_the_belt_still_moves() -> None:
    desk = Desk()
    desk.alive()
    plan = programme(step(StepKind.WARMUP, 120, 450), step(StepKind.COOLDOWN, 30, 80))
    rig = Rig(plan=plan, desk=desk, stays=True)
    leader = Leader(rig, desk)

    def fast() -> bool:
        desk.alive()
        return (rig.session.report is not None) and (rig.last().measured_ckmh or 0) > 400

    leader.run_until(fast)
    rig.run_for(5_300)
    assert rig.stops() == [("soft_stop", "screen_silent")]
    assert rig.state() is S.FAULT
    rig.run_for(8_000)
    assert rig.belt_stands()
    rig.judge()
