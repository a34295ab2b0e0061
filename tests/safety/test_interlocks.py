"""The interlocks as a table: every limit on both sides, one unit apart."""

from dataclasses import replace
from typing import Any, Final

import pytest

from tests.safety.builders import CONFIG, NOW, cruise, cruising, step, stopping, with_limits
from treadctl.causes import Cause
from treadctl.model import (
    BeltState,
    Direction,
    Facing,
    GatePhase,
    Mode,
    Reaction,
    StrapState,
)
from treadctl.safety import interlocks
from treadctl.safety.state import Finding

HOLD, SOFT = Reaction.HOLD, Reaction.SOFT_STOP
FAST, E_STOP = Reaction.FAST_STOP, Reaction.E_STOP
FWD: Final[dict[str, Any]] = {"facing": Facing.FORWARD}

# (state changes, input changes)
HEALTHY: Final[list[Any]] = [
    pytest.param({}, {}, id="nominal"),
    pytest.param({}, {"strap_at_ms": NOW - 150}, id="SR-16 sample as old as allowed"),
    pytest.param({}, {"strap_at_ms": NOW + 5}, id="SR-16 sample stamped just after the clock"),
    pytest.param({}, {"request_at_ms": NOW - 500}, id="SR-14 lease as old as allowed"),
    pytest.param({}, {"core_heard_ms": NOW - 300}, id="SR-30 heartbeat as old as allowed"),
    pytest.param({}, {"measured_at_ms": NOW - 500}, id="SR-19 telemetry as old as allowed"),
    pytest.param({"overspeed_samples": 1}, {}, id="SR-21 one sample is not two"),
    pytest.param({"surge_samples": 1}, {}, id="SR-22 one surge sample is not two"),
    pytest.param({"deviation_ms": 1_999}, {"measured_ckmh": 272}, id="SR-22 within tolerance"),
    pytest.param({"deviation_ms": 1_979}, {"measured_ckmh": 283}, id="SR-22 not for long enough"),
    pytest.param({"stall_ms": 1_479}, {"measured_ckmh": 19}, id="SR-23 not for long enough"),
    pytest.param({"wrong_way_ms": 979}, {"measured_direction": Direction.REVERSE}, id="SR-25"),
    pytest.param(
        {"started_at_ms": NOW - 1_000}, {"belt": BeltState.STOPPED}, id="SR-36 just started"
    ),
    pytest.param(
        {},
        {"belt": BeltState.STOPPED, "belt_at_ms": NOW - 59_000},
        id="SR-36 state asked for before the start took effect",
    ),
    pytest.param({"bout_ms": 601_980}, {}, id="SR-44 bout"),
    pytest.param({"reverse_ms": 721_980}, {}, id="SR-44 total"),
    pytest.param({"session_at_ms": NOW - 2_402_000}, {}, id="SR-44 session"),
    pytest.param({"bout_ms": 999_999, **FWD}, {}, id="SR-44 forward has no bouts"),
    pytest.param({}, {"now_ms": NOW + 480}, id="SR-32 late by as much as allowed"),
    pytest.param({}, {"suspended_ms": 200}, id="SR-33 as long as allowed"),
    pytest.param({}, {"request_stop": Reaction.HOLD}, id="SR-18 a hold is not a stop"),
    pytest.param({}, {"stop": Reaction.HOLD}, id="SR-18 nor as a signal"),
    pytest.param({"unexpected_samples": 9}, {}, id="SR-08 motion is expected in motion"),
]
UNHEALTHY: Final[list[Any]] = [
    pytest.param({}, {"strap": StrapState.RELEASED}, E_STOP, Cause.STRAP_OPEN, id="SR-16 open"),
    pytest.param(
        {}, {"strap": StrapState.UNKNOWN}, E_STOP, Cause.STRAP_UNKNOWN, id="SR-16 unknown"
    ),
    pytest.param({}, {"strap_at_ms": NOW - 151}, E_STOP, Cause.STRAP_UNKNOWN, id="SR-16 expired"),
    pytest.param(
        {}, {"strap_at_ms": NOW + 6}, E_STOP, Cause.STRAP_UNKNOWN, id="SR-16 from the future"
    ),
    pytest.param({}, {"request_stop": SOFT}, SOFT, Cause.OPERATOR_SOFT_STOP, id="SR-18 soft"),
    pytest.param({}, {"request_stop": FAST}, FAST, Cause.OPERATOR_FAST_STOP, id="SR-18 fast"),
    pytest.param({}, {"request_stop": E_STOP}, E_STOP, Cause.OPERATOR_E_STOP, id="SR-18 e"),
    pytest.param({}, {"stop": FAST}, FAST, Cause.SIGNAL_STOP, id="SR-18 signal"),
    pytest.param({}, {"stop": SOFT}, SOFT, Cause.SIGNAL_STOP, id="SR-18 soft signal"),
    pytest.param({}, {"core_alive": False}, FAST, Cause.CORE_GONE, id="SR-30 eof"),
    pytest.param({}, {"core_heard_ms": NOW - 301}, FAST, Cause.CORE_SILENT, id="SR-30 silent"),
    pytest.param({}, {"core_heard_ms": NOW - 1_000}, FAST, Cause.CORE_SILENT, id="SR-30 last"),
    pytest.param({}, {"core_heard_ms": NOW - 1_001}, E_STOP, Cause.CORE_SILENT, id="SR-30 dead"),
    pytest.param({}, {"request_at_ms": NOW - 501}, FAST, Cause.LEASE_EXPIRED, id="SR-14"),
    pytest.param({}, {"measured_at_ms": NOW - 501}, HOLD, Cause.TELEMETRY_STALE, id="SR-19 hold"),
    pytest.param({}, {"measured_at_ms": NOW - 1_000}, HOLD, Cause.TELEMETRY_STALE, id="SR-19 last"),
    pytest.param({}, {"measured_at_ms": NOW - 1_001}, FAST, Cause.TELEMETRY_STALE, id="SR-19 stop"),
    pytest.param({}, {"link_up": False}, E_STOP, Cause.LINK_LOST, id="SR-20"),
    pytest.param(
        {}, {"machine_fault": Cause.MACHINE_FAULT}, E_STOP, Cause.MACHINE_FAULT, id="999.9"
    ),
    pytest.param(
        {}, {"machine_fault": Cause.MACHINE_TIMEOUT}, FAST, Cause.MACHINE_TIMEOUT, id="BD"
    ),
    pytest.param({"overspeed_samples": 2}, {}, E_STOP, Cause.OVERSPEED, id="SR-21"),
    pytest.param({"surge_samples": 2}, {}, E_STOP, Cause.SURGE, id="SR-22 surge"),
    pytest.param(
        {"deviation_ms": 1_980}, {"measured_ckmh": 279}, FAST, Cause.DEVIATION, id="SR-22 high"
    ),
    pytest.param(
        {"deviation_ms": 1_980}, {"measured_ckmh": 205}, FAST, Cause.DEVIATION, id="SR-22 low"
    ),
    pytest.param(
        {"deviation_ms": 1_980, "probe": "pending"},
        {"measured_ckmh": 389},
        FAST,
        Cause.UNIT_MISMATCH,
        id="SR-29 the deviation fits another unit",
    ),
    pytest.param(
        {"deviation_ms": 1_980, "probe": "pending"},
        {"measured_ckmh": 300},
        FAST,
        Cause.DEVIATION,
        id="SR-29 the deviation fits no unit",
    ),
    pytest.param(
        {"deviation_ms": 2_000, "expected_mckmh": 0, "probe": "pending", "commanded_ckmh": 0},
        {"measured_ckmh": 50},
        FAST,
        Cause.DEVIATION,
        id="SR-22 nothing is expected at all",
    ),
    pytest.param({"probe": "failed"}, {}, FAST, Cause.UNIT_MISMATCH, id="SR-29 probe failed"),
    pytest.param({"probe_unclear": True}, {}, HOLD, Cause.UNIT_UNCLEAR, id="SR-29 unclear"),
    pytest.param({"stall_ms": 1_480}, {"measured_ckmh": 19}, E_STOP, Cause.STALL, id="SR-23"),
    pytest.param(
        {"wrong_way_ms": 980},
        {"measured_direction": Direction.REVERSE},
        E_STOP,
        Cause.DIRECTION_MISMATCH,
        id="SR-25",
    ),
    pytest.param({}, {"belt": BeltState.STOPPED}, FAST, Cause.CONSOLE_STOP, id="SR-36"),
    pytest.param({"bout_ms": 601_981}, {}, SOFT, Cause.BOUT_LIMIT, id="SR-44 bout"),
    pytest.param({"reverse_ms": 721_981}, {}, SOFT, Cause.REVERSE_LIMIT, id="SR-44 total"),
    pytest.param(
        {"session_at_ms": NOW - 2_402_001}, {}, SOFT, Cause.SESSION_LIMIT, id="SR-44 session"
    ),
    pytest.param({}, {"now_ms": NOW + 481}, FAST, Cause.OVERRUN, id="SR-32"),
    pytest.param({}, {"suspended_ms": 201}, E_STOP, Cause.SUSPENDED, id="SR-33"),
]


