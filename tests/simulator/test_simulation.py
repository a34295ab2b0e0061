"""The clock: determinism, independence from how time is sliced, and what the caller may ask."""

import json
from collections.abc import Iterator
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import OptionError
from simulator.options import MachineOptions
from simulator.scenario import parse
from simulator.simulation import Simulation

EVERYTHING = b"""\
schema = 1
[[at]]
t_s = 3.01
fault = "garbled-bytes"
for_s = 1.1
[[at]]
t_s = 5.33
fault = "jam"
for_s = 0.7
[[at]]
t_s = 9.4
fault = "delayed-telemetry"
delay_s = 0.4
[[at]]
t_s = 10.017
fault = "person-stop-walking"
[[at]]
t_s = 10.7
fault = "deaf"
share = 0.5
for_s = 0.5
[[at]]
t_s = 11.9
fault = "power-cut"
for_s = 0.3
[[at]]
t_s = 14
fault = "self-start"
after_s = 0.2
"""
SCRIPT = {
    0.0: "C0",
    50.0: "A0",
    105.5: "A3 30 30 31 35",
    5_000.0: "A3 30 30 32 30",
    10_500.0: "AA A2",
    13_500.0: "C0",
    14_500.0: "C0",
}
POLLS = {t + 20.0: "C1" for t in range(200, 16_000, 100)}


def conversation() -> Iterator[tuple[float, bytes]]:
    for t_ms, text in sorted((SCRIPT | POLLS).items()):
        yield t_ms, bytes.fromhex(text)


def played(machine: str, cuts: list[float], seed: int = 3) -> tuple[list[str], bytes]:
    """Say the same things at the same times, with more or fewer looks in between."""
    lines: list[str] = []
    sim = Simulation(
        machine,
        scenario=parse(EVERYTHING, "everything.toml"),
        seed=seed,
        truth=lambda line: lines.append(json.dumps(line)),
    )
    heard = b""
    looks = sorted(cuts)
    for t_ms, data in [*conversation(), (16_000.0, b"")]:
        while looks and looks[0] <= t_ms:
            heard += sim.advance(looks.pop(0))
        heard += sim.advance(t_ms)
        sim.receive(data)
    return lines, heard + sim.advance(16_500.0)


REFERENCE = {machine: played(machine, []) for machine in ("woodway-us", "trackmaster")}


@pytest.mark.parametrize("machine", REFERENCE)
@given(cuts=st.lists(st.floats(0, 16_000), max_size=60))
@settings(max_examples=25, deadline=None)
def test_truth_and_bytes_do_not_depend_on_how_time_is_sliced(
    machine: str, cuts: list[float]
) -> None:
    assert played(machine, cuts) == REFERENCE[machine]


@pytest.mark.parametrize("machine", REFERENCE)
def test_millisecond_steps_see_the_same_world(machine: str) -> None:
    assert played(machine, [float(t) for t in range(16_000)]) == REFERENCE[machine]


def test_the_same_seed_is_the_same_run_and_another_is_another() -> None:
    assert played("woodway-us", []) == REFERENCE["woodway-us"]
    assert played("woodway-us", [], seed=4) != REFERENCE["woodway-us"]


def test_there_is_a_line_each_50_ms_and_none_twice() -> None:
    lines, _ = REFERENCE["woodway-us"]
    assert [json.loads(line)["t_ms"] for line in lines] == list(range(0, 16_501, 50))


def test_a_line_has_the_documented_form() -> None:
    for text in REFERENCE["woodway-us"][0]:
        line = json.loads(text)
        assert list(line) == [
            "t_ms",
            "belt_ckmh",
            "belt_direction",
            "strap",
            "person",
            "facing",
            "incline_permille",
            "rx",
            "faults",
        ]
        assert type(line["t_ms"]) is int
        assert line["belt_ckmh"] >= 0
        assert line["belt_direction"] in ("forward", "reverse")
        assert line["strap"] in ("attached", "released")
        assert line["person"] in ("off", "rails", "walking", "drifting", "fallen")
        assert line["facing"] in ("forward", "backward")
        assert type(line["incline_permille"]) is int
        assert all(set(frame) == {"t_ms", "hex"} for frame in line["rx"])


