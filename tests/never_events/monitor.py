"""Merges truth, bytes and events by time and lets every rule judge."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from tests.never_events import motion, stops
from tests.never_events.seen import LINK_FAULTS, Line, Rule, Seen
from tests.never_events.wire import Frame, read_frame

RULES: Final[tuple[type[Rule], ...]] = (
    motion.AboveCeiling,
    stops.FasterWhileStopping,
    stops.MotionAfterLatch,
    motion.DirectionInMotion,
    stops.StrapOpen,
    stops.CalledStopped,
    motion.TooSteep,
    motion.FirstMotionTooFast,
    motion.MotionWithoutStart,
    motion.InclineWithSpeed,
    stops.StopTooLate,
    stops.ResumeAfterConsoleStop,
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One never-event that happened, at the truth file's time."""

    name: str
    t_ms: float
    detail: str


def judge(
    truth: Iterable[Mapping[str, Any]],
    events: Iterable[Mapping[str, Any]],
    *,
    protocol: str,
    limits: Mapping[str, int] | None,
    mode: Literal["turn-around", "belt-reverse"],
    unit: str = "mph",
    events_offset_ms: float = 0.0,
    slack_ms: float = 0.0,
    link_faults: frozenset[str] = frozenset(),
) -> list[Violation]:
    """Return every never-event of one run, in the order in which they happened.

    *limits* are configured ones by their names in safety.md 4.2; what is missing is judged
    by its hard ceiling. An event's own time plus *events_offset_ms* is the truth's time;
    *slack_ms* is how badly the two clocks may agree: 0 in virtual time; in real time at least
    the 11 ms that a frame takes on the wire. *link_faults* are injected ones that take this
    machine's link away, besides those that take every link away.
    """
    judging = Judge(
        protocol=protocol,
        limits=limits,
        mode=mode,
        unit=unit,
        events_offset_ms=events_offset_ms,
        slack_ms=slack_ms,
        link_faults=link_faults,
    )
    judging.see(truth, events)
    return judging.finish()


class Judge:
    """The same, a part of a run at a time: for whoever copies a run and goes on with the copies."""

    def __init__(
        self,
        *,
        protocol: str,
        limits: Mapping[str, int] | None,
        mode: Literal["turn-around", "belt-reverse"],
        unit: str = "mph",
        events_offset_ms: float = 0.0,
        slack_ms: float = 0.0,
        link_faults: frozenset[str] = frozenset(),
    ) -> None:
        seen = Seen(protocol, unit, mode, limits or {}, slack_ms, LINK_FAULTS | link_faults)
        self._bench = _Bench(seen)
        self._protocol, self._unit = protocol, unit
        self._offset_ms = events_offset_ms
        self._heard: deque[Line] = deque()

    def see(self, truth: Iterable[Line], events: Iterable[Line]) -> None:
        """What came next. No later event may be as old as the last line in *truth*."""
        bench, heard, offset_ms = self._bench, self._heard, self._offset_ms
        heard.extend(events)
        for line in truth:
            for at_ms, frame in [
                *_frames(line, self._protocol, self._unit),
                (line["t_ms"], None),
            ]:
                # At the same millisecond the word comes first: a start is announced, then sent.
                while heard and heard[0]["t_ms"] + offset_ms <= at_ms:
                    event = heard.popleft()
                    bench.event(event["t_ms"] + offset_ms, event)
                if frame is not None:
                    bench.frame(at_ms, frame)
            bench.line(line)

    def finish(self) -> list[Violation]:
        """Nothing comes any more: return all that was found."""
        while self._heard:
            event = self._heard.popleft()
            self._bench.event(event["t_ms"] + self._offset_ms, event)
        return self._bench.found


class _Bench:
    """The rules, and what they have been shown so far."""

    def __init__(self, seen: Seen) -> None:
        rules = [rule() for rule in RULES]
        self._seen = seen
        self._on_line = [rule for rule in rules if _judges(rule, "line")]
        self._on_frame = [rule for rule in rules if _judges(rule, "frame")]
        self._on_event = [rule for rule in rules if _judges(rule, "event")]
        self.found: list[Violation] = []

    def event(self, t_ms: float, event: Line) -> None:
        for rule in self._on_event:
            if detail := rule.event(t_ms, event, self._seen):
                self.found.append(Violation(rule.name, t_ms, detail))
        if event["event"] == "state" and event["state"] in ("countdown", "starting"):
            self._seen.start_edge_ms = t_ms

    def frame(self, t_ms: float, frame: Frame) -> None:
        for rule in self._on_frame:
            if detail := rule.frame(t_ms, frame, self._seen):
                self.found.append(Violation(rule.name, t_ms, detail))
        self._seen.take_frame(frame)

    def line(self, line: Line) -> None:
        self._seen.take_line(line)
        for rule in self._on_line:
            if detail := rule.line(self._seen):
                self.found.append(Violation(rule.name, self._seen.t_ms, detail))


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the JSON lines of a file; a last line that was cut off is left out."""
    with path.open() as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)


def _frames(line: Line, protocol: str, unit: str) -> Iterator[tuple[float, Frame]]:
    for received in line["rx"]:
        text = received["hex"]
        # Queries are most of the traffic on a serial line, and ask for nothing.
        if text[0] in "Cc":
            continue
        if (frame := read_frame(text, protocol, unit)) is not None:
            yield received["t_ms"], frame


def _judges(rule: Rule, what: str) -> bool:
    own: Callable[..., object] = getattr(type(rule), what)
    return own is not getattr(Rule, what)
