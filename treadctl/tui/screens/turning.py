"""Turning round, step by step: what to do now, what is seen, why it waits (SR-28)."""

from typing import Final

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from treadctl.core.machine import SessionState
from treadctl.tui.presses import HELD_MS
from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.view import View
from treadctl.tui.widgets.lines import PressBar
from treadctl.tui.widgets.steady import Steady


class TurningScreen(SessionScreen):
    def __init__(self) -> None:
        super().__init__()
        self.heading = Steady(id="heading")
        self.steps = Steady(id="steps")
        self.bar = PressBar(id="bar")

    def compose_body(self) -> ComposeResult:
        with Vertical(id="card"):
            yield self.heading
            yield self.steps
            yield self.bar

    def show_body(self, view: View, pressed_ms: int | None) -> None:
        stopping = view.state is SessionState.STOPPING_TO_TURN
        asked = view.prompt is not None and view.prompt.wants == "turn_confirm"
        target = view.prompt.item if view.prompt is not None else ""
        way = {"backward": "the BACK", "forward": "the CONSOLE"}.get(target, "the other way")
        self.heading.put(Text("Stay on until it stands" if stopping else f"Turn to face {way}"))
        rows = (
            ("The belt stands", not stopping and view.way.word == "STANDING", view.speed.digits),
            ("Strap on, on the side of its anchor, for 2 seconds", asked, view.strap.text),
            ("Both feet on the side rails, holding on", None, "only you can see that"),
            (f"Turned to face {way}", None, "only you can see that"),
        )
        text = Text()
        for what, seen, note in rows:
            text.append(f" {_MARKS[seen]} {what}", style="" if seen else "bold")
            text.append(f"   {note}\n", style="dim")
        why = "" if asked else view.wait
        seconds = f" {view.wait_ms / 1_000:.0f} s" if view.wait_ms and not asked else ""
        text.append(f"\n{why}{seconds}")
        self.steps.put(text)
        self.bar.display = asked
        self.bar.show(
            pressed_ms, HELD_MS, "All four true? 1. Press Enter", "2. Now press g: turned"
        )


_MARKS: Final = {True: "✓", False: "·", None: "?"}
"""Seen to be so, seen not to be so yet, and not to be seen by software at all."""
