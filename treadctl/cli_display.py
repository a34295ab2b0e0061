"""What a headless run shows: JSON lines, plain lines, or one live line on a terminal.

Data goes to stdout, messages about the run to stderr. A closed pipe downstream ends the
telling, never the run: the belt is not stopped by somebody's `head`.
"""

import json
import os
import sys
from typing import IO, Final, Protocol

from treadctl.core.events import (
    Announced,
    Event,
    Finished,
    Prompted,
    RequestRefused,
    Sample,
    SessionStarted,
    StateChanged,
    Stopped,
)
from treadctl.core.jsonl import to_json
from treadctl.units import format_clock, format_speed

STATUS_EVERY_MS: Final = 30_000
"""Session time between two status lines where nothing else is said."""
_BAR: Final = 24


class Display(Protocol):
    def tell(self, event: Event) -> None: ...
    def close(self) -> None: ...


class _Stream:
    """A text stream that may be closed at the other end."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream: IO[str] | None = stream

    def write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            self._stream = None
            # The interpreter flushes stdout once more at exit; give it somewhere to go.
            if text:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class JsonLines:
    """One JSON object per line, as docs/jsonl.md has them."""

    def __init__(self, stream: IO[str]) -> None:
        self._out = _Stream(stream)
        self._encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

    def tell(self, event: Event) -> None:
        self._out.write(self._encode(to_json(event)) + "\n")

    def close(self) -> None:
        pass


class PlainLines:
    """What happens, as sentences with the session's clock in front."""

    def __init__(self, stream: IO[str]) -> None:
        self._out = _Stream(stream)
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

    def close(self) -> None:
        pass


class LiveLine:
    """The same sentences, and below them one line that keeps up with the belt."""

    def __init__(self, stream: IO[str], width: int) -> None:
        self._out = _Stream(stream)
        self._width = width
        self._shown_ms = -1_000

    def tell(self, event: Event) -> None:
        if isinstance(event, Sample):
            if abs(event.t_ms - self._shown_ms) >= 200:
                self._shown_ms = event.t_ms
                text = f"{format_clock(event.t_ms):>7}  {bar_of(event)} {status_of(event)}"
                self._out.write(f"\r\x1b[2K{text[: self._width - 1]}")
            return
        line = sentence_of(event)
        if line is not None:
            self._out.write(f"\r\x1b[2K{format_clock(event.t_ms):>7}  {line}\n")

    def close(self) -> None:
        self._out.write("\r\x1b[2K")


def sentence_of(event: Event) -> str | None:
    """What a person is told of *event*; None for what only a program wants."""
    match event:
        case SessionStarted():
            simulated = "SIMULATED " if event.simulated else ""
            return (
                f"{event.title}: {event.steps} steps, {format_clock(event.planned_s * 1_000)} "
                f"of step time, {event.mode}, on {simulated}{event.protocol} "
                f"(class {event.machine_class})"
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
    """One line of numbers. What is not known is never shown as zero."""
    if sample.measured_ckmh is None:
        measured = "speed unknown"
    elif sample.measured_age_ms > 1_000:
        age_s = sample.measured_age_ms / 1_000
        measured = f"{format_speed(sample.measured_ckmh)} {age_s:.1f} s AGO"
    else:
        measured = format_speed(sample.measured_ckmh)
    walking = f"{sample.gait}" if sample.commanded_ckmh else "standing" * sample.standstill
    return (
        f"{sample.state.replace('_', ' ')} {sample.step}/{sample.steps}  {measured}"
        f" (set {format_speed(sample.setpoint_ckmh)})  {walking or 'stopping'}"
        f"  strap {sample.strap}  step {format_clock(sample.step_left_ms)}"
        f"  left {format_clock(sample.session_left_ms)}"
    )


def bar_of(sample: Sample) -> str:
    """How much of the session's step time is over."""
    total_ms = sample.session_left_ms + sample.t_ms
    done = _BAR * sample.t_ms // total_ms if total_ms > 0 else 0
    return f"[{'#' * done}{'.' * (_BAR - done)}]"


def display_for(jsonl: bool) -> Display:
    """The display that fits stdout."""
    if jsonl:
        return JsonLines(sys.stdout)
    if sys.stdout.isatty():
        try:
            width = os.get_terminal_size(sys.stdout.fileno()).columns
        except OSError:
            width = 80
        return LiveLine(sys.stdout, max(40, width))
    return PlainLines(sys.stdout)
