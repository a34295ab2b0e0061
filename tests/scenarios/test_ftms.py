"""A Bluetooth treadmill and the people around it: who has control, who turned the speed, and when.

What happens to it in every state is in test_faults.py, and each quirk in test_quirks.py. Here are
the stories that take longer than one stop.
"""

from functools import cache
from typing import Final

import pytest

from simulator.options import MachineOptions
from tests.rig import Rig, programme, step
from tests.scenarios.worlds import MOVING, S, world
from treadctl.core.machine import SessionState
from treadctl.core.programme import StepKind
from treadctl.errors import Refused
from treadctl.model import Reaction

CONTROL: Final = "00"
START: Final = "07"
STOP: Final = "08 01"


FAST: Final = programme(step(StepKind.WARMUP, 60, 490), step(StepKind.COOLDOWN, 30, 80))


@cache
def fast_walk(options: MachineOptions) -> Rig:
    """At 4.9 km/h ahead; do nothing to it."""
    rig = Rig("ftms", FAST, options=options, stays=True)
    rig.run_until(S.WARM_UP)
    rig.run_for(30_250)
    assert rig.belt_ckmh() == pytest.approx(490, abs=1)
    return rig


def words(rig: Rig, since_ms: float) -> list[str]:
    return [text for _, text in rig.frames(since_ms=since_ms)]


# SR-38: somebody else is obeyed.


@pytest.mark.parametrize("fault", ["control-revoke", "control-steal"])
@pytest.mark.parametrize("state", MOVING, ids=lambda state: state.value)
def test_sr38_control_that_was_lost_is_not_taken_back_while_nobody_decides_to(
    state: SessionState, fault: str
) -> None:
    with world("ftms", state, stays=True).what_if() as rig:
        rig.person.away = True
        lost_ms = rig.now_ms
        rig.act(fault)
        rig.run_for(60_000)
        assert rig.stops()[0] == ("soft_stop", "control_lost")
        assert rig.told("stop")[0]["t_ms"] - lost_ms <= 100
        assert set(words(rig, lost_ms)) == {STOP}
        assert rig.last().latched is Reaction.E_STOP
        assert any("machine's own key" in e["action"] for e in rig.told("stop"))
        assert not rig.last().standstill


def test_sr38_after_a_stop_at_its_console_a_person_may_take_control_anew() -> None:
    with world("ftms", S.WARM_UP, stays=True).what_if() as rig:
        rig.person.away = True
        rig.act("control-revoke")
        rig.run_for(200)
        rig.act("console-stop")
        rig.run_until(lambda: rig.last().standstill)
        stands_ms = rig.now_ms
        rig.run_for(5_000)
        assert CONTROL not in words(rig, stands_ms)
        assert rig.last().cause == "control_missing"
        rig.session.resume()
        rig.person.away = False
        rig.run_until(S.STARTING)
        assert words(rig, stands_ms).count(CONTROL) == 1


@pytest.mark.parametrize("fault", ["control-revoke", "control-steal"])
def test_sr38_control_lost_at_rest_is_asked_for_once_by_whoever_arms(fault: str) -> None:
    with world("ftms", S.REST).what_if() as rig:
        lost_ms = rig.now_ms
        rig.act(fault)
        rig.run_until(S.STARTING)
        rig.run_for(200)
        assert words(rig, lost_ms).count(CONTROL) == 1
        assert words(rig, lost_ms)[-1] == START
        assert rig.refused().count("control_missing") == 1


def test_sr38_a_command_without_an_answer_is_noticed_at_the_command_and_named() -> None:
    with world("ftms", S.STARTING, stays=True).what_if() as rig:
        rig.act("lost-ack", count=1_000)
        rig.run_until(lambda: bool(rig.stops()), limit_ms=20_000)
        asked_ms = rig.speed_frames(since_ms=0)[-1][0]
        assert rig.stops() == [("soft_stop", "no_answer")]
        assert rig.told("stop")[0]["t_ms"] - asked_ms <= 2_600
        rig.run_until(rig.belt_stands, limit_ms=10_000)


# SR-39: somebody turns the speed at the console.


def test_sr39_a_slower_speed_from_the_console_is_kept_to_the_end_of_the_walk() -> None:
    with world("ftms", S.WARM_UP).what_if() as rig:
        turned_ms = rig.now_ms
        rig.act("console-start", speed_ckmh=70)
        rig.run_for(5_000)
        assert rig.belt_ckmh() == pytest.approx(70, abs=1)
        assert (rig.last().reaction, rig.last().cause) == (Reaction.HOLD, "console_took_over")
        rig.run_until(S.TURNING)
        assert max(ckmh for _, ckmh in rig.speed_frames(since_ms=turned_ms)) < 70
        assert rig.run()["exit_code"] == 0


def test_sr39_a_faster_speed_within_the_cap_is_kept_and_the_walk_after_it_is_the_plans() -> None:
    with world("ftms", S.WARM_UP).what_if() as rig:
        turned_ms = rig.now_ms
        rig.act("console-start", speed_ckmh=400)
        rig.run_for(8_000)
        assert rig.belt_ckmh() == pytest.approx(400, abs=1)
        assert rig.speed_frames(since_ms=turned_ms) == []
        rig.run_until(S.REVERSE_WALK)
        rig.run_for(10_000)
        assert rig.belt_ckmh() == pytest.approx(100, abs=1)
        assert rig.stops() == []
        assert rig.run()["exit_code"] == 0