@pytest.mark.parametrize(("state", "tick"), HEALTHY)
def test_healthy_ticks_find_nothing(state: dict[str, Any], tick: dict[str, Any]) -> None:
    s = cruising(**state)
    step(s, cruise(**tick))
    assert s.worst is None
    assert s.latch is None
    assert s.phase is GatePhase.MOVING


@pytest.mark.parametrize(("state", "tick", "reaction", "cause"), UNHEALTHY)
def test_each_hazard_is_found_and_only_stops_latch(
    state: dict[str, Any], tick: dict[str, Any], reaction: Reaction, cause: Cause
) -> None:
    s = cruising(**state)
    step(s, cruise(**tick))
    assert s.worst == Finding(reaction, cause)
    assert s.latch == (Finding(reaction, cause) if reaction >= FAST else None)
    assert (s.phase is GatePhase.STOPPING) is (reaction >= SOFT)


@pytest.mark.parametrize(
    ("overruns", "found"),
    [((NOW - 9_870,) * 4, False), ((NOW - 9_869,) * 4, True), ((NOW - 9_869,) * 3, False)],
)
def test_sr32_five_small_overruns_in_ten_seconds(overruns: tuple[int, ...], found: bool) -> None:
    s = cruising(overruns_at_ms=overruns)
    step(s, cruise(now_ms=NOW + 131))
    assert (s.worst == Finding(FAST, Cause.OVERRUN)) is found


