"""What is written down of one case."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.chaos.cases import Case
from tests.chaos.verdict import GAP_MS, Course

KEPT, BROKEN, STARVED, NOT_DONE = "kept", "broken", "starved", "not done"


class DidNotBegin(Exception):
    """It never came to the event: why in a few words, and what was last seen."""

    def __init__(self, why: str, seen: str = "") -> None:
        super().__init__(why)
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: str
    """`kept`; `broken`; `starved`: a rule was broken while the simulator or this harness did not
    get its turn, so that nothing is proved; `not done`: it did not come to the event."""
    why: str = ""
    speed_ckmh: float | None = None
    first_frame_ms: float | None = None
    stood_ms: float | None = None
    distance_m: float | None = None
    had_to_stop: bool = False
    gap_ms: float = 0.0
    late_ms: float = 0.0
    notes: str = ""

    def line(self, case: Case) -> dict[str, Any]:
        return {**asdict(case), **asdict(self)}


LATE_MS: Final = 250
"""By which this harness may come too late, and still be believed."""


def judged(
    found: Course, broken: list[str], *, late_ms: float, had_to_stop: bool, notes: str = ""
) -> Outcome:
    unfair = found.peak_gap_ms > GAP_MS or late_ms > LATE_MS
    verdict = KEPT if not broken else STARVED if unfair else BROKEN
    return Outcome(
        verdict,
        "; ".join(broken),
        found.speed_ckmh,
        found.first_frame_ms,
        found.stood_ms,
        found.distance_m,
        had_to_stop,
        found.peak_gap_ms,
        round(late_ms, 1),
        notes,
    )


def not_done(error: Exception) -> Outcome:
    """What is written down of a case that did not come to its event."""
    seen = error.seen if isinstance(error, DidNotBegin) else ""
    return Outcome(NOT_DONE, str(error) or type(error).__name__, notes=seen[:600])
