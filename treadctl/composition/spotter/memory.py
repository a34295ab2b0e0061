"""What a late view has to be told: the newest of each kind, and how fast the belt has been."""

from typing import Final

from treadctl.core.events import Event, Finished, Sample, SessionStarted, StateChanged, Stopped

POINT_MS: Final = 1_000
"""Of the samples, one for every second of the plan is kept; a plan is an hour at most."""


class Memory:
    """Folds events, oldest first; `replay` is as good as having heard them."""

    def __init__(self) -> None:
        self._planned_ms = 0
        self._points: dict[int, Sample] = {}
        self._newest: dict[type[Event], Event] = {}
        """Of each kind the last one, in the order they came."""

    def take(self, event: Event) -> None:
        if isinstance(event, SessionStarted):
            self._planned_ms = event.planned_s * 1_000
        elif isinstance(event, Sample):
            self._points.setdefault((self._planned_ms - event.session_left_ms) // POINT_MS, event)
        elif isinstance(event, StateChanged) and event.state == "starting":
            self._newest.pop(Stopped, None)  # over and done with
        self._newest.pop(type(event), None)
        self._newest[type(event)] = event

    def replay(self) -> list[Event]:
        """Return what happened, shortened."""
        first = [self._newest[kind] for kind in (SessionStarted,) if kind in self._newest]
        rest = [e for e in self._newest.values() if not isinstance(e, SessionStarted | Finished)]
        last = [self._newest[kind] for kind in (Finished,) if kind in self._newest]
        return [*first, *self._points.values(), *rest, *last]
