"""Text that is only drawn again when it has changed."""

from rich.text import Text
from textual.widgets import Static


class Steady(Static):
    """Ten times a second it is told what to say; laying out anew what is the same costs most of
    what a screen costs."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: Text | None = None

    def put(self, text: Text) -> None:
        before = self._told
        if before is not None and before == text and before.spans == text.spans:
            return
        self._told = text
        grows = before is None or len(before.plain) != len(text.plain)
        self.update(text, layout=grows)
