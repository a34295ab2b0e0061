"""The verbs as JSON lines, for `--control stdin`. Documented in docs/jsonl.md.

A line that cannot be used is refused as an event, and the next one is read; if it names a stop,
the belt is stopped all the same (SR-03). Stops are obeyed the moment they are read, or at the time
they carry, whatever waits before them (SR-18); every other line waits its turn.
"""

import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from treadctl.core.criteria import CRITERIA
from treadctl.core.following import LATCHED
from treadctl.core.json_line import read_json
from treadctl.core.machine import SessionState
from treadctl.core.refusals import MALFORMED
from treadctl.core.session import Session
from treadctl.core.stop_words import stop_named
from treadctl.errors import Refused
from treadctl.model import Direction
from treadctl.safety.limits import GESTURE_HOLD_MS

PRESS_MS: Final = GESTURE_HOLD_MS + 250
"""A press leaves with the next exchange, in real time more than 100 ms later."""
LAST_MS: Final = 1_000
"""After the last line: a reset is over when the gate has said so, not when it is confirmed."""
MAX_LINE: Final = 4_096
"""Characters. A verb needs a hundred."""
MAX_WAITING: Final = 1_000
MAX_SECONDS: Final = 86_400

_LET_GO: Final = "let go"
"""No verb of its own, but it stops a belt that runs in reverse: it does not wait (SR-55)."""
_STOPS: Final = frozenset({"stop", "fast_stop", "e_stop", "end", "criterion", _LET_GO})
_AT_THEIR_TIME: Final = _STOPS - {"end", _LET_GO}
"""With a time, these wait for nothing but that. An `end` ends a script as well, and a hand lets go
of what it has pressed: those two wait their turn."""
_ONLY_A_LINE_LEAVES: Final = LATCHED | {SessionState.LOCKED}


