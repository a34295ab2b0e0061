"""The lines around every screen of a session: what this is, what matters, what the keys do."""

from typing import ClassVar

from rich.text import Text

from treadctl.tui.view import View
from treadctl.tui.widgets.steady import Steady


class Banner(Steady):
    """What is driven, for whom; a simulation says so before anything else (SR-57)."""

    def show(self, view: View, role: str = "") -> None:
        """*role*: what else this terminal is than the one that leads."""
        self.set_class(view.simulated, "-simulated")
        simulated = "SIMULATED, no real belt" if view.simulated else ""
        text = Text(no_wrap=True, overflow="ellipsis")
        for mark in filter(None, (role, simulated)):
            text.append(f" {mark} ", style="reverse bold")
            text.append(" ")
        text.append(view.title)
        self.put(text)


class Matter(Steady):
    """The one line that matters."""

    MARKS: ClassVar[dict[str, str]] = {
        "announce": "",
        "refused": "NOT DONE: ",
        "stop": "STOP: ",
        "note": "",
        "ask": "",
        "attend": "? ",
        "held": "HELD: ",
    }
    """What each kind begins with: colour is never the only sign."""

    def say(self, text: str, kind: str) -> None:
        for each in self.MARKS:
            self.set_class(each == kind, f"-{each}")
        self.put(Text(f"{self.MARKS[kind]}{text}"))


class KeyLine(Steady):
    """What the keys do here. STOP is always first while the belt may move."""

    def show(self, keys: tuple[tuple[str, str], ...], *, may_move: bool) -> None:
        text = Text(no_wrap=True, overflow="ellipsis")
        if may_move:
            text.append(" SPACE STOP ", style="bold reverse")
            text.append("  ")
        for key, what in keys:
            text.append(key, style="bold")
            text.append(f" {what}   ")
        self.set_class(may_move, "-moving")
        self.put(text)


class Vitals(Steady):
    """Strap, link, and what is not watched at all (SR-47)."""

    def show(self, view: View) -> None:
        text = Text(no_wrap=True, overflow="ellipsis")
        for sign in filter(None, (view.strap, view.link, view.heart)):
            text.append(
                f" {'✓' if sign.good else '✗'} {sign.text} ",
                style="" if sign.good else "bold reverse",
            )
            text.append(" ")
        text.append("presence NOT monitored", style="dim")
        text.append(f"   {view.elapsed}")
        self.put(text)


class PressBar(Steady):
    """How much of a second has passed since the first of two presses."""

    def show(self, pressed_ms: int | None, needed_ms: int, before: str, ready: str) -> None:
        width = 30
        if pressed_ms is None:
            self.put(Text(before, style="bold"))
            return
        share = min(1.0, pressed_ms / needed_ms)
        bar = "█" * round(width * share) + "░" * (width - round(width * share))
        text = Text(f"{bar}  ")
        text.append(ready if share >= 1.0 else "keep still ...", style="bold")
        self.put(text)
