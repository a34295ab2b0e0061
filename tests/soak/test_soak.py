"""The soak in small: what it walks, and that it would notice."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.proof.ledger import Ledger
from tests.rig import SHORT, Rig
from tests.soak.courses import MACHINES, course, courses
from tests.soak.session import Walked, as_json
from tests.soak.stretch import Line, Source, figures, hours, joined, numbers, stretch, valid
from tests.soak.weather import LATE_READINGS_MS, RARE_TICK_MS, Weather, machine_options
from treadctl.composition.virtual import resting_collector
from treadctl.core.builtin_plans import builtin_names
from treadctl.model import Mode
from treadctl.safety.limits import OVERRUN_SMALL_MS, TICK_MOVING_MS, Limits

GOOD = Walked("ftms/turn-around/novice-1", 1, 0, 1_800_000, (), (), (), 5.0)
BAD = replace(GOOD, exit_code=12, stops=(("e_stop", "surge", 9), ("soft_stop", "x", 1)))
HERE = Source("0123456789abcdef", 1)


def line(number: int, walked: Walked = GOOD, of: Source = HERE) -> Line:
    return stretch(number, as_json(walked), of)


def through(machine: str, mode: Mode, seed: int, *, busy_ms: int | None = None) -> Rig:
    """A short session in such weather."""
    dice = random.Random(seed)
    rig = Rig(machine, SHORT, mode=mode, seed=seed, options=machine_options(machine, dice))
    Rig.made.remove(rig)
    weather = Weather(rig, dice)
    with resting_collector():
        while rig.finished() is None:
            weather.tick()
            if busy_ms is not None and rig.now_ms % 60_000 > 60_000 - busy_ms:
                rig.virtual.outside.core_answers = False
            rig.tick()
    return rig


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("machine", "mode"),
    [*((machine, Mode.TURN_AROUND) for machine in MACHINES), ("woodway-us", Mode.BELT_REVERSE)],
    ids=lambda value: value if isinstance(value, str) else value.value,
)
def test_sr22_a_session_in_which_nothing_is_exact_and_nothing_is_wrong_is_not_stopped(
    machine: str, mode: Mode, seed: int
) -> None:
    rig = through(machine, mode, seed)
    assert rig.stops() == []
    assert rig.events[-1]["exit_code"] == 0
    assert rig.violations() == []


def test_sr30_weather_that_is_worse_than_healthy_is_stopped() -> None:
    rig = through("woodway-us", Mode.TURN_AROUND, 1, busy_ms=700)
    assert rig.stops()[0] == ("fast_stop", "core_silent")


def test_the_same_number_and_seed_are_the_same_session() -> None:
    first, second = (through("ftms", Mode.TURN_AROUND, 5) for _ in range(2))
    assert first.truth == second.truth
    assert first.events == second.events


def test_a_round_has_every_course_once_and_every_plan_on_every_machine() -> None:
    every = courses()
    assert {course(number) for number in range(len(every))} == set(every)
    walked = {(each.machine, each.plan) for each in every if each.mode is Mode.TURN_AROUND}
    assert walked == {(machine, plan) for machine in MACHINES for plan in builtin_names()}
    assert {each.machine for each in every if each.mode is Mode.BELT_REVERSE} == {"woodway-us"}


def test_no_weather_is_outside_of_what_is_declared_healthy() -> None:
    limits = Limits()
    for machine in MACHINES:
        for seed in range(200):
            options = machine_options(machine, random.Random(seed))
            low_ms, high_ms = LATE_READINGS_MS[machine]
            assert low_ms <= options.telemetry_delay_ms <= high_ms < limits.telemetry_hold_ms
    assert RARE_TICK_MS + TICK_MOVING_MS < OVERRUN_SMALL_MS
    heard_every_ms = 100
    assert 2 * heard_every_ms + RARE_TICK_MS < limits.core_silence_fast_ms


def test_a_finished_session_is_found_again_by_the_next_run(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "soak.jsonl")
    ledger.add(line(0))
    again = valid(ledger.lines(), HERE)
    assert (numbers(again), hours(again)) == ({0}, 0.5)


@pytest.mark.parametrize("other", [HERE._replace(version="other"), HERE._replace(seed=2)])
def test_a_session_of_another_source_or_seed_counts_for_nothing(other: Source) -> None:
    assert valid([line(0, of=other)], HERE) == []


def test_what_was_stopped_is_counted_by_how_strongly() -> None:
    found = figures([line(0), line(1, BAD)])
    assert (found["sessions"], found["flawless"]) == (2, 1)
    assert (found["false_stops"], found["soft_stops"], found["not_completed"]) == (1, 1, 1)
    assert found["virtual_h"] == hours([line(0), line(1, BAD)]) == 1.0
    assert found["courses"] == 2


def test_joined_lines_come_to_the_same_and_a_session_with_a_flaw_stays_whole() -> None:
    every = [line(n, BAD if n == 7 else GOOD) for n in (*range(150), *range(180, 230))]
    short = list(joined(reversed(every)))
    assert [(each["first"], each["last"]) for each in short] == [
        *((0, 99), (100, 149), (180, 199), (200, 229))
    ]
    assert figures(short) == figures(every)
    assert numbers(short) == numbers(every)
    assert short[0]["flawed"] == every[7]["flawed"]
    assert list(joined([*short, line(150)]))[1]["last"] == 150


def test_sessions_of_two_sources_are_not_joined() -> None:
    assert len(list(joined([line(0), line(1, of=HERE._replace(seed=2))]))) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"exit_code": None},
        {"exit_code": 5},
        {"violations": ("N1",)},
        {"stops": (("hold", "x", 1),)},
    ],
    ids=["never ended", "refused", "never-event", "stopped"],
)
def test_a_session_with_a_flaw_is_not_flawless(changed: dict[str, object]) -> None:
    assert GOOD.flawless
    assert not replace(GOOD, **changed).flawless  # type: ignore[arg-type]
