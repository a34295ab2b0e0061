"""What became of the belt, by the simulator's truth alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.chaos.cases import Bound
from tests.chaos.simulated import Line

STANDS_CKMH: Final = 5.0
A_UP_CKMH_S: Final = 30.0
STEP_CKMH: Final = 18.0
"""One step of a machine that counts in miles, and the belt's own way to it."""
MACHINE_STOP_CKMH_S: Final = 250.0
MACHINE_MS: Final = 700
"""From the first frame on: the machine's lag, its own slower ramp, and two lines of truth."""
LINE_MS: Final = 50
GAP_MS: Final = 250
"""Between two lines of truth. A longer one says that the simulator did not get its turn."""


@dataclass(frozen=True, slots=True)
class Course:
    """What the belt did from an event on."""

    speed_ckmh: float
    """At the event."""
    first_frame_ms: float | None
    stood_ms: float | None
    distance_m: float
    """From the event to the standstill, or to the end of what is known."""
    peak_gap_ms: float
    fastest_over_ckmh: float
    """By how much it was ever faster than the ramp before the event could have made it."""
    moved_again: bool


def course(lines: Sequence[Line], at_ms: float) -> Course:
    """Return what became of a belt to which something happened at *at_ms* of its own time."""
    before = [line for line in lines if line.t_ms <= at_ms]
    after = [line for line in lines if line.t_ms > at_ms]
    speed = before[-1].belt_ckmh if before else 0.0
    stood_ms, moved_again, distance, over, gap = None, False, 0.0, 0.0, 0.0
    previous = at_ms
    for line in after:
        gap = max(gap, line.t_ms - previous)
        if stood_ms is None:
            distance += line.belt_ckmh / 360 * (line.t_ms - previous) / 1_000
            allowed = speed + A_UP_CKMH_S * (line.t_ms - at_ms) / 1_000 + STEP_CKMH
            over = max(over, line.belt_ckmh - allowed)
            if line.belt_ckmh <= STANDS_CKMH:
                stood_ms = line.t_ms - at_ms
        elif line.belt_ckmh > STANDS_CKMH:
            moved_again = True
        previous = line.t_ms
    return Course(
        speed, _first_frame(lines, at_ms), stood_ms, round(distance, 3), gap, over, moved_again
    )


def _first_frame(lines: Sequence[Line], at_ms: float) -> float | None:
    """When the first word came that asks for less than the word before it (safety.md 4.8.2)."""
    wanted: int | None = None
    for line in lines:
        for t_ms, frame in line.frames:
            asked = asked_tenths(frame)
            if asked is None:
                continue
            if t_ms >= at_ms and (asked == 0 or (wanted is not None and asked < wanted)):
                return t_ms - at_ms
            wanted = asked
    return None


def asked_tenths(frame: bytes) -> int | None:
    """What a frame asks for, in the wire's own unit; None: it asks for no speed."""
    if frame[:1] in (b"\xaa", b"\xa2"):
        return 0
    if frame[:1] == b"\xa3":
        return int(frame[2:]) if frame[2:].isdigit() else None
    if frame[:1] == b"\x08":  # a control point's, as the next
        return 0
    if frame[:1] == b"\x02":
        return int.from_bytes(frame[1:3], "little")
    return None


def stands_within_ms(bound: Bound, speed_ckmh: float) -> float:
    """How long a belt of that speed may take to stand: to the first frame, and down the ramp."""
    ramp_s = speed_ckmh / bound.ramp_ckmh_s + speed_ckmh / MACHINE_STOP_CKMH_S
    return bound.ms + ramp_s * 1_000 + MACHINE_MS


def broken_rules(found: Course, bound: Bound | None) -> list[str]:
    """Return every rule that was broken, in words; none: everything was kept."""
    broken = []
    if found.fastest_over_ckmh > 0:
        broken.append(f"faster by {found.fastest_over_ckmh:.0f} than the ramp before")
    if found.moved_again:
        broken.append("it moved again")
    if bound is not None:
        limit_ms = stands_within_ms(bound, found.speed_ckmh)
        if found.stood_ms is None:
            broken.append("it does not stand")
        elif found.stood_ms > limit_ms:
            broken.append(f"stood after {found.stood_ms:.0f} ms, {limit_ms:.0f} allowed")
    return broken


def concluded(
    lines: Sequence[Line], at_ms: float, bound: Bound | None, ends: Callable[[], list[str]]
) -> tuple[Course, list[str]]:
    """Judge what followed an event. Where nothing had to happen and nothing did, it still has to
    be possible to stop the belt: *ends* tries, and says what was wrong with that."""
    found = course(lines, at_ms)
    broken = broken_rules(found, bound)
    if found.stood_ms is None and not broken:
        broken = ends()
    return found, broken
