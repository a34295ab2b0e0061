"""A gate and a Bluetooth treadmill, tick by tick: what is said, when, and what is believed."""

from dataclasses import replace
from itertools import pairwise
from struct import pack
from typing import Any, Final

import pytest

from tests.contracts.ftms_peer import FtmsPeer
from tests.gate.gate_bench import ALL_ITEMS, WOODWAY, Bench
from treadctl.gate.setup import GateSetup, MachineClass, MachineFacts
from treadctl.model import GatePhase, Reaction, Request

FTMS: Final = replace(
    WOODWAY,
    machine=MachineFacts(
        protocol="ftms", machine_class=MachineClass.C, ramp_ckmh_s=60, max_ckmh=2_000, unit="kmh"
    ),
)
START, STOP, CONTROL = "07", "0801", "00"


def value(uuid: int, data: str) -> bytes:
    raw = bytes.fromhex(data)
    return b"\x81" + pack("<HH", 2 + len(raw), uuid) + raw


def status(data: str) -> bytes:
    return value(0x2ADA, data)


class Obedient:
    """The peer of the contract suite, with what a test takes away from it."""

    def __init__(self) -> None:
        self.peer = FtmsPeer()
        self.deaf = False
        self.mute = False

    def answer(self, frame: bytes) -> bytes:
        if not self.deaf:
            self.peer.receive(frame)
        return b""

    def say(self, now_ms: int) -> bytes:
        said = self.peer.advance(now_ms)
        return b"" if self.mute else said


class WithoutItsKey(FtmsPeer):
    """It says that it will not start."""

    def _obey(self, value: bytes) -> int:
        return 4 if value == b"\x07" else super()._obey(value)


class FtmsBench(Bench):
    def __init__(self, setup: GateSetup = FTMS) -> None:
        super().__init__(setup)
        self.ftms = Obedient()
        self.machine: Any = self.ftms

    def tick(self, tick_ms: int = 20, *, request: Request | None = None) -> list[bytes]:
        self._answers += self.ftms.say(self.now_ms + tick_ms)
        return super().tick(tick_ms, request=request)

    def words(self, *, since_ms: int = 0) -> list[str]:
        """What was written to the control point."""
        return [frame[10:].hex() for at_ms, frame in self.sent if at_ms >= since_ms]

    def belt_ckmh(self) -> float:
        return self.ftms.peer.belt_ckmh


def test_sr06_control_is_requested_once_and_only_after_five_seconds_of_measured_zero() -> None:
    bench = FtmsBench()
    bench.run(5_000)
    assert set(bench.words()) <= {STOP}
    bench.idle()
    bench.run(10_000)
    assert bench.words().count(CONTROL) == 1
    assert set(bench.words()) == {STOP, CONTROL}


def test_the_machines_own_range_and_not_the_setups_is_what_counts() -> None:
    bench = FtmsBench().idle()
    config = bench.gate.config
    assert (config.min_ckmh, config.max_ckmh, config.step_ckmh) == (50, 1_600, 10)
    assert config.v_start_ckmh == 50
    narrow = FtmsBench(replace(FTMS, machine=replace(FTMS.machine, min_ckmh=80, max_ckmh=600)))
    config = narrow.idle().gate.config
    assert (config.min_ckmh, config.max_ckmh, config.v_start_ckmh) == (80, 600, 80)


def test_sr15_data_that_comes_before_the_range_teaches_nothing_of_the_range() -> None:
    bench = FtmsBench()
    bench.ftms.mute = True
    declared = bench.gate.config
    for _ in range(10):
        bench._answers += value(0x2ACD, "00000000")
        bench.tick()
    assert bench.gate.config == declared
    assert not bench.report().standstill


def test_a_machine_that_nobody_has_measured_is_reported_as_unknown() -> None:
    assert FtmsBench().idle().report().machine_profile == "unknown"
    named = FtmsBench(replace(FTMS, machine=replace(FTMS.machine, profile="kingsmith"))).idle()
    assert named.report().machine_profile == "kingsmith"


