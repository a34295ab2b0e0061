"""After the session: how it ended, and what was walked."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.view import View
from treadctl.tui.widgets.profile_chart import ProfileChart


class DebriefScreen(SessionScreen):
    def __init__(self) -> None:
        super().__init__()
        self.heading = Static(id="heading")
        self.summary = Static(id="summary")
        self.chart = ProfileChart(id="profile")

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="card", can_focus=False):
            yield self.heading
            yield self.summary
        yield self.chart

    def show_body(self, view: View, pressed_ms: int | None) -> None:
        self.heading.update(Text("The session is over"))
        self.chart.profile = view.profile
