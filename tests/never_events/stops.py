"""N2, N3, N5, N6, N11, N12: what must follow when something says stop."""

from typing import Final

from tests.never_events.seen import NONE_YET_MS, Line, Rule, Seen
from tests.never_events.wire import Frame

STOPS: Final = ("soft_stop", "fast_stop", "e_stop")
LATCHING: Final = ("fast_stop", "e_stop")
STRAP_MS: Final = 200
UNNOTICED_MS: Final = {"woodway-us": 500, "trackmaster": 500, "ftms": 1_500}
"""How long a machine that reports zero may have been wrong: the age at which we stop believing."""
STOP_FRAME_MS: Final = 100
REPORTED_LATE_MS: Final = 250
"""The frame leaves first and the event follows; this is the longest it may take to be said."""
DEATH_MS: Final = 400
DEATHS: Final = ("gate_gone", "core_gone")
CONSOLE_NOTICED_MS: Final = 2_500
"""Stall (1.5 s) or deviation (2.0 s) and a late reading: by then any host has seen it."""


class Restart:
    """What must be said before a belt may be asked to move again: ready, then started."""

    def __init__(self) -> None:
        self._next: tuple[str, ...] = ()

    @property
    def is_due(self) -> bool:
        return bool(self._next)

    def require(self) -> None:
        self._next = ("checklist", "armed")

    def hear(self, event: Line) -> None:
        if event["event"] == "state" and event["state"] in self._next:
            self._next = ("countdown", "starting") if "armed" in self._next else ()


class FasterWhileStopping(Rule):
    """From the stop until the belt stands with nothing in force."""

    name = "N2"

    def __init__(self) -> None:
        self._since_ms: float | None = None
        self._reaction = ""

    def event(self, t_ms: float, event: Line, seen: Seen) -> str | None:
        if event["event"] == "stop" and event["reaction"] in STOPS:
            self._since_ms, self._reaction = t_ms, event["reaction"]
        return None

    def line(self, seen: Seen) -> str | None:
        if seen.still_since_ms is not None and not seen.in_force:
            self._since_ms = None
        return None

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        if self._since_ms is None or t_ms <= self._since_ms + seen.slack_ms:
            return None
        faster = frame.speed_ckmh is not None and frame.speed_ckmh > seen.stands_ckmh
        if not frame.starts and not faster:
            return None
        return f"{frame.text} during a {self._reaction} that began at {self._since_ms:.0f} ms"


class MotionAfterLatch(Rule):
    """A fast stop may send its ramp down to zero; after that, and after an e-stop, nothing."""

    name = "N3"

    def __init__(self) -> None:
        self._restart = Restart()
        self._since_ms = 0.0
        self._ramping = False

    def event(self, t_ms: float, event: Line, seen: Seen) -> str | None:
        if event["event"] == "stop" and event["reaction"] in LATCHING:
            fresh = not self._restart.is_due
            self._ramping = event["reaction"] == "fast_stop" and (fresh or self._ramping)
            self._since_ms = t_ms
            self._restart.require()
        else:
            self._restart.hear(event)
        return None

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        if not self._restart.is_due or t_ms <= self._since_ms + seen.slack_ms:
            return None
        self._ramping = self._ramping and seen.sent_ckmh > 0
        if not frame.asks_for_motion or (self._ramping and not frame.starts):
            return None
        return f"{frame.text} after the latch at {self._since_ms:.0f} ms, without a new start"


class StrapOpen(Rule):
    """No frame that asks for motion, and none left in force while the link carries."""

    name = "N5"

    def __init__(self) -> None:
        self._opened_ms: float | None = None
        self._told = False

    def line(self, seen: Seen) -> str | None:
        if seen.strap == "attached":
            self._opened_ms, self._told = None, False
            return None
        if self._opened_ms is None:
            self._opened_ms = seen.t_ms
        late = seen.t_ms - self._opened_ms > STRAP_MS + seen.slack_ms
        if not late or self._told or not seen.in_force or seen.faults & seen.link_faults:
            return None
        self._told = True
        return f"strap open since {self._opened_ms:.0f} ms, {seen.sent_ckmh / 100:.2f} km/h stands"

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        if self._opened_ms is None or not frame.asks_for_motion:
            return None
        if t_ms - self._opened_ms <= STRAP_MS + seen.slack_ms:
            return None
        return f"{frame.text} with the strap open since {self._opened_ms:.0f} ms"


