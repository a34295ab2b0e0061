"""The application: shows what the run shows, and asks. It may freeze or be killed at any time."""

from collections.abc import Callable
from typing import ClassVar, Final, NamedTuple, Protocol

from textual import events, on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from treadctl.composition.conditions import RunOptions
from treadctl.composition.desk import Desk, Seen
from treadctl.composition.live import Ended
from treadctl.core.exit_codes import ExitCode
from treadctl.core.machine import SessionState
from treadctl.core.prompts import Prompt
from treadctl.tui.driver import StopDriver
from treadctl.tui.heard import Heard
from treadctl.tui.keys import KeyGuard
from treadctl.tui.messages import Chosen, Left, Wished
from treadctl.tui.places import screen_for
from treadctl.tui.screens.arm import HELD_MS
from treadctl.tui.screens.dialogs import CriteriaDialog, Dialog, HelpDialog, LeaveDialog
from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.themes import THEMES, theme_for
from treadctl.tui.twice import Twice
from treadctl.tui.view import View, view_of

REFRESH_S: Final = 0.1
PRESS_MAX_MS: Final = 8_000
"""A first press this old is nobody's any more."""
_HELD: Final = {"start": "start", "turn_confirm": "turn", "reset": "reset"}
"""What is confirmed with two presses, and what its verbs are called."""


class _Press(NamedTuple):
    """The first of two presses."""

    wants: str
    state: SessionState
    at_ms: int


class Launcher(Protocol):
    """Whoever starts runs for this screen: `composition.live.Launcher`, or a rig."""

    def begin(self, options: RunOptions) -> Desk: ...
    def ended(self) -> Ended | None:
        """What became of the run; None while it goes on, or before there is one."""

    def told_to_end(self) -> bool:
        """A signal came while there was no run."""


def _key(keys: str, action: str, label: str, tooltip: str, *, priority: bool = False) -> Binding:
    return Binding(keys, action, label, tooltip=tooltip, id=action, priority=priority)


