"""One cell: what happened after the fault, measured in the simulator's truth."""

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Final

from tests.matrix.faults import Fault
from tests.rig import STILL_CKMH, Rig
from treadctl.model import Reaction, Report

WATCH_MS: Final = 12_000
"""So long a fault has for its first effect."""
STANDS_MS: Final = 6_000
"""A belt that has stood so long after a stop is settled: longer than any proof of it takes."""
GIVEN_UP_MS: Final = 42_000
"""After a stop: longer than the gate tries, and longer than the run waits (SR-20)."""
LOOK_MS: Final = 500
Since = tuple[int, int]
"""How many events and reports there were when it happened."""
LINE_MS: Final = 50
SECOND_MS: Final = 1_000
M_S_PER_CKMH: Final = 1 / 360
FRAMES_BEFORE_MS: Final = 60_000
"""Old enough to know which speed was in force."""
SURGE_CKMH: Final = 60
"""safety.md 4.2: so much above what was expected is too fast."""
FRAME_MS: Final = 250
"""A frame leaves before its stop is told; not longer than this (tests/never_events)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Times count from the fault, in ms; distance is the belt's travel from it on."""

    moved: bool
    """The belt ran when it happened, or had been asked to."""
    reaction: Reaction
    """The strongest that followed; `NONE`: nothing was stopped."""
    cause: str
    """Of the first stop."""
    softened: bool
    """A milder one was told after a worse one."""
    told_ms: int | None
    """To the first stop, as the gate knew it."""
    frame_ms: int | None
    """To the first frame of that stop; None where none reached the machine."""
    stood_ms: int | None
    """To the moment from which on the belt stood for a second, not before the stop; None: never."""
    distance_m: float
    """Until then, or until the end."""
    told_ckmh: float
    """The belt's highest speed from the stop on."""
    peak_ckmh: float
    asked_ckmh: int
    """The highest speed that the gate had in force."""
    outran_ms: int
    """So long at a time it was SURGE_CKMH faster than that, before it was stopped."""
    last_ckmh: float
    left_ms: int | None
    """To the moment the session went to another state; None: it stayed."""
    left_for: str
    ran_ms: int
    exit_code: int | None
    violations: tuple[str, ...]

    @property
    def stopped(self) -> bool:
        return self.reaction >= Reaction.SOFT_STOP


def strike(
    rig: Rig, fault: Fault, after_ms: int = 0, *, second: Fault | None = None, gap_ms: int = 0
) -> Outcome:
    """Let *fault* happen to *rig* and run it until nothing more can come of it.

    *second* happens *gap_ms* later, if there is anything left then that it could happen to.
    """
    lines, events, reports = len(rig.truth), len(rig.events), len(rig.reports)
    before = rig.last() if rig.virtual.report is not None else None
    now = rig.truth[-1]
    begun_ms = last_ms = fault.strike(rig, after_ms)
    if second is not None and (gap_ms == 0 or rig.run_until_finished_or_for(gap_ms) is None):
        last_ms = second.strike(rig, after_ms)
    _run(rig, last_ms, (events, reports), before)
    told = _stops(rig, (events, reports), before)
    told_at_ms = told[0][0] if told else begun_ms
    after = [line for line in (now, *rig.truth[lines:]) if line["t_ms"] >= begun_ms] or [now]
    speeds = [float(line["belt_ckmh"]) for line in after]
    since_ms = min(told_at_ms - LINE_MS, after[-1]["t_ms"])
    of_stop = [float(line["belt_ckmh"]) for line in after if line["t_ms"] >= since_ms]
    stood = _stands_from(after, since_ms)
    asked_ckmh = max(
        (each.commanded_ckmh for each in rig.reports[max(0, reports - 1) :]), default=0
    )
    too_fast = [
        line["belt_ckmh"] > asked_ckmh + SURGE_CKMH
        for line in after
        if not told or line["t_ms"] < told_at_ms
    ]
    finished = rig.finished()
    left = [e for e in rig.told("state", since_ms=begun_ms) if e["state"] != e["previous"]]
    return Outcome(
        moved=now["belt_ckmh"] > STILL_CKMH or (before is not None and before.commanded_ckmh > 0),
        reaction=max((each[1] for each in told), default=Reaction.NONE),
        cause=told[0][2] if told else "",
        softened=any(later[1] < earlier[1] for earlier, later in pairwise(told)),
        told_ms=told_at_ms - begun_ms if told else None,
        frame_ms=_frame_ms(rig, begun_ms, told_at_ms) if told else None,
        stood_ms=None if stood is None else max(0, int(after[stood]["t_ms"]) - begun_ms),
        distance_m=round(sum(speeds[:stood]) * LINE_MS / 1_000 * M_S_PER_CKMH, 3),
        told_ckmh=max(of_stop),
        peak_ckmh=max(speeds),
        asked_ckmh=asked_ckmh,
        outran_ms=LINE_MS
        * max((len(list(run)) for yes, run in groupby(too_fast) if yes), default=0),
        last_ckmh=speeds[-1],
        left_ms=int(left[0]["t_ms"]) - begun_ms if left else None,
        left_for=str(left[0]["state"]) if left else "",
        ran_ms=rig.now_ms - begun_ms,
        exit_code=None if finished is None else int(finished["exit_code"]),
        violations=tuple(f"{v.name} at {v.t_ms:.0f} ms: {v.detail}" for v in rig.violations()),
    )


