"""Digits and words for somebody three metres away: blocks of 3 by 5, as large as there is room."""

from typing import Final

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

ROWS: Final = 5
_GLYPHS: Final[dict[str, tuple[str, ...]]] = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ".": (" ", " ", " ", " ", "#"),
    ":": (" ", "#", " ", "#", " "),
    "?": ("###", "  #", " ##", "   ", " # "),
    "-": ("   ", "   ", "###", "   ", "   "),
    " ": (" ", " ", " ", " ", " "),
    "!": ("#", "#", "#", " ", "#"),
    "▲": ("   #   ", " ##### ", "#######", "  ###  ", "  ###  "),
    "▼": ("  ###  ", "  ###  ", "#######", " ##### ", "   #   "),
    "▽": ("#   #", "#   #", " # # ", " # # ", "  #  "),
    "■": ("     ", "#####", "#####", "#####", "     "),
}


def rows_of(text: str, scale: int) -> list[str]:
    """Draw *text*; one dot is *scale* rows high and twice as many columns wide."""
    glyphs = [_GLYPHS.get(letter, _GLYPHS["?"]) for letter in text]
    lines: list[str] = []
    for row in range(ROWS):
        dots = " ".join(glyph[row] for glyph in glyphs)
        line = "".join(("█" if dot == "#" else " ") * 2 * scale for dot in dots)
        lines += [line] * scale
    return lines


class BigText(Widget):
    """Digits as large as fit."""

    text: reactive[str] = reactive("?.??")

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        scale = max(1, min(height // ROWS, width // max(1, len(rows_of(self.text, 1)[0]))))
        lines = rows_of(self.text, scale)
        top = (height - len(lines)) // 2
        row = y - top
        line = lines[row] if 0 <= row < len(lines) else ""
        left = max(0, (width - len(line)) // 2)
        style = self.rich_style
        return Strip([Segment((" " * left + line).ljust(width)[:width], style)], width)
