"""The Trackmaster firmware against serial.md 2. Every byte here is from its tables."""

import pytest

from simulator.errors import OptionError
from simulator.options import MachineOptions
from tests.simulator.bench import Bench

WALK = "A3 30 30 31 35"
"""1.5 mph."""
WALK_CKMH = 241.4


def trackmaster(scenario: str = "", **options: object) -> Bench:
    return Bench("trackmaster", scenario=scenario, options=MachineOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        pytest.param("C0", "D0 31", id="stopped"),
        pytest.param("C1", "D1 30 30 30 30", id="actual speed"),
        pytest.param("C2", "D2 30 30 30 30", id="actual elevation"),
        pytest.param("C3", "D3 30 30 30 32", id="set speed rests at the minimum"),
        pytest.param("C4", "D4 30 30 30 30", id="set elevation"),
        pytest.param("C5", "D5 30 30 30 30", id="stage time reads zero"),
        pytest.param("C8", "D8 30 30", id="protocol reads zero"),
        pytest.param("CD", "DD 30 30 30 30", id="METs read zero"),
        pytest.param("CE", "DF", id="unknown status request"),
        pytest.param("FF", "DF", id="a status request far out"),
        pytest.param("A0", "B0", id="start with CDS"),
        pytest.param("A1", "B1", id="start without CDS"),
        pytest.param("A2", "B2", id="stop"),
        pytest.param("AA", "BA", id="auto stop"),
        pytest.param("AB", "BB", id="auto cool-down"),
        pytest.param("AC", "BC", id="toggle echo"),
        pytest.param("A3 30 30 34 30", "B3", id="4.0 mph"),
        pytest.param("A3 30 30 30 32", "B3", id="0.2 mph, the minimum"),
        pytest.param("A3 30 30 30 31", "BE", id="below the minimum"),
        pytest.param("A3 30 30 30 30", "BE", id="zero is not a speed here"),
        pytest.param("A3 30 31 35 30", "B3", id="15 mph"),
        pytest.param("A3 30 31 35 31", "BE", id="above the maximum"),
        pytest.param("A3 33 30 31 35", "BE", id="a Woodway reverse is 301.5 mph here"),
        pytest.param("A3 30 3A 30 30", "BE", id="not a digit"),
        pytest.param("A4 30 30 35 30", "B4", id="5.0 %"),
        pytest.param("A4 30 31 32 35", "B4", id="12.5 %"),
        pytest.param("A4 30 31 32 33", "BE", id="12.3 % does not end in 0 or 5"),
        pytest.param("A4 30 32 35 35", "BE", id="25.5 % is too steep"),
        pytest.param("A5 30 30 30 30", "B5", id="set time has no effect"),
        pytest.param("A6 30 31", "B6", id="set protocol takes two digits"),
        pytest.param("A7 30 31", "B7", id="set stage takes two digits"),
        pytest.param("A8", "B8", id="reset counters"),
        pytest.param("A9 30 30 37 30", "B9", id="set weight"),
        pytest.param("AD", "BF", id="illegal command"),
        pytest.param("80", "BF", id="a Biodex start is illegal here"),
    ],
)
def test_each_command_has_its_answer(command: str, reply: str) -> None:
    assert trackmaster().say(command) == reply


@pytest.mark.parametrize("stray", ["54", "30", "0D"])
def test_a_stray_byte_is_not_answered(stray: str) -> None:
    bench = trackmaster()
    assert bench.say(stray) == ""
    bench.wait(3_000)
    assert bench.seen("belt_ckmh") == [0.0]


def test_sr03_setting_a_speed_never_starts_the_belt() -> None:
    bench = trackmaster()
    bench.say(WALK)
    bench.chat(3_000)
    assert bench.seen("belt_ckmh") == [0.0]


def test_a_start_walks_at_the_minimum() -> None:
    bench = trackmaster()
    bench.say("A0")
    bench.chat(3_000)
    assert bench.belt_ckmh == pytest.approx(32.19, abs=0.01)
    assert bench.say("C1") == "D1 30 30 30 32"
    assert bench.say("C0") == "D0 32"


@pytest.mark.parametrize("stop", ["A2", "AA"])
def test_a_stop_forgets_the_speed(stop: str) -> None:
    bench = trackmaster()
    bench.walk()
    assert bench.belt_ckmh == pytest.approx(WALK_CKMH, abs=0.01)
    bench.say(stop)
    bench.chat(3_000)
    assert bench.belt_ckmh == 0
    assert bench.say("C0") == "D0 31"
    bench.say("A0")
    bench.chat(5_000)
    assert bench.belt_ckmh == pytest.approx(32.19, abs=0.01)


@pytest.mark.parametrize(("stop", "permille"), [("A2", 20), ("AA", 0)])
def test_only_auto_stop_lowers_the_deck(stop: str, permille: int) -> None:
    bench = trackmaster()
    bench.say("A4 30 30 32 30")
    bench.walk()
    bench.say(stop)
    bench.chat(5_000)
    assert bench.lines[-1]["incline_permille"] == permille


def test_auto_cool_down_keeps_walking() -> None:
    bench = trackmaster()
    bench.walk()
    bench.say("AB")
    bench.chat(6_000)
    assert bench.belt_ckmh == pytest.approx(32.19, abs=0.01)


