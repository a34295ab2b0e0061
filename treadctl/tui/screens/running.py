"""Walking, resting, slowing down: readable from three metres."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.signs import Trust
from treadctl.tui.view import View
from treadctl.tui.widgets.big_text import BigText
from treadctl.tui.widgets.profile_chart import ProfileChart
from treadctl.tui.widgets.steady import Steady

CHART_EVERY: int = 5
"""Screens between two drawings of the chart: twice a second is plenty, and it costs the most."""


class RunningScreen(SessionScreen):
    def __init__(self) -> None:
        super().__init__()
        self.digits = BigText(id="digits")
        self.arrow = BigText(id="arrow")
        self.note = Steady(id="note")
        self.way = Steady(id="way")
        self.facts = Steady(id="facts")
        self.chart = ProfileChart(id="profile")
        self._until_chart = 0

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="top"):
            with Vertical(id="speed"):
                yield self.digits
                yield self.note
            yield self.arrow
            with Vertical(id="facts-column"):
                yield self.way
                yield self.facts
        yield self.chart

    def show_body(self, view: View, pressed_ms: int | None) -> None:
        speed = view.speed
        for trust in Trust:
            self.digits.set_class(trust is speed.trust, f"-{trust.value}")
            self.note.set_class(trust is speed.trust, f"-{trust.value}")
        self.digits.text = speed.digits
        setpoint = f"{view.setpoint}   HELD" if view.held else view.setpoint
        self.note.put(Text(speed.note if speed.trust is not Trust.FRESH else setpoint))
        self.arrow.text = view.way.arrow
        self.way.put(Text(f" {view.way.word} "))
        facts = Text()
        facts.append(f"step {view.step}\n")
        facts.append(f"{view.step_left}", style="bold")
        facts.append(" left in this step\n")
        facts.append(f"{view.session_left}", style="bold")
        facts.append(" left of the plan\n")
        facts.append(f"next: {view.next}")
        self.facts.put(facts)
        self._until_chart -= 1
        if self._until_chart <= 0:
            self._until_chart = CHART_EVERY
            self.chart.profile = view.profile
