"""N1, N4, N7, N8, N9, N10: how the belt is set in motion and made faster."""

from collections import deque
from typing import Final

from tests.never_events.seen import NONE_YET_MS, STILL_CKMH, Rule, Seen
from tests.never_events.wire import Frame

EPSILON_CKMH: Final = 1e-6
STANDSTILL_MS: Final = 3_000
LINE_MS: Final = 50
WINDOW_MS: Final = 10_000
JITTER_MS: Final = 50
"""Two frames ten seconds apart may arrive this much closer together."""
FIRST_MOTION_CKMH: Final = 100
START_EDGE_MS: Final = 30_000
INCLINE_APART_MS: Final = 5_000
MACHINE_MOVES: Final = frozenset(
    {"console-start", "creep-after-stop", "jam", "jam-release", "runaway", "self-start", "stall"}
)
"""Injected faults that move a belt without its host."""
MACHINE_MOVES_MS: Final = 5_000


class AboveCeiling(Rule):
    """The cap follows the gait: the frame's direction against the person's facing (SR-09)."""

    name = "N1"

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        if not frame.speed_ckmh:
            return None
        if not seen.walks_backward(reverse=frame.reverse):
            key = "v_fwd_max_ckmh"
        elif frame.reverse:
            key = "v_rev_max_beltrev_ckmh"
        else:
            key = "v_rev_max_ckmh"
        if frame.speed_ckmh <= seen.limit(key) + EPSILON_CKMH:
            return None
        return f"{frame.text} is {frame.speed_ckmh / 100:.2f} km/h, above {key} {seen.limit(key)}"


class DirectionInMotion(Rule):
    """Judged twice: by the digit on the wire, and by the belt itself."""

    name = "N4"

    def __init__(self) -> None:
        self._sent_reverse = False
        self._ran = "forward"
        self._moved = False

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        if frame.speed_ckmh is None or (frame.speed_ckmh == 0 and not frame.reverse):
            return None
        changed = frame.reverse is not self._sent_reverse
        self._sent_reverse = frame.reverse
        if frame.reverse and seen.mode == "turn-around":
            return f"{frame.text} asks for reverse in a turn-around session"
        if changed and seen.still_for_ms(t_ms) < STANDSTILL_MS - 2 * LINE_MS:
            return (
                f"{frame.text} changes direction; the belt stood for {seen.still_for_ms(t_ms)} ms"
            )
        return None

    def line(self, seen: Seen) -> str | None:
        moves = seen.belt_ckmh > seen.still_ckmh
        turned = seen.belt_direction != self._ran
        wrong = turned and moves and self._moved
        self._ran, self._moved = seen.belt_direction, moves
        return f"the belt turned at {seen.belt_ckmh / 100:.2f} km/h" if wrong else None


class TooSteep(Rule):
    """The sum of sent increases in any ten seconds; the first frame of a start is exempt."""

    name = "N7"

    def __init__(self) -> None:
        self._increases: deque[tuple[float, float]] = deque()

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        speed_ckmh = frame.speed_ckmh
        if speed_ckmh is None or seen.sent_ckmh == 0 or speed_ckmh <= seen.stands_ckmh:
            return None
        self._increases.append((t_ms, speed_ckmh - seen.stands_ckmh))
        while self._increases[0][0] <= t_ms - WINDOW_MS + JITTER_MS:
            self._increases.popleft()
        backward = seen.walks_backward(reverse=frame.reverse)
        allowed = 10 * seen.limit("a_up_rev_ckmh_s" if backward else "a_up_fwd_ckmh_s")
        risen = sum(increase for _, increase in self._increases)
        if risen <= allowed + EPSILON_CKMH:
            return None
        return f"{risen / 100:.2f} km/h in ten seconds, allowed {allowed / 100:.2f}"


class FirstMotionTooFast(Rule):
    """Also a start while the machine holds a fast setpoint: a Woodway the one from before its
    stop, an FTMS machine perhaps one that it was told while it stood."""

    name = "N8"

    def __init__(self) -> None:
        self._held_ckmh = 0.0

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        first_ckmh = 0.0
        if frame.speed_ckmh is not None:
            self._held_ckmh = frame.speed_ckmh
            first_ckmh = frame.speed_ckmh if seen.sent_ckmh == 0 else 0.0
        elif frame.stops and seen.protocol == "ftms":
            self._held_ckmh = 0.0
        elif frame.starts and _starts_to_what_it_holds(seen):
            first_ckmh = self._held_ckmh
        if first_ckmh <= FIRST_MOTION_CKMH:
            return None
        return f"{frame.text} sets a standing belt to {first_ckmh / 100:.2f} km/h"


def _starts_to_what_it_holds(seen: Seen) -> bool:
    if seen.protocol == "ftms":
        return not seen.engaged  # said again to a running belt it is no start
    return seen.protocol == "woodway-us"


class MotionWithoutStart(Rule):
    """Frames that set a standing belt in motion, and motion that comes while one is in force."""

    name = "N9"

    def __init__(self) -> None:
        self._moved = False

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        if not frame.starts and not (frame.speed_ckmh and seen.sent_ckmh == 0):
            return None
        return self._unless_started(t_ms, seen, frame.text)

    def line(self, seen: Seen) -> str | None:
        moves = seen.belt_ckmh > STILL_CKMH
        begins = moves and not self._moved
        self._moved = moves
        if not begins or seen.sent_ckmh == 0:
            return None
        if seen.fault_within(MACHINE_MOVES, seen.t_ms - MACHINE_MOVES_MS):
            return None
        return self._unless_started(seen.t_ms, seen, "the belt moves")

    def _unless_started(self, t_ms: float, seen: Seen, what: str) -> str | None:
        if t_ms - seen.start_edge_ms <= START_EDGE_MS + seen.slack_ms:
            return None
        return f"{what}, and no countdown or start in the {START_EDGE_MS // 1000} s before"


class InclineWithSpeed(Rule):
    """A lift sent up within five seconds of a speed sent up, in either order."""

    name = "N10"

    def __init__(self) -> None:
        self._faster_ms = NONE_YET_MS
        self._steeper_ms = NONE_YET_MS

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        if frame.speed_ckmh is not None and frame.speed_ckmh > seen.sent_ckmh:
            self._faster_ms = t_ms
            apart_ms = t_ms - self._steeper_ms
        elif frame.incline_permille is not None and frame.incline_permille > seen.incline_permille:
            self._steeper_ms = t_ms
            apart_ms = t_ms - self._faster_ms
        else:
            return None
        if apart_ms >= INCLINE_APART_MS - JITTER_MS:
            return None
        return f"{frame.text}: speed and incline went up {apart_ms:.0f} ms apart"
