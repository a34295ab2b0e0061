"""What people are told, situation by situation: the reaction, its cause, and what is awaited."""

from dataclasses import replace
from typing import Any

import pytest

from tests.safety.builders import ALL_ITEMS, CONFIG, NOW, at_rest, cruise, cruising, inputs
from treadctl.causes import Cause
from treadctl.gate.reporting import report_of
from treadctl.model import (
    BeltState,
    Direction,
    Facing,
    Gait,
    GatePhase,
    Reaction,
    Refusal,
    Report,
    StrapState,
)
from treadctl.safety.state import Finding, KernelState

P = GatePhase
STRAP = Finding(Reaction.E_STOP, Cause.STRAP_OPEN)
STALE = Finding(Reaction.FAST_STOP, Cause.TELEMETRY_STALE)
HOLD = Finding(Reaction.HOLD, Cause.TELEMETRY_STALE)


def told(state: KernelState, *, measured: bool = True, **changes: Any) -> Report:
    moving = state.phase in (P.STARTING, P.MOVING, P.STOPPING)
    tick = cruise(**changes) if moving else inputs(**changes)
    state.now_ms = NOW
    return report_of(state, tick, CONFIG, 7, measured)


def test_a_report_says_what_is_measured_and_what_was_said() -> None:
    report = told(cruising(242), measured_ckmh=226, measured_at_ms=NOW - 90)
    assert (report.now_ms, report.seq, report.phase) == (NOW, 7, P.MOVING)
    assert (report.setpoint_ckmh, report.commanded_ckmh) == (242, 242)
    assert (report.measured_ckmh, report.measured_age_ms) == (226, 90)
    assert (report.direction, report.measured_direction) == (Direction.FORWARD, Direction.FORWARD)
    assert (report.facing, report.gait) == (Facing.BACKWARD, Gait.BACKWARD)
    assert (report.strap, report.belt, report.link_up) == (
        StrapState.ATTACHED,
        BeltState.ENGAGED,
        True,
    )
    assert (report.session_ms, report.reverse_ms, report.bout_ms) == (60_000, 60_000, 60_000)
    assert (report.cap_ckmh, report.unit_probe, report.incline_permille) == (250, "passed", 0)
    assert report.standstill is False
    assert (report.reaction, report.cause, report.wait) == (Reaction.NONE, None, None)


def test_before_the_first_reading_nothing_is_measured() -> None:
    report = told(at_rest(), measured=False)
    assert (report.measured_ckmh, report.measured_direction) == (None, None)


def test_a_machine_without_a_sign_has_no_measured_direction() -> None:
    config = replace(CONFIG, reads_direction=False)
    assert report_of(at_rest(), inputs(), config, 1, True).measured_direction is None


def test_before_the_first_start_no_session_time_has_passed() -> None:
    assert told(at_rest()).session_ms == 0


def test_sr07_only_items_that_count_are_reported() -> None:
    report = told(at_rest(pull_seen_at_ms=None))
    assert report.strap_pull_seen is False
    assert report.checklist == ALL_ITEMS & ~(1 << 2)
    assert told(at_rest()).checklist == ALL_ITEMS


def test_refusals_travel_with_the_report() -> None:
    refusal = Refusal("F-003", "not_now", "Not now.")
    assert told(at_rest(refused=[refusal])).refused == (refusal,)


def test_sr34_the_resets_that_are_left_are_counted() -> None:
    assert [told(at_rest(resets_used=used)).resets_left for used in (0, 1, 3)] == [3, 2, 0]


# Reaction and cause belong together.


