"""The keys of whoever leads a session, and what each asks for. What the guard takes is not here."""

from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from treadctl.tui.keys import name_of
from treadctl.tui.presses import HELD, Presses
from treadctl.tui.twice import Twice
from treadctl.tui.watching import WatchingApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from treadctl.composition.desk import Desk
    from treadctl.core.prompts import Prompt
    from treadctl.tui.driver import StopDriver
    from treadctl.tui.keys import KeyGuard


def _key(keys: str, action: str, label: str, tooltip: str, *, priority: bool = False) -> Binding:
    return Binding(keys, action, label, tooltip=tooltip, id=action, priority=priority)


class StaffApp(WatchingApp):
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("space,s,q,enter,escape", "stop", "STOP", "Stop the belt, softly", priority=True),
        _key("space,s,q", "halt", "Stop", "Nothing moves; whatever was begun is given up"),
        _key("enter", "answer", "Answer", "Answer what is asked"),
        _key("e", "hard_stop", "Stop hard", "Stop as strongly as the machine can; latched"),
        _key("minus,down", "wish('slower')", "Slower", "0.1 km/h less, at once"),
        _key(
            "plus,equals_sign,up",
            "wish('faster')",
            "Faster",
            "0.1 km/h more, where the cap permits",
        ),
        _key("p", "wish('pause')", "Pause", "Stop softly, and keep the step's time left"),
        _key("r", "wish('resume')", "Resume", "Go on after a pause; a new start is needed"),
        _key("n", "twice('skip')", "Next", "End this step once that has been announced"),
        _key("l", "twice('extend')", "Longer", "30 seconds more of this step"),
        _key("w", "twice('cool_down')", "Cool down", "Leave out the other bouts"),
        _key("x", "twice('end')", "End", "Stop softly and end the session"),
        _key("b", "wish('on_belt')", "On the belt", "The person has stepped onto the belt"),
        _key("m", "wish('mark')", "Mark", "Remember this moment in the record"),
        _key("a", "wish('attend')", "Here", "You are beside the treadmill"),
        _key("g", "confirm", "Go", "The second of two presses, a second after Enter"),
        _key("backspace", "one_back", "Back", "Ask the last item of the checklist again"),
        _key("c", "criteria", "Criteria", "Stop criteria, one key each"),
        _key("question_mark,f1", "keys", "Keys", "What the keys do"),
        _key(
            "left_square_bracket", "person('strap-pull')", "Sim: pull", "Pull the simulated strap"
        ),
        _key("right_square_bracket", "person('strap-clip')", "Sim: clip", "Clip it on again"),
        _key("ctrl+q,ctrl+c", "leave", "Leave", "Stop first, then ask", priority=True),
    ]

    def __init__(
        self,
        clock: "Callable[[], int]",
        guard: "KeyGuard",
        *,
        theme_name: str = "",
        paced: bool = True,
        driver_class: "type[StopDriver] | None" = None,
    ) -> None:
        super().__init__(
            clock, guard, theme_name=theme_name, paced=paced, driver_class=driver_class
        )
        self.desk: Desk | None = None
        self.presses = Presses(clock)
        self.twice = Twice(clock)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "leave" or action not in _DURING_A_RUN:
            return True
        live = self.desk is not None and self.heard.finished is None
        if action == "stop":
            return live and self._may_move
        return live

    async def on_key(self, event: events.Key) -> None:
        """Gets what a dialog has no use for: on a moving belt some keys reach through it (SR-18).

        It closes, so that what the key did can be seen.
        """
        action = THROUGH.get(name_of(event.key))
        front = self.screen
        if action is None or not isinstance(front, ModalScreen) or not self._may_move:
            return
        from treadctl.tui.screens.dialogs import Front

        if isinstance(front, Front):
            # Once the dialog is closed the same key would be found here a second time.
            event.prevent_default()
            await self.run_action(action)
            front.close()

    def in_front(self) -> frozenset[str] | None:
        """What still means something on a moving belt with the dialog in front; None: there is
        no dialog."""
        if not isinstance(self.screen, ModalScreen):
            return None
        from treadctl.tui.screens.dialogs import Front

        return frozenset(THROUGH) | (
            self.screen.takes if isinstance(self.screen, Front) else frozenset()
        )

    @property
    def _may_move(self) -> bool:
        return self.guard.desk is not None and self.guard.desk.may_move

    def ask(self, verb: str, item: str = "") -> None:
        if self.desk is not None:
            self.heard.attended()
            self.desk.ask(verb, item)

    def action_wish(self, verb: str) -> None:
        if (text := _SAYS.get(verb)) is not None:
            self.say(text)
        self.ask(verb)

    def action_twice(self, verb: str) -> None:
        self._said = None
        if self.twice.press(verb):
            self.ask(verb)

    def action_stop(self) -> None:
        """Where the guard has not taken it already."""
        if self.desk is not None:
            self.desk.stop()

    action_halt = action_stop

    def action_hard_stop(self) -> None:
        self.ask("e_stop")

    def action_answer(self) -> None:
        """Enter answers what is asked, or begins the two presses."""
        prompt = self._prompt()
        match prompt.wants if prompt is not None else "":
            case "checklist" if prompt is not None and prompt.item != "strap-pull":
                self.ask("confirm", prompt.item)
            case "arm":
                self.ask("arm")
            case wants if wants in HELD and self.desk is not None and self.desk.seen is not None:
                self.ask(self.presses.begin(wants, self.desk.seen.state))
            case _:
                pass

    def action_confirm(self) -> None:
        """The second, different key."""
        if (ended := self.presses.end()) is None:
            return
        verb, too_soon = ended
        if too_soon:
            self.say("Too soon: keep still until the bar is full. Begin again with Enter.")
        self.ask(verb)

    def action_one_back(self) -> None:
        prompt = self._prompt()
        if prompt is not None and prompt.wants == "checklist":
            self.ask("withdraw")

    def action_person(self, act: str) -> None:
        seen = self.desk.seen if self.desk is not None else None
        if seen is not None and seen.setup.simulated:
            self.ask("person", act)

    def action_criteria(self) -> None:
        from treadctl.tui.screens.dialogs import CriteriaDialog

        self.push_screen(CriteriaDialog())

    def action_keys(self) -> None:
        from treadctl.tui.screens.dialogs import HelpDialog

        self.push_screen(HelpDialog())

    def _prompt(self) -> "Prompt | None":
        seen = self.desk.seen if self.desk is not None else None
        return seen.awaiting if seen is not None else None


THROUGH: Final = {
    "e": "hard_stop",
    "p": "wish('pause')",
    "x": "twice('end')",
    "minus": "wish('slower')",
    "down": "wish('slower')",
    "a": "wish('attend')",
}
"""What stops, slows down, or says that somebody is there, with a dialog in front of it."""
_DURING_A_RUN: Final = frozenset(
    binding.action.partition("(")[0]
    for binding in StaffApp.BINDINGS
    if isinstance(binding, Binding)
)
"""What means nothing before a run and after it. Going from field to field does."""
_SAYS: Final = {
    "attend": "Good: you are here.",
    "slower": "Slower: 0.1 km/h less, now.",
    "faster": "Faster: 0.1 km/h more, if the cap permits; the belt follows slowly.",
    "pause": "Pause: the belt stops softly; the step's time left is kept.",
}
