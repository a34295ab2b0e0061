"""The simulated person: answers everything, in every rhythm, and leads nothing on after a stop."""

import random

import pytest

from tests.core.rig import SHORT, Rig
from treadctl.causes import Cause
from treadctl.core.events import Prompted
from treadctl.core.machine import SessionState as S
from treadctl.core.operators import ATTEND_MS, PULL_AGAIN_MS, PULL_MS, STEP_ON_MS, AutoOperator
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup
from treadctl.model import GatePhase, Gesture, Mode, StrapState


class Jittered(Rig):
    """Exchanges come when a busy machine gets round to them."""

    def __init__(self, seed: int, mode: Mode) -> None:
        super().__init__(mode=mode)
        self.random = random.Random(seed)

    def tick(self) -> None:
        super().tick()
        self.now_ms += self.random.randint(-30, 30)


def finish(rig: Rig) -> int:
    rig.run_until(lambda: rig.session.finished is not None)
    return rig.exit_code()


@pytest.mark.parametrize("mode", Mode)
def test_every_prompt_of_a_session_is_answered(mode: Mode) -> None:
    rig = Rig(mode=mode)
    assert finish(rig) == 0
    wants = {prompt.wants for prompt in rig.of(Prompted)}
    way = {"turn_confirm"} if mode is Mode.TURN_AROUND else {"direction"}
    assert {"checklist", "start", "on_belt"} | way <= wants
    assert rig.session.awaiting is None


@pytest.mark.parametrize("seed", range(12))
def test_sr02_no_gesture_is_too_short_however_the_exchanges_come(seed: int) -> None:
    rig = Jittered(seed, mode=list(Mode)[seed % 2])
    rig.run_to(S.REVERSE_WALK)
    assert rig.refused() == []
    assert rig.gate.starts == 2


def test_no_time_passes_for_what_can_be_answered_at_once() -> None:
    rig = Rig()
    rig.run_to(S.CHECKLIST)
    assert rig.session.open_items == ("strap-pull",)


def test_the_strap_is_pulled_once_per_checklist() -> None:
    rig = Rig()
    rig.run_to(S.WARM_UP)
    assert rig.acts == ["strap-pull", "strap-clip", "person-step-on"]


def test_sr07_a_pull_that_the_gate_did_not_see_is_made_again() -> None:
    """Two minutes later the session would be locked, and nothing was wrong."""
    rig = Rig()
    unseen = rig.person

    def absent(act: str) -> None:
        rig.acts.append(act)

    rig.auto = AutoOperator(rig.session, absent)
    rig.run_to(S.CHECKLIST)
    rig.run_for(1_000)
    assert rig.acts == ["strap-pull", "strap-clip"]
    rig.auto._person = unseen
    rig.run_for(PULL_AGAIN_MS)
    assert rig.acts == ["strap-pull", "strap-clip"] * 2
    rig.run_to(S.WARM_UP)


def test_the_person_turns_with_the_strap_off_and_then_clips_it() -> None:
    rig = Rig()
    rig.run_to(S.TURNING)
    mark = len(rig.acts)
    rig.run_to(S.REST)
    assert rig.acts[mark - 1 :] == ["strap-pull", "person-turn", "strap-clip"]


@pytest.mark.parametrize("verb", ["stop", "pause"])
def test_sr36_the_simulated_person_never_resumes(verb: str) -> None:
    rig = Rig(stay_latched=True)
    rig.run_to(S.REVERSE_WALK)
    getattr(rig.session, verb)()
    rig.run_to(S.PAUSED)
    rig.run_for(50_000)
    assert rig.state() is S.PAUSED
    assert rig.gate.starts == 2


@pytest.mark.parametrize("verb", ["fast_stop", "e_stop"])
def test_sr34_the_simulated_person_never_resets(verb: str) -> None:
    rig = Rig(stay_latched=True)
    rig.run_to(S.REVERSE_WALK)
    getattr(rig.session, verb)()
    rig.run_for(60_000)
    assert rig.state() in (S.FAULT, S.E_STOP)
    assert {request.reset for request in rig.requests} == {Gesture.NONE}
    assert rig.gate.starts == 2


def test_sr55_the_key_is_held_while_the_belt_runs_and_let_go_when_it_stands() -> None:
    rig = Rig(mode=Mode.BELT_REVERSE)
    rig.run_to(S.REVERSE_WALK)
    assert rig.requests[-1].hold_to_run
    rig.run_to(S.REST)
    rig.tick()
    assert not rig.requests[-1].hold_to_run


