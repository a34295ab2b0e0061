"""A plan or a session as a chart of text: speed over time, backward bouts hanging below zero.

Reverse looks different by place and by shape, not only by colour (SR-58 spirit): forward
speed stands above the line in `#`, backward speed hangs below it in `=`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from treadctl.units import format_clock

CHART_WIDTH: Final = 72
ROWS_UP: Final = 6
ROWS_DOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Point:
    """From *t_ms* on, until the next point."""

    t_ms: int
    speed_ckmh: int
    backward: bool


def chart(points: Sequence[Point], end_ms: int, width: int = CHART_WIDTH) -> list[str]:
    """Draw *points*, at most *width* columns wide plus the scale on the left."""
    columns = _columns(points, end_ms, width)
    up = max((c.speed_ckmh for c in columns if not c.backward), default=0)
    down = max((c.speed_ckmh for c in columns if c.backward), default=0)
    top = max(100, -(-max(up, down) // 50) * 50)
    lines = [
        _row(columns, top * row / ROWS_UP, top * (row - 0.5) / ROWS_UP, "#", backward=False)
        for row in range(ROWS_UP, 0, -1)
    ]
    lines.append("  0.0 +" + "-" * len(columns))
    if down:
        depth = max(50, -(-down // 50) * 50)
        lines += [
            _row(
                columns,
                depth * row / ROWS_DOWN,
                depth * (row - 0.5) / ROWS_DOWN,
                "=",
                backward=True,
            )
            for row in range(1, ROWS_DOWN + 1)
        ]
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


def _row(
    columns: Sequence[Point], label_ckmh: float, reach_ckmh: float, mark: str, *, backward: bool
) -> str:
    cells = "".join(
        mark if c.backward is backward and c.speed_ckmh >= reach_ckmh and c.speed_ckmh else " "
        for c in columns
    )
    return f"{label_ckmh / 100:5.1f} |{cells}".rstrip()
