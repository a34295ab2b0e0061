"""One item at a time, each its own key; the strap pull is seen, not believed (SR-07)."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from treadctl.core.machine import SessionState
from treadctl.model import CHECKLIST
from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.view import View
from treadctl.tui.widgets.steady import Steady


class ChecklistScreen(SessionScreen):
    def __init__(self) -> None:
        super().__init__()
        self.count = Steady(id="count")
        self.item = Steady(id="item")
        self.aside = Steady(id="aside")

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="card", can_focus=False):
            yield self.count
            yield self.item
            yield self.aside

    def show_body(self, view: View, pressed_ms: int | None) -> None:
        done, total = view.checklist_done, len(CHECKLIST)
        if view.state in (SessionState.IDLE, SessionState.CONNECTING):
            self.count.put(Text("Connecting"))
            self.item.put(Text("Nobody on the belt."))
            seconds = f" {view.wait_ms / 1_000:.0f} s" if view.wait_ms else ""
            self.aside.put(Text(f"{view.wait}{seconds}"))
            return
        marks = "●" * done + "○" * (total - done)
        self.count.put(Text(f"Checklist  {done} of {total} done   {marks}"))
        prompt = view.prompt
        if prompt is None or prompt.wants != "checklist":
            self.item.put(Text(prompt.message if prompt is not None else "One moment ..."))
            self.aside.put(Text(view.wait))
            return
        self.item.put(Text(prompt.message))
        if prompt.item == "strap-pull":
            seen = "on" if view.strap.good else "OUT: seen. Now clip it back on"
            self.aside.put(
                Text(
                    f"The strap is {seen}.\n"
                    "This item is done when the strap was seen to come out and go back in, "
                    "within a minute. No key does that."
                )
            )
        else:
            self.aside.put(Text("Look, then press Enter. Backspace asks the last one again."))
