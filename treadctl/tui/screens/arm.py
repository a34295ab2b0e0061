"""From ready to moving: arm, the two presses, the countdown, and stepping on (SR-02, SR-05)."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from treadctl.core.machine import SessionState
from treadctl.tui.presses import HELD_MS
from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.view import View
from treadctl.tui.widgets.big_text import BigText
from treadctl.tui.widgets.lines import PressBar
from treadctl.tui.widgets.steady import Steady


class ArmScreen(SessionScreen):
    def __init__(self) -> None:
        super().__init__()
        self.heading = Steady(id="heading")
        self.body = Steady(id="body")
        self.digits = BigText(id="digits")
        self.bar = PressBar(id="bar")

    def compose_body(self) -> ComposeResult:
        with Vertical(id="card"):
            yield self.heading
            yield self.body
            yield self.digits
            yield self.bar

    def show_body(self, view: View, pressed_ms: int | None) -> None:
        prompt = view.prompt
        wants = prompt.wants if prompt is not None else ""
        self.digits.display = view.state in (SessionState.COUNTDOWN, SessionState.STARTING)
        self.bar.display = wants == "start"
        self.heading.put(Text(f"Step {view.step}"))
        if view.state is SessionState.COUNTDOWN:
            self.digits.text = f"{-(-view.wait_ms // 1_000)}"
            self.body.put(
                Text("The belt starts. On the side rails, holding on. Any stop key stops.")
            )
        elif view.state is SessionState.STARTING:
            self.digits.text = view.speed.digits
            message = prompt.message if prompt is not None else ""
            self.body.put(Text(f"{message} Press b.", style="bold"))
        elif wants == "start":
            seconds = f" Armed for {-(-view.wait_ms // 1_000)} s." if view.wait_ms else ""
            self.body.put(Text(f"On the side rails, holding on?{seconds}"))
            self.bar.show(pressed_ms, HELD_MS, "1. Press Enter", "2. Now press g: GO")
        elif prompt is not None:
            self.body.put(
                Text(f"{prompt.message}  Press Enter." if wants == "arm" else prompt.message)
            )
        else:
            self.body.put(Text(view.wait or "One moment ..."))
