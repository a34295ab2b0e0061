"""Each fault is visible where it should be: in the truth, on the wire, or in one of the two."""

import re

import pytest

from simulator.errors import FaultError
from simulator.faults import FAULTS, Lasts, check, listing
from simulator.options import MachineClass, MachineOptions
from tests.simulator.bench import Bench

WALK_CKMH = pytest.approx(241.4, abs=0.01)
WALKING = "D1 30 30 31 35"
STANDING = "D1 30 30 30 30"
SERIAL = [name for name, fault in FAULTS.items() if fault.only is None]


@pytest.fixture
def walking() -> Bench:
    bench = Bench()
    bench.walk()
    return bench


def test_the_names_the_issue_asks_for_exist() -> None:
    asked = (
        "strap-pull strap-clip key-pull cord-tangle console-stop console-start mute lost-ack "
        "garbled-bytes delayed-telemetry frozen-telemetry runaway creep-after-stop stall jam "
        "jam-release self-start ignores-stop ignores-speed wrong-unit power-cut power-return "
        "link-drop link-return"
    )
    assert set(asked.split()) <= set(FAULTS)


@pytest.mark.parametrize("name", SERIAL)
def test_every_fault_is_kebab_case_said_in_one_line_and_takes_its_defaults(name: str) -> None:
    fault = FAULTS[name]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert fault.summary.endswith(".")
    assert "\n" not in fault.summary
    assert set(check(name, {})) == {parameter.name for parameter in fault.parameters}
    bench = Bench()
    bench.sim.act(name)
    bench.wait(100)


@pytest.mark.parametrize("name", [n for n in SERIAL if not FAULTS[n].is_person])
def test_every_fault_shows_in_the_truth_and_none_outlasts_its_time(name: str) -> None:
    bench = Bench()
    lasting = FAULTS[name].lasts is Lasts.WHILE
    if lasting:
        bench.sim.act(name, for_s=0.2)
    else:
        bench.sim.act(name)
    bench.wait(150)
    assert name in bench.at(50)["faults"]
    assert (name in bench.at(150)["faults"]) is (lasting or FAULTS[name].lasts is Lasts.COUNT)
    bench.wait(100)
    assert (name in bench.lines[-1]["faults"]) is (FAULTS[name].lasts is Lasts.COUNT)


@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if f.ends])
def test_an_opposite_ends_its_fault_and_is_harmless_alone(name: str) -> None:
    bench = Bench()
    bench.sim.act(name)
    assert bench.say("C0") == "D0 31"
    ends = FAULTS[name].ends or ""
    bench.sim.act(ends)
    bench.wait(100)
    bench.sim.act(name)
    bench.wait(100)
    assert bench.lines[-1]["faults"] == []
    bench.wait(2_000)
    assert bench.say("C0") == "D0 31"


