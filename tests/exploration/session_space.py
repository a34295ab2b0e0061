"""A session's memory as a value that can be compared, for `couple.py`.

Like `space.py`: times become ages that stop growing at the last bound they are compared with. Left
out is what is only said or summed up (announcements, prompts, totals, the exit code), and what ages
by minutes (idle, paused).
"""

from typing import Any, Final

from treadctl.core.gestures import Press
from treadctl.core.machine import SessionState
from treadctl.core.session import RAISE_SPACING_MS, Session
from treadctl.core.wishes import ARM_ANSWER_MS, CHECK_ANSWER_MS, STOP_MIN_MS
from treadctl.model import Gesture, Reaction, Report

_GESTURE_MS: Final = 1_100
_PAST_MS: Final = 100

Packed = tuple[Any, ...]


def pack_session(session: Session) -> Packed:
    core = session._core
    now, wishes, progress = core.now_ms, core.wishes, core.progress
    starting, outcome, report = core.starting, core.outcome, core.report
    unanswered = wishes.checklist & ~(report.checklist if report is not None else 0)
    raised_at = session._raised_at_ms
    return (
        core.state,
        core.finished is not None,
        core.clock_ms is not None,
        core.next,
        core._armed_from,
        core._pause_ended_step,
        wishes.stop,
        _age(now, wishes._stop_at_ms, STOP_MIN_MS) if wishes.stop is not Reaction.NONE else 0,
        wishes.arm,
        _age(now, wishes._arm_at_ms, ARM_ANSWER_MS) if wishes.arm else 0,
        _press(wishes.start, now),
        _press(wishes.turn_confirm, now),
        _press(wishes.reset, now),
        wishes.on_belt,
        wishes.checklist,
        _age(now, max(wishes._checked_at_ms), CHECK_ANSWER_MS) if unanswered else 0,
        progress._index,
        progress._elapsed_ms,
        progress._end_ms,
        progress._adjust_ckmh,
        progress._lid_ckmh,
        progress._gait,
        starting._confirmed,
        starting.rises_in_ms(now) if core.state is SessionState.STARTING else 0,
        outcome.after,
        outcome.reason,
        outcome._cut,
        outcome.signal is not None,
        None if outcome._end_by_ms is None else max(-_PAST_MS, outcome._end_by_ms - now),
        _heard(core.report),
        0 if raised_at is None else RAISE_SPACING_MS - _age(now, raised_at, RAISE_SPACING_MS),
    )


def _heard(report: Report | None) -> Packed | None:
    """What a verb is judged by is the last report, which may be a tick old."""
    if report is None:
        return None
    return (
        report.phase,
        report.latched,
        report.standstill,
        report.strap,
        report.wait == "lockout",
        report.checklist,
        report.strap_pull_seen,
        report.facing,
        report.commanded_ckmh,
        report.cap_ckmh,
    )


def _press(press: Press, now: int) -> Packed:
    aged = press._sent is not Gesture.NONE
    return (
        press._pressed,
        press._confirmed,
        press._let_go,
        press._sent,
        min(now - press._since_ms, _GESTURE_MS) if aged else 0,
    )


def _age(now_ms: int, at_ms: int, bound_ms: int) -> int:
    return min(now_ms - at_ms, bound_ms + _PAST_MS)