def test_sr54_an_unqualified_machine_keeps_the_lower_cap_backward() -> None:
    bench = FtmsBench().idle()
    assert bench.gate.config.class_c
    assert bench.report().cap_ckmh == 500  # forward


def test_sr03_sr11_a_walk_from_the_start_to_its_speed_and_back_to_standing() -> None:
    bench = FtmsBench()
    bench.moving(100)
    assert bench.belt_ckmh() == pytest.approx(100, abs=1)
    walked = [word for word in bench.words() if word not in (STOP, CONTROL)]
    assert walked[:2] == [START, "023200"]
    speeds = [int.from_bytes(bytes.fromhex(word[2:]), "little") for word in walked[1:]]
    assert speeds == sorted(speeds)
    assert max(b - a for a, b in pairwise(speeds)) <= 20
    bench.ask(setpoint_ckmh=0)
    bench.run_to(GatePhase.IDLE)
    assert bench.belt_ckmh() == 0
    assert bench.words()[-1] == STOP
    assert bench.report().standstill
    assert bench.report().latched is Reaction.NONE


@pytest.mark.parametrize(
    ("said", "cause", "reaction"),
    [
        pytest.param("03", "safety_key", Reaction.E_STOP, id="safety key"),
        pytest.param("0201", "console_stop", Reaction.FAST_STOP, id="stop at the console"),
        pytest.param("0202", "console_stop", Reaction.FAST_STOP, id="pause at the console"),
        pytest.param("050000", "console_stop", Reaction.FAST_STOP, id="speed zero there"),
        pytest.param("05f501", "console_speed", Reaction.FAST_STOP, id="a speed above the cap"),
    ],
)
def test_sr36_sr39_what_happens_at_the_machine_latches_and_is_named(
    said: str, cause: str, reaction: Reaction
) -> None:
    bench = FtmsBench()
    bench.moving()
    since_ms = bench.now_ms
    bench.hear(status(said))
    bench.run_to(GatePhase.LATCHED)
    assert (bench.report().latched, bench.report().latched_cause) == (reaction, cause)
    assert STOP in bench.words(since_ms=since_ms)
    assert START not in bench.words(since_ms=since_ms)


@pytest.mark.parametrize("said", ["03", "0201"])
def test_sr36_after_the_machines_own_stop_no_speed_is_sent(said: str) -> None:
    bench = FtmsBench()
    bench.moving()
    bench.hear(status(said))
    since_ms = bench.now_ms
    bench.run(10_000)
    assert not [w for w in bench.words(since_ms=since_ms) if w.startswith("02") and w != "020000"]


def test_sr39_a_lower_speed_at_the_console_is_kept_and_never_raised() -> None:
    bench = FtmsBench()
    bench.moving(100)
    bench.ftms.peer.receive(b"\x01\x0a\x00\x63\x00\x00\x00\xd9\x2a\x01\x02\x46\x00")  # by others
    bench.hear(status("054600"))
    since_ms = bench.now_ms
    bench.ask(setpoint_ckmh=140)
    bench.run(30_000)
    assert (bench.report().reaction, bench.report().cause) == (Reaction.HOLD, "console_took_over")
    assert bench.words(since_ms=since_ms) == []
    assert bench.belt_ckmh() == pytest.approx(70, abs=1)


def test_sr39_a_higher_speed_at_the_console_is_kept_and_the_plans_stop_is_no_trip() -> None:
    bench = FtmsBench()
    bench.moving(100)
    bench.ftms.peer.receive(b"\x01\x0a\x00\x63\x00\x00\x00\xd9\x2a\x01\x02\xa0\x00")  # by others
    bench.hear(status("05a000"))
    since_ms = bench.now_ms
    bench.run(20_000)
    assert (bench.report().reaction, bench.report().cause) == (Reaction.HOLD, "console_took_over")
    assert bench.words(since_ms=since_ms) == []
    assert bench.belt_ckmh() == pytest.approx(160, abs=1)
    bench.ask(setpoint_ckmh=0)
    bench.run_to(GatePhase.IDLE)
    assert bench.report().latched is Reaction.NONE


