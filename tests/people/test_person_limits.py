"""safety.md 4.2 and 4.8 for a person: the smallest of independent sources wins."""

import re
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people.files import ANNA, TODAY
from treadctl.core.profile import Profile, ceilings_of, limits_for
from treadctl.people.person import Caps, Person, Questions, Review
from treadctl.people.person_limits import (
    PersonLimits,
    hr_limit_bpm,
    limits_for_person,
    why_locked,
)
from treadctl.safety.limits import RULES, Limits, problems

BEN = Person("ben", "Ben", Profile.NOVICE)


def limits_of(
    person: Person, *, base: Limits | None = None, done: int = 3, today: date = TODAY
) -> PersonLimits:
    return limits_for_person(person, base or Limits(), sessions_done=done, today=today)


@pytest.mark.parametrize(
    ("done", "cap_ckmh"), [(-1, 150), (0, 150), (1, 150), (2, 150), (3, 250), (4, 250)]
)
def test_sr54_the_first_three_sessions_walk_backward_at_a_kilometre_and_a_half(
    done: int, cap_ckmh: int
) -> None:
    found = limits_of(BEN, done=done)
    assert found.limits.v_rev_max_ckmh == cap_ckmh
    assert found.limits.v_rev_max_beltrev_ckmh == min(cap_ckmh, 200)
    assert any("first 3 sessions" in why for why in found.why) is (done < 3)
    assert bool(found.spotter) is (done < 3)


def test_a_session_not_yet_walked_is_not_counted_as_a_negative_one() -> None:
    assert "0 of them done" in limits_of(BEN, done=-1).why[0]


@pytest.mark.parametrize(
    ("today", "cap_ckmh", "word"),
    [
        (date(2026, 9, 30), 150, "not come yet"),
        (date(2026, 10, 1), 200, ""),
        (date(2027, 3, 31), 200, ""),
        (date(2027, 4, 1), 150, "expired"),
    ],
)
def test_an_expired_review_lowers_the_cap_and_says_so(
    today: date, cap_ckmh: int, word: str
) -> None:
    found = limits_of(ANNA, today=today)
    assert found.limits.v_rev_max_ckmh == cap_ckmh
    assert any(word in why for why in found.why)


def test_an_own_cap_says_by_whom_it_was_set() -> None:
    found = limits_of(ANNA)
    assert found.why == (
        "Own cap: 2.0 km/h backward, set by M. Weber, physiotherapist.",
        "Own cap: 20:00 for a session, set by M. Weber, physiotherapist.",
    )


def test_an_own_cap_below_a_beginners_speed_stays_below_it() -> None:
    person = replace(ANNA, caps=Caps(v_rev_max_ckmh=80))
    assert limits_of(person, done=0).limits.v_rev_max_ckmh == 80


def test_sr42_a_config_below_an_own_cap_wins() -> None:
    assert limits_of(ANNA, base=Limits(v_rev_max_ckmh=120)).limits.v_rev_max_ckmh == 120


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("plan_profile", [*Profile, None])
def test_a_plan_for_somebody_else_raises_nothing(
    profile: Profile, plan_profile: Profile | None
) -> None:
    found = limits_for_person(
        replace(BEN, profile=profile),
        Limits(),
        sessions_done=9,
        today=TODAY,
        plan_profile=plan_profile,
    ).limits
    own = limits_for(profile, Limits())
    plans = own if plan_profile is None else limits_for(plan_profile, Limits())
    assert found.v_rev_max_ckmh == min(own.v_rev_max_ckmh, plans.v_rev_max_ckmh)


def test_the_older_profile_asks_for_a_spotter_for_good() -> None:
    assert limits_of(replace(BEN, profile=Profile.OLDER), done=99).spotter


def test_the_slow_start_never_exceeds_a_person_who_may_go_no_faster() -> None:
    person = replace(ANNA, caps=Caps(v_rev_max_ckmh=50))
    assert limits_of(person, base=Limits(v_start_ckmh=80)).limits.v_start_ckmh == 50


@st.composite
def bases(draw: st.DrawFn) -> Limits:
    """Limits that a config could have: every value in its range, and no contradiction."""
    changes = {
        key: draw(st.integers(rule.low, rule.high))
        for key, rule in RULES.items()
        if draw(st.booleans())
    }
    limits = replace(Limits(), **changes)
    return limits if not problems(limits) else Limits()


