"""Both sides of every number that a permissive or an interlock compares with, one unit apart."""

from dataclasses import replace
from typing import Any

import pytest

from tests.safety.builders import (
    ALL_ITEMS,
    CONFIG,
    NOW,
    at_rest,
    cruise,
    cruising,
    inputs,
    step,
    stopping,
)
from treadctl.causes import Cause
from treadctl.model import BeltState, Direction, Facing, GatePhase, Reaction
from treadctl.safety import interlocks, permissives
from treadctl.safety.state import Finding, KernelConfig

FAST, E_STOP, SOFT = Reaction.FAST_STOP, Reaction.E_STOP, Reaction.SOFT_STOP


# What withholds permission.


@pytest.mark.parametrize(("since_ms", "steady"), [(1_999, False), (2_000, True)])
def test_sr25_a_strap_is_steady_after_two_seconds(since_ms: int, steady: bool) -> None:
    assert permissives.strap_is_steady(at_rest(strap_since_ms=NOW - since_ms), inputs()) is steady


@pytest.mark.parametrize(("age_ms", "counts"), [(300_000, True), (300_001, False)])
@pytest.mark.parametrize("used", [False, True])
def test_sr07_items_grow_old_before_the_first_start_only(
    age_ms: int, counts: bool, used: bool
) -> None:
    s = at_rest(checklist_used=used, pull_seen_at_ms=NOW - age_ms)
    s.checklist_at_ms = [NOW - age_ms] * len(s.checklist_at_ms)
    assert permissives.accepted_items(s, inputs()) == (ALL_ITEMS if counts or used else 0)


@pytest.mark.parametrize("used", [False, True])
def test_sr07_what_was_never_confirmed_or_never_pulled_does_not_count(used: bool) -> None:
    pull = 1 << permissives.STRAP_PULL_BIT
    never_pulled = at_rest(checklist_used=used, pull_seen_at_ms=None)
    assert permissives.accepted_items(never_pulled, inputs()) == ALL_ITEMS & ~pull
    one_missing = at_rest(checklist_used=used)
    one_missing.checklist_at_ms = [None, *one_missing.checklist_at_ms[1:]]
    assert permissives.accepted_items(one_missing, inputs()) == ALL_ITEMS & ~1


def machine(step_ckmh: int, first_ckmh: int = 10) -> KernelConfig:
    steps = (0, *range(first_ckmh, 700, step_ckmh))
    return replace(CONFIG, machine_steps=steps, min_ckmh=first_ckmh)


@pytest.mark.parametrize(
    ("facing", "step_ckmh", "driven"),
    [
        (Facing.BACKWARD, 20, True),
        (Facing.BACKWARD, 21, False),
        (Facing.FORWARD, 21, True),
        (Facing.FORWARD, 50, True),
        (Facing.FORWARD, 51, False),
    ],
)
def test_sr11_a_machine_may_be_only_so_coarse(facing: Facing, step_ckmh: int, driven: bool) -> None:
    missing = permissives.machine_missing(
        at_rest(facing=facing), machine(step_ckmh), Direction.FORWARD
    )
    assert missing is (None if driven else Cause.MACHINE_MINIMUM)


@pytest.mark.parametrize(("slowest_ckmh", "driven"), [(100, True), (101, False)])
def test_sr04_the_slowest_speed_of_a_machine_is_one_kilometre_an_hour_at_most(
    slowest_ckmh: int, driven: bool
) -> None:
    missing = permissives.machine_missing(at_rest(), machine(10, slowest_ckmh), Direction.FORWARD)
    assert missing is (None if driven else Cause.MACHINE_MINIMUM)


def test_sr04_a_machine_that_cannot_be_told_a_start_above_its_minimum_is_not_started() -> None:
    odd = replace(CONFIG, machine_steps=(0, 50, 60, 70), min_ckmh=55)
    assert odd.v_start_ckmh == 50
    missing = permissives.machine_missing(at_rest(), odd, Direction.FORWARD)
    assert missing is Cause.MACHINE_MINIMUM


WITHHELD = [
    pytest.param({}, {"stop": SOFT}, Cause.STOP_WINS, id="SR-02 a signal to stop softly"),
    pytest.param({"attended_at_ms": NOW - 60_000}, {}, None, id="SR-56 attended a minute ago"),
    pytest.param({"attended_at_ms": NOW - 60_001}, {}, Cause.UNATTENDED, id="SR-56 and longer"),
    pytest.param({"session_at_ms": NOW - 2_400_000}, {}, None, id="SR-44 the last moment"),
    pytest.param({"session_at_ms": NOW - 2_400_001}, {}, Cause.SESSION_LIMIT, id="SR-44 after it"),
    pytest.param({"reverse_ms": 720_000}, {}, None, id="SR-44 enough backward, now forward"),
    pytest.param(
        {"reverse_ms": 720_000, "facing": Facing.BACKWARD}, {}, Cause.REVERSE_LIMIT, id="SR-44 more"
    ),
    pytest.param({"reverse_ms": 719_999, "facing": Facing.BACKWARD}, {}, None, id="SR-44 not yet"),
]


@pytest.mark.parametrize(("state", "tick", "cause"), WITHHELD)
def test_sr07_arming_is_withheld_from_exactly_there_on(
    state: dict[str, Any], tick: dict[str, Any], cause: Cause | None
) -> None:
    s = at_rest(**({"attended_at_ms": NOW} | state))
    config = replace(CONFIG, attendance_required=True)
    assert permissives.missing_to_arm(s, inputs(**tick), config) is cause


