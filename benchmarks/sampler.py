"""Where the time of a piece of code goes, by looking at it a thousand times a second.

Unlike a tracing profiler it costs next to nothing, so small functions are not overrated.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from figures import ROOT

PERIOD_S: Final = 0.001
"""Of processor time. Linux rounds it up to its own tick, often 4 ms."""


class Sampler:
    """Counts samples by folder of the project, and by function."""

    def __init__(self) -> None:
        self.folders: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return sum(self.folders.values())

    @contextmanager
    def running(self) -> Iterator[None]:
        before = signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, PERIOD_S, PERIOD_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    def table(self, functions: int) -> Iterator[str]:
        """Yield lines: the share of each folder, then of the dearest functions."""
        total = self.total or 1
        for name, count in self.folders.most_common():
            yield f"{100 * count / total:5.1f} %  {name}"
        yield ""
        for name, count in self.functions.most_common(functions):
            yield f"{100 * count / total:5.1f} %  {name}"

    def _look(self, number: int, frame: FrameType | None) -> None:
        # What the standard library does is done for the function of ours that called it.
        while frame is not None:
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(ROOT) and ".venv" not in path.parts:
                where = path.relative_to(ROOT)
                self.folders[str(where.parent)] += 1
                self.functions[f"{where}:{frame.f_code.co_qualname}"] += 1
                return
            frame = frame.f_back
        self.folders["elsewhere"] += 1
