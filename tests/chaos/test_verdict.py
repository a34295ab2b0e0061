"""The judge of `make chaos`: what each rule finds, and what it lets pass, one unit apart."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from tests.chaos.cases import Bound
from tests.chaos.outcome import BROKEN, KEPT, NOT_DONE, STARVED, DidNotBegin, judged, not_done
from tests.chaos.simulated import Line, Truth
from tests.chaos.verdict import asked_tenths, broken_rules, course, stands_within_ms

BOUND: Final = Bound(400, "a bound")


def belt(speeds: Iterable[float], *, every_ms: int = 50, said: bytes = b"") -> list[Line]:
    """Lines of truth from 0 on, of a belt with these speeds; *said* comes with the third."""
    lines = []
    for number, speed in enumerate(speeds):
        frames = ((number * every_ms - 10.0, said),) if said and number == 3 else ()
        lines.append(Line(float(number * every_ms), speed, frames))
    return lines


STOPPED: Final = [100.0, 100, 100, 80, 60, 40, 20, 0, 0, 0]


def test_a_belt_that_stands_in_time_and_stays_so_keeps_every_rule() -> None:
    found = course(belt(STOPPED, said=b"\xaa"), 40.0)
    assert found.speed_ckmh == 100
    assert found.stood_ms == 310.0
    assert found.first_frame_ms == 100.0
    assert broken_rules(found, BOUND) == []


def test_the_distance_is_what_the_belt_ran_from_the_event_on() -> None:
    found = course(belt([360.0] * 21), 0.0)
    assert found.distance_m == pytest.approx(1.0)
    assert found.stood_ms is None


def test_sr35_a_belt_that_does_not_stand_is_found() -> None:
    assert broken_rules(course(belt([100.0] * 50), 0.0), BOUND) == ["it does not stand"]


def test_sr35_a_belt_that_stands_a_line_too_late_is_found() -> None:
    limit_ms = stands_within_ms(BOUND, 100.0)
    assert limit_ms == 400 + 500 + 400 + 700
    for late, lines in ((False, 2_000), (True, 2_050)):
        course_of_it = course(belt([100.0] * (lines // 50) + [0.0, 0.0]), 0.0)
        assert bool(broken_rules(course_of_it, BOUND)) is late


def test_sr36_a_belt_that_moves_again_is_found_where_nothing_had_to_happen_as_well() -> None:
    found = course(belt([*STOPPED, 6.0]), 0.0)
    assert broken_rules(found, None) == ["it moved again"]
    assert broken_rules(course(belt([*STOPPED, 5.0]), 0.0), None) == []


def test_sr11_a_belt_that_is_faster_than_its_ramp_is_found() -> None:
    rising = [100.0, *(100 + 18 + 30 * n * 0.05 for n in range(1, 20))]
    assert broken_rules(course(belt(rising), 0.0), None) == []
    rising[10] += 1
    assert broken_rules(course(belt(rising), 0.0), None) == ["faster by 1 than the ramp before"]


def test_what_is_broken_while_the_simulator_did_not_get_its_turn_proves_nothing() -> None:
    lines = belt([100.0] * 50)
    found = course(lines, 0.0)
    broken = broken_rules(found, BOUND)
    assert judged(found, broken, late_ms=0, had_to_stop=True).verdict == BROKEN
    assert judged(found, broken, late_ms=251, had_to_stop=True).verdict == STARVED
    gap = course([*lines[:10], *lines[16:]], 0.0)
    assert judged(gap, broken, late_ms=0, had_to_stop=True).verdict == STARVED
    assert judged(gap, [], late_ms=0, had_to_stop=True).verdict == KEPT


@pytest.mark.parametrize(
    ("frame", "asked"),
    [
        ("AA", 0),
        ("A2", 0),
        ("A3 30 30 30 30", 0),
        ("A3 30 30 31 34", 14),
        ("A3 33 30 31 34", 14),
        ("C1", None),
        ("A0", None),
        ("08 01", 0),
        ("02 64 00", 100),
        ("07", None),
        ("00", None),
    ],
)
def test_what_a_frame_asks_for_is_read_from_its_bytes(frame: str, asked: int | None) -> None:
    assert asked_tenths(bytes.fromhex(frame)) == asked


def test_the_first_frame_of_a_stop_is_the_first_that_asks_for_less() -> None:
    """safety.md 4.8.2: a ramp that begins counts, and the walk that was on its way does not."""
    frames = ((10.0, b"\xa30010"), (60.0, b"\xa30011"), (90.0, b"\xa30010"), (120.0, b"\xaa"))
    lines = [Line(0.0, 100.0, ()), Line(150.0, 90.0, frames)]
    assert course(lines, 50.0).first_frame_ms == 40.0


def test_a_line_that_is_still_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    truth = Truth(path)
    truth.read()
    assert truth.belt_ckmh == 0.0
    line = json.dumps({"t_ms": 50, "belt_ckmh": 60.5, "rx": [{"t_ms": 12.5, "hex": "A3 30"}]})
    with path.open("w") as file:
        file.write(line + "\n" + line[:20])
        file.flush()
        truth.read()
        assert truth.lines == [Line(50.0, 60.5, ((12.5, b"\xa30"),))]
        file.write(line[20:] + "\n")
    truth.read()
    assert len(truth.lines) == 2
    assert truth.now_ms >= 50.0  # the simulator's clock, never later than it is


def test_what_did_not_begin_says_why_in_a_few_words_and_keeps_what_was_seen() -> None:
    outcome = not_done(DidNotBegin("it never moved: strap_unknown", "a whole screen " * 100))
    assert (outcome.verdict, outcome.why) == (NOT_DONE, "it never moved: strap_unknown")
    assert 0 < len(outcome.notes) <= 600
    assert not_done(TimeoutError()).why == "TimeoutError"