def _stands_from(lines: list[dict[str, Any]], since_ms: int) -> int | None:
    """The first line from which on the belt stands for a second, or to the end."""
    from_index: int | None = None
    for index, line in enumerate(lines):
        if line["t_ms"] < since_ms or line["belt_ckmh"] > STILL_CKMH:
            from_index = None
        elif from_index is None:
            from_index = index
        elif line["t_ms"] - lines[from_index]["t_ms"] >= SECOND_MS:
            return from_index
    return from_index


def _run(rig: Rig, begun_ms: int, since: Since, before: Report | None) -> None:
    still_since_ms = rig.now_ms
    while rig.run_until_finished_or_for(LOOK_MS) is None:
        if not rig.belt_stands():
            still_since_ms = rig.now_ms
        told = _stops(rig, since, before)
        if told and rig.now_ms - still_since_ms >= STANDS_MS:
            return
        if rig.now_ms - (told[0][0] if told else begun_ms) >= (GIVEN_UP_MS if told else WATCH_MS):
            return


def _stops(rig: Rig, since: Since, before: Report | None) -> list[tuple[int, Reaction, str]]:
    """When, how strongly and why it was stopped since; as it was told, and as the gate reported
    where there is nobody left to tell."""
    events, reports = since
    latched = Reaction.NONE if before is None else before.latched
    found = [
        (int(event["t_ms"]), Reaction[event["reaction"].upper()], str(event["cause"]))
        for event in rig.events[events:]
        if event["event"] == "stop"
    ]
    for report in rig.reports[reports:]:
        if report.latched > latched:
            latched = report.latched
            found.append((report.now_ms, latched, report.latched_cause or ""))
    return sorted(found, key=lambda each: each[0])


def _frame_ms(rig: Rig, begun_ms: int, told_ms: int) -> int | None:
    """The first frame that stops the belt or asks for less, of those that belong to the stop."""
    asked_ckmh = 0.0
    for t_ms, frame in rig.said(since_ms=begun_ms - FRAMES_BEFORE_MS):
        belongs = begun_ms <= t_ms and told_ms - FRAME_MS <= t_ms
        lower = frame.speed_ckmh is not None and frame.speed_ckmh < asked_ckmh
        if belongs and (frame.stops or lower):
            return round(t_ms - begun_ms)
        if frame.speed_ckmh is not None:
            asked_ckmh = frame.speed_ckmh
    return None
