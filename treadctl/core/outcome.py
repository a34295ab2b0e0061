"""What a session is heading for, and what it came to: the facts behind its exit code."""

from enum import Enum

from treadctl.causes import Cause
from treadctl.core.events import Finished
from treadctl.core.exit_codes import Ending, Reason, Signal, exit_code, reason_word
from treadctl.core.totals import Totals
from treadctl.core.voice import cause_of
from treadctl.model import GatePhase, Report
from treadctl.safety.limits import LINK_LOSS_RETRY_MS


class After(Enum):
    """What the next standstill leads to."""

    PROGRAMME = "programme"
    PAUSE = "pause"
    COOLDOWN = "cooldown"
    END = "end"


class Outcome:
    def __init__(self, *, stays: bool) -> None:
        self.stays = stays
        """Somebody can still reset, resume or end: a stop is waited out, not the end."""
        self.after = After.PROGRAMME
        self.reason = Reason.COMPLETED
        self.signal: Signal | None = None
        self.at_the_end = Reason.COMPLETED
        """Why a session that ends in order does: it may have been cut short before."""
        self._cut: Reason | None = None
        """Why only the cooldown is left, where a pause came before it could be offered."""
        self._first_latch: Cause | None = None
        self._unproved = False
        """The belt moved, or was asked to, and has not been proved to stand since."""
        self._end_by_ms: int | None = None

    @property
    def ends(self) -> bool:
        """At standstill this session is over."""
        return self.after is After.END or not self.stays

    @property
    def last_reason(self) -> Reason:
        """Why it ends, if it ends now, latched."""
        return self.reason if self.after is After.END else Reason.REFUSED

    def follow(self, report: Report) -> None:
        if report.standstill:
            self._unproved = False
        elif (
            report.commanded_ckmh
            or report.measured_ckmh
            or report.phase in (GatePhase.STARTING, GatePhase.MOVING)
        ):
            self._unproved = True

    def wants(self, after: After, reason: Reason) -> None:
        """What a stop shall lead to. Ending is not taken back.

        Nor is it that the rest of the programme is left out: whoever stops or pauses a belt that
        is on its way to the cooldown finds the cooldown after the pause (SR-44, SR-45, SR-53).
        """
        if self.after is After.END:
            return
        if self.after is After.COOLDOWN and after is After.PAUSE:
            self._cut = self.reason
        elif after is After.COOLDOWN:
            cut, self._cut = self.reason if self.after is after else self._cut, None
            if cut is not None and reason is Reason.COMPLETED:
                reason = cut  # asked for once more by a person
        self.after, self.reason = after, reason

    def cut(self, reason: Reason) -> None:
        """The rest of the programme is left out. A heart rate is told before a time limit."""
        if reason is not Reason.COMPLETED and self.at_the_end is not Reason.HEART_RATE:
            self.at_the_end = reason

    def take_after(self) -> After:
        """What standstill leads to, now that it has come."""
        after, self.after = self.after, After.PROGRAMME
        return after

    def take_cut(self) -> Reason | None:
        """Why nothing but the cooldown follows the pause that begins now; None: all does."""
        cut, self._cut = self._cut, None
        return cut

    def latched(self, cause: str | None) -> None:
        """The first latch of a session decides its exit code, reset or not."""
        if self._first_latch is None:
            self._first_latch = cause_of(cause)

    def lost(self, report: Report | None) -> None:
        """The gate is gone: the last report proves what it proves, and nothing will follow."""
        self._unproved = report is None or not report.standstill
        self.latched(Cause.GATE_GONE.value)

    def wait_no_longer_than(self, now_ms: int) -> None:
        """SR-20, SR-35: standstill that is not proved by then is reported as not proved."""
        if self._end_by_ms is None:
            self._end_by_ms = now_ms + LINK_LOSS_RETRY_MS

    def is_overdue(self, now_ms: int) -> bool:
        return self._end_by_ms is not None and now_ms > self._end_by_ms

    def reset(self) -> None:
        self.after, self._end_by_ms, self._cut = After.PROGRAMME, None, None

    def finished(self, t_ms: int, reason: Reason, totals: Totals, record: str | None) -> Finished:
        """The last line."""
        ending = Ending(reason, not self._unproved, self._first_latch, self.signal)
        return Finished(
            t_ms=t_ms,
            reason=reason_word(ending),
            exit_code=int(exit_code(ending)),
            reverse_s=totals.reverse_s,
            distance_m=totals.distance_m,
            peak_forward_ckmh=totals.peak_forward_ckmh,
            peak_backward_ckmh=totals.peak_backward_ckmh,
            resets=totals.resets,
            record=record,
        )
