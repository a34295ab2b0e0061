"""What one person walks under today: the smallest of independent sources (safety.md 4.2).

Config, the plan's profile, the person's profile, their own caps, the first three sessions and
an expired review each speak for themselves, and no source can raise what another has lowered.
A machine's own cap (class C) is one more source; take the minimum of it afterwards.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

from treadctl.core.profile import Profile, limits_for
from treadctl.people.person import CHILD_AGE, Caps, Person
from treadctl.safety.limits import CLASS_C_REV_MAX_CKMH, RULES, Limits
from treadctl.units import format_clock, format_percent, format_rate, format_speed

FIRST_SESSIONS: Final = 3
CAREFUL_CKMH: Final = CLASS_C_REV_MAX_CKMH
"""Backward, for the first three sessions and once a review has expired."""
_CAPPED: Final = tuple(f.name for f in fields(Caps))
_HR_BASE: Final = 2_080
_HR_PER_YEAR: Final = 7
"""In tenths: the estimated maximum is 208 - 0.7 x age (safety.md 2.2)."""

_CORRECT: Final = "Correct the day, or this computer's clock"


@dataclass(frozen=True, slots=True)
class PersonLimits:
    """The limits, and in words why they are lower than somebody might expect."""

    limits: Limits
    why: tuple[str, ...]
    spotter: tuple[str, ...]
    """Why a second person has to stand beside; empty where nothing about the person asks for it."""


def limits_for_person(
    person: Person,
    base: Limits,
    *,
    sessions_done: int,
    today: date,
    plan_profile: Profile | None = None,
) -> PersonLimits:
    """Return what *person* walks under, given *base* (what config allows).

    *sessions_done* counts their sessions with backward walking; *plan_profile* is whom the
    plan was written for.
    """
    limits = limits_for(person.profile, base)
    if plan_profile is not None and plan_profile is not person.profile:
        limits = _lowered(limits, limits_for(plan_profile, base))
    why: list[str] = []
    for cap in _CAPPED:
        own = getattr(person.caps, cap)
        if own is not None and own < getattr(limits, cap):
            limits = replace(limits, **{cap: own})
            by = f", set by {person.review.by}" if person.review else ""
            why.append(f"Own cap: {_said(cap, own)}{by}.")
    careful = {
        "v_rev_max_ckmh": min(limits.v_rev_max_ckmh, CAREFUL_CKMH),
        "v_rev_max_beltrev_ckmh": min(limits.v_rev_max_beltrev_ckmh, CAREFUL_CKMH),
    }
    for reason in _careful_because(person, sessions_done, today):
        limits = replace(limits, **careful)
        why.append(reason)
    return PersonLimits(_in_order(limits), tuple(why), _spotter(person, sessions_done))


def why_locked(person: Person, today: date) -> str | None:
    """Why *person* may not walk backward at all now, with the remedy; None where they may.

    Safety.md 2.4. Not having been asked counts as a yes, and a day to come is no day on which
    anything was asked or said.
    """
    age, questions = person.age(today), person.questions
    if age is not None and age < CHILD_AGE:
        return (
            f"{person.name} is younger than {CHILD_AGE}: walking backward is not offered to "
            "children. Use a clinician's device and supervision."
        )
    if questions is None:
        return (
            f"{person.name} has not answered the first-run questions. Ask them "
            f"(`treadctl people questions`) and record it: {_how(person)}."
        )
    if questions.asked_on > today:
        return (
            f"{person.name}'s first-run questions are dated {questions.asked_on}, which has not "
            f"come yet. {_CORRECT}: {_how(person)}."
        )
    ok = questions.clinician_ok_on
    if ok is not None and questions.asked_on <= ok <= today:
        return None
    needed = questions.any_yes or person.profile is Profile.KNEE
    if needed and ok is not None and ok > today:
        return (
            f"The clinician's OK for {person.name} is dated {ok}, which has not come yet. Walking "
            f"backward is locked until then. {_CORRECT}: {_how(person)}."
        )
    if questions.any_yes:
        return (
            f"{person.name} answered yes to a first-run question. Walking backward is locked until "
            f"a clinician has said OK, and somebody has recorded when: {_how(person)}."
        )
    if person.profile is Profile.KNEE:
        return (
            f"{person.name} walks by the knee profile, which begins with a clinician's OK. "
            f"Record when it was given: {_how(person)}."
        )
    return None


def hr_limit_bpm(person: Person, limits: Limits, today: date) -> int | None:
    """The heart rate not to exceed, rounded down; None where no year of birth is known."""
    age = person.age(today)
    if age is None or age < 0:
        return None
    return max(0, _HR_BASE - _HR_PER_YEAR * age) * limits.hr_limit_percent // 1_000


def hr_ceiling_bpm(person: Person | None, today: date) -> int:
    """What no heart-rate limit may exceed, whoever asks (safety.md 4.2). Where no age is known,
    that of the youngest who may walk: nobody's is higher."""
    age = None if person is None else person.age(today)
    youngest = CHILD_AGE if age is None else max(age, CHILD_AGE)
    highest = max(0, _HR_BASE - _HR_PER_YEAR * youngest)
    return highest * RULES["hr_limit_percent"].high // 1_000