@pytest.mark.parametrize(
    ("changes", "reaction", "cause"),
    [
        pytest.param({}, Reaction.NONE, None, id="healthy"),
        pytest.param({"worst": HOLD}, Reaction.HOLD, "telemetry_stale", id="a hold"),
        pytest.param(
            {
                "phase": P.STOPPING,
                "stop_level": Reaction.E_STOP,
                "stop_cause": Cause.STRAP_OPEN,
                "worst": STALE,
                "latch": STRAP,
                "first_cause": Cause.STRAP_OPEN,
            },
            Reaction.E_STOP,
            "strap_open",
            id="SR-53 a milder finding does not rename a worse stop",
        ),
        pytest.param(
            {
                "phase": P.STOPPING,
                "stop_level": Reaction.FAST_STOP,
                "stop_cause": Cause.CORE_GONE,
                "worst": STALE,
            },
            Reaction.FAST_STOP,
            "core_gone",
            id="SR-53 of equals the stop in force keeps its name",
        ),
        pytest.param(
            {
                "phase": P.STOPPING,
                "stop_level": Reaction.SOFT_STOP,
                "stop_cause": Cause.OPERATOR_SOFT_STOP,
                "latch": STRAP,
            },
            Reaction.E_STOP,
            "strap_open",
            id="SR-34 a latch is worse than the stop that runs",
        ),
        pytest.param(
            {"phase": P.STOPPING, "stop_level": Reaction.NONE, "stop_cause": None},
            Reaction.NONE,
            None,
            id="a planned stop has no cause",
        ),
        pytest.param(
            {"phase": P.LATCHED, "latch": STALE, "first_cause": Cause.CORE_GONE},
            Reaction.FAST_STOP,
            "telemetry_stale",
            id="a latch at rest",
        ),
    ],
)
def test_reaction_and_cause_are_those_of_the_worst_thing_in_force(
    changes: dict[str, Any], reaction: Reaction, cause: str | None
) -> None:
    report = told(cruising(242, **changes))
    assert (report.reaction, report.cause) == (reaction, cause)


def test_sr34_the_latch_keeps_the_name_of_its_first_cause() -> None:
    report = told(at_rest(phase=P.LATCHED, latch=STRAP, first_cause=Cause.TELEMETRY_STALE))
    assert (report.latched, report.latched_cause) == (Reaction.E_STOP, "telemetry_stale")
    assert (told(at_rest()).latched, told(at_rest()).latched_cause) == (Reaction.NONE, None)


def test_at_rest_the_cause_is_what_a_start_would_meet() -> None:
    assert told(at_rest()).cause is None
    assert told(at_rest(checklist_at_ms=[None] * 12)).cause == "checklist_incomplete"
    assert told(at_rest(quarantined=False)).cause == "quarantine"


# What is awaited.


@pytest.mark.parametrize(
    ("changes", "wait"),
    [
        ({"phase": P.QUARANTINE, "quarantine_zero_ms": None}, ("quarantine", 5_000)),
        ({"phase": P.QUARANTINE, "quarantine_zero_ms": NOW - 1_200}, ("quarantine", 3_800)),
        ({"phase": P.QUARANTINE, "quarantine_zero_ms": NOW - 9_000}, ("quarantine", 0)),
        ({"zero_samples": 0}, ("standstill", 0)),
        ({"checklist_at_ms": [None] * 12}, ("checklist", 0)),
        ({"strap_since_ms": None}, ("strap", 0)),
        ({"strap_since_ms": NOW - 1_999}, ("strap_steady", 1)),
        ({"strap_since_ms": NOW - 2_000}, (None, 0)),
        ({"phase": P.ARMED, "phase_at_ms": NOW - 4_000}, ("start", 6_000)),
        ({"phase": P.ARMED, "phase_at_ms": NOW - 14_000}, ("start", 0)),
        ({"phase": P.COUNTDOWN, "phase_at_ms": NOW - 1_000}, ("countdown", 4_000)),
        ({"phase": P.COUNTDOWN, "phase_at_ms": NOW - 6_000}, ("countdown", 0)),
        (
            {"phase": P.STARTING, "phase_at_ms": NOW - 7_000, "on_belt": False},
            ("on_belt", 23_000),
        ),
        ({"phase": P.STARTING, "phase_at_ms": NOW - 31_000, "on_belt": False}, ("on_belt", 0)),
        (
            {"phase": P.STARTING, "phase_at_ms": NOW - 7_000, "on_belt": True},
            ("start_hold", 3_000),
        ),
        ({"phase": P.STARTING, "phase_at_ms": NOW - 11_000, "on_belt": True}, ("start_hold", 0)),
        ({"phase": P.MOVING}, (None, 0)),
        ({"phase": P.STOPPING}, ("standstill", 0)),
        ({"phase": P.TURNING, "strap_since_ms": None}, ("strap", 0)),
        ({"phase": P.TURNING, "strap_since_ms": NOW - 500}, ("strap_steady", 1_500)),
        ({"phase": P.TURNING}, ("turn_confirm", 0)),
        ({"phase": P.LATCHED, "lockout_until_ms": NOW + 1}, ("lockout", 1)),
        ({"phase": P.LATCHED, "lockout_until_ms": NOW}, ("reset", 0)),
        ({"phase": P.LOCKED}, (None, 0)),
    ],
)
def test_what_is_awaited_and_for_how_long(
    changes: dict[str, Any], wait: tuple[str | None, int]
) -> None:
    report = told(at_rest(**changes))
    assert (report.wait, report.wait_ms) == wait
