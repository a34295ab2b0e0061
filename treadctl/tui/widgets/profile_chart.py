"""The plan over time, with a cursor, and what was measured drawn over it.

Forward stands above the line, in solid blocks; backward hangs below it, hatched: the two differ
by place and by shape, not only by colour. Drawn by ourselves, because a plotting library costs
more than the rest of the screen together.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from treadctl.core.programme import StepKind
from treadctl.tui.drawn import Profile
from treadctl.units import format_clock

_FORWARD: Final = "█"
_FORWARD_HALF: Final = "▄"
_BACKWARD: Final = "▒"
_BACKWARD_HALF: Final = "░"
_MEASURED: Final = "•"
_LINE: Final = "─"
_REST: Final = "┄"
_CURSOR: Final = "│"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the chart."""

    planned_ckmh: int
    backward: bool
    rest: bool
    measured_ckmh: int | None = None
    measured_backward: bool = False


def columns_of(profile: Profile, width: int) -> list[Column]:
    """Cut *profile* into *width* columns, each with its fastest moment."""
    if not profile.steps or profile.total_ms <= 0 or width <= 0:
        return []
    planned: list[Column] = []
    starts: list[int] = []
    at_ms = 0
    for step in profile.steps:
        starts.append(at_ms)
        at_ms += step.duration_ms
    index = 0
    for column in range(width):
        middle_ms = profile.total_ms * (2 * column + 1) // (2 * width)
        while index + 1 < len(starts) and starts[index + 1] <= middle_ms:
            index += 1
        step = profile.steps[index]
        planned.append(
            Column(
                step.planned_ckmh(middle_ms - starts[index]),
                step.kind is StepKind.REVERSE,
                step.kind is StepKind.REST,
            )
        )
    for moment_ms, speed_ckmh, backward in profile.trace:
        at = min(width - 1, moment_ms * width // profile.total_ms)
        old = planned[at]
        if old.measured_ckmh is None or speed_ckmh > old.measured_ckmh:
            planned[at] = Column(old.planned_ckmh, old.backward, old.rest, speed_ckmh, backward)
    return planned


class ProfileChart(Widget):
    """The profile in as many rows and columns as there are; the lowest row is the time."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "profile--forward",
        "profile--backward",
        "profile--measured",
        "profile--cursor",
        "profile--axis",
    }
    profile: reactive[Profile | None] = reactive(None)

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._drawn: tuple[Profile | None, int, int] = (None, 0, 0)
        self._rows: list[list[tuple[str, str]]] = []

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        drawn = (self.profile, width, height)
        if drawn != self._drawn:
            self._drawn = drawn
            self._rows = draw(self.profile, width, height) if self.profile else []
        if y >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        styles: dict[str, Style] = {"": self.rich_style}
        for name in ("forward", "backward", "measured", "cursor", "axis"):
            styles[name] = self.get_component_rich_style(f"profile--{name}")
        segments = [Segment(mark, styles[kind]) for mark, kind in self._rows[y]]
        return Strip(segments, width).simplify()


Cell = tuple[str, str]
"""A mark, and what it stands for."""


def draw(profile: Profile, width: int, height: int) -> list[list[Cell]]:
    """Return the rows of the chart, each *width* cells."""
    columns = columns_of(profile, width)
    if not columns or height < 4:
        return []
    top = max((c.planned_ckmh for c in columns if not c.backward), default=0)
    bottom = max((c.planned_ckmh for c in columns if c.backward), default=0)
    rows = height - 2  # the line and the time
    up = max(1, min(rows - 1, round(rows * top / max(1, top + bottom)))) if bottom else rows
    down = rows - up
    cursor = None
    if profile.cursor_ms is not None:
        cursor = min(width - 1, profile.cursor_ms * width // profile.total_ms)
    scale_ckmh = max(top / up, bottom / down if down else 0, 1)
    lines = [
        [
            _cell(c, row, scale_ckmh, backward=False, at=i, cursor=cursor)
            for i, c in enumerate(columns)
        ]
        for row in range(up, 0, -1)
    ]
    lines.append(
        [
            (
                _CURSOR if i == cursor else _REST if c.rest else _LINE,
                "cursor" if i == cursor else "axis",
            )
            for i, c in enumerate(columns)
        ]
    )
    lines += [
        [
            _cell(c, row, scale_ckmh, backward=True, at=i, cursor=cursor)
            for i, c in enumerate(columns)
        ]
        for row in range(1, down + 1)
    ]
    lines.append([(mark, "axis") for mark in _clock_row(profile.total_ms, width)])
    return lines


def _cell(
    column: Column, row: int, scale_ckmh: float, *, backward: bool, at: int, cursor: int | None
) -> Cell:
    """*row* counts away from the line, from 1."""
    measured = column.measured_ckmh
    here = measured is not None and column.measured_backward is backward
    if here and max(1, round((measured or 0) / scale_ckmh)) == row:
        return _MEASURED, "measured"
    if at == cursor:
        return _CURSOR, "cursor"
    if column.rest or column.backward is not backward or not column.planned_ckmh:
        return " ", ""
    filled = column.planned_ckmh / scale_ckmh - (row - 1)
    kind = "backward" if backward else "forward"
    if filled >= 0.75 or (row == 1 and filled >= 0.5):
        return (_BACKWARD if backward else _FORWARD), kind
    if filled >= 0.25 or row == 1:
        return (_BACKWARD_HALF if backward else _FORWARD_HALF), kind
    return " ", ""


def _clock_row(total_ms: int, width: int) -> str:
    middle, end = format_clock(total_ms // 2), format_clock(total_ms)
    half = width // 2
    text = "0" + " " * max(0, half - 1 - len(middle) // 2) + middle
    return (text.ljust(width - len(end)) + end)[:width].ljust(width)
