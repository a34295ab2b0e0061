"""One session held against its plan: what was planned, and what was measured, step by step.

Read from the record alone, so it says the same for ever; only the energy needs a body mass,
which no record holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from treadctl.core.energy import Effort
from treadctl.records.chain import Kind, Record
from treadctl.records.journal import RecordError
from treadctl.records.reader import Integrity, read_each
from treadctl.records.summary import Summary, number, summarise, text

_WALKING: Final = frozenset({"starting", "warm_up", "walk", "reverse_walk", "cooldown"})
_RESTING: Final = "rest"
_GAP_MS: Final = 1_000
"""A reading holds until the next sample, but no longer than this: a gap is not walking."""
_TRACE_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class StepAccount:
    """One step of the plan. Times of walking steps are those with the belt moving."""

    number: int
    kind: str
    name: str
    planned_ms: int
    planned_ckmh: int
    """The fastest planned."""
    walked_ms: int
    mean_ckmh: int
    peak_ckmh: int

    @property
    def is_rest(self) -> bool:
        return self.kind == "rest"

    @property
    def kept_permille(self) -> int:
        """How much of the planned time was walked; a step that was extended counts as whole."""
        if self.planned_ms <= 0:
            return 1_000
        return min(1_000, self.walked_ms * 1_000 // self.planned_ms)


@dataclass(frozen=True, slots=True)
class TracePoint:
    """Planned and measured, once a second."""

    t_ms: int
    planned_ckmh: int
    measured_ckmh: int | None
    backward: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A whole session."""

    summary: Summary
    title: str
    steps: tuple[StepAccount, ...]
    """Empty where the record does not say what was planned."""
    forward_ms: int
    backward_ms: int
    """With the belt moving, ramps down included."""
    peak_forward_ckmh: int
    peak_backward_ckmh: int
    marks: tuple[tuple[int, str], ...]
    """Session time and note."""
    effort: Effort
    trace: tuple[TracePoint, ...]

    @property
    def planned_backward_ms(self) -> int:
        return sum(step.planned_ms for step in self.steps if step.kind == "reverse")

    @property
    def backward_step_ms(self) -> int:
        """Step time walked backward, as plans count it: without the ramp down after it."""
        if not self.steps:
            return self.backward_ms
        return sum(step.walked_ms for step in self.steps if step.kind == "reverse")

    @property
    def kept_permille(self) -> int | None:
        """How much of the planned walking was walked; None where no plan is known."""
        walking = [step for step in self.steps if not step.is_rest]
        planned_ms = sum(step.planned_ms for step in walking)
        if not planned_ms:
            return None
        walked_ms = sum(min(step.walked_ms, step.planned_ms) for step in walking)
        return walked_ms * 1_000 // planned_ms

    @property
    def bouts_walked(self) -> int:
        """Backward steps of which at least nine tenths were walked."""
        return sum(step.kind == "reverse" and step.kept_permille >= 900 for step in self.steps)


@dataclass(slots=True)
class _Tally:
    """What was measured in one step."""

    walked_ms: int = 0
    ckmh_ms: int = 0
    peak_ckmh: int = 0
    rested_ms: int = 0