@pytest.mark.parametrize("verb", ["stop", "fast_stop", "e_stop"])
@pytest.mark.parametrize("after_ms", [200, 2_000, 8_000])
def test_sr39_a_stop_after_a_faster_speed_from_the_console_takes_the_belt_down_only(
    verb: str, after_ms: int
) -> None:
    with world("ftms", S.WARM_UP, stays=True).what_if() as rig:
        rig.act("console-start", speed_ckmh=400)
        rig.run_for(after_ms)
        getattr(rig.session, verb)()
        rig.run_for(1_500)
        slowing_ms = rig.now_ms
        rig.run_until(rig.belt_stands, limit_ms=15_000)
        speeds = [line["belt_ckmh"] for line in rig.truth if line["t_ms"] >= slowing_ms]
        assert speeds == sorted(speeds, reverse=True)
        assert len(rig.stops()) == 1


def test_sr39_a_speed_above_the_cap_of_the_gait_is_a_latched_fast_stop() -> None:
    with world("ftms", S.REVERSE_WALK).what_if() as rig:
        turned_ms = rig.now_ms
        rig.act("console-start", speed_ckmh=151)
        finished = rig.run()
        assert rig.stops()[0] == ("fast_stop", "console_speed")
        assert rig.told("stop")[0]["t_ms"] - turned_ms <= 100
        assert finished["exit_code"] == 14
        assert rig.belt_stands()


# Its own safety key, and its link.


def test_sr24_a_key_that_is_out_at_rest_is_found_at_the_start_and_the_belt_known_to_stand() -> None:
    with world("ftms", S.REST).what_if() as rig:
        rig.act("key-pull")
        finished = rig.run()
        assert rig.stops() == [("soft_stop", "start_refused")]
        assert finished["exit_code"] == 5
        assert rig.last().standstill


@pytest.mark.parametrize("state", MOVING, ids=lambda state: state.value)
def test_sr20_a_key_that_cuts_the_power_is_a_lost_link_and_no_proof_of_anything(
    state: SessionState,
) -> None:
    rig = Rig("ftms", options=MachineOptions(quirks=("safety-key-power-cut",)))
    rig.run_until(state)
    rig.run_for(3_000)
    pulled_ms = rig.now_ms
    rig.act("key-pull")
    finished = rig.run()
    assert rig.stops()[0] == ("e_stop", "link_lost")
    assert rig.told("stop")[0]["t_ms"] - pulled_ms <= 50
    assert finished["exit_code"] == 16
    assert rig.belt_stands()


@pytest.mark.parametrize("away_s", [1, 15])
def test_sr37_a_link_that_returns_to_a_moving_belt_takes_control_only_to_stop_it(
    away_s: int,
) -> None:
    with world("ftms", S.WARM_UP, stays=True).what_if() as rig:
        rig.act("link-drop", for_s=away_s)
        rig.run_until(lambda: not rig.last().link_up)
        rig.run_until(lambda: rig.last().link_up, limit_ms=20_000)
        back_ms = rig.now_ms - 100
        assert not rig.belt_stands()
        rig.run_until(rig.belt_stands, limit_ms=5_000)
        rig.run_for(20_000)
        # It refuses the stop for want of control, which ended with the link.
        assert words(rig, back_ms)[:3] == [STOP, CONTROL, STOP]
        assert set(words(rig, back_ms)[3:]) <= {STOP}
        for verb in (rig.session.arm, rig.session.press_start):
            with pytest.raises(Refused):
                verb()


# SR-19, SR-22: what it says of its belt.


@pytest.mark.parametrize("fault", ["mute", "frozen-telemetry"])
@pytest.mark.parametrize("phase_ms", [0, 400, 900])
def test_sr19_data_that_ends_or_stands_still_stops_a_walk_within_its_time(
    fault: str, phase_ms: int
) -> None:
    with world("ftms", S.WARM_UP).what_if() as rig:
        rig.run_for(phase_ms)
        begun_ms = rig.now_ms
        rig.act(fault)
        rig.run_until(lambda: bool(rig.stops()), limit_ms=10_000)
        cause, by_ms = {
            "mute": ("telemetry_stale", 2_600),
            "frozen-telemetry": ("telemetry_frozen", 3_100),
        }[fault]
        assert rig.stops() == [("fast_stop", cause)]
        assert rig.now_ms - begun_ms <= by_ms


@pytest.mark.parametrize("verb", ["pause", "stop", "fast_stop"])
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(MachineOptions(), id="ordinary"),
        pytest.param(MachineOptions(ramp_ckmh_s=25), id="slow"),
        pytest.param(MachineOptions(ramp_ckmh_s=200), id="fast"),
        pytest.param(MachineOptions(telemetry_delay_ms=500), id="late"),
        pytest.param(MachineOptions(quirks=("slow-link",)), id="slow link"),
        pytest.param(MachineOptions(data_period_ms=500), id="twice a second"),
    ],
)
def test_sr22_a_stop_from_a_fast_walk_on_a_healthy_machine_of_any_temper_is_no_fault(
    options: MachineOptions, verb: str
) -> None:
    rig = fast_walk(options)
    with rig.what_if() as twin:
        getattr(twin.session, verb)()
        twin.run_until(lambda: twin.last().standstill, limit_ms=30_000)
        assert [cause for _, cause in twin.stops()] == [
            "operator_fast_stop" if verb == "fast_stop" else "operator_soft_stop"
        ]