def test_echo_mode_repeats_what_was_received_after_each_acknowledgement() -> None:
    bench = trackmaster()
    assert bench.say("AC") == "BC"
    assert bench.say(WALK) == f"B3 {WALK}"
    assert bench.say("C0") == "D0 31", "status requests are not acknowledged"
    assert bench.say("A3 30 30 30 30") == "BE", "nor are errors"
    bench.say("AC")
    assert bench.say(WALK) == "B3"


def test_the_disconnect_stop_flattens_the_deck_and_says_nothing() -> None:
    bench = trackmaster()
    bench.say("A4 30 30 32 30")
    bench.walk()
    assert bench.wait(5_000) == ""
    assert bench.belt_ckmh == 0
    assert bench.lines[-1]["incline_permille"] == 0
    assert bench.say("C0") == "D0 31"


def test_status_requests_keep_the_belt_alive() -> None:
    bench = trackmaster()
    bench.walk()
    for _ in range(20):
        bench.say("C2", 450)
    assert bench.belt_ckmh == pytest.approx(WALK_CKMH, abs=0.01)


def test_a_km_h_machine_reads_the_digits_as_km_h() -> None:
    bench = trackmaster(unit="kmh")
    bench.walk("A3 30 30 32 35")
    assert bench.belt_ckmh == pytest.approx(250)
    assert bench.say("C1") == "D1 30 30 32 35"


def test_woodway_has_no_km_h() -> None:
    with pytest.raises(OptionError, match="speaks mph, not kmh"):
        Bench("woodway-us", options=MachineOptions(unit="kmh"))


# Power-up (serial.md 2.5). The power returns at 1 s and 'T' comes when it has booted.

POWER_CYCLE = """
[[at]]
t_s = 0.5
fault = "power-cut"
for_s = 0.5
"""


def powered_up() -> Bench:
    bench = trackmaster(POWER_CYCLE)
    assert bench.wait(1_400) == ""
    assert bench.wait(200) == "54"
    return bench


def test_a_machine_that_has_long_been_on_starts_at_once() -> None:
    assert trackmaster().say("A0") == "B0"


def test_a_start_in_the_first_three_seconds_is_rejected_and_so_is_every_later_one() -> None:
    bench = powered_up()
    bench.wait(2_000)
    assert bench.say("A0") == "BF"
    bench.chat(10_000)
    assert bench.say("A0") == "BF"
    assert bench.seen("belt_ckmh") == [0.0]


def test_a_start_after_three_seconds_is_taken() -> None:
    bench = powered_up()
    bench.wait(3_000)
    assert bench.say("A0") == "B0"


@pytest.mark.parametrize("stop", ["A2", "AA"])
def test_a_stop_clears_the_rejection(stop: str) -> None:
    bench = powered_up()
    bench.say("A0")
    bench.wait(3_000)
    assert bench.say("A0") == "BF"
    bench.say(stop)
    assert bench.say("A0") == "B0"


def test_a_stop_does_not_shorten_the_three_seconds() -> None:
    bench = powered_up()
    bench.say("A0")
    bench.say("A2")
    assert bench.say("A0") == "BF"


@pytest.mark.parametrize(("silence_ms", "reply"), [(19_500, "BF"), (20_100, "B0")])
def test_twenty_seconds_of_silence_clear_the_rejection(silence_ms: float, reply: str) -> None:
    bench = powered_up()
    bench.say("A0")
    bench.wait(silence_ms)
    assert bench.say("A0") == reply


def test_it_also_rejects_while_the_deck_is_finding_zero() -> None:
    bench = trackmaster(POWER_CYCLE.replace("0.5", "15", 1))
    bench.say("A4 30 30 35 30")
    bench.wait(14_900)
    assert bench.lines[-1]["incline_permille"] == 50
    bench.wait(900)
    assert bench.wait(4_000) == "54"
    assert bench.lines[-1]["incline_permille"] > 20
    assert bench.say("A0") == "BF"


def test_an_echoed_t_starts_the_self_test() -> None:
    bench = powered_up()
    bench.say("54")
    bench.wait(3_000)
    assert bench.belt_ckmh > 150


def test_the_key_cuts_the_power_silences_the_machine_and_reboots_it() -> None:
    bench = trackmaster()
    bench.walk()
    bench.sim.act("key-pull")
    assert bench.chat(4_000) == ""
    assert bench.belt_ckmh < WALK_CKMH
    bench.sim.act("key-insert")
    assert bench.wait(600) == "54"
    assert bench.say("C0") == "D0 31"


def test_on_some_machines_the_key_reads_999_9() -> None:
    bench = trackmaster(reads_999_9=True)
    bench.walk()
    bench.sim.act("key-pull")
    bench.chat(2_000)
    assert bench.say("C1") == "D1 39 39 39 39"
    assert bench.say("C0") == "D0 31"
    assert bench.belt_ckmh == 0
    bench.say("A0")
    bench.chat(1_000)
    assert bench.belt_ckmh == 0
    bench.sim.act("key-insert")
    assert bench.say("C1") == "D1 30 30 30 30"
