"""What opens in front: the keys, the stop criteria, leaving. A stop goes through all of them."""

from typing import ClassVar, Final, TypeVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from treadctl.core.criteria import CRITERION_KEYS, STOP_CRITERIA
from treadctl.tui.hints import HELP
from treadctl.tui.keys import name_of
from treadctl.tui.messages import Wished

CLOSE_KEYS: Final = frozenset({"escape", "backspace", "question_mark", "f1"})


Answer = TypeVar("Answer")


class Front(ModalScreen[Answer]):
    """Closes once: a second key may be on its way to it when the first one closes it."""

    takes: ClassVar[frozenset[str]] = frozenset()
    """Keys that mean something here on a moving belt, for the guard."""
    _answered = False

    def close(self, answer: Answer | None = None) -> None:
        if not self._answered and self.is_current:
            self._answered = True
            self.dismiss(answer)


class Dialog(Front[None]):
    """Closes with Escape, Backspace or its own key; while the belt moves Escape is a stop."""

    takes = frozenset({"backspace", "question_mark", "f1"})
    heading: ClassVar[str] = ""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog"):
            yield Static(Text(self.heading), id="dialog-heading")
            yield Static(self.text(), id="dialog-text")

    def text(self) -> Text:
        raise NotImplementedError

    def on_key(self, event: events.Key) -> None:
        if name_of(event.key) in CLOSE_KEYS:
            event.stop()
            self.close()


class HelpDialog(Dialog):
    heading = "The keys.  Backspace closes this."

    def text(self) -> Text:
        text = Text()
        for key, what in HELP:
            text.append(f"{key:<20}", style="bold")
            text.append(f" {what}\n")
        return text


class CriteriaDialog(Dialog):
    """Safety.md 2.3: one key each, and each says what the belt will do."""

    takes = Dialog.takes | frozenset(CRITERION_KEYS)
    heading = "Seen one? Its key writes it down and stops.  Backspace: back."

    def text(self) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        for criterion in STOP_CRITERIA:
            then = "stops, ends" if criterion.ends else "stops, pauses"
            text.append(f" {criterion.key} ", style="bold reverse")
            text.append(f" {then:<14}", style="bold")
            text.append(f"{criterion.text}\n")
        return text

    def on_key(self, event: events.Key) -> None:
        criterion = CRITERION_KEYS.get(event.character or event.key)
        if criterion is None:
            super().on_key(event)
            return
        event.stop()
        self.app.post_message(Wished("criterion", criterion.id))
        self.close()


class LeaveDialog(Front[bool]):
    """Asked once the belt stands."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog"):
            yield Static(Text("Leave?"), id="dialog-heading")
            yield Static(
                Text("The session ends, and the record is closed.\n\n y  leave      n  stay"),
                id="dialog-text",
            )

    def on_key(self, event: events.Key) -> None:
        key = name_of(event.key)
        if key in ("y", "n", "escape", "backspace"):
            event.stop()
            self.close(key == "y")
