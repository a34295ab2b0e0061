"""safety.md 2.2: when to go on, to repeat, to step back, and to ask a clinician."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.causes import Cause
from treadctl.core.criteria import STOP_CRITERIA
from treadctl.people.progression import Course, Grade, Next, Walked, course, judge
from treadctl.records.debrief import Debrief

START = date(2026, 11, 2)
NEXT_WEEK = START + timedelta(days=7)
GOOD = Debrief(rpe=12, pain=1, pain_before=1)


def walked(day: int, debrief: Debrief | None = GOOD, plan: str = "novice-1") -> Walked:
    return Walked(START + timedelta(days=day), plan, completed=True, debrief=debrief)


def two(first: Debrief | None, second: Debrief | None) -> tuple[Walked, ...]:
    return walked(0, first), walked(3, second)


def after(sessions: Sequence[Walked], today: date = NEXT_WEEK) -> Course:
    return course(sessions, today=today)


def test_two_good_sessions_and_a_week_lead_on() -> None:
    assert after(two(GOOD, GOOD)).next is Next.ADVANCE


def test_somebody_new_begins() -> None:
    assert after(()).next is Next.BEGIN


@pytest.mark.parametrize(
    ("debrief", "grade"),
    [
        (Debrief(rpe=6, pain=0), Grade.GOOD),
        (Debrief(rpe=13, pain=3), Grade.GOOD),
        (Debrief(rpe=14, pain=3), Grade.NOT_YET),
        (Debrief(rpe=15, pain=0), Grade.HARD),
        (Debrief(rpe=16, pain=0), Grade.HARD),
        (Debrief(rpe=17, pain=0), Grade.TOO_MUCH),
        (Debrief(rpe=20, pain=0), Grade.TOO_MUCH),
        (Debrief(rpe=11, pain=4), Grade.HARD),
        (Debrief(rpe=11, pain=5), Grade.HARD),
        (Debrief(rpe=11, pain=6), Grade.TOO_MUCH),
        (Debrief(rpe=11, pain=10), Grade.TOO_MUCH),
        (Debrief(rpe=11, pain=2, pain_before=1), Grade.GOOD),
        (Debrief(rpe=11, pain=2, pain_before=0), Grade.TOO_MUCH),
        (Debrief(rpe=11, pain=3, pain_before=5), Grade.GOOD),
        (Debrief(rpe=11), Grade.UNKNOWN),
        (Debrief(pain=1), Grade.UNKNOWN),
        (Debrief(note="fine"), Grade.UNKNOWN),
        (Debrief(rpe=18), Grade.TOO_MUCH),
        (None, Grade.UNKNOWN),
    ],
)
def test_each_boundary_of_effort_and_pain(debrief: Debrief | None, grade: Grade) -> None:
    judged = judge(walked(0, debrief))
    assert judged.grade is grade
    assert bool(judged.reasons) is (grade is not Grade.GOOD)


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        (GOOD, Debrief(rpe=14, pain=1), Next.REPEAT),
        (Debrief(rpe=14, pain=1), GOOD, Next.REPEAT),
        (GOOD, Debrief(rpe=15, pain=1), Next.REPEAT),
        (Debrief(rpe=15, pain=1), GOOD, Next.REPEAT),
        (Debrief(rpe=15, pain=1), Debrief(rpe=16, pain=1), Next.STEP_BACK),
        (Debrief(rpe=17, pain=1), Debrief(rpe=15, pain=1), Next.STEP_BACK),
        (GOOD, Debrief(rpe=17, pain=1), Next.STEP_BACK),
        (GOOD, Debrief(rpe=11, pain=6), Next.STEP_BACK),
        (GOOD, Debrief(rpe=11, pain=3, pain_before=1), Next.STEP_BACK),
        (Debrief(rpe=17, pain=1), GOOD, Next.REPEAT),
        (Debrief(rpe=17, pain=1), Debrief(rpe=17, pain=1), Next.CLINICIAN),
        (Debrief(rpe=11, pain=7), Debrief(rpe=18, pain=1), Next.CLINICIAN),
        (GOOD, None, Next.REPEAT),
        (None, GOOD, Next.REPEAT),
    ],
)
def test_two_sessions_together(first: Debrief | None, second: Debrief | None, what: Next) -> None:
    found = after(two(first, second))
    assert found.next is what
    assert found.reasons


def test_a_stop_in_either_of_the_last_two_holds_progress() -> None:
    for index in (0, 1):
        sessions = list(two(GOOD, GOOD))
        sessions[index] = replace(sessions[index], stops=("strap_open",))
        found = after(sessions)
        assert found.next is Next.REPEAT
        assert found.reasons[0].endswith(f": a stop: {Cause.STRAP_OPEN.text.sentence}")


def test_a_stop_of_a_name_from_another_version_is_told_by_it() -> None:
    found = judge(replace(walked(0), stops=("from_the_future",)))
    assert "a stop: from_the_future" in found.reasons


def test_a_session_that_broke_off_holds_progress() -> None:
    sessions = (walked(0), replace(walked(3), completed=False))
    assert after(sessions).next is Next.REPEAT


def test_an_old_stop_is_forgotten_after_two_good_sessions() -> None:
    sessions = (replace(walked(0), stops=("strap_open",)), walked(2), walked(4))
    assert after(sessions).next is Next.ADVANCE


def test_one_session_of_a_plan_is_not_two() -> None:
    assert after((walked(0),)).next is Next.REPEAT
    assert after((walked(0, plan="novice-1"), walked(3, plan="novice-2"))).next is Next.REPEAT


@pytest.mark.parametrize(("days", "what"), [(4, Next.REPEAT), (6, Next.REPEAT), (7, Next.ADVANCE)])
def test_sr44_one_change_a_week(days: int, what: Next) -> None:
    assert after(two(GOOD, GOOD), START + timedelta(days=days)).next is what


@pytest.mark.parametrize("criterion", STOP_CRITERIA, ids=lambda criterion: criterion.id)
def test_every_noted_criterion_holds_progress_and_the_medical_ones_ask(criterion: object) -> None:
    noted = getattr(criterion, "id", "")
    found = after((walked(0), replace(walked(3), criteria=(noted,))))
    medical = getattr(criterion, "medical", None)
    assert (found.next is Next.CLINICIAN) is medical
    assert found.next is not Next.ADVANCE


@pytest.mark.parametrize("later", [0, 1, 5])
def test_a_medical_sign_is_not_walked_away_from(later: int) -> None:
    sessions = [replace(walked(0), criteria=("chest-pain",))]
    sessions += [walked(day) for day in range(1, later + 1)]
    assert after(sessions, START + timedelta(days=30)).next is Next.CLINICIAN


@pytest.mark.parametrize(
    ("ok_day", "what"),
    [
        (-1, Next.CLINICIAN),
        (0, Next.CLINICIAN),
        (1, Next.ADVANCE),
        (30, Next.ADVANCE),
        pytest.param(31, Next.CLINICIAN, id="dated ahead"),
    ],
)
def test_only_an_ok_from_after_the_day_lifts_it(ok_day: int, what: Next) -> None:
    sessions = [replace(walked(0), criteria=("chest-pain",)), walked(2), walked(4)]
    ok_on = START + timedelta(days=ok_day)
    found = course(sessions, today=START + timedelta(days=30), clinician_ok_on=ok_on)
    assert found.next is what


def test_a_criterion_of_a_later_version_counts_as_grave() -> None:
    assert after((replace(walked(0), criteria=("something-new",)),)).next is Next.CLINICIAN


_debriefs = st.none() | st.builds(
    Debrief,
    rpe=st.none() | st.integers(6, 20),
    pain=st.integers(0, 10),
    pain_before=st.none() | st.integers(0, 10),
)
_sessions = st.lists(
    st.builds(
        Walked,
        on=st.dates(START, START + timedelta(days=60)),
        plan=st.sampled_from(["novice-1", "novice-2", "mine.yaml"]),
        completed=st.booleans(),
        stops=st.lists(st.sampled_from(["strap_open", "console_stop"]), max_size=1).map(tuple),
        criteria=st.lists(st.sampled_from([c.id for c in STOP_CRITERIA]), max_size=1).map(tuple),
        debrief=_debriefs,
    ),
    max_size=6,
)


@given(_sessions, st.none() | st.dates(START, START + timedelta(days=60)))
def test_nobody_advances_but_after_two_good_sessions_of_one_plan(
    sessions: list[Walked], ok_on: date | None
) -> None:
    sessions.sort(key=lambda session: session.on)
    found = course(sessions, today=START + timedelta(days=90), clinician_ok_on=ok_on)
    assert found.reasons
    if found.next is not Next.ADVANCE:
        return
    last = sessions[-2:]
    assert len(last) == 2
    assert last[0].plan == last[1].plan
    for session in last:
        assert session.debrief is not None
        assert session.debrief.rpe is not None
        assert session.debrief.rpe <= 13
        assert session.debrief.pain is not None
        assert session.debrief.pain <= 3
        assert session.completed
        assert not session.stops
        assert not session.criteria
