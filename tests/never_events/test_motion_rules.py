"""N1, N4, N7, N8, N9, N10: clean runs pass, planted ones are caught, near misses pass."""

from collections.abc import Callable
from typing import Any, Final, Literal

import pytest

from tests.never_events import judge
from tests.never_events.trace import CLIMB_MS, START_MS, Trace, session, speed

LIMITS: Final = {
    "v_rev_max_ckmh": 250,
    "v_fwd_max_ckmh": 500,
    "a_up_rev_ckmh_s": 10,
    "a_up_fwd_ckmh_s": 20,
}
MODES: Final[dict[bool, Literal["turn-around", "belt-reverse"]]] = {
    False: "turn-around",
    True: "belt-reverse",
}
CRUISE_MS: Final = 50_000


def names(trace: Trace, *, belt_reverse: bool = False, **more: Any) -> set[str]:
    """The never-events found in *trace*."""
    found = judge(
        trace.lines(),
        trace.sorted_events(),
        protocol="woodway-us",
        mode=MODES[belt_reverse],
        **{"limits": LIMITS, **more},
    )
    return {violation.name for violation in found}


@pytest.mark.parametrize("facing", ["forward", "backward"])
def test_a_clean_session_passes(facing: str) -> None:
    assert names(session(facing=facing)) == set()


def test_a_clean_belt_reverse_session_passes() -> None:
    assert names(session(facing="forward", reverse=True), belt_reverse=True) == set()


@pytest.mark.parametrize(
    ("top", "facing", "reverse", "limits", "found"),
    [
        pytest.param(15, "backward", False, LIMITS, set(), id="2.41 under the backward limit"),
        pytest.param(16, "backward", False, LIMITS, {"N1"}, id="2.57 over the backward limit"),
        pytest.param(27, "backward", False, None, set(), id="4.35 under the backward ceiling"),
        pytest.param(28, "backward", False, None, {"N1"}, id="4.51 over the backward ceiling"),
        pytest.param(31, "forward", False, LIMITS, set(), id="4.99 under the forward limit"),
        pytest.param(32, "forward", False, LIMITS, {"N1"}, id="5.15 over the forward limit"),
        pytest.param(41, "forward", False, None, {"N1"}, id="6.60 over the forward ceiling"),
        pytest.param(18, "forward", True, None, set(), id="2.90 under the belt-reverse ceiling"),
        pytest.param(19, "forward", True, None, {"N1"}, id="3.06 over the belt-reverse ceiling"),
    ],
)
def test_n1_the_cap_follows_the_gait(
    top: int, facing: str, reverse: bool, limits: dict[str, int] | None, found: set[str]
) -> None:
    trace = session(top, facing=facing, reverse=reverse)
    assert names(trace, belt_reverse=reverse, limits=limits) == found


def test_n1_a_configured_limit_cannot_raise_a_ceiling() -> None:
    assert "N1" in names(session(28), limits={"v_rev_max_ckmh": 900})


def test_n1_a_trackmaster_may_count_in_kilometres() -> None:
    trace = session(25, every_ms=1_100)
    found = judge(
        trace.lines(),
        trace.sorted_events(),
        protocol="trackmaster",
        limits=LIMITS,
        mode="turn-around",
        unit="kmh",
    )
    assert found == []


def reversed_after(standing_ms: int) -> Trace:
    """A belt-reverse session that goes on the other way after *standing_ms*."""
    trace = session(facing="forward", reverse=True)
    stands_ms = next(
        line["t_ms"]
        for line in trace.lines()
        if line["t_ms"] > CRUISE_MS and line["belt_ckmh"] <= 21
    )
    trace.say_start(stands_ms + standing_ms)
    trace.send(stands_ms + standing_ms - 100, "A0")
    trace.send(stands_ms + standing_ms, speed(3))
    trace.end_ms += 3_000
    trace.events = [each for each in trace.events if each["event"] == "state"]
    return trace


