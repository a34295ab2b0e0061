"""SR-45, SR-46, SR-52: what a heart rate does is said ahead, and nothing rises unsaid after it."""

from itertools import pairwise
from typing import Final

import pytest

from tests.core.rig import TICK_MS, Rig, programme, walk
from treadctl.causes import Cause
from treadctl.core.events import Announced, Sample
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import StepKind
from treadctl.errors import Refused

RISING: Final = programme(
    walk(StepKind.WARMUP, 120, 300, 100, name="Warm up"),
    walk(StepKind.COOLDOWN, 60, 80, 200),
)
HIGH, LOST = Cause.HEART_RATE_HIGH, Cause.HEART_RATE_LOST


@pytest.fixture
def rig() -> Rig:
    """In the second quarter of a ramp from 1 to 3 km/h."""
    rig = Rig(RISING)
    rig.run_to(S.WARM_UP)
    rig.run_for(30_000)
    return rig


def said(rig: Rig, since: int) -> list[tuple[str, int]]:
    """What was announced since that many events."""
    return [(e.text, e.in_ms) for e in rig.events[since:] if isinstance(e, Announced)]


def speeds(rig: Rig, since: int) -> list[int]:
    return [request.setpoint_ckmh for request in rig.requests[since:]]


def test_sr52_a_hold_is_said_at_once_with_what_follows_and_ten_seconds_ahead(rig: Rig) -> None:
    mark = len(rig.events)
    rig.gate.heart_cause = HIGH
    rig.run_for(5_000)
    (text, in_ms) = said(rig, mark)[0]
    assert text == f"{HIGH.text.sentence} {HIGH.text.action}"
    assert "0.3 km/h" in text
    assert in_ms == 10_000
    assert len(said(rig, mark)) == 1


def test_sr46_a_lost_sensor_is_said_at_once(rig: Rig) -> None:
    mark = len(rig.events)
    rig.gate.heart_cause = LOST
    rig.tick()
    assert said(rig, mark) == [(f"{LOST.text.sentence} {LOST.text.action}", 0)]


def test_sr45_while_it_is_held_no_more_is_asked_for_and_no_rise_is_announced(rig: Rig) -> None:
    rig.gate.heart_cause = HIGH
    rig.run_for(200)
    mark, events = len(rig.requests), len(rig.events)
    rig.run_for(60_000)
    assert len(set(speeds(rig, mark))) == 1
    assert [text for text, _ in said(rig, events) if "goes from" in text] == []


def test_sr45_the_programme_may_still_go_down_while_it_is_held() -> None:
    rig = Rig(programme(walk(StepKind.WARMUP, 120, 100, 300), walk(StepKind.COOLDOWN, 60, 80)))
    rig.run_to(S.WARM_UP)
    rig.run_for(40_000)
    rig.gate.heart_cause = LOST
    before = rig.setpoint()
    rig.run_for(30_000)
    assert rig.setpoint() < before


def test_sr52_each_reduction_is_told_and_the_next_is_ten_seconds_away(rig: Rig) -> None:
    rig.gate.heart_cause = HIGH
    rig.run_for(10_000)
    mark = len(rig.events)
    for lid in (130, 100):
        rig.gate.lid_ckmh = lid
        rig.run_for(10_000)
    told = said(rig, mark)
    assert [in_ms for _, in_ms in told] == [0, 10_000, 0, 10_000]
    assert all("slows down by 0.3 km/h" in text for text, _ in told[::2])
    assert all("as much again" in text for text, _ in told[1::2])
    assert rig.setpoint() == 100


def test_sr52_what_rises_after_a_hold_is_said_five_seconds_before(rig: Rig) -> None:
    rig.gate.heart_cause = HIGH
    rig.run_for(30_000)
    held = rig.setpoint()
    mark, events = len(rig.requests), len(rig.events)
    rig.gate.heart_cause = None
    rig.run_for(8_000)
    (text, in_ms) = said(rig, events)[0]
    assert (in_ms, "goes from" in text) == (5_000, True)
    asked = speeds(rig, mark)
    rises = next(index for index, speed in enumerate(asked) if speed > held)
    assert rises * TICK_MS >= 5_000


def test_sr45_what_was_lowered_is_not_asked_for_again_in_that_motion(rig: Rig) -> None:
    rig.gate.heart_cause, rig.gate.lid_ckmh = HIGH, 120
    rig.run_for(10_000)
    rig.gate.heart_cause = None
    mark = len(rig.requests)
    rig.run_for(20_000)
    assert set(speeds(rig, mark)) == {120}


def test_a_hold_that_cost_next_to_nothing_ends_without_a_word(rig: Rig) -> None:
    rig.gate.heart_cause = LOST
    rig.run_for(2_000)
    mark = len(rig.events)
    rig.gate.heart_cause = None
    rig.run_for(1_000)
    assert [text for text, _ in said(rig, mark) if "Nothing holds" in text] == []


def test_sr45_a_hold_that_comes_back_before_the_rise_takes_it_back(rig: Rig) -> None:
    rig.gate.heart_cause = HIGH
    rig.run_for(30_000)
    held = rig.setpoint()
    rig.gate.heart_cause = None
    rig.run_for(4_000)
    rig.gate.heart_cause = LOST
    mark = len(rig.requests)
    rig.run_for(20_000)
    assert set(speeds(rig, mark)) == {held}


@pytest.mark.parametrize("cause", [HIGH, LOST])
def test_sr45_faster_is_refused_while_it_is_held_with_the_reason(rig: Rig, cause: Cause) -> None:
    rig.gate.heart_cause = cause
    rig.run_for(1_000)
    with pytest.raises(Refused) as refused:
        rig.session.faster()
    assert refused.value.cause == cause.value


def test_slower_is_never_refused_for_a_heart_rate(rig: Rig) -> None:
    rig.gate.heart_cause = HIGH
    rig.run_for(1_000)
    before = rig.setpoint()
    rig.session.slower()
    rig.run_for(1_000)
    assert rig.setpoint() < before


def test_sr36_the_next_motion_is_not_held_by_the_one_before() -> None:
    rig = Rig()
    rig.run_to(S.WARM_UP)
    rig.gate.heart_cause = HIGH
    rig.run_to(S.TURNING)
    rig.gate.heart_cause = None
    mark = len(rig.events)
    rig.run_to(S.REVERSE_WALK)
    rig.run_for(20_000)
    assert [text for text, _ in said(rig, mark) if "Nothing holds" in text] == []


def test_the_heart_rate_is_in_every_sample(rig: Rig) -> None:
    for bpm in (118, None):
        rig.gate.heart_bpm = bpm
        rig.run_for(500)
        assert rig.of(Sample)[-1].heart_bpm == bpm


def test_a_speed_that_is_held_is_not_lowered_below_the_machines_slowest() -> None:
    rig = Rig(RISING, min_ckmh=60)
    rig.run_to(S.WARM_UP)
    rig.run_for(2_000)
    rig.gate.heart_cause, rig.gate.commanded = LOST, 55.0
    rig.run_for(1_000)
    assert rig.setpoint() == 60
    assert all(later >= 60 for _, later in pairwise(speeds(rig, -5)))
