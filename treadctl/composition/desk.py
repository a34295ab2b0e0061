"""What passes between a run and the front ends beside it: wishes down, what is to be seen up.

A front end may stall, and a run may not (docs/decisions). So the two share no objects: a wish
is a value that the run takes with its next turn, and what the run shows is a frozen value that
replaces the older one. Stops are taken first, whatever was asked before them (SR-18).
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from treadctl.core.control import plain_verbs
from treadctl.core.events import Event
from treadctl.core.following import MOVING, STOPPING
from treadctl.core.machine import SessionState
from treadctl.core.programme import Programme
from treadctl.core.prompts import Prompt
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup
from treadctl.errors import Refused
from treadctl.model import CHECKLIST, Direction, Report

MAX_WISHES: Final = 100
"""Keys that nobody has taken yet. Beyond that somebody leans on the keyboard."""
MAX_EVENTS: Final = 2_000
"""What a stalled front end may be behind; it loses the oldest, the record loses nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One act of a person at a front end."""

    verb: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One moment of a run, as everybody may see it."""

    now_ms: int
    """On the run's clock; a front end judges age by the same clock."""
    state: SessionState
    report: Report | None
    awaiting: Prompt | None
    open_items: tuple[str, ...]
    programme: Programme
    setup: SessionSetup
    t_ms: int

    @property
    def may_move(self) -> bool:
        """Whether a key has to be a stop: the belt moves, is asked to, or nobody knows."""
        return may_move(self.state, self.report)


_IN_MOTION: Final = MOVING | STOPPING | {SessionState.COUNTDOWN}


def may_move(state: SessionState, report: Report | None) -> bool:
    """Whether a key has to be a stop. One answer for every front end (SR-41)."""
    if state is SessionState.FINISHED:
        return False  # the belt is the gate's affair alone; no key reaches it any more
    return state in _IN_MOTION or (report is not None and not report.standstill)


class Desk:
    """Where one run and its front ends meet. Every method may be called from any thread."""

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        self._wake = wake
        self._stops: deque[Wish] = deque()
        self._wishes: deque[Wish] = deque(maxlen=MAX_WISHES)
        self._events: deque[Event] = deque(maxlen=MAX_EVENTS)
        self._followers: tuple[deque[Event], ...] = (self._events,)
        self._tokens = 0
        self.seen: Seen | None = None
        self.said: str | None = None
        """The newest sentence about the run itself."""
        self.stops_asked = 0

    # The front end's side.

    def stop(self) -> None:
        """Stop softly. May be called by a thread that reads keys."""
        self.stops_asked += 1
        self._stops.append(Wish("stop"))
        self._wake()

    def ask(self, verb: str, item: str = "") -> None:
        (self._stops if verb in _STOPS else self._wishes).append(Wish(verb, item))
        self._wake()

    def alive(self) -> None:
        """SR-40: the screen has just been able to show something. Twice a second or more."""
        self._tokens += 1

    def drain(self) -> list[Event]:
        """Every event since the last call, oldest first. One front end calls this."""
        return _emptied(self._events)

    def follow(self) -> Callable[[], list[Event]]:
        """Return another such `drain`, for one more reader. Call this before the run begins."""
        events: deque[Event] = deque(maxlen=MAX_EVENTS)
        self._followers = (*self._followers, events)
        return lambda: _emptied(events)

    def spotter_stop(self) -> None:
        """Stop softly, from an attached view: like `stop`, but nobody beside the treadmill has
        pressed it, so it does not show that anybody is there (SR-56)."""
        self._stops.append(Wish(SPOTTER_STOP))
        self._wake()

    @property
    def may_move(self) -> bool:
        """Before the first report nothing is known; but neither is there a belt to stop."""
        return self.seen is not None and self.seen.may_move

    # The run's side.

    def tell(self, event: Event) -> None:
        for events in self._followers:
            events.append(event)

    def say(self, text: str) -> None:
        self.said = text

    @property
    def tokens(self) -> int:
        return self._tokens

    def take(self) -> Wish | None:
        """Return the next wish, stops first. What was wished before a stop is forgotten."""
        with suppress(IndexError):
            wish = self._stops.popleft()
            self._wishes.clear()
            return wish
        with suppress(IndexError):
            return self._wishes.popleft()
        return None


@contextmanager
def waking_desk() -> Iterator[tuple[Desk, int]]:
    """A desk, and the descriptor that is readable when something is asked for at it."""
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def wake() -> None:
        with suppress(BlockingIOError):
            os.write(wake_write, b"w")

    try:
        yield Desk(wake), wake_read
    finally:
        os.close(wake_read)
        os.close(wake_write)


def _emptied(events: deque[Event]) -> list[Event]:
    taken: list[Event] = []
    with suppress(IndexError):
        while True:
            taken.append(events.popleft())
    return taken


SPOTTER_STOP: Final = "spotter_stop"
_STOPS: Final = frozenset({"stop", "fast_stop", "e_stop", "end", "criterion", "hang_up"})


class DeskOperator:
    """Carries out what is wished at a desk, and shows what became of it."""

    def __init__(
        self,
        desk: Desk,
        session: Session,
        programme: Programme,
        person: Callable[[str], None] | None = None,
    ) -> None:
        """*person* takes the acts of a simulated person."""
        self._desk = desk
        self._person = person
        self._session = session
        self._programme = programme
        self._plain: Final = {
            **plain_verbs(session),
            "hang_up": session.hang_up,
            "mark": session.mark,
            "withdraw": session.withdraw,
            "press_start": session.press_start,
            "confirm_start": session.confirm_start,
            "release_start": session.release_start,
            "press_turn": session.press_turn,
            "confirm_turn": session.confirm_turn,
            "press_reset": session.press_reset,
            "confirm_reset": session.confirm_reset,
        }

    def take_wishes(self) -> bool:
        """Carry out what has been asked; false where nothing was. Call it as often as you like."""
        took = False
        while (wish := self._desk.take()) is not None:
            took = True
            # Whoever presses a key that means something is evidently there (SR-56).
            if wish.verb != SPOTTER_STOP:
                self._session.attend()
            with suppress(Refused):  # the session has told it as an event
                self._carry_out(wish)
        return took

    def step(self, now_ms: int) -> None:
        """Once per exchange: carry out, and show."""
        self.take_wishes()
        self._session.screen_alive(self._desk.tokens)
        self.show(now_ms)

    def show(self, now_ms: int) -> None:
        session = self._session
        self._desk.seen = Seen(
            now_ms,
            session.state,
            session.report,
            session.awaiting,
            session.open_items,
            self._programme,
            session.setup,
            session.t_ms,
        )

    def _carry_out(self, wish: Wish) -> None:
        session = self._session
        match wish.verb:
            case "confirm" if wish.item in CHECKLIST:
                session.confirm(wish.item)
            case "spotter_stop":
                news = session.state in _IN_MOTION - STOPPING
                session.stop()
                if news:
                    session.mark("stop asked for at an attached view")
            case "choose":
                session.choose(Direction(wish.item))
            case "criterion":
                session.note_criterion(wish.item)
            case "person":
                if self._person is not None:
                    self._person(wish.item)
            case verb:
                self._plain[verb]()
