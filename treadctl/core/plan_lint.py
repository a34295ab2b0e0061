"""Whether a plan may be walked: its steps against the limits, every problem at once.

The linter refuses, with the line; it never reshapes a plan. The gate applies the same
limits again at run time, so a mistake here is a refusal later and not a fast belt (SR-43).

What it asks of the shape of a plan, beyond SR-43:

- It begins with one warmup and ends with one cooldown. A second stage is a `walk`.
- Between two bouts there is forward walking, or a rest of at least 30 s (safety.md 2.2).
  One bout is one step: nobody changes speed on a person who cannot see the console.
- Between forward and backward no rest is asked for: the belt stops there anyway, and stays
  at standstill until the person has turned and confirmed (SR-28), which no plan can shorten.
  A step that ends so is long enough to say it 15 s ahead (SR-52).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from treadctl.core.announcer import LEAD_TURN_MS
from treadctl.core.plan_file import PlanFile, by_line
from treadctl.core.plan_reader import Row
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.errors import Problem, UserFileError
from treadctl.model import Mode
from treadctl.safety.limits import (
    BELTREV_BOUT_MAX_MS,
    CLASS_C_REV_MAX_CKMH,
    START_HOLD_MS,
    Limits,
)
from treadctl.units import format_minutes, format_percent, format_rate, format_speed

REST_MIN_MS: Final = 30_000
"""safety.md 2.2: 30 to 120 s between bouts; longer is the author's choice."""
BEFORE_TURN_MIN_MS: Final = LEAD_TURN_MS
"""SR-52: the turn at its end is announced with its first step at the latest."""


def lint(programme: Programme, limits: Limits, mode: Mode) -> tuple[Problem, ...]:
    """Return everything that keeps *programme* from being walked, in the order of the file.

    *limits* are final: profile (`profile.limits_for`), config and the machine's own cap
    (class C) are in them.
    """
    rows = tuple(Row(step.line, step.kind, step) for step in programme.steps)
    return _Linter(programme.file or programme.name, limits, mode).run(rows)


def accept(
    plan: PlanFile, limits: Limits, mode: Mode, problems: Sequence[Problem] = ()
) -> Programme:
    """Return the programme of *plan*. *problems* are those found in reading it.

    Raises:
        UserFileError: with those and everything the linter finds in what could be read.
    """
    found = [*problems, *_Linter(plan.file, limits, mode).run(plan.rows)]
    if found:
        raise UserFileError(by_line(found))
    return plan.programme