def _careful_because(person: Person, sessions_done: int, today: date) -> list[str]:
    speed = format_speed(CAREFUL_CKMH)
    found: list[str] = []
    if sessions_done < FIRST_SESSIONS:
        found.append(
            f"The first {FIRST_SESSIONS} sessions with backward walking stay at {speed} or "
            f"below; {max(0, sessions_done)} of them done."
        )
    review = person.review
    if review is not None and not review.holds(today):
        found.append(
            f"The review by {review.by} expired on {review.until}: {speed} backward until it is "
            "renewed."
            if today > review.until
            else f"The review by {review.by} is dated {review.on}, which has not come yet: {speed} "
            "backward until then."
        )
    return found


def _spotter(person: Person, sessions_done: int) -> tuple[str, ...]:
    """Safety.md 2.5, item 8, as far as it depends on the person."""
    found: list[str] = []
    if sessions_done < FIRST_SESSIONS:
        found.append(f"A spotter has to be present for the first {FIRST_SESSIONS} sessions.")
    if person.profile is Profile.OLDER:
        found.append("A spotter has to be present: the profile is that of older adults.")
    return tuple(found)


def _lowered(limits: Limits, other: Limits) -> Limits:
    return replace(
        limits, **{cap: min(getattr(limits, cap), getattr(other, cap)) for cap in _CAPPED}
    )


def _in_order(limits: Limits) -> Limits:
    """The same, with no limit wider than another that has been narrowed."""
    total_ms = min(limits.reverse_total_max_ms, limits.session_max_ms)
    slowest = min(limits.v_rev_max_ckmh, limits.v_rev_max_beltrev_ckmh, limits.v_fwd_max_ckmh)
    return replace(
        limits,
        reverse_total_max_ms=total_ms,
        bout_max_ms=min(limits.bout_max_ms, total_ms),
        v_start_ckmh=min(limits.v_start_ckmh, slowest),
    )


def _said(cap: str, own: int) -> str:
    match cap:
        case "v_rev_max_ckmh":
            return f"{format_speed(own)} backward"
        case "v_rev_max_beltrev_ckmh":
            return f"{format_speed(own)} backward on a reversed belt"
        case "v_fwd_max_ckmh":
            return f"{format_speed(own)} forward"
        case "a_up_rev_ckmh_s":
            return f"speeding up by {format_rate(own)} backward"
        case "a_up_fwd_ckmh_s":
            return f"speeding up by {format_rate(own)} forward"
        case "incline_rev_max_permille":
            return f"{format_percent(own)} incline backward"
        case "bout_max_ms":
            return f"{format_clock(own)} for one bout"
        case "reverse_total_max_ms":
            return f"{format_clock(own)} backward in all"
        case "session_max_ms":
            return f"{format_clock(own)} for a session"
        case _:
            return f"{own} % of the estimated maximal heart rate"


def _how(person: Person) -> str:
    return f"[questions] in {person.id}.toml (docs/people.md)"
