"""What a headless run shows: JSON lines, plain lines, or one live line on a terminal.

Data goes to stdout, messages about the run to stderr (`cli_output` has the rules of both).
"""

import os
import sys
from typing import Final, Protocol, TextIO

from treadctl.cli_output import Output
from treadctl.core.events import (
    Announced,
    CriterionNoted,
    Event,
    Finished,
    Marked,
    Prompted,
    RequestRefused,
    Sample,
    SessionStarted,
    StateChanged,
    Stopped,
)
from treadctl.core.jsonl import to_line
from treadctl.units import counted, format_clock, format_speed

STATUS_EVERY_MS: Final = 30_000
"""Session time between two status lines where nothing else is said."""
LIVE_EVERY_MS: Final = 200
STALE_MS: Final = 1_000
_BAR_MAX: Final = 24
_BAR_MIN: Final = 5
_ERASE: Final = "\r\x1b[2K"
"""To the beginning of the line, and empty it. No colour anywhere, so NO_COLOR has nothing to do."""


class Display(Protocol):
    def tell(self, event: Event) -> None: ...
    def close(self) -> str | None:
        """Return what went wrong with the telling, if anything did."""


class JsonLines:
    """One JSON object per line, as docs/jsonl.md has them; UTF-8 in every locale."""

    def __init__(self, out: Output) -> None:
        self._out = out

    def tell(self, event: Event) -> None:
        self._out.write(to_line(event) + "\n", spare=isinstance(event, Sample))

    def close(self) -> str | None:
        self._out.close()
        return self._out.trouble


