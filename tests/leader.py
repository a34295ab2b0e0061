"""Somebody at a desk who leads a session as staff should: one act at a time, by the prompts."""

from collections.abc import Callable

from tests.rig import Rig
from treadctl.composition.desk import Desk

ACT_MS = 300
"""Between two keys of a person who knows what comes."""
_HELD = {"start": "start", "turn_confirm": "turn", "reset": "reset"}


class Leader:
    """Answers what is asked at *desk*. Stays silent while `away`."""

    def __init__(self, rig: Rig, desk: Desk) -> None:
        self.rig = rig
        self.desk = desk
        self.away = False
        self._acted_ms = 0
        self._pressed_ms: int | None = None

    def run_until(self, what: Callable[[], bool], *, limit_ms: int = 3_600_000) -> None:
        """Tick and answer until *what* is true."""
        end_ms = self.rig.now_ms + limit_ms
        while not what():
            assert self.rig.now_ms < end_ms, f"still {self.rig.state().value}"
            self.rig.tick()
            self.answer()

    def answer(self) -> None:
        seen, now_ms = self.desk.seen, self.rig.now_ms
        if self.away or seen is None or now_ms - self._acted_ms < ACT_MS:
            return
        self._acted_ms = now_ms
        prompt = seen.awaiting
        if prompt is None or prompt.wants not in _HELD:
            self._pressed_ms = None
        match prompt.wants if prompt is not None else "":
            case "checklist" if prompt is not None and prompt.item != "strap-pull":
                self.desk.ask("confirm", prompt.item)
            case "arm" | "on_belt" | "resume" as verb:
                self.desk.ask(verb)
            case "start" | "turn_confirm" | "reset" as wants:
                self._hold(_HELD[wants], now_ms)
            case _:
                pass

    def _hold(self, what: str, now_ms: int) -> None:
        if self._pressed_ms is None or now_ms - self._pressed_ms > 3_000:
            self._pressed_ms = now_ms
            self.desk.ask(f"press_{what}")
        elif now_ms - self._pressed_ms > 1_300:
            self.desk.ask(f"confirm_{what}")