def test_sr56_the_simulated_person_is_there_and_says_so() -> None:
    rig = Rig(attendance_required=True)
    assert finish(rig) == 0
    assert rig.gate.last.attended >= rig.now_ms // 30_000
    asked = [prompt.t_ms for prompt in rig.of(Prompted) if prompt.wants == "attend"]
    assert max(asked) <= ATTEND_MS


def test_sr05_nobody_steps_onto_a_belt_that_is_not_seen_to_move() -> None:
    rig = Rig()
    rig.run_to(S.COUNTDOWN)
    rig.gate.measured = None
    rig.run_to(S.STARTING)
    rig.run_for(20_000)
    assert "person-step-on" not in rig.acts
    assert rig.state() is S.STARTING


def test_a_person_looks_at_the_belt_before_stepping_onto_it() -> None:
    rig = Rig()
    rig.run_to(S.STARTING)
    began_ms = rig.now_ms
    rig.run_until(lambda: "person-step-on" in rig.acts, 10_000)
    assert STEP_ON_MS <= rig.now_ms - began_ms <= STEP_ON_MS + 200


def test_a_person_who_stays_off_the_belt_does_not_step_off_it() -> None:
    rig = Rig()
    rig.run_to(S.STARTING)
    rig.session.stop()
    finish(rig)
    assert "person-rails" not in rig.acts


def test_an_arm_that_is_refused_is_tried_again_and_not_at_every_exchange(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig(stay_latched=True)
    with monkeypatch.context() as unready:
        unready.setattr(rig.gate, "_arm", lambda: rig.gate.refuse(Cause.NOT_STANDING))
        rig.run_to(S.CHECKLIST)
        rig.run_for(10_000)
    refused = rig.refused().count("not_standing")
    assert 5 <= refused <= 10
    rig.run_to(S.WARM_UP, 30_000)


def test_sr28_a_turn_is_not_confirmed_before_the_person_has_turned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    monkeypatch.setattr(rig.gate, "_steady", lambda: True)
    rig.run_to(S.TURNING)
    began_ms = rig.now_ms
    rig.run_until(lambda: rig.requests[-1].turn_confirm is Gesture.PRESSED, 10_000)
    assert rig.now_ms - began_ms >= 3 * PULL_MS


def test_a_press_that_outlasted_a_stall_is_begun_anew_without_a_refusal() -> None:
    rig = Rig()
    rig.run_to(S.ARMED)
    rig.now_ms += 2_500
    rig.run_to(S.COUNTDOWN, 8_000)
    assert rig.refused() == []


def test_sr02_a_start_that_the_gate_did_not_take_is_pressed_anew() -> None:
    rig = Rig(stay_latched=True)
    rig.run_to(S.ARMED)
    for _ in range(30):
        rig.gate.pressed["start"] = None  # it never sees the press begin
        rig.gate.entered_ms = rig.now_ms
        rig.tick()
    assert rig.state() is S.ARMED
    rig.run_to(S.COUNTDOWN, 10_000)


def test_sr16_a_start_refused_for_the_strap_is_asked_again_when_it_is_clipped() -> None:
    rig = Rig()
    rig.run_to(S.ARMED)
    rig.run_for(500)
    rig.gate.strap = StrapState.UNKNOWN
    rig.run_for(3_000)
    assert set(rig.refused()) == {"strap_not_ready"}
    assert rig.state() is S.ARMED
    rig.gate.strap = StrapState.ATTACHED
    rig.run_to(S.COUNTDOWN, 10_000)
    assert finish(rig) == 0


def test_a_person_without_a_report_does_nothing() -> None:
    session = Session(SHORT, SessionSetup(plan="test", simulated=True))
    acts: list[str] = []
    person = AutoOperator(session, acts.append)
    for now_ms in range(0, 3_000, 100):
        session.exchange(None, now_ms)
        person.step(now_ms)
    assert acts == []
    assert session.state is S.IDLE


def test_sr50_a_person_does_not_answer_a_gate_that_watches_the_belt_again() -> None:
    rig = Rig()
    rig.run_to(S.CHECKLIST)
    rig.run_for(1_000)
    rig.gate.phase = GatePhase.QUARANTINE
    rig.gate.entered_ms = rig.now_ms
    mark = len(rig.acts)
    rig.run_for(4_000)
    assert rig.acts[mark:] == []
    assert {request.checklist for request in rig.requests[-30:]} == {0}
    assert finish(rig) == 0
