"""The first ticks of a gate, and the times it keeps, to the millisecond."""

import pytest

from tests.gate.gate_bench import Bench
from treadctl.model import GatePhase, Reaction, Request


def heard_last(bench: Bench) -> Bench:
    """A machine that has just been heard, and says nothing from now on."""
    while not bench.tick():
        pass
    bench.machine.mute = True
    bench.tick()
    return bench


@pytest.mark.parametrize(("counter", "heard"), [(-1, False), (0, True), (1, True)])
def test_sr30_requests_are_counted_from_zero(counter: int, heard: bool) -> None:
    bench = Bench()
    bench.machine.mute = True  # nobody waits for one that never answered
    bench.tick(request=Request(at_ms=20, counter=counter, end=True))
    assert bench.finished() is heard


def test_sr01_before_its_core_has_said_a_word_a_gate_watches_the_machine() -> None:
    bench = Bench()
    bench.core_talks = False
    bench.run_to(GatePhase.IDLE)
    assert bench.report().reaction is Reaction.NONE


def test_a_link_counts_as_up_before_the_machine_has_had_the_time_to_answer() -> None:
    bench = Bench()
    bench.machine.mute = True
    bench.tick()
    assert (bench.report().link_up, bench.phase()) == (True, GatePhase.QUARANTINE)


def test_reports_are_counted_from_one() -> None:
    bench = Bench()
    bench.run(200)
    assert [report.seq for report in bench.reports] == [1, 2]


def test_a_report_is_due_after_100_ms_and_not_before() -> None:
    bench = Bench().idle()
    bench.run(1_000)
    while bench.report().now_ms != bench.now_ms:
        bench.tick()
    bench.reports.clear()
    bench.tick(99)
    assert bench.reports == []
    bench.tick(1)
    assert len(bench.reports) == 1


def test_sr50_in_motion_a_machine_is_given_up_after_three_seconds_of_silence() -> None:
    bench = heard_last(Bench().moving(400))
    bench.run(3_000)
    assert bench.report().link_up
    bench.tick(1)
    assert not bench.report().link_up


def test_sr50_one_that_was_given_up_is_waited_for_as_long_as_a_lost_link() -> None:
    bench = heard_last(Bench().moving(400))
    bench.core_alive = False
    bench.run(3_020 + 30_000 - 20)
    assert not bench.finished()
    bench.tick()
    assert bench.finished()


def test_nothing_is_measured_before_the_first_reading() -> None:
    bench = Bench()
    while bench.gate.state.sample_seq == 0:
        assert {report.measured_ckmh for report in bench.reports} <= {None}
        bench.tick()
    report = bench.gate.take_report(bench.now_ms + 100)
    assert report is not None
    assert report.measured_ckmh == 0


def test_sr32_a_gate_that_is_late_is_woken_in_the_next_millisecond() -> None:
    bench = Bench().idle()
    late_ms = bench.now_ms + 5_000
    assert bench.gate.next_wake_ms(late_ms) == late_ms + 1


def test_sr32_with_nothing_to_say_the_gate_wakes_by_its_tick() -> None:
    rest, moving = Bench().idle(), Bench().moving()
    for bench, longest_ms in ((rest, 50), (moving, 20)):
        waits_ms = set()
        for _ in range(20):
            bench.tick()
            waits_ms.add(bench.gate.next_wake_ms(bench.now_ms) - bench.now_ms)
        assert max(waits_ms) == longest_ms


def test_sr12_the_end_of_a_ramp_is_the_machines_own_stop_and_not_the_strongest() -> None:
    bench = Bench().moving()
    bench.ask(setpoint_ckmh=0)
    since_ms = bench.now_ms
    bench.run_to(GatePhase.IDLE)
    said = bench.said_since(since_ms)
    assert b"\xaa" in said
    assert b"\xa30000" not in said


def test_sr49_a_report_brings_what_the_gate_was_given_since_the_one_before() -> None:
    bench = Bench()
    bench.run(120)
    assert bench.reports[0].ticks == "@0 20,tA0,l1,c1,p0,q1,wc0"
    assert [word.partition(",")[0] for word in bench.reports[1].ticks.split()] == ["20"] * 5