@dataclass(slots=True)
class Accountant:
    """Takes every record of one session, in order; `account` says what they came to."""

    _kept: list[Record] = field(default_factory=list)
    _latest: dict[str, Record] = field(default_factory=dict)
    """Of what comes ten times a second a summary needs the last: totals only grow."""
    _tallies: dict[int, _Tally] = field(default_factory=dict)
    _before: Mapping[str, Any] | None = None
    _title: str = ""
    _gait_ms: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    _peak_ckmh: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    _marks: list[tuple[int, str]] = field(default_factory=list)
    _effort: Effort = field(default_factory=Effort)
    _trace: list[TracePoint] = field(default_factory=list)

    def add(self, record: Record) -> None:
        body = record.body
        event = body.get("event") if record.kind == Kind.EVENT.value else None
        match record.kind, event:
            case Kind.EVENT.value, "sample":
                self._latest["sample"] = record
                self._take(body)
            case Kind.REPORT.value, _:
                self._latest["report"] = record
            case Kind.REQUEST.value, _:
                pass
            case _, "session_started":
                self._title = text(body, "title")
            case _, "mark":
                self._marks.append((_int(body, "t_ms"), text(body, "note")))
            case _:
                self._kept.append(record)

    def account(self) -> Account:
        """What it came to.

        Raises:
            RecordError: there was not even a header.
        """
        records = [*self._kept, *self._latest.values()]
        summary = summarise(sorted(records, key=lambda record: record.seq))
        return Account(
            summary=summary,
            title=self._title or summary.plan,
            steps=tuple(self._steps()),
            forward_ms=self._gait_ms[False],
            backward_ms=self._gait_ms[True],
            peak_forward_ckmh=self._peak_ckmh[False],
            peak_backward_ckmh=self._peak_ckmh[True],
            marks=tuple(self._marks),
            effort=self._effort,
            trace=tuple(self._trace),
        )

    def _take(self, body: Mapping[str, Any]) -> None:
        before, self._before = self._before, body
        t_ms = _int(body, "t_ms")
        if not self._trace or t_ms >= self._trace[-1].t_ms + _TRACE_MS:
            self._trace.append(_point(body, t_ms))
        if before is None:
            return
        ms = min(max(0, t_ms - _int(before, "t_ms")), _GAP_MS)
        tally = self._tallies.setdefault(_int(before, "step"), _Tally())
        state = text(before, "state")
        if state == _RESTING and before.get("standstill") is True:
            tally.rested_ms += ms
        ckmh = _measured(before)
        if not ckmh:
            return
        backward = before.get("gait") != "forward"
        self._gait_ms[backward] += ms
        self._peak_ckmh[backward] = max(self._peak_ckmh[backward], ckmh)
        self._effort = self._effort.walked(
            ckmh, ms, backward=backward, incline_permille=_int(before, "incline_permille")
        )
        if state in _WALKING:
            tally.walked_ms += ms
            tally.ckmh_ms += ckmh * ms
            tally.peak_ckmh = max(tally.peak_ckmh, ckmh)

    def _steps(self) -> Iterable[StepAccount]:
        planned = self._kept[0].body.get("steps")
        for index, row in enumerate(planned if isinstance(planned, list) else ()):
            match row:
                case [str(kind), int(duration_ms), int(from_ckmh), int(speed_ckmh), str(name)]:
                    tally = self._tallies.get(index + 1, _Tally())
                    walked_ms = tally.rested_ms if kind == "rest" else tally.walked_ms
                    mean = tally.ckmh_ms // tally.walked_ms if tally.walked_ms else 0
                    yield StepAccount(
                        index + 1,
                        kind,
                        name,
                        duration_ms,
                        max(from_ckmh, speed_ckmh),
                        walked_ms,
                        0 if kind == "rest" else mean,
                        0 if kind == "rest" else tally.peak_ckmh,
                    )
                case _:
                    raise RecordError("the record's plan cannot be read")


def account_of(path: Path) -> tuple[Account, Integrity]:
    """The account of *path*, from all of it that is good, and the verdict.

    Raises:
        RecordError: it cannot be read, or has not even a header.
    """
    accountant = Accountant()
    for item in read_each(path):
        if isinstance(item, Integrity):
            return accountant.account(), item
        accountant.add(item)
    raise AssertionError("a scan ends with its verdict")


def _point(body: Mapping[str, Any], t_ms: int) -> TracePoint:
    return TracePoint(
        t_ms, _int(body, "planned_ckmh"), _measured(body), body.get("gait") != "forward"
    )


def _measured(body: Mapping[str, Any]) -> int | None:
    """The speed, where it is known: an unreachable belt's is not made up."""
    if body.get("measured_ckmh") is None or body.get("link_up") is not True:
        return None
    return max(0, _int(body, "measured_ckmh"))


def _int(body: Mapping[str, Any], key: str) -> int:
    return int(number(body, key) or 0)
