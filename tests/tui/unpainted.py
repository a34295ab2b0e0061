"""The keyboard of a session without its screens: guard, bindings and actions are the product's.

A key costs a hundredth of what it costs to paint what follows, so a cat can press as many as SR-41
asks for. What is in front (help, criteria, leaving) is kept as its dialog's class alone.
"""

from typing import Any, ClassVar, Final

from textual.actions import parse
from textual.binding import Binding
from textual.screen import ModalScreen

from treadctl.composition.desk import Desk
from treadctl.core.criteria import CRITERION_KEYS
from treadctl.tui.keys import KeyGuard, name_of
from treadctl.tui.screens.dialogs import CLOSE_KEYS, CriteriaDialog, Front, LeaveDialog
from treadctl.tui.staff import THROUGH, StaffApp
from treadctl.tui.view import view_of


class Unpainted(StaffApp):
    """Whoever leads, and never looks."""

    ACTIONS: ClassVar[dict[str, list[Binding]]] = {}

    def __init__(self, desk: Desk, now_ms: int) -> None:
        self.now_ms = now_ms
        super().__init__(lambda: self.now_ms, KeyGuard(lambda: self.now_ms), paced=False)
        self.desk = self.guard.desk = desk
        self._led: Final = desk
        self.front: ModalScreen[Any] | None = None
        self.acted: set[str] = set()
        """Which actions a key has led to."""

    def push_screen(self, screen: Any, *_: Any, **__: Any) -> Any:
        self.front = screen

    def bell(self) -> None:
        pass

    def look(self) -> None:
        """What the application does ten times a second, as far as it changes what a key means."""
        self.hear(self._led)
        seen = self._led.seen
        assert seen is not None
        self.presses.follow(view_of(seen, self.heard, seen.now_ms))
        front = self.front
        self.guard.front = front.takes | set(THROUGH) if isinstance(front, Front) else None
        if self.guard.quit_asked and not seen.may_move:
            self.guard.quit_asked = False
            self.front = LeaveDialog()

    def press(self, key: str) -> None:
        if self.guard.take(key):
            return
        if self.front is not None:
            self._in_front(self.front, key)
            return
        for binding in self.ACTIONS.get(key, ()):
            _, name, parameters = parse(binding.action)
            if self.check_action(name, parameters):
                self.acted.add(name)
                getattr(self, f"action_{name}")(*parameters)
                return

    def action_leave(self) -> None:
        if self._led.may_move:
            self.guard.quit_asked = True
            self.ask("stop")
        else:
            self.front = LeaveDialog()

    def _in_front(self, front: ModalScreen[Any], key: str) -> None:
        criterion = CRITERION_KEYS.get(key)
        if self._led.may_move and (action := THROUGH.get(name_of(key))) is not None:
            _, name, parameters = parse(action)
            self.acted.add(name)
            getattr(self, f"action_{name}")(*parameters)
        elif isinstance(front, LeaveDialog):
            if name_of(key) == "y":
                self.ask("end")
            elif name_of(key) not in ("n", "escape", "backspace"):
                return
        elif isinstance(front, CriteriaDialog) and criterion is not None:
            self.ask("criterion", criterion.id)
        elif name_of(key) not in CLOSE_KEYS:
            return
        self.front = None


_SPELT: Final = {"plus": "+", "minus": "-", "equals_sign": "=", "question_mark": "?"}
_SPELT_TOO: Final = {"left_square_bracket": "[", "right_square_bracket": "]"}


def _actions() -> dict[str, list[Binding]]:
    found: dict[str, list[Binding]] = {}
    bindings = [each for each in StaffApp.BINDINGS if isinstance(each, Binding)]
    for binding in sorted(bindings, key=lambda each: not each.priority):
        for key in binding.key.split(","):
            found.setdefault(key, []).append(binding)
            for spelt in (_SPELT, _SPELT_TOO):
                if key in spelt:
                    found.setdefault(spelt[key], []).append(binding)
    return found


Unpainted.ACTIONS = _actions()