def test_the_listing_has_one_line_per_fault() -> None:
    lines = listing()
    assert len(lines) == len(FAULTS)
    assert any("speed_ckmh=80 0.01 km/h" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("strap-pul", {}, "unknown fault 'strap-pul'"),
        ("mute", {"for": 1}, "mute has no parameter 'for'; it takes for_s"),
        ("strap-clip", {"for_s": 1}, "strap-clip has no parameter 'for_s'; it takes no parameters"),
        ("mute", {"for_s": float("nan")}, "for_s is nan; it must be a number"),
        ("mute", {"for_s": float("inf")}, "for_s is inf; it must be a number"),
        ("mute", {"for_s": True}, "for_s is True; it must be a number"),
        ("mute", {"for_s": "3"}, "for_s is '3'; it must be a number"),
        ("mute", {"for_s": 0}, "for_s is 0; it must be 0.001 to 86400 s"),
        ("mute", {"for_s": -1}, "for_s is -1; it must be 0.001 to 86400 s"),
        ("lost-ack", {"count": 1.5}, "count is 1.5; it must be a whole number"),
        ("lost-ack", {"count": 0}, "count is 0; it must be 1 to 1000000 times"),
        ("garbled-bytes", {"share": 1.1}, "share is 1.1; it must be 0.001 to 1 of all"),
        ("runaway", {"to_ckmh": None}, "to_ckmh is None; it must be a number"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_and_nothing_happens(
    name: str, given: dict[str, object], message: str
) -> None:
    bench = Bench()
    with pytest.raises(FaultError, match=re.escape(message)):
        bench.sim.act(name, **given)
    bench.wait(100)
    assert bench.lines[-1]["faults"] == []


def test_injecting_again_replaces_the_time(walking: Bench) -> None:
    walking.sim.act("mute", for_s=0.2)
    walking.sim.act("mute", for_s=1.0)
    assert walking.chat(900) == ""
    assert walking.chat(300) == WALKING


# The host's switch and the machine's own key.


def test_sr16_the_strap_moves_only_the_hosts_switch(walking: Bench) -> None:
    walking.sim.act("strap-pull", for_s=1)
    assert not walking.strap_closed()
    assert walking.chat(900) == WALKING
    assert walking.lines[-1]["strap"] == "released"
    walking.chat(200)
    assert walking.strap_closed()
    assert walking.belt_ckmh == WALK_CKMH


def test_the_woodway_key_stops_the_belt_and_no_start_works_without_it(walking: Bench) -> None:
    walking.sim.act("key-pull")
    assert walking.say("C0") == "D0 31"
    walking.chat(2_000)
    assert walking.belt_ckmh == 0
    assert walking.say("A0") == "B0", "the key is not reported"
    walking.chat(2_000)
    assert walking.belt_ckmh == 0
    walking.sim.act("key-insert")
    walking.chat(2_000)
    assert walking.belt_ckmh == 0, "putting it back starts nothing"
    walking.say("A0")
    walking.chat(2_000)
    assert walking.belt_ckmh > 0


# The console.


@pytest.mark.parametrize("machine", ["woodway-us", "trackmaster"])
def test_sr36_a_console_stop_is_seen_only_as_stopped(machine: str) -> None:
    bench = Bench(machine)
    bench.walk()
    bench.sim.act("console-stop")
    assert bench.say("C0") == "D0 31"
    assert bench.say("A3 30 30 31 35") == "B3"
    bench.chat(3_000)
    assert bench.belt_ckmh == 0, "a speed does not start it again"


@pytest.mark.parametrize("machine", ["woodway-us", "trackmaster"])
def test_a_console_start_runs_unsupervised(machine: str) -> None:
    bench = Bench(machine)
    bench.sim.act("console-start", speed_ckmh=120)
    bench.wait(5_000)
    assert bench.belt_ckmh == 120
    assert bench.say("C0") == "D0 33"


def test_sr39_the_console_can_change_a_running_speed(walking: Bench) -> None:
    walking.sim.act("console-start", speed_ckmh=120)
    walking.chat(5_000)
    assert walking.belt_ckmh == 120


# The wire.


def test_a_mute_machine_obeys(walking: Bench) -> None:
    walking.sim.act("mute")
    assert walking.say("AA") == ""
    walking.wait(2_000)
    assert walking.belt_ckmh == 0


def test_lost_acknowledgements_are_counted_and_queries_are_not_among_them(walking: Bench) -> None:
    walking.sim.act("lost-ack", count=2)
    assert walking.say("C0") == "D0 32"
    assert walking.say("A0") == ""
    assert walking.say("A0") == ""
    assert walking.say("A0") == "B0"
    assert walking.lines[-1]["faults"] == []


def test_garbled_bytes_are_other_bytes_as_many_of_them_and_the_same_for_a_seed() -> None:
    def heard(seed: int) -> str:
        bench = Bench(seed=seed)
        bench.sim.act("garbled-bytes", share=0.5)
        return " ".join(bench.say("C1") for _ in range(20))

    assert heard(1) == heard(1)
    assert heard(1) != heard(2)
    assert len(heard(1).split()) == 100
    right = sum(
        a == b for a, b in zip(heard(1).split(), (STANDING + " ").split() * 20, strict=True)
    )
    assert 30 <= right <= 70


def test_fully_garbled_bytes_are_never_right(walking: Bench) -> None:
    walking.sim.act("garbled-bytes", share=1)
    for _ in range(50):
        answer = walking.say("C1").split()
        assert all(a != b for a, b in zip(answer, WALKING.split(), strict=True))


def test_a_half_deaf_machine_hears_half(walking: Bench) -> None:
    walking.sim.act("deaf", share=0.5)
    answers = [walking.say("C0", 20) for _ in range(100)]
    assert 30 <= sum(answer != "" for answer in answers) <= 70


# Telemetry.


def test_sr19_delayed_telemetry_tells_the_past(walking: Bench) -> None:
    walking.sim.act("delayed-telemetry", delay_s=3)
    walking.say("AA")
    assert walking.chat(2_500) == WALKING
    assert walking.belt_ckmh == 0
    assert walking.chat(2_500) == STANDING


def test_sr19_frozen_telemetry_tells_what_was(walking: Bench) -> None:
    walking.sim.act("frozen-telemetry", for_s=5)
    walking.say("AA")
    assert walking.chat(4_500) == WALKING
    assert walking.belt_ckmh == 0
    assert walking.chat(1_000) == STANDING


def test_a_frozen_zero_hides_a_moving_belt() -> None:
    bench = Bench()
    bench.sim.act("frozen-telemetry")
    bench.walk()
    assert bench.belt_ckmh == WALK_CKMH
    assert bench.say("C1") == STANDING


# The drive.


def test_sr21_a_runaway_reaches_22_km_h_and_reads_it_back(walking: Bench) -> None:
    walking.sim.act("runaway", to_ckmh=2_200, ramp_ckmh_s=500)
    walking.chat(6_000)
    assert walking.belt_ckmh == 2_200
    assert walking.say("C1") == "D1 30 31 33 37"
    walking.say("AA")
    walking.chat(10_000)
    assert walking.belt_ckmh == 0


def test_creep_after_stop_is_seen_on_the_wire_while_the_drive_says_stopped(walking: Bench) -> None:
    walking.sim.act("creep-after-stop", speed_ckmh=30)
    walking.say("AA")
    assert walking.chat(4_000) == "D1 30 30 30 32"
    assert walking.belt_ckmh == 30
    assert walking.say("C0") == "D0 31"


def test_sr23_a_stall_stands_while_the_drive_says_running(walking: Bench) -> None:
    walking.sim.act("stall", for_s=3)
    assert walking.chat(2_000) == STANDING
    assert walking.belt_ckmh == 0
    assert walking.say("C0") == "D0 32"
    walking.chat(2_000)
    assert 0 < walking.belt_ckmh < 100


def test_sr23_a_jam_that_frees_itself_jumps(walking: Bench) -> None:
    walking.sim.act("jam")
    walking.chat(2_000)
    assert walking.belt_ckmh == 0
    walking.sim.act("jam-release")
    walking.chat(500)
    assert walking.belt_ckmh == WALK_CKMH


def test_a_stop_during_a_jam_leaves_nothing_to_jump_to(walking: Bench) -> None:
    walking.sim.act("jam", for_s=3)
    walking.chat(1_000)
    walking.say("AA")
    walking.chat(5_000)
    assert max(line["belt_ckmh"] for line in walking.lines[-100:]) == 0


@pytest.mark.parametrize("machine", ["woodway-us", "trackmaster"])
def test_sr06_a_self_start_follows_the_hosts_first_word(machine: str) -> None:
    bench = Bench(machine, scenario='[[at]]\nt_s = 0\nfault = "self-start"\nafter_s = 4.9')
    bench.wait(10_000)
    assert bench.seen("belt_ckmh") == [0.0], "nobody has said anything yet"
    bench.say("C0", 4_800)
    assert bench.belt_ckmh == 0
    bench.chat(4_000)
    assert bench.belt_ckmh == 80
    assert bench.say("C0") == "D0 33"


@pytest.mark.parametrize("count", [1, 3])
def test_sr35_stops_are_ignored_as_often_as_asked(walking: Bench, count: int) -> None:
    walking.sim.act("ignores-stop", count=count)
    for _ in range(count):
        assert walking.say("AA") == "BA"
        walking.chat(500)
        assert walking.belt_ckmh == WALK_CKMH
    walking.say("AA")
    walking.chat(2_000)
    assert walking.belt_ckmh == 0


@pytest.mark.parametrize("stop", ["AA", "A2", "A3 30 30 30 30"])
def test_every_kind_of_stop_can_be_ignored(walking: Bench, stop: str) -> None:
    walking.sim.act("ignores-stop", count=1)
    walking.say(stop)
    walking.chat(2_000)
    assert walking.belt_ckmh == WALK_CKMH


def test_a_stop_with_nothing_to_stop_is_not_used_up() -> None:
    bench = Bench()
    bench.sim.act("ignores-stop", count=1)
    bench.say("AA")
    bench.say("A3 30 30 30 30")
    bench.walk()
    bench.say("AA")
    bench.chat(2_000)
    assert bench.belt_ckmh == WALK_CKMH


def test_ignored_speeds_are_acknowledged(walking: Bench) -> None:
    walking.sim.act("ignores-speed")
    assert walking.say("A3 30 30 32 35") == "B3"
    assert walking.say("A3 30 30 30 30") == "B3"
    walking.chat(3_000)
    assert walking.belt_ckmh == WALK_CKMH


def test_sr29_the_wrong_unit_runs_the_digits_as_km_h_and_reads_the_truth() -> None:
    bench = Bench()
    bench.sim.act("wrong-unit")
    bench.walk("A3 30 30 32 35")
    assert bench.belt_ckmh == 250
    assert bench.say("C1") == "D1 30 30 31 36", "2.5 km/h are 1.55 mph"


def test_sr29_a_km_h_machine_may_take_its_digits_for_mph() -> None:
    bench = Bench("trackmaster", options=MachineOptions(unit="kmh"))
    bench.sim.act("wrong-unit")
    bench.walk("A3 30 30 30 38")
    assert bench.belt_ckmh == pytest.approx(128.75, abs=0.01)
    assert bench.say("C1") == "D1 30 30 31 33"


# Power and cable.


def test_sr50_a_power_cut_coasts_and_its_return_starts_nothing(walking: Bench) -> None:
    walking.sim.act("power-cut")
    assert walking.chat(500) == ""
    assert 0 < walking.belt_ckmh < 241
    walking.chat(4_000)
    assert walking.belt_ckmh == 0
    walking.sim.act("power-return")
    assert walking.wait(900) == "", "still booting"
    walking.wait(200)
    assert walking.say("C0") == "D0 31"
    walking.say("A0")
    walking.chat(2_000)
    assert walking.belt_ckmh == 0, "no power, no memory of a speed"


def test_the_deck_stays_where_the_power_left_it() -> None:
    bench = Bench()
    bench.say("A4 30 31 30 30")
    bench.chat(4_000)
    bench.sim.act("power-cut")
    bench.wait(50)
    reached = bench.lines[-1]["incline_permille"]
    bench.wait(10_000)
    assert bench.lines[-1]["incline_permille"] == reached == pytest.approx(20, abs=1)


def test_key_and_mains_must_both_be_back() -> None:
    bench = Bench("trackmaster")
    bench.sim.act("key-pull")
    bench.sim.act("power-cut")
    bench.sim.act("key-insert")
    assert bench.wait(2_000) == ""
    bench.sim.act("power-return")
    assert bench.wait(2_000) == "54"


@pytest.mark.parametrize("key", ["console-start", "console-stop"])
def test_a_console_without_power_does_nothing(walking: Bench, key: str) -> None:
    walking.sim.act("power-cut")
    walking.sim.act(key)
    walking.wait(1_000)
    assert 100 < walking.belt_ckmh < 240, "it coasts as if nobody had pressed anything"


def test_sr37_a_link_that_returns_finds_a_class_c_belt_moving() -> None:
    bench = Bench(options=MachineOptions(machine_class=MachineClass.C))
    bench.walk()
    bench.sim.act("link-drop", for_s=10)
    assert not bench.link_up()
    assert bench.chat(9_500) == ""
    bench.wait(600)
    assert bench.link_up()
    assert bench.say("C1") == WALKING