@pytest.mark.parametrize(("standing_ms", "found"), [(3_000, set()), (2_500, {"N4"})])
def test_n4_the_belt_turns_after_three_seconds_of_standstill(
    standing_ms: int, found: set[str]
) -> None:
    assert names(reversed_after(standing_ms), belt_reverse=True) == found


def test_n4_a_zero_with_the_reverse_digit_to_a_moving_belt_is_found() -> None:
    trace = session(facing="forward")
    trace.send(CRUISE_MS, speed(0, reverse=True))
    assert "N4" in names(trace, belt_reverse=True)


def test_n4_reverse_in_a_turn_around_session_is_found_at_standstill_too() -> None:
    trace = session()
    trace.send(8_000, speed(0, reverse=True))
    assert names(trace) == {"N4"}


def test_n4_a_belt_that_turns_by_itself_is_found() -> None:
    trace = session()
    trace.turned = (CRUISE_MS, CRUISE_MS + 1_000)
    assert names(trace) == {"N4"}


@pytest.mark.parametrize(
    ("facing", "every_ms", "found"),
    [
        pytest.param("backward", 1_700, set(), id="6 steps of 0.16 in 10 s"),
        pytest.param("backward", 1_600, {"N7"}, id="7 steps of 0.16 in 10 s, backward"),
        pytest.param("forward", 1_600, set(), id="7 steps, forward"),
        pytest.param("forward", 840, set(), id="12 steps, forward"),
        pytest.param("forward", 800, {"N7"}, id="13 steps, forward"),
    ],
)
def test_n7_increases_in_any_ten_seconds(facing: str, every_ms: int, found: set[str]) -> None:
    top = 15 if facing == "backward" else 20
    assert names(session(top, facing=facing, every_ms=every_ms)) == found


def test_n7_going_down_between_increases_does_not_hide_them() -> None:
    trace = session(4)
    for t_ms in range(40_000, 48_000, 1_000):
        trace.send(t_ms, speed(3))
        trace.send(t_ms + 500, speed(4))
    assert names(trace) == {"N7"}


@pytest.mark.parametrize(("tenths", "found"), [(6, set()), (7, {"N8"})])
def test_n8_the_first_speed_is_at_most_1_km_h(tenths: int, found: set[str]) -> None:
    trace = session()
    trace.drop_frames(START_MS)
    trace.start(START_MS, tenths)
    trace.send(20_000, "AA")
    assert names(trace) == found


@pytest.mark.parametrize(("tenths", "found"), [(6, set()), (7, {"N8"})])
def test_n8_a_start_may_not_find_an_old_fast_setpoint(tenths: int, found: set[str]) -> None:
    trace = session()
    trace.drop_frames(START_MS)
    trace.start(START_MS)
    trace.ramp(CLIMB_MS, 3, tenths, 2_000)
    trace.send(40_000, "AA")
    trace.say_start(60_000)
    trace.send(60_000, "A0")
    trace.send(60_050, speed(3))
    trace.send(61_000, "AA")
    assert names(trace) == found


@pytest.mark.parametrize(
    ("edge_ms", "found"),
    [(START_MS - 29_900 + 100, set()), (START_MS - 30_100, {"N9"}), (START_MS + 60, {"N9"})],
)
def test_n9_a_start_edge_is_at_most_30_s_old(edge_ms: int, found: set[str]) -> None:
    trace = session()
    trace.drop_events("countdown", "starting")
    shift_ms = 20_000
    trace.frames = [(t_ms + shift_ms, text) for t_ms, text in trace.frames]
    for event in trace.events:
        event["t_ms"] += shift_ms
    trace.end_ms += shift_ms
    trace.say(edge_ms + shift_ms, "countdown")
    assert names(trace) == found


def test_n9_a_speed_without_any_start_is_found() -> None:
    trace = session()
    trace.send(70_000, speed(3))
    assert "N9" in names(trace)


