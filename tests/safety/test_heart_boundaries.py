"""SR-45, SR-46: both sides of every number behind a heart rate, asked one function at a time."""

from dataclasses import replace

import pytest

from tests.safety.builders import CONFIG, NOW, cruise, cruising
from treadctl.causes import Cause
from treadctl.model import Reaction
from treadctl.safety import heart, interlocks
from treadctl.safety.state import Finding, HeartTrack

WATCHED = replace(CONFIG, hr_limit_bpm=130)


@pytest.mark.parametrize("lost_ms", [10_000, 60_000, 3_600_000])
def test_sr46_a_lost_sensor_that_nobody_relies_on_holds_and_never_ends(lost_ms: int) -> None:
    s = cruising(heart=HeartTrack(lost_ms=lost_ms, is_lost=True))
    found = interlocks.heart_sensor(s, cruise(), WATCHED)
    assert found == Finding(Reaction.HOLD, Cause.HEART_RATE_LOST)


@pytest.mark.parametrize(("over_ms", "held"), [(6, True), (5, False)])
def test_sr45_a_hold_ends_with_the_last_that_drains(over_ms: int, held: bool) -> None:
    s = cruising(heart=HeartTrack(over_ms=over_ms, held=True))
    calm = cruise(hr_bpm=129, hr_at_ms=NOW, hr_changed_at_ms=NOW)
    heart.over_time(s, calm, WATCHED, 20, 130)
    assert (s.heart.over_ms, s.heart.held) == (over_ms - 5, held)


def test_sr46_a_sensor_that_never_told_anything_is_lost_since_the_start() -> None:
    s = cruising(started_at_ms=NOW - 1_000)
    heart.over_time(s, cruise(hr_bpm=None), WATCHED, 20, 130)
    assert (s.heart.lost_ms, s.heart.is_lost) == (1_000, True)
