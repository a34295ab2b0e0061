"""What people are told of the heart, of the cap it lowered, and of what is waited for."""

from dataclasses import replace

import pytest

from tests.safety.builders import CONFIG, NOW, at_rest, cruise, cruising, inputs
from treadctl.causes import Cause
from treadctl.gate.reporting import report_of
from treadctl.model import GatePhase, Reaction, Report
from treadctl.safety.limits import HR_LOST_HOLD_MS
from treadctl.safety.state import Finding, KernelState

WATCHED = replace(CONFIG, hr_limit_bpm=140)


def told(state: KernelState, *, watched: bool = True, bpm: int | None = 90) -> Report:
    state.now_ms = NOW
    moving = state.phase in (GatePhase.STARTING, GatePhase.MOVING, GatePhase.STOPPING)
    tick = cruise() if moving else inputs()
    tick = tick._replace(hr_bpm=bpm, hr_at_ms=NOW, hr_changed_at_ms=NOW)
    return report_of(state, tick, WATCHED if watched else CONFIG, 7, True)


@pytest.mark.parametrize(("watched", "bpm"), [(True, 90), (False, None)])
def test_sr44_a_rate_is_told_where_it_is_watched(watched: bool, bpm: int | None) -> None:
    assert told(cruising(242), watched=watched).heart_bpm == bpm


def test_sr45_a_heart_lowers_the_cap_of_the_motion_it_works_in() -> None:
    moving, standing = cruising(242), at_rest()
    moving.heart.lid_ckmh = standing.heart.lid_ckmh = 150
    assert told(moving).cap_ckmh == 150
    assert told(standing).cap_ckmh != 150
    moving.heart.lid_ckmh = 9_000
    assert told(moving).cap_ckmh == 250
    moving.heart.lid_ckmh = None
    assert told(moving).cap_ckmh == 250


def test_sr45_a_heart_that_works_too_hard_is_told_beside_everything_else() -> None:
    state = cruising(242)
    assert told(state).heart_cause is None
    state.heart.held = True
    assert told(state).heart_cause == Cause.HEART_RATE_HIGH.value


def test_sr46_so_is_one_that_is_not_seen_any_more() -> None:
    state = cruising(242)
    state.heart.lost_ms = HR_LOST_HOLD_MS
    assert told(state, bpm=None).heart_cause == Cause.HEART_RATE_LOST.value


def test_a_finding_without_a_stop_is_what_is_told() -> None:
    state = cruising(242)
    state.worst = Finding(Reaction.HOLD, Cause.TELEMETRY_STALE)
    report = told(state)
    assert (report.reaction, report.cause) == (Reaction.HOLD, Cause.TELEMETRY_STALE.value)


def test_sr17_a_strap_that_is_off_is_waited_for_without_a_time() -> None:
    state = at_rest()
    state.phase = GatePhase.TURNING
    state.strap_since_ms = None
    report = told(state)
    assert (report.wait, report.wait_ms) == ("strap", 0)