@pytest.mark.parametrize(("faults", "found"), [({}, {"N9"}), ({"jam": (40_000, 48_000)}, set())])
def test_n9_motion_that_comes_back_is_the_hosts_unless_the_machine_did_it(
    faults: dict[str, tuple[float, float]], found: set[str]
) -> None:
    trace = session(4)
    trace.faults = faults
    trace.belt_is[(45_000, 49_000)] = 0.0
    assert names(trace) == found


def test_n9_a_belt_that_starts_while_nothing_is_asked_for_is_the_machines() -> None:
    trace = session()
    trace.belt_is[(8_000, 9_000)] = 80.0
    assert names(trace) == set()


def incline(permille: int) -> str:
    return " ".join(["A4", *(f"3{digit}" for digit in f"{permille:04d}")])


INCLINES: Final[list[Any]] = [
    pytest.param(lambda t: t.send(39_000, incline(5)), {"N10"}, id="up 1 s after faster"),
    pytest.param(lambda t: t.send(23_000, incline(5)), {"N10"}, id="faster 1 s after up"),
    pytest.param(lambda t: t.send(43_100, incline(5)), set(), id="up 5.1 s after faster"),
    pytest.param(lambda t: t.send(18_900, incline(5)), set(), id="faster 5.1 s after up"),
    pytest.param(lambda t: t.send(39_000, incline(0)), set(), id="no change of incline"),
    pytest.param(lambda t: t.send(60_700, incline(5)), set(), id="up while slower"),
]


@pytest.mark.parametrize(("plant", "found"), INCLINES)
def test_n10_incline_and_speed_do_not_go_up_together(
    plant: Callable[[Trace], None], found: set[str]
) -> None:
    trace = session()
    plant(trace)
    assert names(trace) == found


# What a Bluetooth machine may do with the same words.


def words(*said: tuple[float, str]) -> set[str]:
    """The never-events of a belt that stands, whatever is written to its control point."""
    still = {"belt_ckmh": 0.0, "belt_direction": "forward", "strap": "attached", "faults": []}
    lines = [
        {
            **still,
            "t_ms": t_ms,
            "facing": "backward",
            "rx": [{"t_ms": at, "hex": text} for at, text in said if t_ms - 50 < at <= t_ms],
        }
        for t_ms in range(0, 20_000, 50)
    ]
    edge = [{"event": "state", "t_ms": 900, "state": "starting"}]
    found = judge(lines, edge, protocol="ftms", limits=LIMITS, mode="turn-around", unit="kmh")
    return {violation.name for violation in found}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        pytest.param([(1_000, "07"), (2_000, "02 64 00")], set(), id="1.0 after the start"),
        pytest.param([(1_000, "07"), (2_000, "02 65 00")], {"N8"}, id="1.01 after the start"),
        pytest.param([(1_000, "02 65 00"), (2_000, "07")], {"N8"}, id="1.01 before it"),
        pytest.param(
            [(1_000, "07"), (2_000, "02 64 00"), (4_000, "02 6E 00"), (5_000, "07")],
            set(),
            id="a start said again to a running belt",
        ),
        pytest.param(
            [(1_000, "07"), (2_000, "02 64 00"), (5_000, "08 01"), (8_000, "07")],
            set(),
            id="a stop forgets the speed before it",
        ),
    ],
)
def test_n8_on_ftms_a_speed_that_a_standing_machine_may_keep_counts(
    said: list[tuple[float, str]], found: set[str]
) -> None:
    assert words(*said) == found


@pytest.mark.parametrize(
    ("faults", "found"), [({}, {"N7"}), ({"console-start": (40_000, 40_050)}, set())]
)
def test_n7_a_host_may_go_down_from_what_somebody_set_at_the_console(
    faults: dict[str, tuple[float, float]], found: set[str]
) -> None:
    trace = session(4, facing="forward")
    trace.faults = faults
    trace.belt_is[(40_000, 50_000)] = 400.0
    trace.drop_frames(45_000)
    for n, tenths in enumerate((24, 23, 22)):
        trace.send(49_000 + 300 * n, speed(tenths))
    trace.send(50_000, "AA")
    assert names(trace) - {"N9"} == found
