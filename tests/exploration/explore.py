"""Breadth first through every state the kernel can be brought into: ``make explore``.

A state is what the kernel remembers, what surrounds it, and what the rules remember of the way
there. From each, everything that can happen happens, and time passes. What was reached before is
not followed again, so it ends; and the first never-event found is one of the shortest ways to it.
"""

import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.exploration import rules, world
from tests.exploration.rules import NeverEvent, Rules
from tests.exploration.space import NOW_MS, Packed, Space
from tests.exploration.world import SCENES, TICK_MS, WAIT, Event, World
from treadctl.model import Reaction
from treadctl.safety import kernel
from treadctl.safety.state import Drive, DriveKind, Inputs, KernelConfig, KernelState

PRELUDE: Final = 6
"""So many times time passes before a scene begins: connected, watched, and standing."""
Node = tuple[Packed, tuple[Any, ...], tuple[Any, ...]]
Place = tuple[int, Node]
"""A node and its number."""


@dataclass(slots=True)
class Found:
    """What became of one scene."""

    scene: str
    states: int = 0
    steps: int = 0
    seconds: float = 0.0
    complete: bool = False
    """Nothing new was left; False where the bound was reached first."""
    depth: int = 0
    """Every way of so many events was followed, whatever they are."""
    phases: set[str] = field(default_factory=set)
    violation: NeverEvent | None = None
    way: tuple[str, ...] = ()
    """The events to it, one of the shortest ways there is."""


class Walker:
    """One kernel with its surroundings and its judge."""

    def __init__(self, config: KernelConfig, s: KernelState, w: World, judge: Rules) -> None:
        self.config, self.s, self.w, self.judge = config, s, w, judge
        self._seq = s.sample_seq

    def happen(self, event: Event, space: Space) -> Iterator[Drive]:
        """Let *event* happen, tick by tick."""
        if event is WAIT:
            yield from self._wait(space.until_something_changes_ms(self.s))
            return
        for name, value in event.levels.items():
            setattr(self.w, name, value)
        yield self._tick(event.pulse, event.pulse.get("late_ms", 0))
        for name in event.lets_go:
            setattr(self.w, name, world.DEFAULTS[name])

    def _wait(self, for_ms: int) -> Iterator[Drive]:
        end_ms = self.s.now_ms + for_ms
        request = world.request_of(self.w, {}, end_ms)
        while self.s.now_ms < end_ms:
            yield self._tick({}, min(TICK_MS, end_ms - self.s.now_ms), request)

    def _tick(self, pulse: world.Pulse, dt_ms: int, request: Any = None) -> Drive:
        s, w = self.s, self.w
        now_ms = s.now_ms + dt_ms
        if request is None or now_ms - request.at_ms < -400:
            request = world.request_of(w, pulse, now_ms)
        i = world.inputs(w, pulse, now_ms, self._seq, request)
        self._seq = i.sample_seq
        return step_judged(s, w, self.judge, i, self.config, dt_ms)


def step_judged(
    s: KernelState, w: World, judge: Rules, i: Inputs, config: KernelConfig, dt_ms: int
) -> Drive:
    """One tick of the kernel: judged, and heard by the belt where there is a link."""
    drive = kernel.step(s, i, config)
    judge.judge(i, drive, s.phase, s.facing, dt_ms)
    if w.link_up:
        world.hear(w, drive)
    return drive


class _Reached(Exception):
    """A never-event, and the way to it."""

    def __init__(self, violation: NeverEvent, way: tuple[str, ...]) -> None:
        super().__init__(str(violation))
        self.violation, self.way = violation, way