_Key = tuple[Callable[[], None], Callable[[], None], Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Order:
    """One usable line."""

    do: str
    act: Callable[[], None] | None
    """None: only wait."""
    at_ms: int | None = None
    """Session time before which it is not carried out."""
    for_ms: int = 0
    state: SessionState | None = None


def plain_verbs(session: Session) -> dict[str, Callable[[], None]]:
    """The verbs of *session* that need nothing else said."""
    return {
        "stop": session.stop,
        "fast_stop": session.fast_stop,
        "e_stop": session.e_stop,
        "end": session.end,
        "pause": session.pause,
        "resume": session.resume,
        "skip": session.skip,
        "extend": session.extend,
        "cool_down": session.cool_down,
        "faster": session.faster,
        "slower": session.slower,
        "arm": session.arm,
        "on_belt": session.on_belt,
        "attend": session.attend,
    }


class ControlOperator:
    """Carries out lines in order. Give it every line, and the time once per exchange."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: deque[Order] = deque()
        self._timed: list[Order] = []
        """Stops with a time of their own. No stop before them takes them away."""
        self._began_ms: int | None = None
        """Since when the first order waits out its `s`."""
        self._closed = False
        self._in_vain_since_ms: int | None = None
        self._keys: Final[dict[str, _Key]] = {
            "start": (session.press_start, session.confirm_start, session.release_start),
            "turn": (session.press_turn, session.confirm_turn, session.release_turn),
            "reset": (session.press_reset, session.confirm_reset, session.release_reset),
        }
        self._plain: Final = plain_verbs(session)

    def feed(self, line: str) -> None:
        """Take one line. An empty one is nothing."""
        if not line.strip():
            return
        try:
            orders = self._parse(line)
        except Refused as error:
            self._session.note_refused(error)
            if stop := stop_named(line):
                self._stop_now(Order(stop, self._plain[stop]))
            return
        order = orders[0]
        if order.do in _STOPS and order.at_ms is None:
            self._stop_now(order)
        elif len(self._waiting) + len(self._timed) >= MAX_WAITING:
            self._session.note_refused(MALFORMED.refused("Too many lines are waiting."))
            if order.do in _STOPS:
                self._stop_now(order)
        elif order.do in _AT_THEIR_TIME:
            self._timed.append(order)
        else:
            self._waiting.extend(orders)

    @property
    def is_idle(self) -> bool:
        """Nothing waits: only a further line can bring something."""
        return not (self._waiting or self._timed)

    def _stop_now(self, order: Order) -> None:
        # What was said before a stop was said about a belt that moves.
        self._waiting.clear()
        self._began_ms = None
        self._carry_out(order)

    def close(self) -> None:
        """No further line will come. What waits is still carried out, and takes effect."""
        self._closed = True
        self._waiting.append(Order("wait", None, for_ms=LAST_MS))

    def step(self, now_ms: int) -> None:
        """Carry out what is due, once per exchange and after it."""
        for order in [each for each in self._timed if self._has_come(each)]:
            self._timed.remove(order)
            self._carry_out(order)
        while self._waiting and self._is_due(self._waiting[0], now_ms):
            self._began_ms = None
            self._carry_out(self._waiting.popleft())
        if not (self._closed and self._waits_in_vain()):
            self._in_vain_since_ms = None
        elif self._in_vain_since_ms is None:
            self._in_vain_since_ms = now_ms  # a reset before it may be about to take effect
        elif now_ms - self._in_vain_since_ms >= LAST_MS:
            self._waiting.clear()
        if self._closed and self.is_idle:
            self._closed = False
            self._session.control_closed()

    def _is_due(self, order: Order, now_ms: int) -> bool:
        if not self._has_come(order):
            return False
        if order.state is not None and self._session.state is not order.state:
            return False
        if self._began_ms is None:
            self._began_ms = now_ms
        return now_ms - self._began_ms >= order.for_ms

    def _has_come(self, order: Order) -> bool:
        return order.at_ms is None or self._session.t_ms >= order.at_ms

    def _waits_in_vain(self) -> bool:
        """For a state that only a line behind it could lead to, and none goes ahead of it."""
        if not self._waiting or self._session.state not in _ONLY_A_LINE_LEAVES:
            return False
        return self._waiting[0].state not in (None, self._session.state)

    def _carry_out(self, order: Order) -> None:
        if order.act is None:
            return
        with contextlib.suppress(Refused):  # the session has told it as an event
            order.act()

    def _parse(self, line: str) -> tuple[Order, ...]:
        if len(line) > MAX_LINE:
            raise MALFORMED.refused(f"It is longer than {MAX_LINE} characters.")
        try:
            fields = read_json(line)
        except ValueError:
            raise MALFORMED.refused("It is not JSON.") from None
        if not isinstance(fields, dict):
            raise MALFORMED.refused('It is not an object like {"do": "stop"}.')
        do = fields.pop("do", None)
        if not isinstance(do, str):
            raise MALFORMED.refused('"do" must name a verb.')
        at_s = fields.pop("at_s", None)
        at_ms = None if at_s is None else _ms("at_s", at_s)
        if do in self._keys:
            orders = self._gesture(do, fields, at_ms)
        else:
            orders = (self._order(do, fields, at_ms),)
        if fields:
            raise MALFORMED.refused(f"{do!r} knows no key {next(iter(fields))!r}.")
        return orders

    def _gesture(self, do: str, fields: dict[str, object], at_ms: int | None) -> tuple[Order, ...]:
        """Safety.md 4.8.10: two lines a second apart. One will do for a simulated person."""
        press, confirm, release = self._keys[do]
        acts = {"press": press, "confirm": confirm, "release": release}
        if "gesture" in fields or not self._session.setup.simulated:
            gesture = _one_of(tuple(acts), "gesture", fields.pop("gesture", None))
            return (Order(do, acts[gesture], at_ms),)
        held = Order("wait", None, for_ms=PRESS_MS)
        return Order(do, press, at_ms), held, Order(do, confirm)

    def _order(self, do: str, fields: dict[str, object], at_ms: int | None) -> Order:
        session = self._session
        if do == "wait":
            state = fields.pop("state", None)
            seconds = fields.pop("s", 0)
            return Order(do, None, at_ms, _ms("s", seconds), _state(state))
        if do in self._plain:
            return Order(do, self._plain[do], at_ms)
        if do == "confirm":
            item = fields.pop("item", None)
            if not isinstance(item, str):
                raise MALFORMED.refused('"item" must name an item of the checklist.')
            return Order(do, lambda: session.confirm(item), at_ms)
        if do == "criterion":
            which = _one_of(tuple(CRITERIA), "id", fields.pop("id", None))
            return Order(do, lambda: session.note_criterion(which), at_ms)
        if do == "mark":
            note = fields.pop("note", "")
            if not isinstance(note, str):
                raise MALFORMED.refused('"note" must be text.')
            return Order(do, lambda: session.mark(note), at_ms)
        if do == "direction":
            names = tuple(direction.value for direction in Direction)
            direction = Direction(_one_of(names, "to", fields.pop("to", None)))
            return Order(do, lambda: session.choose(direction), at_ms)
        if do == "hold":
            pressed = fields.pop("pressed", None)
            if not isinstance(pressed, bool):
                raise MALFORMED.refused('"pressed" must be true or false.')
            return Order(do if pressed else _LET_GO, lambda: session.hold(pressed), at_ms)
        raise MALFORMED.refused(f"There is no verb {do!r}.")


def _ms(key: str, seconds: object) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise MALFORMED.refused(f"{key!r} must be a number of seconds.")
    if not 0 <= seconds <= MAX_SECONDS:
        raise MALFORMED.refused(f"{key!r} must be from 0 to {MAX_SECONDS}.")
    return round(seconds * 1_000)


def _state(name: object) -> SessionState | None:
    if name is None:
        return None
    return SessionState(_one_of(tuple(s.value for s in SessionState), "state", name))


def _one_of(names: tuple[str, ...], key: str, given: object) -> str:
    if not isinstance(given, str) or given not in names:
        raise MALFORMED.refused(f"{key!r} must be one of {', '.join(names)}.")
    return given
