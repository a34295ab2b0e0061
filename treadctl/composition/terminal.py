"""A person at a terminal: one key stops, Enter answers what is asked (SR-41).

Enter is a stop wherever the belt may move, and an answer only where it stands. Whoever hammers
it to stop must not set the belt going with the next press, so what sets it in motion takes a
second key as well: a terminal reports no key being held, and a held key is Enter, a second and
`g` (safety.md 4.8.10). Whoever presses a key that means something is evidently there (SR-56).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from treadctl.composition.desk import may_move
from treadctl.composition.keys import DOWN, ENTER, ESCAPE, UP
from treadctl.core.criteria import CRITERION_KEYS
from treadctl.core.events import Event, Prompted
from treadctl.core.machine import SessionState
from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.model import CHECKLIST, Direction

GO: Final = "g"
"""The second of two presses, as on the screens. No stop, and nothing by itself."""
HELP: Final = (
    "Keys: space, s, q, Enter or Esc STOP whenever the belt may move. "
    "While it stands, Enter answers what is asked. "
    "Where something is to be held: Enter, a second, g. "
    "b the person is on the belt, r resume. "
    "e stops as strongly as the machine can. p pause, + and - speed, n next step, "
    "x end the session, a I am here, m marks this moment, ? this help. "
    f"{''.join(CRITERION_KEYS)} note what you see in the person, and stop "
    "(docs/safety/stop-criteria.md)."
)
UNKNOWN_MS: Final = 2_000
UNKNOWN_MAX: Final = 3
"""SR-41: so many keys without a meaning within that time are a cat, or a fall."""
PRESS_MAX_MS: Final = 8_000
"""A first press this old is nobody's any more."""
GO_MS: Final = 1_000
"""Longer than the gate takes to begin the countdown: from the second press on Enter is a stop."""
_TWICE: Final = "Press Enter, keep still for a second, then press g."
_RESUME: Final = "Press r to go on, x to end the session."
_HINTS: Final = {
    "attend": "Press a: you are here.",
    "start": _TWICE,
    "turn_confirm": _TWICE,
    "reset": f"{_TWICE} x ends the session.",
    "resume": _RESUME,
    "on_belt": "Press b when the person is on the belt. Enter stops.",
    "arm": "Press Enter.",
    "direction": "Press Enter.",
}
_TWO_KEYS: Final = frozenset({"start", "turn_confirm", "reset"})
_FIRST_ITEM: Final = "Press Enter where it is so: one item, one press."


@dataclass(frozen=True, slots=True)
class _Held:
    """The first of two presses, while it counts."""

    state: SessionState
    at_ms: int
    confirm: Callable[[], None]
    release: Callable[[], None]


class TerminalOperator:
    """Turns keys into verbs of one session. Give it every key, and the time once per exchange."""

    def __init__(self, session: Session, say: Callable[[str], None]) -> None:
        self._session = session
        self._say = say
        self._now_ms = 0
        self._held: _Held | None = None
        self._went_at_ms: int | None = None
        """When a start was confirmed."""
        self._unknown_at_ms: list[int] = []
        self._closed = False
        self._keys: Final[dict[str, Callable[[], None]]] = {
            " ": session.stop,
            "s": session.stop,
            "q": session.stop,
            ESCAPE: session.stop,
            "e": session.e_stop,
            "x": session.end,
            "p": session.pause,
            "r": session.resume,
            "+": session.faster,
            UP: session.faster,
            "-": session.slower,
            DOWN: session.slower,
            "b": session.on_belt,
            "n": session.skip,
            "m": session.mark,
            **{
                key: partial(session.note_criterion, criterion.id)
                for key, criterion in CRITERION_KEYS.items()
            },
            "a": lambda: None,  # any key that means something says that
            "?": lambda: say(HELP),
            ENTER: self._enter,
            GO: self._go,
        }

    @property
    def is_idle(self) -> bool:
        return True

    def feed(self, key: str) -> None:
        """Take one key by its name (`keys`)."""
        act = self._keys.get(key)
        if key != GO:
            self._let_go()  # the second press follows the first, or there is none
        if act is None or (key == GO and self._moves):
            self._unknown()
            return
        self._session.attend()
        with suppress(Refused):  # the session has told it as an event
            act()

    def hear(self, event: Event) -> None:
        """Say which key answers what is asked."""
        if not isinstance(event, Prompted):
            return
        if hint := _HINTS.get(event.wants):
            self._say(hint)
        elif event.item == CHECKLIST[0]:
            self._say(_FIRST_ITEM)  # eleven more times it would only be noise

    def close(self) -> None:
        """The terminal is gone."""
        self._closed = True

    def step(self, now_ms: int) -> None:
        self._now_ms = now_ms
        held = self._held
        if held is not None and (
            self._session.state is not held.state or now_ms - held.at_ms > PRESS_MAX_MS
        ):
            self._let_go()
        if self._closed:
            self._closed = False
            self._session.control_closed()

    @property
    def _moves(self) -> bool:
        """Unknown counts as moving, and so does a start on its way to the gate."""
        session = self._session
        went_ms = GO_MS if self._went_at_ms is None else self._now_ms - self._went_at_ms
        goes = went_ms < GO_MS and session.state is SessionState.ARMED
        return goes or session.report is None or may_move(session.state, session.report)

    def _unknown(self) -> None:
        since_ms = self._now_ms - UNKNOWN_MS
        self._unknown_at_ms = [t for t in self._unknown_at_ms if t > since_ms] + [self._now_ms]
        if len(self._unknown_at_ms) >= UNKNOWN_MAX and self._moves:
            self._unknown_at_ms.clear()
            self._session.stop()

    def _enter(self) -> None:
        session = self._session
        if self._moves:
            session.stop()
            return
        prompt = session.awaiting
        match prompt.wants if prompt is not None else "":
            case "checklist" if prompt is not None:
                session.confirm(prompt.item)
            case "direction" if prompt is not None:
                session.choose(Direction(prompt.item))
            case "arm":
                session.arm()
            case "start":
                session.press_start()
                self._hold(self._start, session.release_start)
            case "turn_confirm":
                session.press_turn()
                self._hold(session.confirm_turn, session.release_turn)
            case "reset":
                session.press_reset()
                self._hold(session.confirm_reset, session.release_reset)
            case "resume":
                self._say(_RESUME)  # SR-36: what has just stopped the belt resumes nothing
            case _:
                pass  # strap, turn: done with the hands, and seen by the gate

    def _hold(self, confirm: Callable[[], None], release: Callable[[], None]) -> None:
        self._held = _Held(self._session.state, self._now_ms, confirm, release)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()

    def _go(self) -> None:
        held, self._held = self._held, None
        prompt = self._session.awaiting
        if held is not None:
            try:
                held.confirm()
            except Refused:  # too soon, most likely; the session says so as an event
                self._say(_TWICE)
                raise
        elif prompt is not None and prompt.wants in _TWO_KEYS:
            self._say(_TWICE)

    def _start(self) -> None:
        self._session.confirm_start()
        self._went_at_ms = self._now_ms