class _Linter:
    def __init__(self, file: str, limits: Limits, mode: Mode) -> None:
        self._file = file
        self._limits = limits
        self._mode = mode

    def run(self, rows: Sequence[Row]) -> tuple[Problem, ...]:
        """Judge *rows*; what depends on a neighbour or a sum only where none is missing."""
        found: list[Problem] = []
        if rows and all(row.kind is not None for row in rows):
            found.extend(self._shape(rows))
        steps = [row.step for row in rows if row.step is not None]
        for step in steps:
            found.extend(self._step(step))
        if len(steps) == len(rows):
            found.extend(self._reachable(steps))
            found.extend(self._announced(steps))
            found.extend(self._totals(steps))
        return by_line(found)

    def _shape(self, rows: Sequence[Row]) -> Iterator[Problem]:
        if rows[0].kind is not StepKind.WARMUP:
            yield self._problem(
                rows[0].line, "steps", "the plan does not begin with a warmup", "Put one first"
            )
        if rows[-1].kind is not StepKind.COOLDOWN:
            yield self._problem(
                rows[-1].line, "steps", "the plan does not end with a cooldown", "Put one last"
            )
        for row in rows[1:]:
            if row.kind is StepKind.WARMUP:
                yield self._problem(
                    row.line, "warmup", "only the first step can be a warmup", "Make it a `walk`"
                )
        for row in rows[:-1]:
            if row.kind is StepKind.COOLDOWN:
                yield self._problem(
                    row.line, "cooldown", "only the last step can be a cooldown", "Make it a `walk`"
                )
        for before, row in pairwise(rows):
            if before.kind is row.kind is StepKind.REVERSE:
                yield self._problem(
                    row.line,
                    "reverse",
                    "follows another bout without a rest",
                    f"Put a `rest` of at least {format_minutes(REST_MIN_MS)} between them",
                )
            if before.kind is row.kind is StepKind.REST:
                yield self._problem(
                    row.line, "rest", "follows another rest", "Write one longer rest"
                )
        for before, rest, after in zip(rows, rows[1:], rows[2:], strict=False):
            if not before.kind is after.kind is StepKind.REVERSE or rest.step is None:
                continue
            if rest.kind is StepKind.REST and rest.step.duration_ms < REST_MIN_MS:
                yield self._problem(
                    rest.step.lines.duration or rest.line,
                    "rest",
                    f"{format_minutes(rest.step.duration_ms)} is too short between two bouts",
                    f"Rest at least {format_minutes(REST_MIN_MS)}",
                )

    def _step(self, step: Step) -> Iterator[Problem]:
        match step.kind:
            case StepKind.REST:
                return
            case StepKind.REVERSE:
                yield from self._bout(step)
            case StepKind.WARMUP:
                yield from self._at_least(step, self._limits.warmup_min_ms)
            case StepKind.COOLDOWN:
                yield from self._at_least(step, self._limits.cooldown_min_ms)
            case StepKind.WALK:
                pass
        yield from self._speed(step)
        yield from self._incline(step)
        if step.kind is StepKind.WARMUP and step.speed_ckmh < step.from_ckmh:
            yield self._at_speed(step, "a warmup does not slow down", "Swap its two speeds")
        if step.kind is StepKind.COOLDOWN and step.speed_ckmh > step.from_ckmh:
            yield self._at_speed(step, "a cooldown does not speed up", "Swap its two speeds")

    def _bout(self, step: Step) -> Iterator[Problem]:
        longest = self._limits.bout_max_ms
        why = "a bout"
        if self._mode is Mode.BELT_REVERSE and longest > BELTREV_BOUT_MAX_MS:
            longest = BELTREV_BOUT_MAX_MS
            why = "a bout in belt-reverse mode"
        if step.duration_ms > longest:
            yield self._at_duration(
                step,
                f"{format_minutes(step.duration_ms)} is longer than {why} may be,"
                f" {format_minutes(longest)}",
                "Split it with a `rest`",
            )

    def _at_least(self, step: Step, least_ms: int) -> Iterator[Problem]:
        if step.duration_ms < least_ms:
            yield self._at_duration(
                step,
                f"{format_minutes(step.duration_ms)} is shorter than {format_minutes(least_ms)}",
                f"Make it at least {format_minutes(least_ms)}",
            )

    def _speed(self, step: Step) -> Iterator[Problem]:
        cap_ckmh, whose = self._cap(step.kind)
        if step.peak_ckmh > cap_ckmh:
            yield self._at_speed(
                step,
                f"{format_speed(step.peak_ckmh)} is above the cap for {whose},"
                f" {format_speed(cap_ckmh)}",
                f"Ask for {format_speed(cap_ckmh)} at most",
            )
        slowest = self._limits.v_start_ckmh
        if min(step.from_ckmh, step.speed_ckmh) < slowest:
            yield self._at_speed(
                step,
                f"{format_speed(min(step.from_ckmh, step.speed_ckmh))} is below the speed a belt"
                f" starts with, {format_speed(slowest)}",
                f"Ask for {format_speed(slowest)} or more",
            )

    def _cap(self, kind: StepKind) -> tuple[int, str]:
        limits = self._limits
        if kind is not StepKind.REVERSE:
            return limits.v_fwd_max_ckmh, "walking forward"
        if self._mode is Mode.BELT_REVERSE:
            # The person's own cap holds in either mode: smallest wins.
            cap_ckmh = min(limits.v_rev_max_ckmh, limits.v_rev_max_beltrev_ckmh)
            return cap_ckmh, "walking backward in belt-reverse mode"
        whose = "walking backward"
        if limits.v_rev_max_ckmh == CLASS_C_REV_MAX_CKMH:
            whose += " (on a machine without a qualification record, or a person new to it)"
        return limits.v_rev_max_ckmh, whose

    def _incline(self, step: Step) -> Iterator[Problem]:
        if step.incline_permille == 0:
            return
        most = self._limits.incline_rev_max_permille
        if self._mode is Mode.BELT_REVERSE:
            most = 0  # SR-55
        asked = format_percent(step.incline_permille)
        line = step.lines.incline or step.line
        key = f"{step.kind.value}.incline_percent"
        if step.kind is StepKind.REVERSE and step.incline_permille > most:
            message = f"{asked} is above the limit for walking backward, {format_percent(most)}"
        else:
            # A request to the gate carries no incline: accepting one would be a promise broken.
            message = f"{asked} cannot be driven: this version leaves the incline at 0"
        yield self._problem(line, key, message, "Leave it out")

    def _reachable(self, steps: Sequence[Step]) -> Iterator[Problem]:
        """SR-43: the ramp limits let the belt be where the plan wants it at each step's end."""
        limits = self._limits
        reached_ckmh = 0
        for step in steps:
            if step.kind is StepKind.REST:
                reached_ckmh = 0
                continue
            if step.kind is StepKind.REVERSE:
                reached_ckmh = 0  # the belt stands before a bout, whatever came before
            up = limits.a_up_fwd_ckmh_s if step.kind.is_forward else limits.a_up_rev_ckmh_s
            down = limits.a_down_prog_ckmh_s
            if reached_ckmh == 0:
                usable_ms = max(0, step.duration_ms - START_HOLD_MS)
                fastest = limits.v_start_ckmh + up * usable_ms // 1_000
                slowest = limits.v_start_ckmh
            else:
                fastest = reached_ckmh + up * step.duration_ms // 1_000
                slowest = reached_ckmh - down * step.duration_ms // 1_000
            if step.speed_ckmh > fastest:
                start = "the start hold" if reached_ckmh == 0 else format_speed(reached_ckmh)
                yield self._at_speed(
                    step,
                    f"{format_speed(step.speed_ckmh)} cannot be reached: from {start}, at"
                    f" {format_rate(up)}, the belt gets to {format_speed(fastest)}"
                    f" in {format_minutes(step.duration_ms)}",
                    "Make the step longer, or slower",
                )
            elif reached_ckmh and step.speed_ckmh < slowest:
                yield self._at_speed(
                    step,
                    f"{format_speed(step.speed_ckmh)} cannot be reached: slowing by"
                    f" {format_rate(down)} the belt is still at {format_speed(slowest)}",
                    "Make the step longer, or faster",
                )
            elif (step.from_ckmh - step.speed_ckmh) * 1_000 > down * step.duration_ms:
                # Upward, the start hold makes reaching the end the stricter question.
                yield self._at_speed(
                    step,
                    f"slows down by more than {format_rate(down)}",
                    "Make the step longer, or the change smaller",
                )
            reached_ckmh = step.speed_ckmh if step.kind.is_forward else 0

    def _totals(self, steps: Sequence[Step]) -> Iterator[Problem]:
        limits = self._limits
        programme = Programme("", "", None, tuple(steps))
        for whole_ms, most_ms, what, counted in (
            (programme.reverse_ms, limits.reverse_total_max_ms, "backward walking", (True,)),
            (programme.planned_ms, limits.session_max_ms, "session time", (True, False)),
        ):
            so_far_ms = 0
            for step in steps:
                if (step.kind is StepKind.REVERSE) not in counted:
                    continue
                so_far_ms += step.duration_ms
                if so_far_ms > most_ms:
                    yield self._at_duration(
                        step,
                        f"{format_minutes(whole_ms)} of {what} in all, more than"
                        f" {format_minutes(most_ms)}; this step crosses it",
                        "Shorten the plan",
                    )
                    break

    def _announced(self, steps: Sequence[Step]) -> Iterator[Problem]:
        """SR-52: between forward and backward the person turns, or the belt does."""
        for before, after in pairwise(steps):
            backward = [step.kind is StepKind.REVERSE for step in (before, after)]
            turns = StepKind.REST not in (before.kind, after.kind) and any(backward)
            if turns and not all(backward) and before.duration_ms < BEFORE_TURN_MIN_MS:
                yield self._at_duration(
                    before,
                    f"{format_minutes(before.duration_ms)} is too short: the turn at its end could "
                    f"not be announced {format_minutes(LEAD_TURN_MS)} ahead",
                    f"Make it {format_minutes(BEFORE_TURN_MIN_MS)} at least",
                )

    def _at_speed(self, step: Step, message: str, remedy: str) -> Problem:
        return self._problem(step.lines.speed or step.line, step.kind.value, message, remedy)

    def _at_duration(self, step: Step, message: str, remedy: str) -> Problem:
        return self._problem(step.lines.duration or step.line, step.kind.value, message, remedy)

    def _problem(self, line: int, key: str, message: str, remedy: str) -> Problem:
        return Problem(self._file, line or None, key, message, remedy)