def test_every_frame_is_in_exactly_one_line() -> None:
    lines, _ = REFERENCE["woodway-us"]
    frames = [frame for line in lines for frame in json.loads(line)["rx"]]
    said = [(t_ms, data) for t_ms, data in conversation()]
    both = next(t_ms for t_ms, data in said if data == bytes.fromhex("AA A2"))
    assert len(frames) == len(said) + 1, "two commands were said in one breath"
    assert [frame["t_ms"] for frame in frames].count(both) == 2


def test_the_first_line_is_written_before_anything_is_asked() -> None:
    lines: list[dict[str, Any]] = []
    Simulation("woodway-us", truth=lines.append)
    assert lines == [
        {
            "t_ms": 0,
            "belt_ckmh": 0.0,
            "belt_direction": "forward",
            "strap": "attached",
            "person": "rails",
            "facing": "forward",
            "incline_permille": 0,
            "rx": [],
            "faults": [],
        }
    ]


@pytest.mark.parametrize("to_ms", [99.9, -1.0, nan, inf])
def test_time_runs_forward_and_stays_finite(to_ms: float) -> None:
    sim = Simulation("woodway-us")
    sim.advance(100.0)
    with pytest.raises(ValueError, match="time runs forward"):
        sim.advance(to_ms)
    assert sim.now_ms == 100.0


def test_standing_still_in_time_is_allowed() -> None:
    sim = Simulation("woodway-us")
    sim.advance(100.0)
    assert sim.advance(100.0) == b""


def test_an_idle_machine_without_truth_has_no_next_event() -> None:
    assert Simulation("woodway-us").next_event_ms() is None


def test_the_next_event_is_the_next_byte_or_line_or_deadline() -> None:
    sim = Simulation("woodway-us", truth=lambda line: None)
    assert sim.next_event_ms() == 50.0
    sim.receive(b"\xc0")
    event_ms = sim.next_event_ms()
    assert event_ms is not None
    assert event_ms < 50.0
    heard = b""
    while len(heard) < 2:
        event_ms = sim.next_event_ms()
        assert event_ms is not None
        heard += sim.advance(event_ms)
    assert heard == b"\xd0\x31"
    assert sim.now_ms == pytest.approx(2.083 + 4.0 + 2 * 2.083, abs=0.01)


def test_the_machine_declares_itself() -> None:
    woodway, trackmaster = Simulation("woodway-us"), Simulation("trackmaster")
    assert (woodway.machine_class, woodway.reverse, woodway.unit) == ("A", True, "mph")
    assert (trackmaster.machine_class, trackmaster.reverse) == ("A", False)
    assert (woodway.min_ckmh, woodway.max_ckmh) == (17, 4_811)
    assert (trackmaster.min_ckmh, trackmaster.max_ckmh) == (33, 2_414)
    assert woodway.ramp_ckmh_s == 60


def test_an_unknown_machine_is_refused_with_those_there_are() -> None:
    with pytest.raises(OptionError, match="'biodex'; there are ftms, heart-rate, trackmaster"):
        Simulation("biodex")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"watchdog_ms": 99}, "watchdog_ms is 99; it must be a whole number 100..10000 ms"),
        ({"watchdog_ms": True}, "watchdog_ms is True"),
        ({"watchdog_ms": 500.0}, "watchdog_ms is 500.0"),
        ({"ramp_ckmh_s": 0}, "ramp_ckmh_s is 0"),
        ({"max_ckmh": 5_001}, "max_ckmh is 5001"),
        ({"min_ckmh": 300, "max_ckmh": 300}, "min_ckmh 300 must be below max_ckmh 300"),
        ({"unit": "knots"}, "unit is 'knots'; it must be mph or kmh"),
        ({"machine_class": "A"}, "machine_class must be a MachineClass"),
        ({"keeps_setpoint": 1}, "keeps_setpoint must be a bool"),
        ({"watchdog_ms": 900}, "watchdog_ms . lag_ms is 940 and may be at most 900"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        MachineOptions(**options)


def test_a_range_that_contradicts_the_machines_own_is_refused() -> None:
    with pytest.raises(OptionError, match="min_ckmh 33 must be below max_ckmh 20"):
        Simulation("trackmaster", options=MachineOptions(max_ckmh=20))
