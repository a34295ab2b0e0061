"""A person at a terminal: one key stops, Enter answers what is asked (SR-41).

A terminal reports no key being held, so a held key is two presses of Enter a second or more
apart (safety.md 4.8.10). Whoever presses a key that means something is evidently there (SR-56).
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from treadctl.composition.keys import DOWN, ENTER, ESCAPE, UP
from treadctl.core.criteria import CRITERION_KEYS
from treadctl.core.events import Event, Prompted
from treadctl.core.machine import SessionState
from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.model import Direction

HELP: Final = (
    "Keys: space, s, q or Esc STOP. Enter answers what is asked, and stops where nothing is. "
    "e stops as strongly as the machine can. p pause, r resume, + and - speed, n next step, "
    "x end the session, a I am here, m marks this moment, ? this help. "
    f"{''.join(CRITERION_KEYS)} note what you see in the person, and stop "
    "(docs/safety/stop-criteria.md). "
    "Where something is to be held: Enter, a second, Enter."
)
UNKNOWN_MS: Final = 2_000
UNKNOWN_MAX: Final = 3
"""SR-41: so many keys without a meaning within that time are a cat, or a fall."""
_TWICE: Final = "Press Enter, keep still for a second, and press Enter again."
_HINTS: Final = {
    "attend": "Press a: you are here.",
    "start": _TWICE,
    "turn_confirm": _TWICE,
    "reset": f"{_TWICE} x ends the session.",
    "resume": "Press r or Enter to go on, x to end the session.",
    "on_belt": "Press Enter.",
    "arm": "Press Enter.",
    "direction": "Press Enter.",
}


class TerminalOperator:
    """Turns keys into verbs of one session. Give it every key, and the time once per exchange."""

    def __init__(self, session: Session, say: Callable[[str], None]) -> None:
        self._session = session
        self._say = say
        self._now_ms = 0
        self._held: tuple[str, SessionState] | None = None
        """What the first Enter of two was for."""
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
            "n": session.skip,
            "m": session.mark,
            **{
                key: partial(session.note_criterion, criterion.id)
                for key, criterion in CRITERION_KEYS.items()
            },
            "a": lambda: None,  # any key that means something says that
            "?": lambda: say(HELP),
            ENTER: self._enter,
        }

    @property
    def is_idle(self) -> bool:
        return True

    def feed(self, key: str) -> None:
        """Take one key by its name (`keys`)."""
        act = self._keys.get(key)
        if act is None:
            self._unknown()
            return
        self._session.attend()
        with suppress(Refused):  # the session has told it as an event
            act()

    def hear(self, event: Event) -> None:
        """Say which key answers what is asked."""
        if isinstance(event, Prompted) and (hint := _HINTS.get(event.wants)):
            self._say(hint)

    def close(self) -> None:
        """The terminal is gone."""
        self._closed = True

    def step(self, now_ms: int) -> None:
        self._now_ms = now_ms
        if self._held is not None and self._session.state is not self._held[1]:
            self._held = None
        if self._closed:
            self._closed = False
            self._session.control_closed()

    @property
    def _moves(self) -> bool:
        """Unknown counts as moving."""
        report = self._session.report
        return report is None or not report.standstill

    def _unknown(self) -> None:
        since_ms = self._now_ms - UNKNOWN_MS
        self._unknown_at_ms = [t for t in self._unknown_at_ms if t > since_ms] + [self._now_ms]
        if len(self._unknown_at_ms) >= UNKNOWN_MAX and self._moves:
            self._unknown_at_ms.clear()
            self._session.stop()

    def _enter(self) -> None:
        session = self._session
        prompt = session.awaiting
        if prompt is None:
            if self._moves:
                session.stop()
            return
        match prompt.wants:
            case "checklist":
                session.confirm(prompt.item)
            case "direction":
                session.choose(Direction(prompt.item))
            case "arm":
                session.arm()
            case "start":
                self._hold("start", session.press_start, session.confirm_start)
            case "turn_confirm":
                self._hold("turn", session.press_turn, session.confirm_turn)
            case "reset":
                self._hold("reset", session.press_reset, session.confirm_reset)
            case "on_belt":
                session.on_belt()
            case "resume":
                session.resume()
            case _:
                pass  # strap, turn: done with the hands, and seen by the gate

    def _hold(self, what: str, press: Callable[[], None], confirm: Callable[[], None]) -> None:
        holding = (what, self._session.state)
        if holding == self._held:
            self._held = None
            confirm()
        else:
            press()
            self._held = holding
