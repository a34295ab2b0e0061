"""What every screen of a session has around it: who and what, what matters, strap, keys."""

from textual.app import ComposeResult
from textual.screen import Screen

from treadctl.tui.hints import hints_of
from treadctl.tui.view import View
from treadctl.tui.widgets.lines import Banner, KeyLine, Matter, Vitals


class SessionScreen(Screen[None]):
    """Shows views. Holds no truth, and asks for nothing by itself."""

    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.banner = Banner()
        self.vitals = Vitals()
        self.matter = Matter()
        self.keys = KeyLine()
        self.shown: View | None = None

    def compose(self) -> ComposeResult:
        yield self.banner
        yield from self.compose_body()
        yield self.vitals
        yield self.matter
        yield self.keys

    def compose_body(self) -> ComposeResult:
        yield from ()

    def show(self, view: View, said: str | None = None, pressed_ms: int | None = None) -> None:
        """*said*: what the front end itself has to say; *pressed_ms*: since the first of two
        presses."""
        self.shown = view
        self.banner.show(view)
        self.vitals.show(view)
        self.keys.show(hints_of(view), may_move=view.may_move)
        if said is not None:
            self.matter.say(said, "ask")
        elif view.spoken is not None:
            self.matter.say(view.spoken.text, view.spoken.kind)
        elif view.held:
            self.matter.say(view.held, "held")
        else:
            self.matter.say("", "announce")
        self.show_body(view, pressed_ms)

    def show_body(self, view: View, pressed_ms: int | None) -> None:
        raise NotImplementedError