@pytest.mark.parametrize("target", [Facing.FORWARD, Facing.BACKWARD])
def test_sr28_a_turn_may_end_either_way(target: Facing) -> None:
    s = at_rest(phase=GatePhase.TURNING, turn_target=target, facing=Facing.UNKNOWN)
    assert permissives.missing_to_finish_turn(s, inputs(), CONFIG) is None


@pytest.mark.parametrize(
    ("until_ms", "tick", "cause"),
    [
        (NOW, {}, None),
        (NOW + 1, {}, Cause.LOCKOUT),
        (NOW, {"stop": SOFT}, Cause.STOP_WINS),
        (NOW, {"request_stop": SOFT}, Cause.STOP_WINS),
    ],
)
def test_sr34_a_reset_waits_for_the_lock_out_and_for_every_stop(
    until_ms: int, tick: dict[str, Any], cause: Cause | None
) -> None:
    s = at_rest(phase=GatePhase.LATCHED, lockout_until_ms=until_ms)
    assert permissives.missing_to_reset(s, inputs(**tick), CONFIG) is cause


# What is found in motion.


@pytest.mark.parametrize(
    ("silent_ms", "reaction"), [(300, None), (301, FAST), (1_000, FAST), (1_001, E_STOP)]
)
def test_sr30_the_silence_of_the_core(silent_ms: int, reaction: Reaction | None) -> None:
    found = interlocks.core_silent(cruising(), cruise(core_heard_ms=NOW - silent_ms), CONFIG)
    assert found == (None if reaction is None else Finding(reaction, Cause.CORE_SILENT))


@pytest.mark.parametrize(("age_ms", "expired"), [(500, False), (501, True)])
def test_sr14_the_age_of_a_lease(age_ms: int, expired: bool) -> None:
    found = interlocks.lease(cruising(), cruise(request_at_ms=NOW - age_ms), CONFIG)
    assert found == (Finding(FAST, Cause.LEASE_EXPIRED) if expired else None)


@pytest.mark.parametrize(
    ("percent", "is_a_unit"),
    [
        *((54, False), (55, True), (70, True), (71, False), (100, False)),
        *((144, False), (145, True), (175, True), (176, False)),
    ],
)
def test_sr29_only_these_ratios_are_another_unit(percent: int, is_a_unit: bool) -> None:
    assert interlocks.is_unit_ratio(percent) is is_a_unit


@pytest.mark.parametrize(
    ("expected_mckmh", "probe", "cause"),
    [
        (100_000, "pending", Cause.UNIT_MISMATCH),
        (100_001, "pending", Cause.DEVIATION),
        (100_000, "passed", Cause.DEVIATION),
        (0, "pending", Cause.DEVIATION),
    ],
)
def test_sr29_a_belt_that_does_not_follow_is_called_what_its_ratio_says(
    expected_mckmh: int, probe: str, cause: Cause
) -> None:
    s = cruising(probe=probe, expected_mckmh=expected_mckmh, deviation_ms=2_000)
    assert interlocks.deviation(s, cruise(145), CONFIG) == Finding(FAST, cause)


@pytest.mark.parametrize(("told_ms", "believed"), [(1_000, False), (1_001, True)])
@pytest.mark.parametrize("where", [GatePhase.STARTING, GatePhase.MOVING, GatePhase.STOPPING])
def test_sr36_what_a_machine_says_of_its_drive_counts_a_second_after_the_start(
    told_ms: int, believed: bool, where: GatePhase
) -> None:
    s = cruising(phase=where)
    tick = cruise(belt=BeltState.STOPPED, belt_at_ms=s.started_at_ms + told_ms)
    found = interlocks.console(s, tick, CONFIG)
    assert found == (Finding(FAST, Cause.CONSOLE_STOP) if believed else None)


def test_sr36_a_drive_that_is_off_while_nothing_is_asked_of_it_is_no_news() -> None:
    s = stopping(commanded_ckmh=0)
    assert interlocks.console(s, cruise(belt=BeltState.STOPPED), CONFIG) is None


@pytest.mark.parametrize(("zero_ms", "proved_late"), [(7_000, False), (7_001, True)])
def test_sr35_zero_that_proves_nothing_is_borne_for_four_seconds_more(
    zero_ms: int, proved_late: bool
) -> None:
    s = stopping(commanded_ckmh=0, told_zero_ms=NOW - zero_ms, progress_at_ms=NOW)
    found = interlocks.not_stopping(s, cruise(0), CONFIG)
    assert found == (Finding(E_STOP, Cause.NOT_STOPPING) if proved_late else None)


@pytest.mark.parametrize(("since_ms", "fails"), [(2_000, False), (2_001, True)])
def test_sr35_a_stop_has_to_show_within_two_seconds(since_ms: int, fails: bool) -> None:
    s = stopping(commanded_ckmh=0, progress_at_ms=NOW - since_ms)
    found = interlocks.not_stopping(s, cruise(), CONFIG)
    assert found == (Finding(E_STOP, Cause.NOT_STOPPING) if fails else None)


def test_sr44_a_belt_that_is_being_stopped_is_not_stopped_for_its_duration() -> None:
    s = stopping(242, bout_ms=700_000)
    step(s, cruise(request_setpoint_ckmh=0))
    assert (s.worst, s.stop_level) == (None, Reaction.NONE)
