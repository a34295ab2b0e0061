"""The Woodway US firmware against serial.md 1A. Every byte here is from its tables."""

import pytest

from simulator.options import (
    MachineClass,
    MachineOptions,
    OppositeSign,
    TimeoutNotice,
)
from tests.simulator.bench import Bench

MPH = 160.9344
"""One mph in 0.01 km/h."""


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        pytest.param("C0", "D0 31", id="stopped"),
        pytest.param("C1", "D1 30 30 30 30", id="speed"),
        pytest.param("C2", "D2 30 30 30 30", id="elevation"),
        pytest.param("A0", "B0", id="start with timer"),
        pytest.param("A1", "B1", id="start without timer"),
        pytest.param("A9", "B9", id="engage without timer"),
        pytest.param("A2", "B2", id="disengage"),
        pytest.param("AA", "BA", id="auto stop"),
        pytest.param("A3 30 30 32 30", "B3", id="2.0 mph"),
        pytest.param("A3 33 30 32 30", "B3", id="-2.0 mph"),
        pytest.param("A3 33 32 39 39", "B3", id="-29.9 mph"),
        pytest.param("A3 33 30 30 30", "B3", id="minus zero is accepted"),
        pytest.param("A4 30 30 35 30", "B4", id="5.0 %"),
        pytest.param("A4 30 33 30 30", "BE", id="30 % is out of range"),
        pytest.param("A3 31 30 32 30", "BE", id="sign digit 1"),
        pytest.param("A3 30 33 30 30", "BE", id="30.0 mph"),
        pytest.param("A3 30 41 30 30", "BE", id="a letter"),
        pytest.param("A3 33 30 31 32 35", "BE", id="pyWoodway's five digits"),
        pytest.param("30", "BE", id="a digit out of nowhere"),
        pytest.param("C1 30", "BE", id="a query with a digit"),
        *(
            pytest.param(opcode, "BF", id=f"{opcode} has unknown payload")
            for opcode in ("A6", "A7", "A8", "AB", "AD", "88", "C4", "FF")
        ),
    ],
)
def test_each_command_has_its_answer(command: str, reply: str) -> None:
    assert Bench().say(command) == reply


def test_the_firmware_revision_is_four_bytes() -> None:
    assert len(Bench().say("C3").split()) == 5


def test_five_digits_move_nothing_although_the_belt_is_engaged() -> None:
    bench = Bench()
    bench.say("A0")
    bench.say("A3 33 30 31 32 35")
    bench.chat(2_000)
    assert bench.seen("belt_ckmh") == [0.0]


def test_sr03_setting_a_speed_never_starts_the_belt() -> None:
    bench = Bench()
    bench.say("A3 30 30 32 30")
    bench.chat(3_000)
    assert bench.seen("belt_ckmh") == [0.0]
    assert bench.say("C0") == "D0 31"


def test_an_engaged_belt_without_a_speed_stands() -> None:
    bench = Bench()
    bench.say("A0")
    bench.chat(3_000)
    assert bench.seen("belt_ckmh") == [0.0]
    assert bench.say("C0") == "D0 32"


@pytest.mark.parametrize(("start", "digit"), [("A0", "32"), ("A1", "33"), ("A9", "33")])
def test_the_drive_state_tells_whether_the_timer_is_on(start: str, digit: str) -> None:
    bench = Bench()
    bench.say(start)
    assert bench.say("C0") == f"D0 {digit}"


def test_the_belt_reaches_its_speed_and_reads_it_back() -> None:
    bench = Bench()
    bench.walk("A3 30 30 32 30")
    assert bench.belt_ckmh == pytest.approx(2.0 * MPH, abs=0.01)
    assert bench.say("C1") == "D1 30 30 32 30"


def test_reverse_is_read_back_with_sign_digit_3() -> None:
    bench = Bench()
    bench.walk("A3 33 30 32 30")
    assert bench.lines[-1]["belt_direction"] == "reverse"
    assert bench.belt_ckmh > 0
    assert bench.say("C1") == "D1 33 30 32 30"


def test_after_reverse_zero_is_read_back_as_plain_zero() -> None:
    bench = Bench()
    bench.walk("A3 33 30 32 30")
    bench.say("AA")
    assert bench.chat(3_000) == "D1 30 30 30 30"
    assert bench.lines[-1]["belt_direction"] == "reverse"


def test_minus_zero_turns_nothing() -> None:
    bench = Bench()
    bench.walk("A3 33 30 30 30", 1_000)
    assert bench.seen("belt_direction") == ["forward"]


def test_auto_stop_ramps_and_lowers_the_deck() -> None:
    bench = Bench()
    bench.say("A4 30 30 32 30")
    bench.walk()
    assert bench.say("C2") == "D2 30 30 32 30"
    bench.say("AA", 200)
    assert bench.say("C0") == "D0 32"
    bench.chat(5_000)
    assert bench.belt_ckmh == 0
    assert bench.say("C0") == "D0 31"
    assert bench.lines[-1]["incline_permille"] == 0


def test_sr35_a_stop_repeated_at_standstill_does_not_engage_the_drive_again() -> None:
    bench = Bench()
    bench.say("A0")
    bench.say("AA")
    bench.chat(200)
    assert bench.say("C0") == "D0 31"
    bench.say("AA", wait_ms=10)
    assert bench.say("C0") == "D0 31"