class Explorer:
    """Explores one scene."""

    def __init__(self, scene: str) -> None:
        self.config, events = SCENES[scene]
        self.events: Final = (WAIT, *events)
        self.space: Final = Space(self.config)
        self.found: Final = Found(scene)
        self._seen: set[int] = set()
        """By their hash: two of a million are taken for one in one of four million explorations."""
        self._parents = array("L", [0])
        self._by = array("B", [0])

    def run(self, at_most: int | None = None) -> Found:
        """Until nothing new is reached, or so many states have been."""
        found, began = self.found, time.monotonic()
        first = self._first()
        self._seen = {hash(first)}
        level: list[Place] = [(0, first)]
        found.states = 1
        try:
            while level and (at_most is None or found.states < at_most):
                level = self._following(level, at_most)
                found.depth += at_most is None or found.states < at_most
            found.complete = not level
        except _Reached as reached:
            found.violation, found.way = reached.violation, reached.way
        found.seconds = time.monotonic() - began
        return found

    def _following(self, level: list[Place], at_most: int | None) -> list[Place]:
        """Everything new that is one event away from *level*; *level* itself where it is enough."""
        found, following = self.found, list[Place]()
        for index, node in level:
            found.phases.add(node[0][0].value)
            for number, event in enumerate(self.events):
                try:
                    reached = self._after(node, event)
                except NeverEvent as violation:
                    raise _Reached(violation, (*self._way(index), event.name)) from violation
                if reached is None or (key := hash(reached)) in self._seen:
                    continue
                self._seen.add(key)
                self._parents.append(index)
                self._by.append(number)
                following.append((found.states, reached))
                found.states += 1
            if at_most is not None and found.states >= at_most:
                return level
        return following

    def _first(self) -> Node:
        s = KernelState(NOW_MS)
        node: Node = (self.space.pack(s), world.levels_of(World()), rules.levels_of(Rules()))
        for _ in range(PRELUDE):
            following = self._after(node, WAIT)
            assert following is not None
            node = following
        return node

    def _after(self, node: Node, event: Event) -> Node | None:
        """Where *event* leads; None where it is no news."""
        packed, levels, remembered = node
        w = World(*levels)
        if event.levels and not event.lets_go and w.has(event.levels):
            return None
        walker = Walker(self.config, self.space.unpack(packed), w, Rules(*remembered))
        for _ in walker.happen(event, self.space):
            self.found.steps += 1
        world.settle(w, walker.s.phase)
        return (self.space.pack(walker.s), world.levels_of(w), rules.levels_of(walker.judge))

    def _way(self, index: int) -> tuple[str, ...]:
        way: list[str] = []
        while index:
            way.append(self.events[self._by[index]].name)
            index = self._parents[index]
        return tuple(reversed(way))


def retell(scene: str, way: tuple[str, ...]) -> Iterator[str]:
    """Tell *way* as a person would want to read it, from a kernel that forgets nothing."""
    config, events = SCENES[scene]
    by_name = {event.name: event for event in (WAIT, *events)}
    space = Space(config)
    walker = Walker(config, KernelState(0), World(), Rules())
    for _ in range(PRELUDE):
        for _ in walker.happen(WAIT, space):
            pass
    began_ms = walker.s.now_ms
    yield f"{'TIME':>8}  {'WHAT HAPPENS':<44}{'PHASE':<12}{'TOLD':>5}{'BELT':>6}"
    for number, name in enumerate(way, 1):
        said: list[str] = []
        broken: NeverEvent | None = None
        try:
            for drive in walker.happen(by_name[name], space):
                if drive.kind is not DriveKind.NOTHING:
                    word = drive.kind.value.replace("_", " ")
                    said.append(f"{word} {drive.speed_ckmh}" if drive.speed_ckmh else word)
        except NeverEvent as violation:
            broken = violation
        s = walker.s
        yield (
            f"{(s.now_ms - began_ms) / 1_000:>+8.3f}  {f'{number}. {name}':<44}"
            f"{s.phase.value:<12}{s.commanded_ckmh:>5}{walker.w.belt_ckmh:>6}"
        )
        if said:
            yield f"{'':>10}   said: {', '.join(dict.fromkeys(said))}"
        if s.worst is not None and s.worst.reaction >= Reaction.HOLD:
            yield f"{'':>10}   found: {s.worst.cause.value}, {s.worst.reaction.word}"
        if broken is not None:
            yield f"{'':>10}   NEVER: {broken}"


def explored(scene: str, at_most: int | None = None) -> Found:
    return Explorer(scene).run(at_most)
