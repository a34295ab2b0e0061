"""SR-54: what a machine does when its host falls silent or its cable goes, measured in truth."""

import pytest

from simulator.options import MachineClass, MachineOptions
from tests.simulator.bench import Bench

A, B, C = MachineClass.A, MachineClass.B, MachineClass.C
MACHINES = pytest.mark.parametrize("machine", ["woodway-us", "trackmaster"])
SPEEDS = pytest.mark.parametrize(
    "speed", ["A3 30 30 30 36", "A3 30 30 31 39", "A3 30 30 33 31", "A3 30 31 35 30"]
)
"""1, 3, 5 and 24 km/h."""


def moving(machine: str, machine_class: MachineClass, speed: str = "A3 30 30 31 39") -> Bench:
    bench = Bench(machine, options=MachineOptions(machine_class=machine_class, ramp_ckmh_s=400))
    bench.walk(speed)
    return bench


@MACHINES
@SPEEDS
def test_sr54_class_a_stands_within_a_second_of_the_last_command(machine: str, speed: str) -> None:
    bench = moving(machine, A, speed)
    bench.say(speed, 0)
    running = bench.belt_ckmh
    bench.wait(500)
    assert bench.belt_ckmh == running, "supervision waits its full period"
    bench.wait(500)
    assert bench.belt_ckmh == 0


@MACHINES
@pytest.mark.parametrize("watchdog_ms", [100, 300, 800])
def test_sr54_class_a_stands_within_a_second_whatever_its_period(
    machine: str, watchdog_ms: int
) -> None:
    bench = Bench(machine, options=MachineOptions(watchdog_ms=watchdog_ms))
    bench.say("A0")
    bench.say("A3 30 30 31 39")
    bench.chat(8_000, 50)
    bench.wait(950)
    assert bench.belt_ckmh == 0


@MACHINES
def test_sr54_class_a_stands_within_a_second_of_losing_the_link(machine: str) -> None:
    bench = moving(machine, A)
    bench.sim.act("link-drop")
    bench.wait(1_000)
    assert bench.belt_ckmh == 0


@MACHINES
def test_sr54_class_b_ignores_silence(machine: str) -> None:
    bench = moving(machine, B)
    running = bench.belt_ckmh
    bench.wait(30_000)
    assert bench.belt_ckmh == running


@MACHINES
@SPEEDS
@pytest.mark.parametrize("cause", ["link-drop", "host gone"])
def test_sr54_class_b_stands_within_5_s_of_losing_the_link(
    machine: str, speed: str, cause: str
) -> None:
    bench = moving(machine, B, speed)
    if cause == "link-drop":
        bench.sim.act(cause)
    else:
        bench.sim.set_host_connected(False)
    bench.wait(1_900)
    assert bench.belt_ckmh > 0
    bench.wait(3_100)
    assert bench.belt_ckmh == 0


def test_sr54_class_b_forgives_a_link_that_returns_in_time() -> None:
    bench = moving("woodway-us", B)
    running = bench.belt_ckmh
    bench.sim.act("link-drop", for_s=1.5)
    bench.wait(10_000)
    assert bench.belt_ckmh == running


@MACHINES
@pytest.mark.parametrize("cause", ["silence", "link-drop", "host gone"])
def test_sr54_class_c_keeps_running(machine: str, cause: str) -> None:
    bench = moving(machine, C)
    running = bench.belt_ckmh
    if cause == "link-drop":
        bench.sim.act(cause)
    elif cause == "host gone":
        bench.sim.set_host_connected(False)
    bench.wait(30_000)
    assert bench.belt_ckmh == running


def test_a_mute_machine_still_hears_its_host() -> None:
    bench = moving("woodway-us", A)
    running = bench.belt_ckmh
    bench.sim.act("mute")
    bench.chat(5_000)
    assert bench.belt_ckmh == running


def test_a_deaf_machine_trips_although_the_host_talks() -> None:
    bench = moving("woodway-us", A)
    bench.sim.act("deaf")
    bench.chat(1_100)
    assert bench.belt_ckmh == 0