def test_disengaging_coasts_far_longer_than_a_stop_and_says_stopped_at_once() -> None:
    bench = Bench()
    bench.walk()
    bench.say("A2")
    assert bench.say("C0") == "D0 31"
    bench.wait(1_200)
    assert bench.belt_ckmh > 50, "a stop would have ended by now"


def test_the_last_speed_survives_a_stop_and_the_next_start_runs_to_it() -> None:
    bench = Bench()
    bench.walk()
    bench.say("AA")
    bench.chat(3_000)
    bench.say("A0")
    bench.chat(8_000)
    assert bench.belt_ckmh == pytest.approx(1.5 * MPH, abs=0.01)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_zero_before_the_start_or_a_forgetful_machine_makes_it_stand(keeps: bool) -> None:
    bench = Bench(options=MachineOptions(keeps_setpoint=keeps))
    bench.walk()
    bench.say("AA")
    bench.chat(3_000)
    if keeps:
        assert bench.say("A3 30 30 30 30") == "B3"
    bench.say("A0")
    bench.chat(2_000)
    assert bench.belt_ckmh == 0


def test_a_zero_after_auto_stop_does_not_soften_the_stop() -> None:
    alone, both = Bench(), Bench()
    for bench, second in ((alone, "C0"), (both, "A3 30 30 30 30")):
        bench.walk()
        bench.say("AA", 50)
        bench.say(second, 1_100)
    assert both.belt_ckmh == alone.belt_ckmh == 0


def test_the_opposite_sign_is_refused_while_moving() -> None:
    bench = Bench()
    bench.walk()
    assert bench.say("A3 33 30 31 35") == "BE"
    bench.chat(3_000)
    assert bench.seen("belt_direction") == ["forward"]
    assert bench.belt_ckmh == pytest.approx(1.5 * MPH, abs=0.01)


def test_the_opposite_sign_is_refused_while_a_start_is_on_its_way() -> None:
    bench = Bench(options=MachineOptions(lag_ms=200))
    bench.say("A0")
    bench.say("A3 30 30 31 35", 20)
    assert bench.say("A3 33 30 31 35") == "BE"


def test_the_opposite_sign_goes_through_zero_on_a_machine_that_takes_it() -> None:
    bench = Bench(options=MachineOptions(opposite_sign=OppositeSign.THROUGH_ZERO))
    bench.walk()
    assert bench.say("A3 33 30 31 35") == "B3"
    bench.chat(10_000)
    assert bench.belt_ckmh == pytest.approx(1.5 * MPH, abs=0.01)
    assert bench.seen("belt_direction") == ["forward", "reverse"]
    turned = next(i for i, line in enumerate(bench.lines) if line["belt_direction"] == "reverse")
    assert bench.lines[turned]["belt_ckmh"] < 4, "one line after zero at most"
    assert min(line["belt_ckmh"] for line in bench.lines[turned - 1 : turned + 1]) < 4


def test_the_direction_is_free_to_change_at_standstill() -> None:
    bench = Bench()
    bench.walk()
    bench.say("AA")
    bench.chat(3_000)
    bench.say("A3 30 30 30 30")
    bench.walk("A3 33 30 31 35")
    assert bench.seen("belt_direction") == ["forward", "reverse"]


def test_a_speed_outside_the_machines_range_is_refused() -> None:
    bench = Bench(options=MachineOptions(min_ckmh=50, max_ckmh=500))
    assert bench.say("A3 30 30 30 33") == "BE", "0.48 km/h"
    assert bench.say("A3 30 30 30 34") == "B3", "0.64 km/h"
    assert bench.say("A3 30 30 33 31") == "B3", "4.99 km/h"
    assert bench.say("A3 30 30 33 32") == "BE", "5.15 km/h"
    assert bench.say("A3 30 30 30 30") == "B3", "zero is always in range"


def test_the_first_command_after_a_time_out_is_answered_with_bd_and_starts_nothing() -> None:
    bench = Bench()
    bench.walk()
    assert bench.wait(3_000) == ""
    assert bench.say("A0") == "BD"
    assert bench.say("C0") == "D0 31"


def test_bd_can_be_pushed_instead() -> None:
    bench = Bench(options=MachineOptions(timeout_notice=TimeoutNotice.PUSHED))
    bench.walk()
    assert bench.wait(3_000) == "BD"
    assert bench.say("C0") == "D0 31"


def test_a_stop_counts_although_it_is_answered_with_bd() -> None:
    bench = Bench()
    bench.walk()
    bench.wait(520)
    assert bench.say("AA") == "BD"
    bench.wait(1_500)
    assert bench.belt_ckmh == 0


def test_a_start_without_timer_is_not_supervised() -> None:
    bench = Bench()
    bench.say("A3 30 30 31 35")
    bench.say("A1")
    bench.wait(20_000)
    assert bench.belt_ckmh == pytest.approx(1.5 * MPH, abs=0.01)


def test_class_c_says_the_timer_is_on_and_keeps_running() -> None:
    bench = Bench(options=MachineOptions(machine_class=MachineClass.C))
    bench.walk()
    assert bench.say("C0") == "D0 32"
    bench.wait(20_000)
    assert bench.belt_ckmh == pytest.approx(1.5 * MPH, abs=0.01)