class TreadctlApp(App[int]):
    CSS_PATH = "treadctl.tcss"
    TITLE = "treadctl"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
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
        launcher: Launcher,
        clock: Callable[[], int],
        *,
        options: RunOptions,
        theme_name: str = "",
        paced: bool = True,
        driver_class: type[StopDriver] | None = None,
    ) -> None:
        """*options*: what has been chosen already. *paced*: refresh by this app's timer."""
        super().__init__(driver_class=driver_class)
        self.launcher = launcher
        self.guard = KeyGuard(clock)
        self.desk: Desk | None = None
        self.heard = Heard()
        self.ended: Ended | None = None
        self._clock = clock
        self._options = options
        self._paced = paced
        self._theme_name = theme_name
        self._twice = Twice(clock)
        self._said: tuple[str, int] | None = None
        self._pressed: _Press | None = None
        self._place_screen: SessionScreen | None = None
        self._rings = 0
        self._seen: Seen | None = None
        self._seen_at_ms = 0
        self._gone = False

    # Beginning and ending.

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = theme_for(self._theme_name)
        if self._options.plan and (self._options.simulate or self._options.treadmill):
            self.begin(self._options)
        else:
            self.choose()
        if self._paced:
            self.set_interval(REFRESH_S, self.refresh_run)

    def choose(self) -> None:
        """Ask who, what and where."""
        from treadctl.tui.screens.start import StartScreen  # a session needs none of its lists

        self.desk = self.guard.desk = self._place_screen = None
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(StartScreen(self._options))

    def begin(self, options: RunOptions) -> None:
        """Start a run; its screens come with what it says."""
        self.heard, self.ended = Heard(), None
        self._place_screen = None
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.desk = self.guard.desk = self.launcher.begin(options)

    def terminal_gone(self) -> None:
        """SR-40. Called by any thread: nobody sees this screen any more."""
        self._gone = True
        if self.desk is not None:
            self.desk.ask("hang_up")

    # Showing.

    def refresh_run(self) -> None:
        """Ten times a second: take what came, and show it."""
        driver = self._driver
        if isinstance(driver, StopDriver):
            driver.look()
        if self._gone:
            self.exit(int(ExitCode.STOPPED_BY_OPERATOR))
            return
        if self.desk is None:
            if self.launcher.told_to_end():
                self.exit(int(ExitCode.STOPPED_BY_OPERATOR))
            return
        if isinstance(driver, StopDriver) and driver.behind:
            if not driver.has_room:
                return  # not alive: nobody sees what is shown (SR-40)
            driver.behind = False
            self.refresh(layout=True)
        self.desk.alive()
        for event in self.desk.drain():
            self.heard.take(event)
        self.ended = self.launcher.ended()
        finished = self.heard.finished
        if self.ended is not None and finished is not None and finished.reason == "interrupted":
            self.exit(int(self.ended.code))  # a signal said so: nobody is asked anything
            return
        view = self.view()
        if view is not None:
            self._show(view)
        elif self.ended is not None:
            self._not_begun(self.ended)

    def view(self) -> View | None:
        """What there is to show now; None before the run has said anything."""
        seen, now_ms = self.desk.seen if self.desk is not None else None, self._clock()
        if seen is None:
            return None
        if seen is not self._seen:
            self._seen, self._seen_at_ms = seen, now_ms
        # Age goes on while nothing new comes; and a simulated run has a clock of its own.
        return view_of(seen, self.heard, seen.now_ms + now_ms - self._seen_at_ms)

    def _not_begun(self, ended: Ended) -> None:
        """A run that was refused before it could say anything."""
        self.choose()
        self.notify(ended.why or "The run did not begin.", severity="error", timeout=30)

    def _show(self, view: View) -> None:
        screen = self._place_screen
        wanted = screen_for(view.place)
        if type(screen) is not wanted:
            while isinstance(self.screen, ModalScreen):
                self.pop_screen()
            screen = self._place_screen = wanted()
            self._twice.forget()
            self.push_screen(screen) if len(self.screen_stack) == 1 else self.switch_screen(screen)
        self._follow_presses(view)
        if screen is not None and screen.is_mounted:
            screen.show(view, self._own_words(), self._pressed_ms())
        self._follow_guard(view)
        if self.heard.rings != self._rings:
            self._rings = self.heard.rings
            self.bell()

    def _follow_presses(self, view: View) -> None:
        if self._pressed is None:
            return
        # While a reset is under way nothing is asked, and the press still counts.
        wants = view.prompt.wants if view.prompt is not None else self._pressed.wants
        late = (self._pressed_ms() or 0) > PRESS_MAX_MS
        if late or (wants, view.state) != (self._pressed.wants, self._pressed.state):
            self._pressed = None

    def _follow_guard(self, view: View) -> None:
        top = self.screen
        self.guard.more = top.takes if isinstance(top, Dialog) else frozenset()
        if self.heard.finished is not None:
            self.guard.desk = None  # every key is for the debrief
            self.guard.quit_asked = False
        if self.guard.quit_asked and not view.may_move:
            self.guard.quit_asked = False
            self.action_leave()

    def _own_words(self) -> str | None:
        if (text := self._twice.text) is not None:
            return text
        if self._said is not None and self._clock() < self._said[1]:
            return self._said[0]
        return None

    def _pressed_ms(self) -> int | None:
        return None if self._pressed is None else self._clock() - self._pressed.at_ms

    # Keys. What the guard takes never gets here.

    async def on_event(self, event: events.Event) -> None:
        key = isinstance(event, events.Key) and not event.is_forwarded
        if key and not isinstance(self._driver, StopDriver):
            assert isinstance(event, events.Key)
            if self.guard.take(event.key):
                return
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "leave":
            return True
        live = self.desk is not None and self.heard.finished is None
        if action == "stop":
            return live and self.guard.desk is not None and self.guard.desk.may_move
        return live

    def say(self, text: str, for_ms: int = 3_000) -> None:
        """Say what a key does, before the belt does it."""
        self._said = (text, self._clock() + for_ms)

    def action_wish(self, verb: str) -> None:
        assert self.desk is not None
        if (text := _SAYS.get(verb)) is not None:
            self.say(text)
        self.desk.ask(verb)

    def action_twice(self, verb: str) -> None:
        assert self.desk is not None
        self._said = None
        if self._twice.press(verb):
            self.desk.ask(verb)

    def action_stop(self) -> None:
        """Where the guard has not taken it already."""
        assert self.desk is not None
        self.desk.stop()

    action_halt = action_stop

    def action_hard_stop(self) -> None:
        assert self.desk is not None
        self.desk.ask("e_stop")

    def action_answer(self) -> None:
        """Enter answers what is asked, or begins the two presses."""
        prompt = self._prompt()
        match prompt.wants if prompt is not None else "":
            case "checklist" if prompt is not None and prompt.item != "strap-pull":
                self.ask("confirm", prompt.item)
            case "arm":
                self.ask("arm")
            case wants if wants in _HELD and self.desk is not None and self.desk.seen is not None:
                self._pressed = _Press(wants, self.desk.seen.state, self._clock())
                self.ask(f"press_{_HELD[wants]}")
            case _:
                pass

    def action_confirm(self) -> None:
        """The second, different key (safety.md 4.8.10)."""
        pressed = self._pressed
        if pressed is None:
            return
        if (self._pressed_ms() or 0) < HELD_MS:
            self.say("Too soon: keep still until the bar is full. Begin again with Enter.")
        self._pressed = None
        self.ask(f"confirm_{_HELD[pressed.wants]}")

    def action_one_back(self) -> None:
        prompt = self._prompt()
        if prompt is not None and prompt.wants == "checklist":
            self.ask("withdraw")

    def action_person(self, act: str) -> None:
        seen = self.desk.seen if self.desk is not None else None
        if seen is not None and seen.setup.simulated:
            self.ask("person", act)

    def action_criteria(self) -> None:
        self.push_screen(CriteriaDialog())

    def action_keys(self) -> None:
        self.push_screen(HelpDialog())

    def action_leave(self) -> None:
        """A belt that moves has been stopped by the guard; then, and else, somebody is asked."""
        seen = self.desk.seen if self.desk is not None else None
        if seen is None or self.heard.finished is not None:
            self.exit(int(self.ended.code if self.ended is not None else ExitCode.COMPLETED))
        elif seen.may_move:
            self.guard.quit_asked = True
            self.ask("stop")
        elif not isinstance(self.screen, LeaveDialog):
            self.push_screen(LeaveDialog(), self._leave)

    action_quit = action_help_quit = action_leave  # type: ignore[assignment]

    def _leave(self, really: bool | None) -> None:
        if really:
            self.ask("end")

    @on(Wished)
    def _wished(self, message: Wished) -> None:
        self.ask(message.verb, message.item)

    @on(Chosen)
    def _chosen(self, message: Chosen) -> None:
        self._options = message.options
        self.begin(message.options)

    @on(Left)
    def _left(self, message: Left) -> None:
        if message.leaves:
            self.action_leave()
        else:
            self.choose()

    def ask(self, verb: str, item: str = "") -> None:
        if self.desk is not None:
            self.desk.ask(verb, item)

    def _prompt(self) -> Prompt | None:
        seen = self.desk.seen if self.desk is not None else None
        return seen.awaiting if seen is not None else None


_SAYS: Final = {
    "slower": "Slower: 0.1 km/h less, now.",
    "faster": "Faster: 0.1 km/h more, if the cap permits; the belt follows slowly.",
    "pause": "Pause: the belt stops softly; the step's time left is kept.",
}