def test_a_machine_that_refuses_to_start_is_named_and_its_belt_known_to_stand() -> None:
    bench = FtmsBench()
    bench.ftms.peer = WithoutItsKey()
    bench.counting_down()
    bench.run_to(GatePhase.STOPPING)
    report = bench.report()
    assert (report.reaction, report.cause) == (Reaction.SOFT_STOP, "start_refused")
    bench.run_to(GatePhase.IDLE)
    assert bench.report().standstill
    assert START in bench.words()
    assert bench.words()[-1] == STOP


def test_sr08_sr35_a_belt_started_at_its_console_is_stopped_before_its_data_can_show_it() -> None:
    bench = FtmsBench()
    bench.ready()
    assert bench.report().standstill
    bench.ftms.mute = True
    since_ms = bench.now_ms
    bench.hear(status("04"))
    assert bench.words(since_ms=since_ms) == [STOP]
    bench.run(200)
    assert bench.report().latched_cause == "unexpected_motion"
    assert not bench.report().standstill


def test_sr38_lost_control_stops_and_is_not_asked_for_again_before_a_person_arms() -> None:
    bench = FtmsBench()
    bench.moving()
    since_ms = bench.now_ms
    bench.hear(status("ff"))
    bench.run_to(GatePhase.IDLE)
    assert STOP in bench.words(since_ms=since_ms)
    assert bench.report().latched is Reaction.NONE
    bench.ask(arm=False, setpoint_ckmh=0)
    bench.run(20_000)
    assert CONTROL not in bench.words(since_ms=since_ms)
    bench.ask(arm=True)
    bench.run(500)
    assert bench.words(since_ms=since_ms).count(CONTROL) == 1
    assert [refusal.cause for report in bench.reports for refusal in report.refused] == [
        "control_missing"
    ]
    bench.ask(arm=False)
    bench.tick()
    bench.ask(arm=True)
    bench.run(100)
    assert bench.phase() is GatePhase.ARMED


def test_sr38_control_that_was_taken_is_not_asked_for_on_another_link_either() -> None:
    bench = FtmsBench()
    bench.moving()
    bench.hear(status("ff"))
    bench.run_to(GatePhase.IDLE)
    bench.ask(arm=False, setpoint_ckmh=0)
    for _ in range(2):
        bench.link_up = False
        bench.run(500)
        bench.link_up = True
        bench.ftms.peer = FtmsPeer()
        since_ms = bench.now_ms
        bench.run(10_000)
        assert STOP in bench.words(since_ms=since_ms)
        assert CONTROL not in bench.words(since_ms=since_ms)
    bench.ask(arm=True)
    bench.run(500)
    assert bench.words(since_ms=since_ms).count(CONTROL) == 1


def test_sr19_a_machine_that_falls_silent_is_stopped_and_has_to_prove_itself_again() -> None:
    bench = FtmsBench()
    bench.moving()
    bench.ftms.mute = True
    bench.run(2_600)
    assert bench.report().latched_cause == "telemetry_stale"
    bench.run(1_000)
    assert not bench.report().link_up
    bench.ftms.mute = False
    bench.run(3_000)
    assert bench.report().link_up
    assert not bench.report().standstill or bench.phase() is GatePhase.LATCHED
    bench.run(10_000)
    assert bench.phase() is GatePhase.LATCHED


def test_sr50_control_is_asked_for_anew_of_a_machine_that_comes_back() -> None:
    bench = FtmsBench()
    bench.idle()
    bench.run(1_000)
    bench.ftms.mute = True
    bench.run(4_000)
    assert not bench.report().link_up
    bench.ftms.mute = False
    since_ms = bench.now_ms
    bench.run(10_000)
    assert bench.words(since_ms=since_ms).count(CONTROL) == 1


def test_sr19_a_clock_that_stands_while_the_belt_moves_stops_it() -> None:
    bench = FtmsBench()
    bench.moving()
    bench.ftms.mute = True
    for _ in range(10):
        bench.hear(value(0x2ACD, "000464003d00"))
        bench.run(500)
    assert bench.report().latched_cause == "telemetry_frozen"


