"""A run beside a front end, in a thread of its own (docs/decisions/0017).

A screen stalls: a terminal that stops reading, a large redraw, a key that takes its time. The
session must not, because the gate takes its silence for death (SR-30). So the run has its own
thread and its own loop, the same one as a run without a screen, and the two meet at a desk.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from treadctl.composition.options import RunOptions
from treadctl.composition.signals import Signals
from treadctl.core.exit_codes import ExitCode
from treadctl.errors import TreadctlError

if TYPE_CHECKING:
    from treadctl.composition.desk import Desk


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a run."""

    code: ExitCode
    record: Path | None = None
    why: str | None = None
    """Why it did not begin, or broke off, in a sentence for a person."""


class Live:
    """One run. Make it, `start` it, talk to its desk; it ends by itself."""

    def __init__(self, options: RunOptions, signals: Signals) -> None:
        # Here and below: what a run needs is half of what there is to import, and before there
        # is one, a screen has to be shown.
        from treadctl.composition.desk import waking_desk

        self._options = options
        self._signals = signals
        self._open_things = ExitStack()
        self.desk, self._wake_fd = self._open_things.enter_context(waking_desk())
        self.ended: Ended | None = None
        # Not a daemon: the interpreter waits for it, and thereby for the belt.
        self._thread = Thread(target=self._run, name="run")

    def start(self) -> None:
        self._thread.start()

    def join(self) -> Ended:
        """Wait until the belt is proven to stand, or nothing more can be done."""
        self._thread.join()
        self._open_things.close()
        assert self.ended is not None
        return self.ended

    def _run(self) -> None:
        from treadctl.composition.prepare import exit_code_of
        from treadctl.composition.run import conduct

        desk = self.desk
        try:
            code, record = conduct(
                self._options,
                self._signals,
                tell=(),
                say=desk.say,
                desk=desk,
                wake_fd=self._wake_fd,
            )
            self.ended = Ended(code, record)
        except TreadctlError as error:
            self.ended = Ended(exit_code_of(error), why=str(error))
        except Exception as error:  # noqa: BLE001  (a sentence for a person, never a traceback)
            seen = desk.seen
            unproved = seen is not None and (seen.report is None or not seen.report.standstill)
            code = ExitCode.STOP_NOT_CONFIRMED if unproved else ExitCode.EMERGENCY_STOP
            self.ended = Ended(code, why=f"The run broke off: {type(error).__name__}: {error}")


def warm_up() -> None:
    """Import what a run needs, so that the first one begins at once. Meant for another thread."""
    import treadctl.composition.prepare
    import treadctl.composition.run  # noqa: F401  (importing it is the point)


class Launcher:
    """Starts one run after the other for a front end; the last one decides the exit code."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._live: Live | None = None

    def begin(self, options: RunOptions) -> "Desk":
        """Start a run. The one before has ended."""
        self.wait()
        self._live = Live(options, self._signals)
        self._live.start()
        return self._live.desk

    def ended(self) -> Ended | None:
        return self._live.ended if self._live is not None else None

    def told_to_end(self) -> bool:
        """A signal came while no run was there to take it."""
        over = self._live is None or self._live.ended is not None
        return over and bool(self._signals.take())

    def wait(self) -> Ended | None:
        """Wait until the belt is proven to stand. None: there was no run."""
        live, self._live = self._live, None
        return live.join() if live is not None else None
