"""Why it stopped, what to do for the person, and how to go on. A latch cannot be dismissed."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from treadctl.core.machine import SessionState
from treadctl.tui.presses import HELD_MS
from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.view import View
from treadctl.tui.widgets.lines import PressBar
from treadctl.tui.widgets.steady import Steady


class StoppedScreen(SessionScreen):
    def __init__(self) -> None:
        super().__init__()
        self.heading = Steady(id="heading")
        self.cause = Steady(id="cause")
        self.then = Steady(id="then")
        self.bar = PressBar(id="bar")

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="card", can_focus=False):
            yield self.heading
            yield self.cause
            yield self.then
            yield self.bar

    def show_body(self, view: View, pressed_ms: int | None) -> None:
        stop = view.stop
        latched = view.state is not SessionState.PAUSED
        self.set_class(latched, "-latched")
        belt = view.way.word if view.way.word != "STANDING" else "the belt stands"
        self.heading.put(Text(f"{'STOPPED' if latched else 'PAUSED'}   {belt}"))
        cause = Text()
        if stop is not None:
            cause.append(f"{stop.sentence}\n", style="bold")
            cause.append(f"{stop.action}\n")
            cause.append(stop.code, style="dim")
        self.cause.put(cause)
        asked = view.prompt is not None and view.prompt.wants == "reset"
        self.then.put(Text(self._how_on(view, asked)))
        # The screen says it in full; below it, only what is news.
        self.matter.display = not self.matter.has_class("-stop")
        self.bar.display = view.strap.good and (asked or pressed_ms is not None)
        self.bar.show(pressed_ms, HELD_MS, "Reset: 1. Press Enter", "2. Press g: reset")

    def _how_on(self, view: View, asked: bool) -> str:
        if view.state is SessionState.PAUSED:
            return (
                "The step's time left is kept, and the session ends by itself after a while. "
                "Nothing moves before a new start."
            )
        if view.state is SessionState.LOCKED:
            return "Locked. Take the safety key off, press x twice, and begin a new session."
        if not view.strap.good:
            out = f"The strap: {view.strap.text}. Clip it back on before a reset."
            return f"{out} Press ] to have the simulated person do it." if view.simulated else out
        if asked:
            left = view.resets_left
            return (
                f"Cause gone, person well? Then reset ({left} left). It moves nothing: the "
                "checklist comes again, and the cooldown is offered."
            )
        seconds = f" {-(-view.wait_ms // 1_000)} s" if view.wait_ms else ""
        return f"{view.wait}{seconds}"
