"""Whole sessions, from the first exchange to the last line."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.core.rig import SHORT, TICK_MS, Rig, programme, rest, walk
from treadctl.core.events import Announced, Finished, Sample, SessionStarted, StateChanged
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import StepKind
from treadctl.model import Direction, Facing, Gesture, Mode, Reaction
from treadctl.safety.limits import Limits

START = ["armed", "countdown", "starting"]


@pytest.fixture(scope="module")
def finished() -> Rig:
    rig = Rig()
    rig.run_until(lambda: rig.session.finished is not None)
    return rig


def test_a_turn_around_session_passes_through_its_states_in_order(finished: Rig) -> None:
    assert finished.states() == [
        "connecting", "checklist",
        *START, "warm_up", "stopping_to_turn", "turning", "rest",
        *START, "reverse_walk", "stopping", "rest",
        *START, "reverse_walk", "stopping_to_turn", "turning", "rest",
        *START, "cooldown", "stopping", "finished",
    ]  # fmt: skip
    assert finished.exit_code() == 0
    assert finished.refused() == []


def test_the_first_line_says_what_is_run_and_the_last_what_came_of_it(finished: Rig) -> None:
    first, last = finished.events[0], finished.events[-1]
    assert isinstance(first, SessionStarted)
    assert (first.title, first.mode, first.steps, first.planned_s) == (
        "Test plan", "turn-around", 5, 220,
    )  # fmt: skip
    assert isinstance(last, Finished)
    assert (last.reason, last.exit_code, last.resets) == ("completed", 0, 0)
    assert last.reverse_s == pytest.approx(80, abs=0.5)
    assert (last.peak_forward_ckmh, last.peak_backward_ckmh) == (199, 120)


def test_sr06_while_connecting_nobody_is_to_be_on_the_belt(finished: Rig) -> None:
    said = [event for event in finished.events if isinstance(event, Announced)]
    assert said[0].text.startswith("Nobody on the belt")
    assert said[0].t_ms == 0


def test_sr36_every_walk_needs_a_start_of_its_own(finished: Rig) -> None:
    assert finished.gate.starts == 4
    confirmed = [r for r in finished.requests if r.start is Gesture.CONFIRMED]
    edges = sum(
        1
        for before, after in pairwise(finished.requests)
        if before.start is not Gesture.CONFIRMED and after.start is Gesture.CONFIRMED
    )
    assert edges == 4
    assert confirmed


@pytest.mark.parametrize(("number", "ms"), [(1, 60_000), (2, 40_000), (4, 40_000), (5, 60_000)])
def test_ruling4_step_time_runs_from_the_start_frame_to_the_ramp_down(
    finished: Rig, number: int, ms: int
) -> None:
    changes = [e for e in finished.of(StateChanged) if e.step == number]
    begin = next(e.t_ms for e in changes if e.state == "starting")
    end = next(e.t_ms for e in changes if e.state.startswith("stopping"))
    assert end - begin == ms


def test_ruling4_rest_time_counts_from_standstill(finished: Rig) -> None:
    rests = [e for e in finished.of(StateChanged) if e.state == "rest"]
    begin = next(e.t_ms for e in rests if e.step == 3)
    end = next(e.t_ms for e in rests if e.step == 4)
    assert end - begin == 20_000


def test_samples_come_ten_times_a_second_and_name_the_step(finished: Rig) -> None:
    samples = finished.of(Sample)
    gaps = {b.t_ms - a.t_ms for a, b in pairwise(samples)}
    assert gaps == {100}
    bout = next(s for s in samples if s.state == "reverse_walk")
    assert (bout.step, bout.steps, bout.step_name) == (2, 5, "First bout")
    assert (bout.gait, bout.facing, bout.belt_direction) == ("backward", "backward", "forward")
    assert 0 < bout.step_left_ms < 40_000
    assert bout.session_left_ms == bout.step_left_ms + 20_000 + 40_000 + 60_000


def test_sr04_only_the_slow_start_is_asked_for_until_ten_seconds_have_passed(
    finished: Rig,
) -> None:
    starting = [s.setpoint_ckmh for s in finished.of(Sample) if s.state == "starting"]
    assert set(starting) == {50}
    assert len(starting) == 4 * 10_000 // TICK_MS


def test_the_person_steps_on_after_the_belt_moves_and_off_when_it_stands(finished: Rig) -> None:
    steps = [act for act in finished.acts if act in ("person-step-on", "person-rails")]
    assert steps == ["person-step-on", "person-rails"] * 4


def test_a_belt_reverse_session_never_turns_and_chooses_each_direction() -> None:
    rig = Rig(mode=Mode.BELT_REVERSE)
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == 0
    assert "turning" not in rig.states()
    assert "person-turn" not in rig.acts
    assert {s.facing for s in rig.of(Sample)} == {"forward"}
    directions = [e.state for e in rig.of(StateChanged)]
    assert directions.count("reverse_walk") == 2
    reverse = {s.belt_direction for s in rig.of(Sample) if s.state == "reverse_walk"}
    assert reverse == {"reverse"}
    assert all(r.turn is None for r in rig.requests)
    assert rig.refused() == []


def test_sr25_direction_is_chosen_at_standstill_before_arming() -> None:
    rig = _before_the_choice()
    assert rig.session.report is not None
    assert rig.session.report.standstill
    assert rig.state() is S.REST


def test_sr25_an_old_choice_of_direction_is_nobodys() -> None:
    rig = _before_the_choice()
    rig.session.choose(Direction.REVERSE)
    rig.session.hold(True)
    rig.run_for(30_000)
    assert _wants(rig, "arm")
    rig.run_for(300)
    assert _wants(rig, "direction")
    assert rig.requests[-1].direction is Direction.FORWARD


def _before_the_choice() -> Rig:
    rig = Rig(mode=Mode.BELT_REVERSE)
    rig.run_to(S.STOPPING)
    rig.auto = None
    rig.run_until(lambda: _wants(rig, "direction"))
    return rig


def _wants(rig: Rig, wants: str) -> bool:
    awaiting = rig.session.awaiting
    return awaiting is not None and awaiting.wants == wants


def test_forward_steps_follow_each_other_without_a_stop() -> None:
    rig = Rig(
        programme(
            walk(StepKind.WARMUP, 30, 150),
            walk(StepKind.WALK, 30, 200),
            walk(StepKind.WALK, 30, 220, name="Second walk"),
            walk(StepKind.COOLDOWN, 30, 100),
        )
    )
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.states()[2:] == [*START, "warm_up", "walk", "cooldown", "stopping", "finished"]
    same = [e for e in rig.of(StateChanged) if e.state == e.previous == "walk"]
    assert [e.step_name for e in same] == ["Second walk"]


def test_a_step_shorter_than_the_slow_start_ends_during_it() -> None:
    rig = Rig(
        programme(
            walk(StepKind.WARMUP, 5, 100),
            walk(StepKind.REVERSE, 8, 80),
            walk(StepKind.COOLDOWN, 30, 100),
        )
    )
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == 0
    assert "reverse_walk" not in rig.states()


def test_the_setpoint_never_exceeds_the_cap_that_the_gate_reports() -> None:
    rig = Rig(limits=replace(Limits(), v_rev_max_ckmh=90, v_start_ckmh=50))
    rig.run_until(lambda: rig.session.finished is not None)
    backward = [s.setpoint_ckmh for s in rig.of(Sample) if s.state == "reverse_walk"]
    assert max(backward) == 90


def test_the_turn_is_wanted_only_while_turning_and_always_with_its_end() -> None:
    rig = Rig()
    rig.run_to(S.TURNING)
    assert rig.requests[-1].turn is Facing.BACKWARD
    rig.run_to(S.REST)
    rig.tick()
    assert rig.requests[-1].turn is None


def test_the_counter_of_requests_only_grows() -> None:
    rig = Rig()
    rig.run_for(30_000)
    counters = [request.counter for request in rig.requests]
    assert counters == sorted(set(counters))
    assert all(request.stop is Reaction.NONE for request in rig.requests)


def test_session_time_begins_where_the_run_says_it_does() -> None:
    rig = Rig(SHORT, origin_ms=-250)
    rig.run_for(300)
    assert rig.events[0].t_ms == 250


def test_a_rest_may_precede_a_turn() -> None:
    rig = Rig(
        programme(
            walk(StepKind.WARMUP, 30, 150),
            rest(20),
            walk(StepKind.REVERSE, 30, 100),
            walk(StepKind.COOLDOWN, 30, 100),
        )
    )
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == 0
    rests = [text for text in rig.texts("transition") if text.startswith("The rest ends in 15")]
    assert len(rests) == 1


@pytest.mark.parametrize("mode", list(Mode))
def test_no_request_asks_between_zero_and_the_slowest(mode: Mode) -> None:
    rig = Rig(mode=mode, min_ckmh=60)
    rig.run_until(lambda: rig.session.finished is not None)
    assert all(r.setpoint_ckmh == 0 or r.setpoint_ckmh >= 60 for r in rig.requests)
    assert rig.exit_code() == 0
