"""What is known at one moment: the last line of truth, what was sent, what was said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tests.never_events.wire import CKMH_PER_TENTH, STEP_TENTHS, Frame

CEILINGS: Final = {
    "v_rev_max_ckmh": 450,
    "v_rev_max_beltrev_ckmh": 300,
    "v_fwd_max_ckmh": 650,
    "a_up_rev_ckmh_s": 30,
    "a_up_fwd_ckmh_s": 50,
}
"""safety.md 4.2, the column of hard ceilings."""

LINK_FAULTS: Final = frozenset({"deaf", "link-drop"})
STILL_CKMH: Final = 5.0
NONE_YET_MS: Final = -1e9

Line = Mapping[str, Any]
"""One line of truth, or one event, as it was written."""


@dataclass(slots=True)
class Seen:
    """Shared by all rules and changed by the monitor alone, after they have judged."""

    protocol: str
    unit: str
    mode: Literal["turn-around", "belt-reverse"]
    limits: Mapping[str, int]
    slack_ms: float
    link_faults: frozenset[str] = LINK_FAULTS
    """Injected ones under which no frame arrives."""
    t_ms: float = 0.0
    belt_ckmh: float = 0.0
    belt_direction: str = "forward"
    facing: str = "forward"
    strap: str = "attached"
    faults: frozenset[str] = frozenset()
    sent_ckmh: float = 0.0
    """What the last speed or stop frame asked for."""
    taken_over: bool = False
    """Somebody has set another speed at the console since, and the host may go along (SR-39)."""
    engaged: bool = False
    """A start frame, and no stop frame since."""
    incline_permille: int = 0
    still_since_ms: float | None = 0.0
    """Since when the belt has been as slow as a machine that reports 0 may run."""
    running_since_ms: float | None = None
    """Since when it has been faster than that."""
    start_edge_ms: float = NONE_YET_MS
    """The last countdown or start that the run announced."""
    fault_seen_ms: dict[str, float] = field(default_factory=dict)

    @property
    def step_ckmh(self) -> float:
        """One reporting step."""
        return CKMH_PER_TENTH[self.unit] * STEP_TENTHS[self.protocol]

    @property
    def still_ckmh(self) -> float:
        """A belt no faster than this may be called standing (N6)."""
        return STILL_CKMH + self.step_ckmh

    @property
    def in_force(self) -> bool:
        """Whether the host has asked for motion and not taken it back."""
        return self.sent_ckmh > 0 or self.engaged

    @property
    def stands_ckmh(self) -> float:
        """What the belt was last told by anybody, as far as it is known."""
        return max(self.sent_ckmh, self.belt_ckmh) if self.taken_over else self.sent_ckmh

    def still_for_ms(self, t_ms: float) -> float:
        return 0.0 if self.still_since_ms is None else t_ms - self.still_since_ms

    def limit(self, key: str) -> int:
        """The smaller of the configured limit and the ceiling."""
        return min(self.limits.get(key, CEILINGS[key]), CEILINGS[key])

    def walks_backward(self, *, reverse: bool) -> bool:
        """How a person facing as now would walk on a belt running that way."""
        return reverse != (self.facing == "backward")

    def fault_within(self, names: frozenset[str], since_ms: float) -> bool:
        """Whether one of the injected faults *names* was in effect at or after *since_ms*."""
        return any(self.fault_seen_ms.get(name, NONE_YET_MS) >= since_ms for name in names)

    def take_line(self, line: Line) -> None:
        self.t_ms = line["t_ms"]
        self.belt_ckmh = belt_ckmh = line["belt_ckmh"]
        self.belt_direction = line["belt_direction"]
        self.facing = line["facing"]
        self.strap = line["strap"]
        if belt_ckmh > self.still_ckmh:
            self.still_since_ms = None
            if self.running_since_ms is None:
                self.running_since_ms = self.t_ms
        else:
            self.running_since_ms = None
            if self.still_since_ms is None:
                self.still_since_ms = self.t_ms
        self.faults = frozenset(map(_fault_name, faults)) if (faults := line["faults"]) else _NONE
        for name in self.faults:
            self.fault_seen_ms[name] = self.t_ms
        if "console-start" in self.faults and self.sent_ckmh:
            self.taken_over = True

    def take_frame(self, frame: Frame) -> None:
        if frame.starts:
            self.engaged = True
        elif frame.stops:
            self.engaged = self.taken_over = False
            self.sent_ckmh = 0.0
        elif frame.speed_ckmh is not None:
            self.sent_ckmh = frame.speed_ckmh
        elif frame.incline_permille is not None:
            self.incline_permille = frame.incline_permille


_NONE: Final[frozenset[str]] = frozenset()


def _fault_name(fault: object) -> str:
    return str(fault["fault"]) if isinstance(fault, Mapping) else str(fault)


class Rule:
    """One never-event. Each method returns what is wrong, or None.

    A frame is judged before `Seen` knows it, a line of truth after.
    """

    name = ""

    def line(self, seen: Seen) -> str | None:
        raise NotImplementedError

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        raise NotImplementedError

    def event(self, t_ms: float, event: Line, seen: Seen) -> str | None:
        raise NotImplementedError
