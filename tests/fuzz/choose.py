"""Chooses what is kept of what the fuzzer has found: few, small, and each for a reason.

    python -m tests.fuzz.choose [NAME]...

Of the inputs in build/proof/fuzz/NAME/inputs those are kept that reach a step of our code (one
line after another) which no smaller input reaches. What is kept already stays.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.fuzz.catalogue import TARGETS
from tests.fuzz.corpus import HERE, kept
from tests.fuzz.targets import Target
from tests.proof.results import FOLDER, ROOT

KEPT_MAX: Final = 60
SIZE_MAX: Final = 160
TRIED_MAX: Final = 1_500
_OURS: Final = tuple(str(ROOT / tree) for tree in ("firmware_protocols", "treadctl"))

Step = tuple[str, int, int]


def steps_of(judge: Callable[[bytes], None], data: bytes) -> set[Step]:
    """Return every step from one line to the next that *data* leads to."""
    steps: set[Step] = set()

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(_OURS):
            return None
        last = 0

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            if event == "line":
                steps.add((name, last, frame.f_lineno))
                last = frame.f_lineno
            return line

        return line

    sys.settrace(enter)
    try:
        judge(data)
    finally:
        sys.settrace(None)
    return steps


def choose(target: Target, candidates: list[bytes]) -> list[bytes]:
    """Return those of *candidates* that reach what nothing before reaches, small ones first."""
    reached: set[Step] = set()
    for data in (*target.seeds, *kept(target.name)):
        reached |= steps_of(target.judge, data)
    chosen = []
    for data in sorted(candidates, key=lambda each: (len(each), each))[:TRIED_MAX]:
        found = steps_of(target.judge, data)
        if found - reached:
            reached |= found
            chosen.append(data)
    return chosen


def main(names: list[str]) -> None:
    for name in names or TARGETS:
        paths = (FOLDER / "fuzz" / name / "inputs").glob("*")
        candidates = [data for path in paths if 0 < len(data := path.read_bytes()) <= SIZE_MAX]
        new = choose(TARGETS[name], candidates)
        lines = [data.hex() for data in (*kept(name), *new)][:KEPT_MAX]
        if new:
            _path(name).write_text("\n".join(lines) + "\n", encoding="ascii")
        print(f"{name:<22} {len(candidates)} tried, {len(new)} new, {len(lines)} kept")


def _path(name: str) -> Path:
    return HERE / f"{name}.txt"


if __name__ == "__main__":
    main(sys.argv[1:])