def test_sr32_a_tick_in_time_is_not_blamed_for_the_one_before_it() -> None:
    s = cruising(overrun=True)
    step(s, cruise())
    assert s.worst is None


def test_sr32_an_overrun_of_exactly_150_ms_is_not_counted() -> None:
    s = cruising()
    step(s, cruise(now_ms=NOW + 130))
    assert s.overruns_at_ms == ()


@pytest.mark.parametrize(
    ("since_ms", "on_belt", "found"),
    [(30_000, False, False), (30_001, False, True), (30_001, True, False)],
)
def test_sr05_nobody_confirmed_to_be_on_the_belt(since_ms: int, on_belt: bool, found: bool) -> None:
    s = cruising(49, phase=GatePhase.STARTING, started_at_ms=NOW - since_ms, on_belt=on_belt)
    step(s, cruise(49, request_setpoint_ckmh=49))
    assert (s.worst == Finding(SOFT, Cause.ON_BELT_MISSING)) is found
    assert s.latch is None


@pytest.mark.parametrize(
    ("level", "commanded", "since_ms", "found"),
    [
        (Reaction.NONE, 242, 2_001, False),
        (Reaction.NONE, 0, 2_000, False),
        (Reaction.NONE, 0, 2_001, True),
        (Reaction.SOFT_STOP, 242, 2_000, False),
        (Reaction.SOFT_STOP, 242, 2_001, True),
        (Reaction.E_STOP, 0, 2_001, True),
    ],
)
def test_sr35_a_stop_that_shows_no_progress_becomes_the_strongest(
    level: Reaction, commanded: int, since_ms: int, found: bool
) -> None:
    s = stopping(242, level, commanded_ckmh=commanded, progress_at_ms=NOW - since_ms)
    step(s, cruise(242, request_setpoint_ckmh=0))
    assert (s.worst == Finding(E_STOP, Cause.NOT_STOPPING)) is found
    assert (s.stop_level is Reaction.E_STOP) is (found or level is Reaction.E_STOP)


BELTREV: Final = replace(CONFIG, mode=Mode.BELT_REVERSE)
REVERSED: Final[dict[str, Any]] = {"direction": Direction.REVERSE, "facing": Facing.FORWARD}
HELD: Final[dict[str, Any]] = {
    "measured_direction": Direction.REVERSE,
    "request_direction": Direction.REVERSE,
    "request_hold_to_run": True,
}


@pytest.mark.parametrize(
    ("state", "tick", "found"),
    [
        pytest.param({}, {}, None, id="held"),
        pytest.param(
            {}, {"request_hold_to_run": False}, (FAST, Cause.HOLD_RELEASED), id="released"
        ),
        pytest.param({"hold_changed_at_ms": NOW - 60_000}, {}, None, id="as long as allowed"),
        pytest.param(
            {"hold_changed_at_ms": NOW - 60_001}, {}, (HOLD, Cause.HOLD_TAPED), id="taped"
        ),
        pytest.param(
            {"hold_changed_at_ms": NOW - 70_000}, {}, (HOLD, Cause.HOLD_TAPED), id="still asked"
        ),
        pytest.param(
            {"hold_changed_at_ms": NOW - 70_001}, {}, (SOFT, Cause.HOLD_TAPED), id="not re-pressed"
        ),
        pytest.param({"bout_ms": 301_981}, {}, None, id="bout as long as allowed"),
        pytest.param({"bout_ms": 301_982}, {}, (SOFT, Cause.BOUT_LIMIT), id="bout"),
    ],
)
def test_sr55_belt_reverse_runs_only_while_held(
    state: dict[str, Any], tick: dict[str, Any], found: tuple[Reaction, Cause] | None
) -> None:
    base = {"hold_level": True, "hold_changed_at_ms": NOW - 1_000, "bout_ms": 0}
    state = base | state
    if state.get("bout_ms"):
        state["bout_ms"] -= 1  # 20 ms are added by the tick; the limit and its grace are even
    s = cruising(194, **REVERSED | state)
    step(s, cruise(194, **HELD | tick), BELTREV)
    assert s.worst == (Finding(*found) if found else None)


