"""N2, N3, N5, N6, N11, N12: clean stops pass, planted ones are caught, near misses pass."""

from typing import Final

import pytest

from tests.never_events.test_motion_rules import names
from tests.never_events.trace import START_MS, Trace, session, speed

STOP_MS: Final = 50_000


def stopped(reaction: str, cause: str, *, first_ms: float = 10) -> Trace:
    """A session that is stopped at 1.6 km/h, the way its reaction asks for.

    *first_ms* after the stop is said, the first frame of the reaction arrives.
    """
    trace = session()
    trace.drop_frames(STOP_MS)
    trace.say_stop(STOP_MS, reaction, cause)
    trace.events = [each for each in trace.events if each["t_ms"] <= STOP_MS]
    t_ms = STOP_MS + first_ms
    if reaction != "e_stop":
        t_ms = trace.ramp(t_ms, 10, 3, 320 if reaction == "soft_stop" else 80)
    for again in range(3):
        trace.send(t_ms + 100 * again, "AA")
        trace.send(t_ms + 100 * again + 10, speed(0))
    trace.end_ms = 75_000
    return trace


REACTIONS: Final = [
    ("soft_stop", "operator_soft_stop"),
    ("fast_stop", "operator_fast_stop"),
    ("e_stop", "strap_open"),
]


@pytest.mark.parametrize(("reaction", "cause"), REACTIONS)
def test_a_clean_stop_passes(reaction: str, cause: str) -> None:
    assert names(stopped(reaction, cause)) == set()


@pytest.mark.parametrize(("reaction", "cause"), REACTIONS)
def test_a_clean_restart_passes(reaction: str, cause: str) -> None:
    trace = stopped(reaction, cause)
    trace.say_start(70_000)
    trace.start(70_000)
    assert names(trace) == set()


@pytest.mark.parametrize(("reaction", "cause"), REACTIONS)
def test_n2_faster_during_a_stop_is_found(reaction: str, cause: str) -> None:
    trace = stopped(reaction, cause)
    trace.send(STOP_MS + 300, speed(11))
    assert "N2" in names(trace)


def test_n2_a_start_frame_during_a_stop_is_found() -> None:
    trace = stopped("soft_stop", "operator_soft_stop")
    trace.send(STOP_MS + 300, "A0")
    assert "N2" in names(trace)


def test_n2_a_stop_between_start_frame_and_first_speed_counts() -> None:
    trace = session()
    trace.drop_frames(13_100)
    trace.say_stop(13_060, "soft_stop")
    trace.send(13_100, speed(3))
    trace.send(13_200, "AA")
    assert "N2" in names(trace)


def test_n2_faster_just_before_the_stop_passes() -> None:
    trace = stopped("soft_stop", "operator_soft_stop")
    trace.send(STOP_MS - 1, speed(11))
    assert names(trace) == set()


def test_n2_a_pause_may_be_resumed_by_a_new_start() -> None:
    trace = stopped("soft_stop", "operator_soft_stop")
    trace.say(64_000, "countdown")
    trace.say(69_000, "starting")
    trace.start(69_000)
    assert names(trace) == set()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param((), id="nothing"),
        pytest.param(("countdown", "starting"), id="no checklist, not armed"),
        pytest.param(("checklist", "armed"), id="no start"),
    ],
)
@pytest.mark.parametrize("reaction", ["fast_stop", "e_stop"])
def test_n3_motion_after_a_latch_needs_reset_and_start(
    reaction: str, said: tuple[str, ...]
) -> None:
    trace = stopped(reaction, "operator_fast_stop")
    for state in said:
        trace.say(60_000, state)
    trace.start(70_000)
    assert "N3" in names(trace)


def test_n3_an_e_stop_has_no_ramp() -> None:
    trace = stopped("e_stop", "strap_open")
    trace.send(STOP_MS + 5, speed(9))
    assert names(trace) == {"N3"}


def test_n3_a_fast_stop_that_became_an_e_stop_ends_its_ramp() -> None:
    trace = stopped("fast_stop", "operator_fast_stop")
    trace.say_stop(STOP_MS + 200, "e_stop", "not_stopping")
    trace.send(STOP_MS + 205, "AA")
    assert "N3" in names(trace)


def test_n3_a_second_fast_stop_opens_no_second_ramp() -> None:
    trace = stopped("e_stop", "strap_open")
    trace.say_stop(STOP_MS + 5_000, "fast_stop", "core_gone")
    trace.send(STOP_MS + 5_100, speed(3))
    assert "N3" in names(trace)


@pytest.mark.parametrize(("late_ms", "found"), [(180, set()), (300, {"N5"})])
def test_n5_a_strap_release_takes_the_setpoint_back_in_200_ms(
    late_ms: int, found: set[str]
) -> None:
    trace = stopped("e_stop", "strap_open", first_ms=10)
    trace.strap_open = (STOP_MS + 10 - late_ms, 60_000)
    assert names(trace) == found


def test_n5_a_setpoint_that_leaves_with_the_strap_open_is_found() -> None:
    trace = stopped("e_stop", "strap_open")
    trace.strap_open = (STOP_MS, 74_000)
    trace.say_start(70_000)
    trace.start(70_000)
    assert names(trace) == {"N5"}


