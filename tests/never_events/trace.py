"""A made-up run: what was sent and said, and a belt that follows at a finite rate."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

LINE_MS: Final = 50
BELT_CKMH_S: Final = 100.0
STEP_CKMH: Final = 16.09344

START_MS: Final = 13_000
CLIMB_MS: Final = 24_000
"""The end of the ten seconds at the first speed."""


def speed(tenths: int, *, reverse: bool = False) -> str:
    """The bytes of a Woodway speed frame, tenths of mph."""
    digits = f"{tenths:03d}"
    return " ".join(["A3", "33" if reverse else "30", *(f"3{digit}" for digit in digits)])


@dataclass
class Trace:
    """Frames and events at their times; `lines` derives the rest."""

    end_ms: int
    facing: str = "backward"
    frames: list[tuple[float, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    strap_open: tuple[float, float] = (0, 0)
    faults: dict[str, tuple[float, float]] = field(default_factory=dict)
    belt_is: dict[tuple[float, float], float] = field(default_factory=dict)
    """Spans in which the belt has this speed whatever it is told."""
    turned: tuple[float, float] = (0, 0)
    """A span in which the belt runs in reverse whatever it is told."""

    def send(self, t_ms: float, text: str) -> None:
        self.frames.append((t_ms, text))

    def drop_frames(self, since_ms: float, until_ms: float = 1e9) -> None:
        self.frames = [each for each in self.frames if not since_ms <= each[0] < until_ms]

    def say(self, t_ms: float, state: str) -> None:
        self.events.append({"event": "state", "t_ms": t_ms, "state": state})

    def say_stop(self, t_ms: float, reaction: str, cause: str = "operator_soft_stop") -> None:
        self.events.append({"event": "stop", "t_ms": t_ms, "reaction": reaction, "cause": cause})

    def say_finished(self, t_ms: float, exit_code: int) -> None:
        self.events.append({"event": "finished", "t_ms": t_ms, "exit_code": exit_code})

    def say_standing(self, t_ms: float) -> None:
        self.events.append({"event": "sample", "t_ms": t_ms, "standstill": True})

    def drop_events(self, *states: str) -> None:
        self.events = [each for each in self.events if each.get("state") not in states]

    def start(self, t_ms: float, tenths: int = 3, *, reverse: bool = False) -> None:
        """Engage the belt and give it its first speed."""
        self.send(t_ms, speed(0))
        self.send(t_ms + 50, "A0")
        self.send(t_ms + 100, speed(tenths, reverse=reverse))

    def say_start(self, t_ms: float) -> None:
        """What a person goes through before the belt starts at *t_ms*."""
        self.say(t_ms - 7_000, "checklist")
        self.say(t_ms - 6_000, "armed")
        self.say(t_ms - 5_000, "countdown")
        self.say(t_ms, "starting")

    def ramp(
        self, t_ms: float, start: int, end: int, every_ms: float, *, reverse: bool = False
    ) -> float:
        """Send speeds from *start* to *end* tenths, one at a time; return when it is over."""
        step = 1 if end > start else -1
        for tenths in range(start + step, end + step, step):
            self.send(t_ms, speed(tenths, reverse=reverse))
            t_ms += every_ms
        return t_ms

    def sorted_events(self) -> list[dict[str, Any]]:
        return sorted(self.events, key=lambda event: float(event["t_ms"]))

    def lines(self) -> Iterator[dict[str, Any]]:
        frames = sorted(self.frames, key=lambda frame: frame[0])
        belt_ckmh, target_ckmh, engaged, direction = 0.0, 0.0, False, "forward"
        for t_ms in range(0, self.end_ms + 1, LINE_MS):
            rx = []
            while frames and frames[0][0] <= t_ms:
                at_ms, text = frames.pop(0)
                rx.append({"t_ms": at_ms, "hex": text})
                if text.startswith("A3"):
                    target_ckmh = int(bytes.fromhex(text)[2:5]) * STEP_CKMH
                    direction = "reverse" if text.startswith("A3 33") else direction
                    direction = "forward" if text.startswith("A3 30") and target_ckmh else direction
                elif text in ("AA", "A2", "A0"):
                    engaged = text == "A0"
            wanted = target_ckmh if engaged else 0.0
            most = BELT_CKMH_S * LINE_MS / 1_000
            belt_ckmh += max(-most, min(most, wanted - belt_ckmh))
            for (since_ms, until_ms), forced_ckmh in self.belt_is.items():
                belt_ckmh = forced_ckmh if since_ms <= t_ms < until_ms else belt_ckmh
            turned = self.turned[0] <= t_ms < self.turned[1]
            open_now = self.strap_open[0] <= t_ms < self.strap_open[1]
            yield {
                "t_ms": t_ms,
                "belt_ckmh": belt_ckmh,
                "belt_direction": "reverse" if turned else direction,
                "strap": "released" if open_now else "attached",
                "person": "walking",
                "facing": self.facing,
                "incline_permille": 0,
                "rx": rx,
                "faults": [name for name, (a, b) in self.faults.items() if a <= t_ms < b],
            }


def session(
    top: int = 10, *, every_ms: float = 2_000, facing: str = "backward", reverse: bool = False
) -> Trace:
    """One bout, from the checklist to standstill, that climbs to *top* tenths of mph."""
    trace = Trace(end_ms=0, facing=facing)
    trace.send(1_000, "AA")
    for t_ms in range(2_000, 12_000, 500):
        trace.send(t_ms, "C1")
    trace.say_start(START_MS)
    trace.start(START_MS, reverse=reverse)
    at_top_ms = trace.ramp(CLIMB_MS, 3, top, every_ms, reverse=reverse)
    down_ms = max(at_top_ms + 5_000, 60_000)
    trace.say(down_ms, "stopping")
    stop_ms = trace.ramp(down_ms, top, 3, 600, reverse=reverse)
    trace.send(stop_ms, "AA")
    trace.end_ms = int(stop_ms) + 8_000
    trace.say_standing(stop_ms + 6_000)
    trace.say(stop_ms + 6_000, "finished")
    trace.say_finished(stop_ms + 6_100, 0)
    return trace
