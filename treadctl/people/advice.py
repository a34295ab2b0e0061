"""Which plan next, and what changes with it: the course, held against plans and limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from treadctl.core.builtin_plans import WEEKS
from treadctl.core.plan_facts import PlanFacts, builtin_facts
from treadctl.core.profile import Profile
from treadctl.people.history import PastSession
from treadctl.people.person import Person
from treadctl.people.progression import WEEK, Course, Next, Walked, course
from treadctl.safety.limits import Limits
from treadctl.units import format_clock, format_minutes, format_percent, format_speed

PER_WEEK: Final = 3
"""Sessions in seven days, for every profile; for older people two will do."""

_HEADLINES: Final = {
    Next.BEGIN: "Begin",
    Next.ADVANCE: "Go on to",
    Next.REPEAT: "Repeat",
    Next.STEP_BACK: "Step back to",
}
_NO_EASIER: Final = "There is no easier plan: walk it slower, or leave bouts out."
_OWN_PLAN: Final = {
    Next.ADVANCE: "Change one thing in it: time first, then speed, then incline.",
    Next.STEP_BACK: "Take back in it what was changed last.",
}
_CLINICIAN: Final = "See a clinician before the next session."


@dataclass(frozen=True, slots=True)
class Advice:
    """What to walk next, and why. Advice only."""

    next: Next
    plan: str | None
    """What to give to `run`; None where nothing should be walked before somebody was asked."""
    headline: str
    change: str
    """What is different from the last plan, in a sentence; empty where nothing is."""
    reasons: tuple[str, ...]


def walked(past: Sequence[PastSession], *, simulated: bool) -> tuple[Walked, ...]:
    """*past* as the rule sees it. For a treadmill, what was only simulated was not walked."""
    return tuple(
        Walked(
            on=_day(each.summary.started_at),
            plan=each.summary.plan,
            completed=each.summary.closed and each.summary.exit_code == 0,
            stops=tuple(stop.cause for stop in each.summary.stops),
            criteria=each.summary.criteria,
            debrief=each.debrief,
        )
        for each in past
        if simulated or not each.summary.simulated
    )


def advise(person: Person, sessions: Sequence[Walked], limits: Limits, *, today: date) -> Advice:
    """What *person* walks next, after *sessions* and within *limits*."""
    questions = person.questions
    ok_on = None if questions is None else questions.clinician_ok_on
    found = course(sessions, today=today, clinician_ok_on=ok_on)
    if found.next is Next.CLINICIAN:
        return Advice(Next.CLINICIAN, None, _CLINICIAN, "", found.reasons)
    advice = _with_plan(person.profile, sessions, found, limits)
    done = sum(today - WEEK < session.on <= today for session in sessions)
    if done < PER_WEEK:
        return advice
    enough = f"{done} sessions in the last seven days; {PER_WEEK} are enough."
    return Advice(
        advice.next, advice.plan, advice.headline, advice.change, (*advice.reasons, enough)
    )


def _with_plan(
    profile: Profile, sessions: Sequence[Walked], found: Course, limits: Limits
) -> Advice:
    weeks = {facts.source: facts for facts in builtin_facts(profile)}
    last = sessions[-1].plan if sessions else ""
    facts = weeks.get(last)
    if found.next is Next.BEGIN:
        return _advice(found, f"{profile.value}-1")
    if facts is None or facts.week is None:
        return _advice(found, last, _OWN_PLAN.get(found.next, ""))
    match found.next:
        case Next.ADVANCE if facts.week == WEEKS:
            return _advice(found, last, _beyond(facts, limits))
        case Next.ADVANCE:
            return _advanced(found, facts, weeks[f"{profile.value}-{facts.week + 1}"], limits)
        case Next.STEP_BACK if facts.week > 1:
            before = weeks[f"{profile.value}-{facts.week - 1}"]
            return _advice(found, before.source, _difference(facts, before))
        case Next.STEP_BACK:
            return _advice(found, last, _NO_EASIER)
        case _:
            return _advice(found, last)


def _advanced(found: Course, facts: PlanFacts, following: PlanFacts, limits: Limits) -> Advice:
    top = following.top_backward_ckmh
    if top > limits.v_rev_max_ckmh:
        why = (
            f"{following.source} asks for {format_speed(top)} backward, and "
            f"{format_speed(limits.v_rev_max_ckmh)} is this person's limit today."
        )
        held = Course(Next.REPEAT, (*found.reasons, why))
        return _advice(held, facts.source)
    return _advice(found, following.source, _difference(facts, following))


def _advice(found: Course, plan: str, change: str = "") -> Advice:
    headline = f"{_HEADLINES[found.next]} {plan}."
    return Advice(found.next, plan, headline, change, found.reasons)


def _difference(now: PlanFacts, then: PlanFacts) -> str:
    return f"{_bouts(then)} instead of {_bouts(now)}."


def _bouts(facts: PlanFacts) -> str:
    each = format_minutes(facts.reverse_ms // max(1, facts.bouts))
    return f"{facts.bouts} x {each} at {format_speed(facts.top_backward_ckmh)}"


def _beyond(facts: PlanFacts, limits: Limits) -> str:
    """After the last week: the first of time, speed and incline that has room."""
    if facts.reverse_ms < limits.reverse_total_max_ms:
        return (
            f"Then more time, in a plan of your own: up to "
            f"{format_clock(limits.reverse_total_max_ms)} backward in all, now "
            f"{format_clock(facts.reverse_ms)}."
        )
    if facts.top_backward_ckmh < limits.v_rev_max_ckmh:
        return (
            f"Then more speed, in a plan of your own: up to "
            f"{format_speed(limits.v_rev_max_ckmh)} backward, now "
            f"{format_speed(facts.top_backward_ckmh)}."
        )
    if limits.incline_rev_max_permille:
        return (
            "Then incline, in a plan of your own: 1 % more a week, up to "
            f"{format_percent(limits.incline_rev_max_permille)}."
        )
    return "This is as much as the limits allow. Keep it up."


def _day(started_at: str) -> date:
    """The day of a record. One that says none is taken for the oldest there can be."""
    try:
        return datetime.fromisoformat(started_at).date()
    except ValueError:
        return date.min
