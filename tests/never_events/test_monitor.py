"""The judge of N1..N12 itself: independent, tolerant of torn files, careful about clocks."""

import json
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, imports, module_name, python_files
from tests.never_events import judge, read_lines
from tests.never_events.monitor import RULES
from tests.never_events.test_stop_rules import STOP_MS, stopped
from tests.never_events.wire import Frame, read_frame


def test_the_judge_imports_nothing_of_what_it_judges() -> None:
    found = [
        imported.name
        for path in python_files("tests/never_events")
        for imported in imports(path.read_text(), module_name(path))
        if imported.name.partition(".")[0] in PACKAGES
    ]
    assert found == []


def test_every_never_event_has_its_rule() -> None:
    assert sorted(rule.name for rule in RULES) == sorted(f"N{n}" for n in range(1, 13))


@pytest.mark.parametrize(
    ("text", "protocol", "frame"),
    [
        ("A3 30 30 32 30", "woodway-us", Frame("A3 30 30 32 30", speed_ckmh=20 * 16.09344)),
        (
            "A3 33 30 32 30",
            "woodway-us",
            Frame("A3 33 30 32 30", speed_ckmh=20 * 16.09344, reverse=True),
        ),
        ("A3 33 30 32 30", "trackmaster", Frame("A3 33 30 32 30", speed_ckmh=3020 * 16.09344)),
        ("A4 30 30 35 30", "trackmaster", Frame("A4 30 30 35 30", incline_permille=50)),
        ("A0", "trackmaster", Frame("A0", starts=True)),
        ("A9", "woodway-us", Frame("A9", starts=True)),
        ("A9 30 31 35 30", "trackmaster", None),
        ("AA", "woodway-us", Frame("AA", stops=True)),
        ("A2", "trackmaster", Frame("A2", stops=True)),
        ("A3 30 30", "woodway-us", None),
        ("A3 41 30 30 30", "woodway-us", None),
        ("C0", "woodway-us", None),
        ("02 E6 00", "ftms", Frame("02 E6 00", speed_ckmh=230.0)),
        ("02 00 00", "ftms", Frame("02 00 00", speed_ckmh=0.0)),
        ("03 E2 FF", "ftms", Frame("03 E2 FF", incline_permille=-30)),
        ("07", "ftms", Frame("07", starts=True)),
        ("08 01", "ftms", Frame("08 01", stops=True)),
        ("08 02", "ftms", Frame("08 02", stops=True)),
        ("01", "ftms", Frame("01", stops=True)),
        ("00", "ftms", None),
        ("02 E6", "ftms", None),
    ],
)
def test_frames_are_read_as_the_texts_write_them(
    text: str, protocol: str, frame: Frame | None
) -> None:
    unit = "kmh" if protocol == "ftms" else "mph"
    assert read_frame(text, protocol, unit) == frame


def test_an_ftms_machine_may_mean_miles_by_its_digits() -> None:
    frame = read_frame("02 64 00", "ftms", "mph")
    assert frame is not None
    assert frame.speed_ckmh == pytest.approx(160.9344)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("02 3C 00", Frame("02 3C 00", speed_ckmh=60)),
        ("02 E6 00", Frame("02 E6 00", speed_ckmh=230)),
        ("02 9A 01", Frame("02 9A 01", speed_ckmh=410)),
        ("02 00 00", Frame("02 00 00", speed_ckmh=0)),
        ("03 0A 00", Frame("03 0A 00", incline_permille=10)),
        ("03 E2 FF", Frame("03 E2 FF", incline_permille=-30)),
        ("07", Frame("07", starts=True)),
        ("08 01", Frame("08 01", stops=True)),
        ("08 02", Frame("08 02", stops=True)),
        ("01", Frame("01", stops=True)),
        ("00", None),
        ("02 3C", None),
        ("02 3C 00 00", None),
        ("07 00", None),
        ("08", None),
        ("08 03", None),
        ("0C 10 00 00", None),
    ],
)
def test_values_are_read_as_ftms_md_writes_them(text: str, frame: Frame | None) -> None:
    """The first three are captured ones, or stand in the notes byte by byte (ftms.md 7)."""
    assert read_frame(text, "ftms", "kmh") == frame


def test_a_target_speed_in_miles_is_judged_in_kilometres() -> None:
    frame = read_frame("02 64 00", "ftms", "mph")
    assert frame is not None
    assert frame.speed_ckmh == pytest.approx(160.93, abs=0.01)


def test_n8_a_first_target_speed_above_1_km_h_is_seen_on_ftms() -> None:
    line = {
        "t_ms": 50,
        "belt_ckmh": 0.0,
        "belt_direction": "forward",
        "strap": "attached",
        "person": "rails",
        "facing": "forward",
        "incline_permille": 0,
        "rx": [
            {"t_ms": 10, "hex": "00"},
            {"t_ms": 20, "hex": "07"},
            {"t_ms": 45, "hex": "02 65 00"},
        ],
        "faults": [],
    }
    started = {"event": "state", "t_ms": 0, "state": "starting"}
    found = judge([line], [started], protocol="ftms", limits=None, mode="turn-around", unit="kmh")
    assert [(each.name, each.t_ms) for each in found] == [("N8", 45)]


@pytest.mark.parametrize(("link_faults", "late"), [(frozenset({"power-cut"}), 0), (frozenset(), 1)])
def test_n11_a_machine_whose_link_needs_its_power_is_out_of_reach_without_it(
    link_faults: frozenset[str], late: int
) -> None:
    trace = stopped("e_stop", "link_lost", first_ms=3_000)
    trace.faults["power-cut"] = (STOP_MS - 100, STOP_MS + 3_000)
    found = judge(
        trace.lines(),
        trace.sorted_events(),
        protocol="woodway-us",
        limits=None,
        mode="turn-around",
        link_faults=link_faults,
    )
    assert [each.name for each in found].count("N11") == late


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "truth.jsonl"
    file.write_text('{"t_ms": 0}\n{"t_ms": 50}\n{"t_m')
    assert [line["t_ms"] for line in read_lines(file)] == [0, 50]


@pytest.mark.parametrize(
    ("said_late_ms", "offset_ms", "slack_ms", "found"),
    [
        (1_000_000, -1_000_000, 0, set()),
        (0, 0, 0, set()),
        (0, -150, 0, {"N11"}),
        (0, -150, 60, set()),
    ],
)
def test_events_may_come_on_another_clock(
    said_late_ms: int, offset_ms: int, slack_ms: int, found: set[str]
) -> None:
    trace = stopped("e_stop", "strap_open", first_ms=10)
    trace.events = [{**event, "t_ms": event["t_ms"] + said_late_ms} for event in trace.events]
    violations = judge(
        trace.lines(),
        trace.sorted_events(),
        protocol="woodway-us",
        limits=None,
        mode="turn-around",
        events_offset_ms=offset_ms,
        slack_ms=slack_ms,
    )
    assert {violation.name for violation in violations} == found


def test_a_violation_says_when_and_what(tmp_path: Path) -> None:
    trace = stopped("e_stop", "strap_open", first_ms=150)
    truth = tmp_path / "truth.jsonl"
    truth.write_text("".join(json.dumps(line) + "\n" for line in trace.lines()))

    (violation,) = judge(
        read_lines(truth),
        trace.sorted_events(),
        protocol="woodway-us",
        limits=None,
        mode="turn-around",
    )

    assert violation.name == "N11"
    assert STOP_MS + 100 < violation.t_ms <= STOP_MS + 150
    assert violation.detail == f"no stop frame by {STOP_MS + 100} ms for the stop at {STOP_MS} ms"