def test_sr55_hold_to_run_is_not_asked_where_the_belt_runs_forward() -> None:
    s = cruising(**FWD)
    step(s, cruise(), BELTREV)
    assert s.worst is None


def test_sr55_hold_to_run_is_asked_in_belt_reverse_only() -> None:
    s = cruising(194, **REVERSED, hold_level=False)
    assert interlocks.hold_to_run(s, cruise(194), BELTREV) is not None
    assert interlocks.hold_to_run(s, cruise(194), CONFIG) is None


@pytest.mark.parametrize(
    ("age_ms", "found"),
    [(60_000, None), (60_001, HOLD), (70_000, HOLD), (70_001, SOFT)],
)
def test_sr56_a_script_needs_a_person_every_minute(age_ms: int, found: Reaction | None) -> None:
    config = replace(CONFIG, attendance_required=True)
    s = cruising(attended=3, attended_at_ms=NOW - age_ms)
    step(s, cruise(request_attended=3), config)
    assert s.worst == (Finding(found, Cause.UNATTENDED) if found else None)


def test_sr56_a_new_token_is_a_new_minute() -> None:
    config = replace(CONFIG, attendance_required=True)
    s = cruising(attended=3, attended_at_ms=NOW - 69_000)
    step(s, cruise(request_attended=4), config)
    assert (s.worst, s.attended_at_ms) == (None, NOW)


@pytest.mark.parametrize(
    ("age_ms", "found"),
    [(2_000, None), (2_001, SOFT), (5_000, SOFT), (5_001, FAST)],
)
def test_sr40_a_screen_that_shows_nothing_stops_the_belt_softly_then_fast(
    age_ms: int, found: Reaction | None
) -> None:
    config = replace(CONFIG, screen_required=True)
    s = cruising(screen=3, screen_at_ms=NOW - age_ms)
    step(s, cruise(request_screen=3), config)
    assert s.worst == (Finding(found, Cause.SCREEN_SILENT) if found else None)


def test_sr40_a_new_token_is_a_new_two_seconds() -> None:
    config = replace(CONFIG, screen_required=True)
    s = cruising(screen=3, screen_at_ms=NOW - 60_000)
    step(s, cruise(request_screen=4), config)
    assert (s.worst, s.screen_at_ms) == (None, NOW)


def test_sr40_where_no_screen_leads_none_is_missed() -> None:
    s = cruising(screen=0, screen_at_ms=NOW - 60_000)
    step(s, cruise(request_screen=0))
    assert s.worst is None


@pytest.mark.parametrize(
    ("quarantined", "before", "cause"),
    [
        (True, False, Cause.UNEXPECTED_MOTION),
        (False, False, Cause.UNEXPECTED_MOTION),
        (False, True, Cause.RECONNECT_MOVING),
        (True, True, Cause.UNEXPECTED_MOTION),
    ],
)
def test_sr37_a_belt_found_moving_has_its_own_name(
    quarantined: bool, before: bool, cause: Cause
) -> None:
    s = cruising(quarantined=quarantined, connected_before=before, unexpected_samples=2)
    assert interlocks.unexpected_motion(s, cruise(), CONFIG) == Finding(E_STOP, cause)
    s.unexpected_samples = 1
    assert interlocks.unexpected_motion(s, cruise(), CONFIG) is None


def test_sr53_the_worst_wins_and_the_first_of_equals_keeps_its_name() -> None:
    s = cruising()
    step(s, cruise(strap=StrapState.RELEASED, core_alive=False))
    assert s.worst == Finding(E_STOP, Cause.STRAP_OPEN)
    s = cruising()
    step(s, cruise(strap=StrapState.UNKNOWN, core_alive=False, link_up=False))
    assert s.worst == Finding(E_STOP, Cause.LINK_LOST)


@pytest.mark.parametrize(
    ("config_key", "change", "cause"),
    [
        ("stall_ms", {"stall_ms": 2_980}, Cause.STALL),
        ("lease_ms", {}, Cause.LEASE_EXPIRED),
    ],
)
def test_sr42_configured_limits_are_the_ones_used(
    config_key: str, change: dict[str, Any], cause: Cause
) -> None:
    config = with_limits(**{config_key: 3_000 if config_key == "stall_ms" else 200})
    s = cruising(**change)
    tick = cruise(measured_ckmh=10) if cause is Cause.STALL else cruise(request_at_ms=NOW - 201)
    step(s, tick, config)
    assert s.worst is not None
    assert s.worst.cause is cause
