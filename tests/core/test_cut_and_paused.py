"""A stop on the way to the cooldown: a pause, and after it the cooldown and nothing else."""

from collections.abc import Callable

import pytest

from tests.core.rig import SHORT, Rig
from treadctl.causes import Cause
from treadctl.core.exit_codes import ExitCode
from treadctl.core.machine import SessionState as S
from treadctl.core.session import Session

LIMITS = {
    Cause.HEART_RATE_CEILING: ExitCode.HR_CEILING,
    Cause.HEART_RATE_GONE: ExitCode.HR_CEILING,
    Cause.BOUT_LIMIT: ExitCode.COMPLETED,
}
Stops = Callable[[Session], None]
STOPS = pytest.mark.parametrize(
    "stops",
    [Session.stop, Session.pause, lambda session: session.note_criterion("spotter-leaves")],
    ids=["stop", "pause", "criterion"],
)


def cut_short(cause: Cause | None) -> Rig:
    """The belt is on its way down, because of a limit or because somebody wants the cooldown."""
    rig = Rig(SHORT, stay_latched=True)
    rig.run_to(S.REVERSE_WALK)
    rig.run_for(10_000)
    if cause is None:
        rig.session.cool_down()
    else:
        rig.gate.trip(cause)
    rig.run_for(300)
    assert rig.state() is S.STOPPING
    return rig


@STOPS
@pytest.mark.parametrize("cause", [*LIMITS, None])
def test_sr45_sr53_whoever_stops_as_well_finds_the_cooldown_after_the_pause(
    cause: Cause | None, stops: Stops
) -> None:
    rig = cut_short(cause)
    stops(rig.session)
    rig.run_to(S.PAUSED)
    rig.run_for(5_000)
    assert rig.state() is S.PAUSED
    mark = len(rig.states())
    rig.session.resume()
    rig.run_until(lambda: rig.session.finished is not None)
    assert S.REVERSE_WALK.value not in rig.states()[mark:]
    assert S.COOLDOWN.value in rig.states()[mark:]
    assert rig.exit_code() == (LIMITS[cause] if cause else ExitCode.COMPLETED)


@STOPS
def test_sr53_in_the_cooldown_itself_there_is_nothing_left_to_go_on_with(stops: Stops) -> None:
    rig = Rig(SHORT, stay_latched=True)
    rig.run_to(S.COOLDOWN)
    rig.run_for(5_000)
    rig.gate.trip(Cause.HEART_RATE_CEILING)
    rig.run_for(300)
    stops(rig.session)
    rig.run_until(lambda: rig.session.finished is not None, 30_000)
    assert rig.exit_code() == ExitCode.HR_CEILING


@pytest.mark.parametrize("paused", [False, True])
def test_sr45_whoever_asks_for_the_cooldown_as_well_changes_nothing_of_why_it_came(
    paused: bool,
) -> None:
    rig = cut_short(Cause.HEART_RATE_CEILING)
    if paused:
        rig.session.pause()
    rig.session.cool_down()
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == ExitCode.HR_CEILING


def test_a_pause_in_the_cooldown_that_was_asked_for_twice_is_a_pause() -> None:
    rig = cut_short(Cause.BOUT_LIMIT)
    rig.session.pause()
    rig.session.cool_down()
    rig.run_to(S.COOLDOWN)
    rig.run_for(5_000)
    rig.session.pause()
    rig.run_to(S.PAUSED)
    rig.session.resume()
    rig.run_to(S.COOLDOWN)


def test_sr53_the_end_is_the_end_all_the_same() -> None:
    rig = cut_short(Cause.HEART_RATE_CEILING)
    rig.session.stop()
    rig.session.end()
    rig.run_until(lambda: rig.session.finished is not None, 30_000)
    assert rig.exit_code() == ExitCode.STOPPED_BY_OPERATOR


def test_sr45_a_pause_in_peace_forgets_nothing_of_the_plan() -> None:
    rig = Rig(SHORT, stay_latched=True)
    rig.run_to(S.REVERSE_WALK)
    rig.run_for(10_000)
    rig.session.stop()
    rig.run_to(S.PAUSED)
    rig.session.resume()
    rig.run_to(S.REVERSE_WALK)
