"""What is shown, as a value: the heart, why it is held, the model, and nothing old as new."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.leader import Leader
from tests.rig import Rig
from treadctl.causes import Cause
from treadctl.composition.desk import Desk, Seen
from treadctl.core.machine import SessionState as S
from treadctl.model import Reaction, Report
from treadctl.tui.heard import Heard
from treadctl.tui.view import View, view_of


class Moment:
    """A moment of a walk, of which single facts may be other ones."""

    def __init__(self) -> None:
        desk = Desk()
        rig = Rig(desk=desk, stays=True)
        Leader(rig, desk).run_until(lambda: rig.state() is S.REVERSE_WALK)
        self.heard = Heard()
        for event in desk.drain():
            self.heard.take(event)
        assert desk.seen is not None
        self.seen: Seen = desk.seen

    def view(self, *, later_ms: int = 0, **facts: object) -> View:
        report = self.seen.report
        assert report is not None
        other: Report = replace(report, **facts)  # type: ignore[arg-type]
        seen = replace(self.seen, report=other)
        return view_of(seen, self.heard, seen.now_ms + later_ms)


@pytest.fixture(scope="module")
def walk() -> Moment:
    return Moment()


@pytest.fixture
def moment(walk: Moment) -> Iterator[Moment]:
    yield walk
    walk.heard.heart_seen = False


def test_without_a_sensor_nothing_is_said_of_a_heart(moment: Moment) -> None:
    assert moment.view().heart is None


def test_sr45_a_heart_rate_is_shown_and_at_its_limit_in_words(moment: Moment) -> None:
    moment.heard.heart_seen = True
    fine = moment.view(heart_bpm=118).heart
    assert fine is not None
    assert (fine.text, fine.good) == ("heart 118", True)
    high = moment.view(heart_bpm=151, heart_cause=Cause.HEART_RATE_HIGH.value).heart
    assert high is not None
    assert (high.text, high.good) == ("heart 151 LIMIT", False)


@pytest.mark.parametrize("later_ms", [0, 1_500])
def test_sr46_a_heart_rate_that_is_gone_or_old_is_unknown_and_never_the_last_one(
    moment: Moment, later_ms: int
) -> None:
    moment.heard.heart_seen = True
    bpm = 118 if later_ms else None
    lost = moment.view(heart_bpm=bpm, later_ms=later_ms).heart
    assert lost is not None
    assert (lost.text, lost.good) == ("heart UNKNOWN", False)


@pytest.mark.parametrize(
    "cause",
    [
        Cause.UNIT_UNCLEAR,
        Cause.TELEMETRY_STALE,
        Cause.UNATTENDED,
        Cause.CONSOLE_TOOK_OVER,
        Cause.HOLD_TAPED,
    ],
)
def test_sr11_whoever_presses_faster_in_vain_reads_why(moment: Moment, cause: Cause) -> None:
    view = moment.view(reaction=Reaction.HOLD, cause=cause.value)
    assert view.held.startswith(cause.text.sentence)
    assert view.held.removeprefix(cause.text.sentence).strip() in cause.text.action


def test_sr45_a_heart_holds_the_belt_whatever_else_is_said(moment: Moment) -> None:
    view = moment.view(heart_bpm=151, heart_cause=Cause.HEART_RATE_HIGH.value)
    assert view.held.startswith(Cause.HEART_RATE_HIGH.text.sentence)


def test_nothing_holds_an_ordinary_walk_and_a_cause_from_elsewhere_is_no_crash(
    moment: Moment,
) -> None:
    assert moment.view().held == ""
    assert moment.view(reaction=Reaction.HOLD, cause="a_novelty").held == ""
    assert moment.view(reaction=Reaction.REFUSE, cause=Cause.NOT_NOW.value).held == ""


def test_what_stands_is_not_held(moment: Moment) -> None:
    before = moment.seen
    moment.seen = replace(before, state=S.PAUSED)
    try:
        assert moment.view(reaction=Reaction.HOLD, cause=Cause.UNATTENDED.value).held == ""
    finally:
        moment.seen = before


def test_sr54_a_model_that_nobody_knows_is_said_to_be_unknown(moment: Moment) -> None:
    assert "(model UNKNOWN: careful limits)" in moment.view(machine_profile="unknown").title
    assert "(sole-f80)" in moment.view(machine_profile="sole-f80").title
    assert "(" not in moment.view().title
