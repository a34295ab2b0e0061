"""What the events of a run leave behind for a screen: the newest of each kind, and the trace."""

from typing import Final, NamedTuple

from treadctl.core.events import (
    Announced,
    CriterionNoted,
    Event,
    Finished,
    Marked,
    Prompted,
    RequestRefused,
    Sample,
    SessionStarted,
    StateChanged,
    Stopped,
)

TRACE_MS: Final = 1_000
"""One point of the trace. A session has at most an hour of them."""

ATTEND: Final = "Are you beside the treadmill? Press a, or the belt stops."


class Spoken(NamedTuple):
    """A sentence for the line that matters."""

    t_ms: int
    text: str
    kind: str
    """announce, refused, stop, attend or note."""


class Traced(NamedTuple):
    """What was measured at one moment of the plan."""

    speed_ckmh: int
    backward: bool


class Heard:
    """Folds events, oldest first. `view.view_of` reads it."""

    def __init__(self) -> None:
        self.started: SessionStarted | None = None
        self.sample: Sample | None = None
        self.spoken: Spoken | None = None
        self.stopped: Stopped | None = None
        """Why the belt last stopped; forgotten when it moves again."""
        self.finished: Finished | None = None
        self.state_since_ms = 0
        self.trace: tuple[tuple[int, int, bool], ...] = ()
        """Moments of the plan in ms, measured speed, backward; a new one every `TRACE_MS`."""
        self._points: dict[int, Traced] = {}
        self.heart_seen = False
        """A heart rate has been read in this run: without one now, it is lost."""
        self.rings = 0
        """Counts what is worth a sound (SR-52)."""

    def take(self, event: Event) -> None:
        match event:
            case Sample():
                self.sample = event
                self.heart_seen = self.heart_seen or event.heart_bpm is not None
                self._trace(event)
            case SessionStarted():
                self.started = event
            case StateChanged():
                self.state_since_ms = event.t_ms
                if event.state == "starting":
                    self.stopped = None
            case Prompted(wants="attend"):
                self._say(event.t_ms, ATTEND, "attend")
                if self.sample is not None and not self.sample.standstill:
                    self.rings += 1
            case Announced(kind="prompt") | Prompted():
                pass  # the screen itself asks
            case Announced():
                self._say(event.t_ms, event.text, "stop" if event.kind == "stop" else "announce")
                self.rings += 1
            case RequestRefused():
                self._say(event.t_ms, event.message, "refused")
            case Stopped():
                self.stopped = event
            case CriterionNoted():
                self._say(event.t_ms, f"Noted: {event.text}", "note")
            case Marked():
                self._say(event.t_ms, "Marked.", "note")
            case Finished():
                self.finished = event

    def attended(self) -> None:
        """Somebody has pressed a key, and need not be asked any more."""
        if self.spoken is not None and self.spoken.kind == "attend":
            self.spoken = None

    def _say(self, t_ms: int, text: str, kind: str) -> None:
        self.spoken = Spoken(t_ms, text, kind)

    def _trace(self, sample: Sample) -> None:
        if self.started is None or sample.measured_ckmh is None or not sample.commanded_ckmh:
            return
        at_ms = self.started.planned_s * 1_000 - sample.session_left_ms
        at = at_ms // TRACE_MS
        if at in self._points:
            return
        self._points[at] = Traced(sample.measured_ckmh, sample.gait == "backward")
        self.trace = tuple((at * TRACE_MS, *point) for at, point in self._points.items())
