"""A plan or a session as a chart of text: speed over time, backward bouts hanging below zero.

Reverse looks different by place and by shape, not only by colour (SR-58 spirit): forward
speed stands above the line in `#`, backward speed hangs below it in `=`.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from treadctl.units import format_clock

CHART_WIDTH: Final = 72
_SCALE: Final = 8
"""Columns of a line that are not chart."""
_WIDEST: Final = 140
_ROWS: Final = 7
"""At most so many on one side of the line."""
_STEPS_CKMH: Final = (25, 50, 100)
"""What one row may stand for; the same above and below the line."""


@dataclass(frozen=True, slots=True)
class Point:
    """From *t_ms* on, until the next point."""

    t_ms: int
    speed_ckmh: int
    backward: bool


def chart_width() -> int:
    """Columns of chart that fit the terminal, or 80 columns where there is none."""
    columns = shutil.get_terminal_size((CHART_WIDTH + _SCALE, 24)).columns
    return min(_WIDEST, max(24, columns - _SCALE))


def chart(points: Sequence[Point], end_ms: int, width: int = CHART_WIDTH) -> list[str]:
    """Draw *points*, *width* columns wide plus the scale on the left."""
    columns = _columns(points, end_ms, width)
    up = max((c.speed_ckmh for c in columns if not c.backward), default=0)
    down = max((c.speed_ckmh for c in columns if c.backward), default=0)
    step = next(s for s in _STEPS_CKMH if max(up, down, 1) <= s * _ROWS or s == _STEPS_CKMH[-1])
    up_rows = max(1, (up + step // 2) // step)
    down_rows = max(1, (down + step // 2) // step) if down else 0
    lines = [_row(columns, row * step, step, backward=False) for row in range(up_rows, 0, -1)]
    lines.append(" 0.00 +" + "-" * len(columns))
    lines += [_row(columns, row * step, step, backward=True) for row in range(1, down_rows + 1)]
    half = len(columns) // 2
    middle, end = format_clock(end_ms // 2), format_clock(end_ms)
    lines.append("      0" + middle.rjust(half) + end.rjust(len(columns) - half))
    lines.append("  km/h  # forward (up)   = backward (down)   time in min:s")
    return lines


def _columns(points: Sequence[Point], end_ms: int, width: int) -> list[Point]:
    columns: list[Point] = []
    index = 0
    for column in range(width):
        begin_ms, until_ms = end_ms * column // width, end_ms * (column + 1) // width
        while index + 1 < len(points) and points[index + 1].t_ms <= begin_ms:
            index += 1
        inside = [points[index]]
        follow = index + 1
        while follow < len(points) and points[follow].t_ms < until_ms:
            inside.append(points[follow])
            follow += 1
        columns.append(max(inside, key=lambda p: p.speed_ckmh))
    return columns


def _row(columns: Sequence[Point], label_ckmh: int, step_ckmh: int, *, backward: bool) -> str:
    """A cell is filled from the middle of its row on; any motion fills the row at the line."""
    mark = "=" if backward else "#"
    reach_ckmh = 1 if label_ckmh == step_ckmh else label_ckmh - step_ckmh // 2
    cells = "".join(
        mark if c.backward is backward and c.speed_ckmh >= reach_ckmh else " " for c in columns
    )
    return f"{label_ckmh / 100:5.2f} |{cells}".rstrip()