class CalledStopped(Rule):
    """Standstill in a sample, or a finished run that does not say it is unproven (exit 16)."""

    name = "N6"

    def event(self, t_ms: float, event: Line, seen: Seen) -> str | None:
        kind = event["event"]
        claims = (kind == "sample" and event["standstill"]) or (
            kind == "finished" and event["exit_code"] != 16
        )
        if not claims or seen.running_since_ms is None:
            return None
        running_ms = t_ms - seen.running_since_ms
        if running_ms <= UNNOTICED_MS[seen.protocol] + seen.slack_ms:
            return None
        return (
            f"{kind} says stopped; the belt runs at {seen.belt_ckmh / 100:.2f} km/h "
            f"for {running_ms:.0f} ms"
        )


class StopTooLate(Rule):
    """The first frame below the last commanded speed; for an e-stop, the stop frame itself."""

    name = "N11"

    def __init__(self) -> None:
        self._lowered_ms = NONE_YET_MS
        self._stopped_ms = NONE_YET_MS
        self._said_ms = 0.0
        self._due_ms: float | None = None
        self._needs_stop = False

    def event(self, t_ms: float, event: Line, seen: Seen) -> str | None:
        if event["event"] != "stop" or event["reaction"] not in STOPS or not seen.in_force:
            return None
        needs_stop = event["reaction"] == "e_stop"
        done_ms = self._stopped_ms if needs_stop else self._lowered_ms
        if done_ms >= t_ms - REPORTED_LATE_MS:
            return None
        allowed_ms = DEATH_MS if event["cause"] in DEATHS else STOP_FRAME_MS
        self._said_ms, self._due_ms = t_ms, t_ms + allowed_ms + seen.slack_ms
        self._needs_stop = needs_stop
        return None

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        lower = frame.speed_ckmh is not None and frame.speed_ckmh < seen.stands_ckmh
        if not frame.stops and not lower:
            return None
        late = self._overdue(t_ms, seen)
        self._lowered_ms = t_ms
        if frame.stops:
            self._stopped_ms = t_ms
        if frame.stops or not self._needs_stop:
            self._due_ms = None
        return late

    def line(self, seen: Seen) -> str | None:
        return self._overdue(seen.t_ms, seen)

    def _overdue(self, t_ms: float, seen: Seen) -> str | None:
        if self._due_ms is None or t_ms <= self._due_ms:
            return None
        due_ms, self._due_ms = self._due_ms, None
        if seen.fault_within(seen.link_faults, self._said_ms - REPORTED_LATE_MS):
            return None
        return f"no stop frame by {due_ms:.0f} ms for the stop at {self._said_ms:.0f} ms"


class ResumeAfterConsoleStop(Rule):
    """Known from the run's own word, and from the console itself once the belt has stood."""

    name = "N12"

    def __init__(self) -> None:
        self._restart = Restart()
        self._said_ms: float | None = None
        self._pressed = False

    def event(self, t_ms: float, event: Line, seen: Seen) -> str | None:
        if event["event"] == "stop" and event["cause"] == "console_stop":
            self._said_ms = t_ms
            self._restart.require()
        else:
            self._restart.hear(event)
        return None

    def line(self, seen: Seen) -> str | None:
        pressed = "console-stop" in seen.faults
        if pressed and not self._pressed and seen.still_since_ms is None:
            self._restart.require()
        self._pressed = pressed
        return None

    def frame(self, t_ms: float, frame: Frame, seen: Seen) -> str | None:
        if not self._restart.is_due:
            self._said_ms = None
            return None
        said = self._said_ms is not None and t_ms > self._said_ms + seen.slack_ms
        noticed = said or seen.still_for_ms(t_ms) > CONSOLE_NOTICED_MS
        if not noticed or not frame.asks_for_motion:
            return None
        return f"{frame.text} after somebody stopped the belt at its console"