class PlainLines:
    """What happens, as sentences with the session's clock in front."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._status_due_ms = STATUS_EVERY_MS

    def tell(self, event: Event) -> None:
        line = sentence_of(event)
        if isinstance(event, Sample):
            if event.t_ms < self._status_due_ms:
                return
            line = status_of(event)
        if line is not None:
            self._status_due_ms = event.t_ms + STATUS_EVERY_MS
            self._out.write(f"{format_clock(event.t_ms):>7}  {line}\n")

    def close(self) -> str | None:
        self._out.close()
        return self._out.trouble


class LiveLine:
    """The same sentences, and below them one line that keeps up with the belt."""

    def __init__(self, out: Output, fd: int) -> None:
        self._out = out
        self._fd = fd
        self._shown_ms = -LIVE_EVERY_MS

    def tell(self, event: Event) -> None:
        if isinstance(event, Sample):
            if event.t_ms - self._shown_ms >= LIVE_EVERY_MS:
                self._shown_ms = event.t_ms
                # Never as wide as the terminal: some would wrap, and the line would pile up.
                self._out.write(_ERASE + live_line_of(event, _width_of(self._fd) - 1), spare=True)
            return
        line = sentence_of(event)
        if line is not None:
            self._out.write(f"{_ERASE}{format_clock(event.t_ms):>7}  {line}\n")

    def close(self) -> str | None:
        self._out.write(_ERASE)
        self._out.close()
        return self._out.trouble


def sentence_of(event: Event) -> str | None:
    """What a person is told of *event*; None for what only a program wants."""
    match event:
        case SessionStarted():
            simulated = "SIMULATED " if event.simulated else ""
            who = f"{event.person} walks " if event.person else ""
            return (
                f"{who}{event.title}: {counted(event.steps, 'step')}, "
                f"{format_clock(event.planned_s * 1_000)} of step time, {event.mode}, on "
                f"{simulated}{event.protocol} (class {event.machine_class})"
            )
        case StateChanged():
            step = f"  [{event.step}/{event.steps} {event.step_name}]" if event.step else ""
            cause = f" ({event.cause})" if event.cause else ""
            return f"== {event.state.replace('_', ' ')}{cause}{step}"
        case Announced(kind="prompt"):
            return None  # the prompt itself says it
        case Announced():
            return f'   "{event.text}"'
        case Prompted():
            item = f" {event.item}" if event.item else ""
            return f"?  {event.wants}{item}: {event.message}"
        case RequestRefused():
            return f"!  refused {event.code} {event.cause}: {event.message}"
        case Stopped():
            return (
                f"!! STOP {event.code} {event.cause} ({event.reaction}): {event.message} "
                f"{event.action}"
            )
        case CriterionNoted():
            return f"!  noted: {event.text} ({event.id}, {event.reaction})"
        case Marked():
            return f"   marked: {event.note}" if event.note else "   marked"
        case Finished():
            return (
                f"== finished: {event.reason}, exit code {event.exit_code}. "
                f"Backward {format_clock(int(event.reverse_s * 1_000))}, "
                f"{event.distance_m:.0f} m, peak forward "
                f"{format_speed(event.peak_forward_ckmh)}, backward "
                f"{format_speed(event.peak_backward_ckmh)}."
            )
        case _:
            return None


def status_of(sample: Sample) -> str:
    """One line of numbers."""
    return (
        f"{sample.state.replace('_', ' ')} {sample.step}/{sample.steps}  {_measured(sample)}"
        f" (set {format_speed(sample.setpoint_ckmh)})  {_walking(sample)}"
        f"{_heart(sample)}  strap {sample.strap}  step {format_clock(sample.step_left_ms)}"
        f"  left {format_clock(sample.session_left_ms)}"
    )


def _heart(sample: Sample) -> str:
    """The heart rate, where there is one; that it is lost is announced."""
    return "" if sample.heart_bpm is None else f"  heart {sample.heart_bpm}"


def live_line_of(sample: Sample, width: int) -> str:
    """The numbers that count, in *width* columns; a bar of the session where there is room."""
    strap = "" if sample.strap == "attached" else f"  STRAP {sample.strap.upper()}"
    text = (
        f"{sample.state.replace('_', ' ')} {sample.step}/{sample.steps}  {_measured(sample)}"
        f"  {_walking(sample)}{_heart(sample)}{strap}  step {format_clock(sample.step_left_ms)}"
        f"  left {format_clock(sample.session_left_ms)}"
    )
    clock = f"{format_clock(sample.t_ms):>7}  "
    room = min(_BAR_MAX, width - len(clock) - len(text) - 3)
    bar = f"{bar_of(sample, room)} " if room >= _BAR_MIN else ""
    return f"{clock}{bar}{text}"[:width]


def bar_of(sample: Sample, cells: int) -> str:
    """How much of the session is over, as far as step time can tell."""
    total_ms = sample.session_left_ms + sample.t_ms
    done = cells * sample.t_ms // total_ms if total_ms > 0 else 0
    return f"[{'#' * done}{'.' * (cells - done)}]"


def _measured(sample: Sample) -> str:
    """What is not known is never shown as zero, what is old never as new (SR-40)."""
    if sample.measured_ckmh is None:
        return "speed unknown"
    if sample.measured_age_ms > STALE_MS:
        return f"{format_speed(sample.measured_ckmh)} {sample.measured_age_ms / 1_000:.1f} s AGO"
    return format_speed(sample.measured_ckmh)


def _walking(sample: Sample) -> str:
    if sample.commanded_ckmh:
        return sample.gait
    return "standing" if sample.standstill else "stopping"


def display_for(jsonl: bool, *, patient: bool) -> Display:
    """The display that fits stdout; *patient* where time stands still for a slow reader."""
    if jsonl:
        return JsonLines(Output(1, patient=patient))
    out = Output(1, encoding=sys.stdout.encoding or "utf-8", patient=patient)
    return LiveLine(out, 1) if erase_for(sys.stdout) else PlainLines(out)


def erase_for(stream: TextIO) -> str:
    """What empties the line that a message is about to take; nothing where that is no terminal."""
    return _ERASE if stream.isatty() and os.environ.get("TERM") not in (None, "", "dumb") else ""


def _width_of(fd: int) -> int:
    """Asked each time: people resize windows."""
    try:
        return max(40, os.get_terminal_size(fd).columns)
    except OSError:
        return 80