@st.composite
def people(draw: st.DrawFn) -> Person:
    profile = draw(st.sampled_from(Profile))
    ceilings = ceilings_of(profile)
    caps = {
        field.name: draw(st.none() | st.integers(RULES[field.name].low, ceilings[field.name]))
        for field in fields(Caps)
    }
    on = draw(st.dates(date(2025, 1, 1), date(2027, 1, 1)))
    review = Review("B", on, on + timedelta(days=draw(st.integers(0, 366))))
    return Person("x", "X", profile, Caps(**caps), draw(st.none() | st.just(review)))


@given(people(), bases(), st.integers(0, 5), st.none() | st.sampled_from(Profile))
def test_sr42_no_person_can_raise_a_cap_above_profile_or_ceiling(
    person: Person, base: Limits, done: int, plan_profile: Profile | None
) -> None:
    found = limits_for_person(
        person, base, sessions_done=done, today=TODAY, plan_profile=plan_profile
    ).limits
    own = limits_for(person.profile, base)
    for field in fields(Caps):
        value, cap = getattr(found, field.name), getattr(person.caps, field.name)
        assert value <= getattr(own, field.name)
        assert value <= RULES[field.name].high
        assert cap is None or value <= cap
        if plan_profile is not None:
            assert value <= getattr(limits_for(plan_profile, base), field.name)
    assert done >= 3 or found.v_rev_max_ckmh <= 150
    assert found.v_start_ckmh <= base.v_start_ckmh
    assert problems(found) == ()


@given(people(), bases())
def test_what_is_not_a_persons_own_stays_as_config_has_it(person: Person, base: Limits) -> None:
    found = limits_of(person, base=base).limits
    touched = {field.name for field in fields(Caps)} | {"v_start_ckmh"}
    own = limits_for(person.profile, base)
    for field in fields(Limits):
        if field.name not in touched:
            assert getattr(found, field.name) == getattr(own, field.name)


ASKED = date(2026, 11, 1)
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("profile", "questions", "locked"),
    [
        (Profile.NOVICE, None, "not answered"),
        (Profile.NOVICE, Questions(False, ASKED), None),
        (Profile.NOVICE, Questions(True, ASKED), "answered yes"),
        (Profile.NOVICE, Questions(True, ASKED, ASKED), None),
        (Profile.NOVICE, Questions(True, ASKED, TODAY), None),
        (Profile.NOVICE, Questions(True, ASKED, TOMORROW), "OK .* has not come yet"),
        (Profile.NOVICE, Questions(False, ASKED, TOMORROW), None),
        (Profile.NOVICE, Questions(False, TOMORROW), "questions .* has not come yet"),
        (Profile.NOVICE, Questions(True, TOMORROW, TOMORROW), "questions .* has not come yet"),
        (Profile.NOVICE, Questions(False, TODAY), None),
        (Profile.NOVICE, Questions(True, ASKED, ASKED - timedelta(days=1)), "answered yes"),
        (Profile.TRAINED, Questions(True, ASKED), "answered yes"),
        (Profile.KNEE, Questions(False, ASKED), "knee profile"),
        (Profile.KNEE, Questions(False, ASKED, ASKED), None),
        (Profile.KNEE, Questions(False, ASKED, TOMORROW), "OK .* has not come yet"),
        (Profile.KNEE, None, "not answered"),
    ],
)
def test_walking_backward_is_locked_until_a_clinician_has_said_ok(
    profile: Profile, questions: Questions | None, locked: str | None
) -> None:
    why = why_locked(replace(BEN, profile=profile, questions=questions), TODAY)
    assert (why is None) is (locked is None)
    assert locked is None or re.search(locked, why or "")


@pytest.mark.parametrize(("born", "locked"), [(2012, False), (2013, True), (2027, True)])
def test_children_are_offered_nothing(born: int, locked: bool) -> None:
    person = replace(BEN, questions=Questions(False, ASKED), year_of_birth=born)
    assert (why_locked(person, TODAY) is not None) is locked


@pytest.mark.parametrize(
    ("born", "percent", "bpm"),
    [(1960, 75, 121), (1986, 75, 135), (1986, 85, 153), (None, 75, None), (2030, 75, None)],
)
def test_sr45_the_heart_rate_limit_follows_from_the_age_reached_this_year(
    born: int | None, percent: int, bpm: int | None
) -> None:
    # 208 - 0.7 x 66 = 161.8, of which 75 % are 121.35; 208 - 0.7 x 40 = 180.
    person = replace(BEN, year_of_birth=born)
    assert hr_limit_bpm(person, Limits(hr_limit_percent=percent), TODAY) == bpm
