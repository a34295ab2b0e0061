"""A person at a line terminal: Enter answers what is asked, a word is a verb.

A line terminal reports no key being held, so a held key is two confirmations a second apart
(safety.md 4.8.10). Whoever types anything is evidently there (SR-56).
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.model import Direction

HELP: Final = (
    "Enter answers what is asked; where something is to be held, press Enter, wait a second, and "
    "press Enter again. Words: stop (or s), e_stop (or e), pause (p), resume (r), faster (+), "
    "slower (-), skip (n), end (q), help (?)."
)


class TerminalOperator:
    """Turns typed lines into verbs of one session."""

    def __init__(self, session: Session, say: Callable[[str], None]) -> None:
        self._session = session
        self._say = say
        self._pressed = ""
        self._closed = False
        self._words: Final[dict[str, Callable[[], None]]] = {
            "stop": session.stop,
            "s": session.stop,
            "fast_stop": session.fast_stop,
            "e_stop": session.e_stop,
            "e": session.e_stop,
            "pause": session.pause,
            "p": session.pause,
            "resume": session.resume,
            "r": session.resume,
            "faster": session.faster,
            "+": session.faster,
            "slower": session.slower,
            "-": session.slower,
            "skip": session.skip,
            "n": session.skip,
            "end": session.end,
            "q": session.end,
        }

    @property
    def is_idle(self) -> bool:
        return True

    def feed(self, line: str) -> None:
        """Take one typed line, without its end."""
        word = line.strip().lower()
        self._session.attend()
        if word in ("?", "help"):
            self._say(HELP)
            return
        with suppress(Refused):  # the session has told it as an event
            if not word:
                self._answer()
            elif word in self._words:
                self._words[word]()
            else:
                self._say(f"{line.strip()!r} is no word here. {HELP}")

    def close(self) -> None:
        """The terminal is gone."""
        self._closed = True

    def step(self, now_ms: int) -> None:
        if self._closed:
            self._closed = False
            self._session.control_closed()

    def _answer(self) -> None:
        session = self._session
        prompt = session.awaiting
        match prompt.wants if prompt is not None else None:
            case "checklist":
                session.confirm(prompt.item if prompt is not None else "")
            case "direction":
                session.choose(Direction(prompt.item if prompt is not None else ""))
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
                pass  # being there was all that was wanted

    def _hold(self, what: str, press: Callable[[], None], confirm: Callable[[], None]) -> None:
        if self._pressed == what:
            self._pressed = ""
            confirm()
        else:
            press()
            self._pressed = what
            self._say("Keep still for a second, then press Enter again to confirm.")