def test_n5_a_lost_link_excuses_what_stays_in_force() -> None:
    trace = stopped("e_stop", "link_lost", first_ms=2_000)
    trace.strap_open = (STOP_MS, 60_000)
    trace.faults["link-drop"] = (STOP_MS, STOP_MS + 2_000)
    assert names(trace) == set()


def test_n5_a_strap_that_opens_at_standstill_passes() -> None:
    trace = session()
    trace.strap_open = (7_000, 9_000)
    assert names(trace) == set()


def test_n5_a_belt_that_was_started_and_given_no_speed_is_in_force_as_well() -> None:
    trace = session()
    trace.drop_frames(START_MS)
    trace.send(START_MS, "A0")
    trace.strap_open = (START_MS + 1_000, START_MS + 5_000)
    trace.send(START_MS + 4_000, "AA")
    assert names(trace) == {"N5"}


@pytest.mark.parametrize(
    ("belt_ckmh", "lasts_ms", "found"),
    [(21.0, 3_000, set()), (22.0, 3_000, {"N6"}), (90.0, 450, set())],
)
def test_n6_called_standing_at_one_reporting_step_and_no_more(
    belt_ckmh: float, lasts_ms: int, found: set[str]
) -> None:
    trace = session()
    trace.belt_is[(8_000, 8_000 + lasts_ms)] = belt_ckmh
    trace.say_standing(8_000 + lasts_ms - 50)
    assert names(trace) == found


@pytest.mark.parametrize(("exit_code", "found"), [(0, {"N6"}), (11, {"N6"}), (16, set())])
def test_n6_only_exit_code_16_may_leave_a_moving_belt(exit_code: int, found: set[str]) -> None:
    trace = stopped("e_stop", "not_stopping")
    trace.belt_is[(STOP_MS, 80_000)] = 150.0
    trace.say_finished(70_000, exit_code)
    assert names(trace) == found


@pytest.mark.parametrize(("reaction", "cause"), REACTIONS)
@pytest.mark.parametrize(("first_ms", "late"), [(100, False), (101, True)])
def test_n11_the_first_frame_of_a_stop_leaves_in_100_ms(
    reaction: str, cause: str, first_ms: float, late: bool
) -> None:
    assert names(stopped(reaction, cause, first_ms=first_ms)) == ({"N11"} if late else set())


def test_n11_a_stop_that_nothing_follows_is_found() -> None:
    trace = session()
    trace.drop_frames(STOP_MS)
    trace.say_stop(STOP_MS, "fast_stop", "telemetry_stale")
    trace.end_ms = STOP_MS + 1_000
    trace.events = [each for each in trace.events if each["t_ms"] <= STOP_MS]
    assert names(trace) == {"N11"}


def test_n11_a_slower_speed_is_no_e_stop() -> None:
    trace = stopped("e_stop", "strap_open", first_ms=150)
    trace.send(STOP_MS - 10, speed(9))
    assert names(trace) == {"N11"}


@pytest.mark.parametrize(("first_ms", "late"), [(400, False), (450, True)])
def test_n11_a_dead_gate_is_replaced_in_400_ms(first_ms: float, late: bool) -> None:
    found = names(stopped("e_stop", "gate_gone", first_ms=first_ms))
    assert found == ({"N11"} if late else set())


def test_n11_the_link_model_may_delay_a_stop() -> None:
    trace = stopped("e_stop", "link_lost", first_ms=3_000)
    trace.faults["link-drop"] = (STOP_MS - 100, STOP_MS + 3_000)
    assert names(trace) == set()


def test_n11_a_frame_that_left_just_before_it_was_said_counts() -> None:
    assert names(stopped("e_stop", "strap_open", first_ms=-200)) == set()


def console_stopped(*, said: bool) -> Trace:
    """The belt is stopped at its console; the host's setpoint is still in force."""
    trace = stopped("e_stop", "console_stop")
    trace.faults["console-stop"] = (STOP_MS - 2_000, STOP_MS - 1_900)
    trace.belt_is[(STOP_MS - 1_800, STOP_MS)] = 0.0
    if not said:
        trace.events = [each for each in trace.events if each["event"] != "stop"]
    return trace


@pytest.mark.parametrize("said", [True, False])
def test_n12_a_setpoint_after_a_console_stop_is_found(said: bool) -> None:
    trace = console_stopped(said=said)
    trace.say(64_000, "countdown")
    trace.say(69_000, "starting")
    trace.start(69_000)
    assert "N12" in names(trace)


def test_n12_not_even_a_slower_setpoint_follows_a_console_stop() -> None:
    trace = console_stopped(said=True)
    trace.send(STOP_MS + 5, speed(3))
    assert "N12" in names(trace)


@pytest.mark.parametrize("said", [True, False])
def test_n12_a_whole_new_start_after_a_console_stop_passes(said: bool) -> None:
    trace = console_stopped(said=said)
    trace.say_start(70_000)
    trace.start(70_000)
    assert names(trace) == set()


def test_n12_a_console_stop_of_a_standing_belt_stops_nothing() -> None:
    trace = session()
    trace.faults["console-stop"] = (9_000, 9_100)
    assert names(trace) == set()
