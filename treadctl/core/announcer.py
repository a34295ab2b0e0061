"""Says things before they happen (SR-52).

Every transition is said 5 s ahead, one that ends in a turn or a change of direction 15 s, and
no automatic change reaches 0.3 km/h without having been said 5 s before. The schedule comes
from the programme, so it is asked once per exchange how far ahead things are.
"""

from enum import Enum
from typing import Final, NamedTuple

from treadctl.core.programme import Step
from treadctl.core.progress import Progress, gait_of_step
from treadctl.model import Gait
from treadctl.units import format_speed

CHANGE_CKMH: Final = 30
LEAD_MS: Final = 5_000
LEAD_TURN_MS: Final = 15_000
MARGIN_MS: Final = 200
"""Two exchanges: five seconds are five seconds at the belt, not at the desk."""
_STRETCH_MS: Final = 30_000
"""How much of a slow ramp one sentence covers."""


class Next(Enum):
    """What follows the present step."""

    WALK_ON = "walk_on"
    STOP = "stop"
    """Standstill, then a rest or a start anew with the same facing."""
    TURN = "turn"
    DIRECTION = "direction"
    """Standstill, then the belt starts the other way (belt-reverse)."""
    END = "end"


class Said(NamedTuple):
    text: str
    in_ms: int
    kind: str


class Announcer:
    def __init__(self) -> None:
        self._low_ckmh = 0
        self._high_ckmh = 0
        """Between these two, any speed has been announced."""
        self._end_said = False

    def countdown(self, step: Step, in_ms: int, v_start_ckmh: int) -> Said:
        """The start itself."""
        return Said(
            f"The belt starts in {_seconds(in_ms)}, at {_speed(v_start_ckmh)}. "
            f"{_name(step)}: {_way(step)}.",
            in_ms,
            "transition",
        )

    def first_motion(self, speed_ckmh: int, v_start_ckmh: int, in_ms: int) -> list[Said]:
        """What comes after the slow start. Said when the belt starts; also opens a new stretch."""
        if speed_ckmh - v_start_ckmh < CHANGE_CKMH:
            self.begin_step(v_start_ckmh)  # not worth a word yet; what it grows to may be
            return []
        self.begin_step(speed_ckmh)
        change = f"from {_speed(v_start_ckmh)} to {_speed(speed_ckmh)}"
        return [Said(f"In {_seconds(in_ms)} the belt goes {change}.", in_ms, "change")]

    def begin_step(self, *said_ckmh: int) -> None:
        """Another stretch begins, at a speed, or between speeds, that have been said."""
        self._low_ckmh, self._high_ckmh = min(said_ckmh), max(said_ckmh)
        self._end_said = False

    def walk_on(self, progress: Progress, cap_ckmh: int) -> None:
        """The next step begins on a moving belt; its first stretch was said with its name."""
        now, goal = progress.belt_ckmh(cap_ckmh), progress.belt_ckmh(cap_ckmh, _STRETCH_MS)
        self.begin_step(now, goal if abs(goal - now) >= CHANGE_CKMH else now)

    def cue(self, step: Step) -> list[Said]:
        """The plan's own words for the step that begins now."""
        return [Said(step.cue, 0, "transition")] if step.cue else []

    def adjusted(self, *known_ckmh: int) -> None:
        """A person chose a speed, or it has been told; only what is news needs saying."""
        self._low_ckmh, self._high_ckmh = min(known_ckmh), max(known_ckmh)

    def walking(self, progress: Progress, next_: Next, cap_ckmh: int) -> list[Said]:
        """What has to be said now about the present step and its end."""
        said: list[Said] = []
        if (text := self._end(progress, next_, cap_ckmh)) is not None:
            said.append(text)
        if (text := self._change(progress, cap_ckmh)) is not None:
            said.append(text)
        return said

    def resting(self, progress: Progress, next_: Next) -> list[Said]:
        """The end of a rest is a transition, too."""
        left_ms, step = progress.left_ms, progress.next_step
        if self._end_said or step is None or left_ms > lead_ms(next_):
            return []
        self._end_said = True
        then = {
            Next.TURN: "turn to face the other way, on the side rails",
            Next.DIRECTION: "choose the belt's other direction, on the side rails",
        }.get(next_, "get ready to start, on the side rails")
        text = f"The rest ends in {_seconds(left_ms)}: {then}. Next: {_name(step)}."
        return [Said(text, left_ms, "transition")]

    def _end(self, progress: Progress, next_: Next, cap_ckmh: int) -> Said | None:
        left_ms = progress.left_ms
        if self._end_said or left_ms > lead_ms(next_):
            return None
        self._end_said = True
        when, step = f"In {_seconds(left_ms)}", progress.next_step
        if next_ is Next.WALK_ON and step is not None:
            speeds = _stretch(progress, step, cap_ckmh)
            return Said(f"{when}: {_name(step)}, {speeds}.", left_ms, "transition")
        then = "The session ends." if step is None else f"Then: {_name(step)}."
        if next_ is Next.TURN:
            then = "Stay on until it stands; then turn round on the side rails."
        elif next_ is Next.DIRECTION:
            then = "Stay on until it stands; then the belt changes its direction."
        return Said(f"{when} the belt slows down and stops. {then}", left_ms, "transition")

    def _change(self, progress: Progress, cap_ckmh: int) -> Said | None:
        ahead_ms = LEAD_MS + MARGIN_MS
        coming = progress.belt_ckmh(cap_ckmh, ahead_ms)
        if self._low_ckmh - CHANGE_CKMH < coming < self._high_ckmh + CHANGE_CKMH:
            return None
        now = progress.belt_ckmh(cap_ckmh)
        goal = progress.belt_ckmh(cap_ckmh, ahead_ms + _STRETCH_MS)
        during_ms = min(progress.left_ms, ahead_ms + _STRETCH_MS)
        self._low_ckmh, self._high_ckmh = min(now, goal), max(now, goal)
        return Said(
            f"Over the next {_seconds(during_ms)} the belt goes from {_speed(now)} "
            f"to {_speed(goal)}.",
            LEAD_MS,
            "change",
        )


def lead_ms(next_: Next) -> int:
    """How far ahead the end of a step is said, with room for the exchange."""
    far = next_ in (Next.TURN, Next.DIRECTION)
    return (LEAD_TURN_MS if far else LEAD_MS) + MARGIN_MS


def _stretch(progress: Progress, step: Step, cap_ckmh: int) -> str:
    """The speed that *step* begins with, and what becomes of it in the first stretch."""
    first, goal = (progress.coming_ckmh(step, cap_ckmh, ms) for ms in (0, _STRETCH_MS))
    if abs(goal - first) < CHANGE_CKMH:
        return _speed(first)
    during_ms = min(step.duration_ms, _STRETCH_MS)
    return f"from {_speed(first)} to {_speed(goal)} over {_seconds(during_ms)}"


def _seconds(ms: int) -> str:
    seconds = max(1, round(ms / 1_000))
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def _speed(ckmh: int) -> str:
    """To a tenth: nobody hears hundredths."""
    return format_speed(round(ckmh, -1))


def _name(step: Step) -> str:
    return step.name or step.kind.title


def _way(step: Step) -> str:
    return "walking backward" if gait_of_step(step) is Gait.BACKWARD else "walking forward"