@pytest.mark.parametrize(
    ("stated", "cause"),
    [
        pytest.param("3200", "no_speed_range", id="cut short"),
        pytest.param("000000000000", "no_speed_range", id="zeros"),
        pytest.param("b80ba00f0a00", "machine_minimum", id="30 to 40 km/h"),
        pytest.param("000010006400", "machine_minimum", id="a step that leaves its range"),
    ],
)
def test_a_machine_that_says_nothing_it_could_be_asked_for_is_watched_and_never_armed(
    stated: str, cause: str
) -> None:
    bench = FtmsBench()
    bench.ftms.peer._outgoing[1] = (0, value(0x2AD4, stated))
    bench.idle()
    bench.ask(checklist=ALL_ITEMS, arm=True)
    bench.run(2_000)
    assert bench.report().cause == cause
    assert START not in bench.words()


def test_a_control_point_that_falls_silent_stops_the_belt_and_wants_another_link() -> None:
    bench = FtmsBench()
    bench.moving()
    bench.ftms.deaf = True
    bench.ask(setpoint_ckmh=120)
    bench.run(16_000)
    assert bench.words()[-1] == STOP
    assert bench.report().latched is Reaction.E_STOP  # it went on as if it had not been told
    assert bench.gate.wants_new_link
    bench.link_up = False
    bench.tick()
    assert not bench.gate.wants_new_link


def test_sr20_in_motion_another_link_is_wanted_however_often_that_was_so_before() -> None:
    bench = FtmsBench()
    bench.ftms.deaf = True
    bench.run(8_000)
    bench.link_up = False
    bench.run(500)
    bench.link_up = True
    bench.ftms.peer, bench.ftms.deaf = FtmsPeer(), False
    bench.moving()
    bench.ftms.deaf = True
    bench.ask(setpoint_ckmh=120)
    bench.run(16_000)
    assert bench.phase() is GatePhase.STOPPING
    assert bench.gate.wants_new_link


def test_sr32_where_only_the_machine_can_act_the_gate_wakes_by_its_tick() -> None:
    bench = FtmsBench().idle()
    bench.run(2_000)
    assert bench.gate.next_wake_ms(bench.now_ms) == bench.now_ms + 50


def test_sr38_whoever_answers_nothing_at_rest_is_called_once_more_and_then_told_to_people() -> None:
    bench = FtmsBench()
    bench.ftms.deaf = True
    bench.run(8_000)
    first = bench.gate.wants_new_link
    bench.link_up = False
    bench.run(500)
    bench.link_up = True
    bench.ftms.peer = FtmsPeer()
    bench.idle()
    bench.run(10_000)
    assert (first, bench.gate.wants_new_link) == (True, False)
    bench.ask(checklist=ALL_ITEMS, arm=True)
    bench.run(500)
    assert bench.report().cause == "no_answer"
    bench.ftms.deaf = False
    bench.link_up = False
    bench.run(500)
    bench.link_up = True
    bench.ftms.peer = FtmsPeer()
    bench.ask(arm=False)
    bench.run(10_000)
    assert bench.report().cause != "no_answer"


def test_sr37_a_reconnect_says_stop_first_and_asks_for_control_only_after_the_quarantine() -> None:
    bench = FtmsBench()
    bench.moving()
    bench.link_up = False
    bench.run(1_000)
    assert bench.report().latched_cause == "link_lost"
    old = bench.ftms.peer
    bench.ftms.peer = FtmsPeer()
    bench.ftms.peer.belt_ckmh = old.belt_ckmh
    bench.link_up = True
    since_ms = bench.now_ms
    bench.run(4_000)
    assert bench.words(since_ms=since_ms)[0] == STOP
    assert CONTROL not in bench.words(since_ms=since_ms)
    bench.run(8_000)
    assert bench.words(since_ms=since_ms).count(CONTROL) == 1
    assert bench.phase() is GatePhase.LATCHED
