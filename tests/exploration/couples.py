"""Session and kernel explored together, breadth first: ``make explore`` does it after the kernel.

It begins wherever a session that is led as it should be, to its end and once through a latch, has
come to another state, and from each of these moments everything that can happen happens. What was
reached before is not followed again, so the first never-event found is one of the shortest ways
from such a moment.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.exploration.couple import CONFIG, HAPPENINGS, WAIT, Couple, Happening
from tests.exploration.rules import NeverEvent
from tests.exploration.space import Space
from treadctl.core.machine import SessionState
from treadctl.model import GatePhase

_BY_NAME: Final = {each.name: each for each in HAPPENINGS}
_CLIPPED: Final = ("the strap is clipped on", WAIT.name)
_PULLED: Final = ("the strap is released", WAIT.name, *_CLIPPED)
_HELD: Final = (WAIT.name,) * 3
ANSWERS: Final = {
    "checklist": (*_PULLED, "confirm everything"),
    "arm": ("arm",),
    "start": ("press start", *_HELD, "confirm start"),
    "on_belt": ("on belt",),
    "turn": _PULLED,
    "turn_confirm": ("press turn", *_HELD, "confirm turn"),
    "reset": (*_CLIPPED, "press reset", *_HELD, "confirm reset"),
}
"""What somebody does who was asked for it."""
SCENES: Final = ("as it should be", "through a latch")
_AT_MOST: Final = 1_000


@dataclass(slots=True)
class Found:
    """What became of one exploration."""

    scene: str
    beginnings: int = 0
    states: int = 0
    ticks: int = 0
    seconds: float = 0.0
    depth: int = 0
    """From every beginning, every way of so many happenings was followed."""
    session_states: set[str] = field(default_factory=set)
    violation: NeverEvent | None = None
    begun: tuple[str, ...] = ()
    """The happenings that led to the beginning, and from there on:"""
    way: tuple[str, ...] = ()


class Misled(Exception):
    """What must never happen has, where nothing was wrong."""

    def __init__(self, violation: NeverEvent, name: str) -> None:
        super().__init__(str(violation))
        self.violation, self.name = violation, name


def led(scene: str) -> Iterator[tuple[str, Couple]]:
    """A session in which every question is answered: each happening, and where it led.

    Raises:
        Misled: what must never happen has.
    """
    couple, pulled = Couple(), scene == "as it should be"
    answered: tuple[SessionState, str] | None = None
    waiting: list[str] = []
    for _ in range(_AT_MOST):
        session = couple.session
        if session.finished is not None:
            return
        asked = (session.state, session.awaiting.wants) if session.awaiting is not None else None
        if not waiting and asked is not None and asked != answered:
            waiting = list(ANSWERS[asked[1]])
            answered = asked
        if not pulled and session.state is SessionState.REVERSE_WALK:
            pulled, waiting = True, ["the strap is released"]
        name = waiting.pop(0) if waiting else WAIT.name
        if name == WAIT.name:
            answered = asked if asked == answered else None
        try:
            for _ in couple.happen(_BY_NAME[name]):
                pass
        except NeverEvent as violation:
            raise Misled(violation, name) from violation
        yield name, couple
    raise AssertionError(f"{scene}: still {couple.session.state} after {_AT_MOST} happenings")


class CoupleExplorer:
    """Explores what lies around one led session."""

    def __init__(self, scene: str) -> None:
        self.found: Final = Found(scene)
        self._space: Final = Space(CONFIG)
        self._seen: set[int] = set()
        self._parents: list[int] = []
        """By number: where each came from; itself where it is a beginning."""
        self._by: list[str] = []
        self._begun: list[str] = []

    def run(self, at_most: int) -> Found:
        """Until so many states have been reached."""
        found, began_s = self.found, time.monotonic()
        level = self._beginnings()
        found.beginnings = len(level)
        while level and found.violation is None and found.states < at_most:
            level = self._following(level, at_most)
        found.seconds = time.monotonic() - began_s
        return found

    def _beginnings(self) -> list[tuple[int, Couple]]:
        """Wherever session or kernel have just changed their state; between two, time passes."""
        level: list[tuple[int, Couple]] = []
        before: tuple[SessionState, GatePhase] | None = None
        try:
            for name, couple in led(self.found.scene):
                self._begun.append(name)
                now = (couple.session.state, couple.s.phase)
                if now != before and (number := self._new(couple, None, name)) is not None:
                    level.append((number, couple.copy()))
                before = now
        except Misled as misled:
            self.found.violation, self.found.way = misled.violation, (misled.name,)
            self.found.begun = tuple(self._begun)
        return level

    def _following(self, level: list[tuple[int, Couple]], at_most: int) -> list[tuple[int, Couple]]:
        following = []
        for number, couple in level:
            other = couple.copy()
            for what in HAPPENINGS:
                if couple.is_no_news(what):
                    continue
                ticks = self.found.ticks
                try:
                    for _ in other.happen(what):
                        self.found.ticks += 1
                except NeverEvent as violation:
                    self._tell(violation, number, what)
                    return []
                if self.found.ticks == ticks:
                    continue  # asked for in vain: the same copy is good for the next
                if (reached := self._new(other, number, what.name)) is not None:
                    following.append((reached, other))
                if self.found.states >= at_most:
                    return []
                other = couple.copy()
        self.found.depth += 1
        return following

    def _new(self, couple: Couple, parent: int | None, name: str) -> int | None:
        """Its number, if nothing like it was reached before."""
        key = hash(couple.key(self._space))
        if key in self._seen:
            return None
        self._seen.add(key)
        number = self.found.states
        self._parents.append(number if parent is None else parent)
        self._by.append(str(len(self._begun)) if parent is None else name)
        self.found.states += 1
        self.found.session_states.add(couple.session.state.value)
        return number

    def _tell(self, violation: NeverEvent, number: int, what: Happening) -> None:
        way = [what.name]
        while self._parents[number] != number:
            way.append(self._by[number])
            number = self._parents[number]
        found = self.found
        found.violation, found.way = violation, tuple(reversed(way))
        found.begun = tuple(self._begun[: int(self._by[number])])


def retell(begun: tuple[str, ...], way: tuple[str, ...]) -> Iterator[str]:
    """Tell *way*, from the beginning that *begun* leads to, as a person would want to read it."""
    couple = Couple()
    for name in begun:
        for _ in couple.happen(_BY_NAME[name]):
            pass
    began_ms = couple.s.now_ms
    yield f"{'TIME':>8}  {'WHAT HAPPENS':<40}{'SESSION':<18}{'KERNEL':<12}{'TOLD':>5}{'BELT':>6}"
    yield _line(couple, 0, f"led as it should be for {began_ms / 1_000:.1f} s")
    for number, name in enumerate(way, 1):
        broken: NeverEvent | None = None
        try:
            for _ in couple.happen(_BY_NAME[name]):
                pass
        except NeverEvent as violation:
            broken = violation
        yield _line(couple, couple.s.now_ms - began_ms, f"{number}. {name}")
        if broken is not None:
            yield f"{'':>10}   NEVER: {broken}"


def _line(couple: Couple, at_ms: int, what: str) -> str:
    s = couple.s
    return (
        f"{at_ms / 1_000:>+8.3f}  {what:<40}{couple.session.state.value:<18}"
        f"{s.phase.value:<12}{s.commanded_ckmh:>5}{couple.w.belt_ckmh:>6}"
    )


def explored(scene: str, at_most: int) -> Found:
    return CoupleExplorer(scene).run(at_most)
