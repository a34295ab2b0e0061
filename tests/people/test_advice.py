"""Which plan next (safety.md 2.2), and what changes with it."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people.files import TODAY
from tests.records.samples import HEADER
from treadctl.core.builtin_plans import builtin_names, builtin_plan
from treadctl.core.profile import Profile, limits_for
from treadctl.people.advice import Advice, advise, walked
from treadctl.people.history import past_sessions
from treadctl.people.person import Person, Questions
from treadctl.people.progression import Next, Walked
from treadctl.records.debrief import Debrief
from treadctl.records.journal import Journal
from treadctl.safety.limits import Limits

GOOD = Debrief(rpe=12, pain=1)
BAD = Debrief(rpe=18, pain=1)


def person(profile: Profile = Profile.NOVICE) -> Person:
    return Person("anna", "Anna", profile, questions=Questions(False, date(2026, 1, 1)))


def two(plan: str, debrief: Debrief = GOOD) -> tuple[Walked, ...]:
    """Two sessions of *plan*, begun ten and three days ago."""
    days = [TODAY - timedelta(days=10), TODAY - timedelta(days=3)]
    return tuple(Walked(day, plan, completed=True, debrief=debrief) for day in days)


def after(
    sessions: tuple[Walked, ...],
    profile: Profile = Profile.NOVICE,
    limits: Limits | None = None,
) -> Advice:
    return advise(person(profile), sessions, limits or limits_for(profile, Limits()), today=TODAY)


@pytest.mark.parametrize("profile", Profile)
def test_everybody_begins_with_the_first_week_of_their_profile(profile: Profile) -> None:
    advice = after((), profile)
    assert (advice.next, advice.plan) == (Next.BEGIN, f"{profile.value}-1")


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("week", range(1, 6))
def test_a_good_week_leads_to_the_next(profile: Profile, week: int) -> None:
    advice = after(two(f"{profile.value}-{week}"), profile)
    assert (advice.next, advice.plan) == (Next.ADVANCE, f"{profile.value}-{week + 1}")
    assert " instead of " in advice.change


def test_the_change_is_said_in_words() -> None:
    assert after(two("novice-1")).change == (
        "5 x 90 s at 1.3 km/h instead of 5 x 1 min at 1.0 km/h."
    )
    assert after(two("novice-1")).headline == "Go on to novice-2."


def test_the_next_plan_is_never_beyond_the_persons_limit() -> None:
    limits = replace(limits_for(Profile.NOVICE, Limits()), v_rev_max_ckmh=150)
    advice = after(two("novice-2"), limits=limits)
    assert (advice.next, advice.plan) == (Next.REPEAT, "novice-2")
    assert "1.6 km/h backward" in advice.reasons[-1]


@pytest.mark.parametrize(
    ("profile", "limits", "word"),
    [
        (Profile.NOVICE, {}, "more time"),
        (Profile.NOVICE, {"reverse_total_max_ms": 600_000}, "more speed"),
        (Profile.OLDER, {}, "more time"),
        (
            Profile.NOVICE,
            {
                "reverse_total_max_ms": 600_000,
                "v_rev_max_ckmh": 230,
                "incline_rev_max_permille": 30,
            },
            "incline",
        ),
        (
            Profile.NOVICE,
            {"reverse_total_max_ms": 600_000, "v_rev_max_ckmh": 230},
            "as much as the limits allow",
        ),
    ],
)
def test_after_the_last_week_time_comes_before_speed_and_speed_before_incline(
    profile: Profile, limits: dict[str, int], word: str
) -> None:
    under = replace(limits_for(profile, Limits()), **limits)
    advice = after(two(f"{profile.value}-6"), profile, under)
    assert advice.next is Next.ADVANCE
    assert word in advice.change


def test_a_plan_of_ones_own_changes_one_thing() -> None:
    advice = after(two("mine.yaml"))
    assert (advice.next, advice.plan) == (Next.ADVANCE, "mine.yaml")
    assert "one thing" in advice.change


@pytest.mark.parametrize(("week", "plan"), [(1, "novice-1"), (2, "novice-1"), (6, "novice-5")])
def test_too_much_leads_a_week_back_and_never_below_the_first(week: int, plan: str) -> None:
    first, second = two(f"novice-{week}")
    advice = after((first, replace(second, debrief=BAD)))
    assert (advice.next, advice.plan) == (Next.STEP_BACK, plan)
    assert advice.change


def test_a_clinician_comes_before_any_plan() -> None:
    advice = after(two("novice-2", BAD))
    assert (advice.next, advice.plan) == (Next.CLINICIAN, None)
    assert advice.reasons


def test_an_ok_of_a_later_day_lifts_it() -> None:
    first, second = two("novice-2")
    sessions = (first, replace(second, criteria=("chest-pain",)))
    asked = person()
    assert advise(asked, sessions, Limits(), today=TODAY).next is Next.CLINICIAN
    told = replace(asked, questions=Questions(False, date(2026, 1, 1), TODAY))
    assert advise(told, sessions, Limits(), today=TODAY).next is not Next.CLINICIAN


def test_three_sessions_in_seven_days_are_enough() -> None:
    days = [TODAY - timedelta(days=day) for day in (8, 5, 3, 1)]
    sessions = tuple(Walked(day, "novice-1", completed=True, debrief=GOOD) for day in days)
    assert "enough" in after(sessions).reasons[-1]
    assert not any("enough" in reason for reason in after(sessions[:3]).reasons)


def test_what_was_simulated_was_not_walked(tmp_path: Path) -> None:
    for simulated in (True, False):
        header = replace(HEADER, person="anna", simulated=simulated)
        suffix = itertools.repeat("a" if simulated else "b").__next__
        journal = Journal.open(tmp_path, header, real_time=False, suffix=suffix)
        journal.close(1_000, {"exit_code": 0 if simulated else 11})
    past = past_sessions("anna", tmp_path)
    assert [each.completed for each in walked(past, simulated=True)] == [True, False]
    assert [each.completed for each in walked(past, simulated=False)] == [False]


@given(
    st.sampled_from(Profile),
    st.lists(
        st.builds(
            Walked,
            on=st.dates(TODAY - timedelta(days=60), TODAY),
            plan=st.sampled_from([*builtin_names(), "mine.yaml"]),
            completed=st.booleans(),
            debrief=st.none() | st.builds(Debrief, rpe=st.integers(6, 20), pain=st.integers(0, 10)),
        ),
        max_size=5,
    ),
    st.integers(50, 450),
)
def test_no_advice_leads_up_beyond_a_limit_or_by_more_than_a_week(
    profile: Profile, sessions: list[Walked], cap_ckmh: int
) -> None:
    sessions.sort(key=lambda session: session.on)
    limits = replace(limits_for(profile, Limits()), v_rev_max_ckmh=cap_ckmh)
    advice = after(tuple(sessions), profile, limits)
    assert (advice.plan is None) is (advice.next is Next.CLINICIAN)
    last = sessions[-1].plan if sessions else ""
    if advice.next is Next.ADVANCE and advice.plan != last:
        assert advice.plan is not None
        assert builtin_plan(advice.plan).programme.peak_backward_ckmh <= cap_ckmh
        assert int(advice.plan[-1]) == int(last[-1]) + 1
