"""Inputs worth keeping: each reaches something that no other here reaches, or was a finding once.

One file per target, one input per line, in hexadecimal; what follows a # is for people. They were
found by `make fuzz` and chosen by ``python -m tests.fuzz.choose``, and are replayed by `make test`.
"""

from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent


def kept(target: str) -> tuple[bytes, ...]:
    """Return the inputs kept for *target*; none where nothing was."""
    path = HERE / f"{target}.txt"
    if not path.exists():
        return ()
    lines = (line.partition("#")[0].strip() for line in path.read_text("ascii").splitlines())
    return tuple(bytes.fromhex(line) for line in lines if line)
