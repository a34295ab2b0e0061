"""What comes next for a person: safety.md 2.2 over their last sessions, in words.

Advice, never a limit: whoever stands beside may be more careful at any time, and what may be
walked at all is decided by limits. Time comes first, then speed, then incline; one change a
week; and only after two good sessions of the same plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

from treadctl.causes import Cause
from treadctl.core.criteria import CRITERIA
from treadctl.records.debrief import Debrief

RPE_GOOD: Final = 13
RPE_NO_PROGRESS: Final = 15
RPE_STOP: Final = 17
PAIN_GOOD: Final = 3
PAIN_STOP: Final = 5
PAIN_RISE_STOP: Final = 2
"""More than at the start."""
SESSIONS_NEEDED: Final = 2
WEEK: Final = timedelta(days=7)
_EASIER: Final = frozenset({"knee-pain", "stumble", "foot-off", "dizzy-turning"})
"""Criteria that say: this was too much."""


class Grade(Enum):
    """What one session says about the next. In this order it gets worse."""

    GOOD = 0
    UNKNOWN = 1
    """Nobody was asked, so nobody knows that it was good."""
    NOT_YET = 2
    """No progress from here."""
    HARD = 3
    """No progress; twice in a row it was too much."""
    TOO_MUCH = 4
    MEDICAL = 5


class Next(Enum):
    """What to do."""

    BEGIN = "begin"
    ADVANCE = "advance"
    REPEAT = "repeat"
    STEP_BACK = "step_back"
    CLINICIAN = "see_a_clinician"


@dataclass(frozen=True, slots=True)
class Walked:
    """One session, as far as the rule looks at it."""

    on: date
    plan: str
    completed: bool
    stops: tuple[str, ...] = ()
    """Causes."""
    criteria: tuple[str, ...] = ()
    debrief: Debrief | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A session's grade, and why."""

    grade: Grade
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What the last sessions lead to, before it is known which plans there are."""

    next: Next
    reasons: tuple[str, ...]


def judge(session: Walked) -> Judged:
    """Grade one session by what was noted in it and what was said after it."""
    found = [*_by_criteria(session), *_by_debrief(session.debrief)]
    if session.stops:
        told = " ".join(map(_sentence, dict.fromkeys(session.stops)))
        found.append((Grade.NOT_YET, f"a stop: {told.removesuffix('.')}"))
    if not session.completed:
        found.append((Grade.NOT_YET, "it did not reach its end"))
    grade = max((grade for grade, _ in found), key=lambda grade: grade.value, default=Grade.GOOD)
    return Judged(grade, tuple(reason for _, reason in found))


def _sentence(cause: str) -> str:
    """As it was told; the name where a record knows a cause that this version does not."""
    try:
        return Cause(cause).text.sentence
    except ValueError:
        return f"{cause}."


def course(
    sessions: Sequence[Walked], *, today: date, clinician_ok_on: date | None = None
) -> Course:
    """What comes after *sessions*, oldest first.

    *clinician_ok_on* is the day of the last OK: what lies before that day has been talked about.
    """
    if not sessions:
        return Course(Next.BEGIN, ("No session yet.",))
    if clinician_ok_on is not None and clinician_ok_on > today:
        clinician_ok_on = None  # nobody has said it yet
    open_ = [s for s in sessions if clinician_ok_on is None or s.on >= clinician_ok_on]
    for session in reversed(open_):
        judged = judge(session)
        if judged.grade is Grade.MEDICAL:
            return Course(Next.CLINICIAN, _told(session, judged))
    last = sessions[-SESSIONS_NEEDED:]
    grades = [judge(session) for session in last]
    newest = grades[-1].grade
    reasons = tuple(
        reason
        for session, judged in zip(last, grades, strict=True)
        for reason in _told(session, judged)
    )
    twice = len(last) == SESSIONS_NEEDED
    unasked = twice and all(session in open_ for session in last)
    if unasked and all(judged.grade is Grade.TOO_MUCH for judged in grades):
        return Course(Next.CLINICIAN, (*reasons, "Two sessions in a row were too much."))
    if newest is Grade.TOO_MUCH:
        return Course(Next.STEP_BACK, _told(last[-1], grades[-1]))
    if twice and newest is Grade.HARD and all(_was_hard(judged) for judged in grades):
        return Course(Next.STEP_BACK, (*reasons, "Two sessions in a row were hard."))
    if any(judged.grade is not Grade.GOOD for judged in grades):
        return Course(Next.REPEAT, reasons)
    return _after_good_ones(sessions, today)


def _after_good_ones(sessions: Sequence[Walked], today: date) -> Course:
    plan = sessions[-1].plan
    run = _run_of_same_plan(sessions)
    if len(run) < SESSIONS_NEEDED:
        return Course(
            Next.REPEAT,
            (f"{plan} has been walked once; two good sessions are needed before a change.",),
        )
    begun = run[0].on
    if today < begun + WEEK:
        return Course(
            Next.REPEAT,
            (f"{plan} was begun on {begun}; one change a week, so from {begun + WEEK} on.",),
        )
    return Course(
        Next.ADVANCE,
        (
            f"The last two sessions were good: effort at most {RPE_GOOD}, pain at most "
            f"{PAIN_GOOD} of 10, no stop.",
        ),
    )


def _run_of_same_plan(sessions: Sequence[Walked]) -> Sequence[Walked]:
    """The latest sessions, as long as they were all of one plan."""
    start = len(sessions)
    while start and sessions[start - 1].plan == sessions[-1].plan:
        start -= 1
    return sessions[start:]


def _by_criteria(session: Walked) -> list[tuple[Grade, str]]:
    found: list[tuple[Grade, str]] = []
    for each in dict.fromkeys(session.criteria):
        criterion = CRITERIA.get(each)
        # A criterion that this version does not know is taken for one of the grave ones.
        medical = criterion is None or criterion.medical
        text = criterion.text.rstrip(".").lower() if criterion else each
        if medical:
            grade = Grade.MEDICAL
        else:
            grade = Grade.TOO_MUCH if each in _EASIER else Grade.NOT_YET
        found.append((grade, f"noted: {text}"))
    return found


def _by_debrief(debrief: Debrief | None) -> list[tuple[Grade, str]]:
    if debrief is None:
        return [(Grade.UNKNOWN, "nobody asked how it was")]
    found: list[tuple[Grade, str]] = []
    rpe, pain, before = debrief.rpe, debrief.pain, debrief.pain_before
    if rpe is None:
        found.append((Grade.UNKNOWN, "its effort was not asked for"))
    elif rpe >= RPE_STOP:
        found.append((Grade.TOO_MUCH, f"effort {rpe}; from {RPE_STOP} on a session stops"))
    elif rpe >= RPE_NO_PROGRESS:
        found.append((Grade.HARD, f"effort {rpe}; from {RPE_NO_PROGRESS} on there is no progress"))
    elif rpe > RPE_GOOD:
        found.append((Grade.NOT_YET, f"effort {rpe}; at most {RPE_GOOD} before a change"))
    if pain is None:
        found.append((Grade.UNKNOWN, "its pain was not asked for"))
        return found
    if pain > PAIN_STOP:
        found.append((Grade.TOO_MUCH, f"pain {pain} of 10; above {PAIN_STOP} a session stops"))
    elif pain > PAIN_GOOD:
        found.append((Grade.HARD, f"pain {pain} of 10; at most {PAIN_GOOD} before a change"))
    if before is not None and pain - before >= PAIN_RISE_STOP:
        found.append((Grade.TOO_MUCH, f"pain rose from {before} to {pain} of 10"))
    return found


def _was_hard(judged: Judged) -> bool:
    return judged.grade in (Grade.HARD, Grade.TOO_MUCH)


def _told(session: Walked, judged: Judged) -> tuple[str, ...]:
    return tuple(f"{session.on}, {session.plan}: {reason}." for reason in judged.reasons)
