"""Reports and plans that no ordinary session meets."""

import pytest

from tests.core.fake_gate import FakeGate
from tests.core.rig import Rig, programme, rest, walk
from treadctl.causes import Cause
from treadctl.core.core import CONNECT_MS, TURN_MAX_MS
from treadctl.core.events import Announced, MachineKnown, StateChanged
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import StepKind
from treadctl.model import GatePhase, Mode

RESTFUL = programme(walk(StepKind.WARMUP, 30, 150), rest(20), rest(15))
"""A plan that the linter would not let through."""


def reconnect(gate: FakeGate) -> None:
    gate.phase, gate.entered_ms = GatePhase.QUARANTINE, gate.now_ms
    gate.checklist = gate.pull_stage = 0


def test_a_plan_that_ends_with_rests_ends_when_they_are_over() -> None:
    rig = Rig(RESTFUL)
    rig.run_to(S.REST)
    begin = rig.now_ms
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == 0
    assert rig.now_ms - begin == pytest.approx(35_000, abs=200)
    assert [e.step for e in rig.of(StateChanged) if e.state == "rest"] == [2, 3]


def test_sr50_rests_are_over_by_the_time_a_new_connection_is_confirmed() -> None:
    rig = Rig(RESTFUL)
    rig.run_to(S.REST)
    reconnect(rig.gate)
    rig.run_until(lambda: rig.session.finished is not None, 10_000)
    assert rig.exit_code() == 0
    assert rig.states()[-3:] == ["connecting", "checklist", "finished"]


def test_sr50_after_a_rest_that_a_reconnection_ended_the_next_walk_is_offered() -> None:
    rig = Rig(
        programme(walk(StepKind.WARMUP, 30, 150), rest(300), walk(StepKind.COOLDOWN, 30, 100))
    )
    rig.run_to(S.REST)
    reconnect(rig.gate)
    rig.run_to(S.COOLDOWN, 60_000)
    assert rig.gate.starts == 2


def told_of_the_machine(rig: Rig) -> list[str]:
    return [event.profile for event in rig.events if isinstance(event, MachineKnown)]


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [("unknown", "Nobody has measured a treadmill of this kind"), ("fr30z", "the profile fr30z.")],
)
def test_what_is_known_of_a_treadmill_is_told_once_and_also_to_people(
    profile: str, sentence: str
) -> None:
    rig = Rig()
    rig.run_to(S.CHECKLIST)
    assert told_of_the_machine(rig) == []
    rig.gate.machine_profile = profile
    rig.run_to(S.WARM_UP)
    assert told_of_the_machine(rig) == [profile]
    said = [e.text for e in rig.events if isinstance(e, Announced) and sentence in e.text]
    assert len(said) == 1


def test_a_treadmill_that_reconnects_as_another_one_is_told_as_that() -> None:
    rig = Rig()
    for profile in ("unknown", "", "unknown", "miles"):
        rig.gate.machine_profile = profile
        rig.tick()
    assert told_of_the_machine(rig) == ["unknown", "miles"]


def test_steps_that_pass_during_the_slow_start_are_named_and_none_is_skipped() -> None:
    rig = Rig(
        programme(
            walk(StepKind.WARMUP, 5, 150),
            walk(StepKind.WALK, 30, 200),
            walk(StepKind.COOLDOWN, 30, 100),
        )
    )
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.states()[4:7] == ["starting", "walk", "cooldown"]
    starting = [e.step for e in rig.of(StateChanged) if e.state == "starting"]
    assert starting == [1, 2]


@pytest.mark.parametrize("plan", ["first bout", "later bout"])
def test_sr44_a_start_refused_for_the_reverse_limit_offers_the_cooldown_without_a_turn(
    plan: str,
) -> None:
    bout = walk(StepKind.REVERSE, 30, 100)
    before = () if plan == "first bout" else (walk(StepKind.WARMUP, 30, 150),)
    rig = Rig(programme(*before, bout, walk(StepKind.COOLDOWN, 30, 100)), mode=Mode.BELT_REVERSE)
    place = S.REST if before else S.CHECKLIST
    rig.run_to(place)
    rig.gate.refuse(Cause.REVERSE_LIMIT)
    rig.tick()
    assert rig.state() is place
    assert rig.of(StateChanged)[-1].step_name == "Cooldown"
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == 0
    assert "reverse_walk" not in rig.states()


def test_a_second_refusal_in_the_report_that_ended_the_session_is_told_too_late_to_matter() -> None:
    rig = Rig()
    rig.run_to(S.CHECKLIST)
    rig.gate.refuse(Cause.NO_STRAP_SOURCE)
    rig.gate.refuse(Cause.MACHINE_MINIMUM)
    rig.tick()
    assert rig.exit_code() == 5
    assert rig.refused() == ["no_strap_source"]
    assert rig.states()[-1] == "finished"


def test_sr02_an_arming_that_runs_out_is_back_where_it_came_from() -> None:
    for place in (S.CHECKLIST, S.REST):
        rig = Rig(
            programme(walk(StepKind.WARMUP, 30, 150), rest(10), walk(StepKind.COOLDOWN, 30, 100)),
            stay_latched=True,
        )
        rig.run_to(place)
        rig.run_to(S.ARMED)
        rig.auto = None
        rig.session.release_start()
        rig.run_to(place, 11_000)
        assert not rig.requests[-1].arm


@pytest.mark.parametrize("cause", [Cause.START_TOO_SHORT, Cause.STOP_WINS, Cause.REVERSE_LIMIT])
def test_sr02_a_start_that_the_gate_refused_is_armed_anew_and_ends_nothing(cause: Cause) -> None:
    rig = Rig()
    rig.run_to(S.ARMED)
    rig.run_for(500)
    rig.gate.refuse(cause)
    rig.tick()
    assert not rig.requests[-1].arm
    rig.run_to(S.CHECKLIST, 300)
    rig.run_to(S.WARM_UP, 30_000)


def test_a_countdown_that_the_gate_broke_off_has_to_be_armed_and_started_anew() -> None:
    rig = Rig(stay_latched=True)
    rig.run_to(S.COUNTDOWN)
    rig.auto = None
    rig.gate.phase = GatePhase.IDLE
    rig.run_for(1_000)
    assert rig.state() is S.CHECKLIST
    assert rig.setpoint() == 0
    assert not rig.requests[-1].arm


@pytest.mark.parametrize("stays", [False, True])
def test_a_turn_that_nobody_makes_ends_a_run_with_nobody_there(stays: bool) -> None:
    rig = Rig(stay_latched=stays)
    rig.run_to(S.TURNING)
    rig.auto = None
    rig.run_for(TURN_MAX_MS - 100)
    assert rig.session.finished is None
    rig.run_for(300)
    assert (rig.session.finished is None) is stays
    if not stays:
        assert rig.exit_code() == 5


@pytest.mark.parametrize("stays", [False, True])
def test_a_connection_is_waited_for_where_somebody_is_there(stays: bool) -> None:
    rig = Rig(stay_latched=stays)
    rig.gate.link_up = False
    rig.run_for(CONNECT_MS + 300)
    assert (rig.session.finished is None) is stays


def test_arming_what_is_being_armed_changes_nothing() -> None:
    rig = Rig()
    rig.run_until(lambda: rig.requests[-1].arm if rig.requests else False)
    rig.session.arm()
    rig.run_to(S.ARMED, 1_000)
    assert rig.refused() == []
