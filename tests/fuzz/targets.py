"""What bytes from outside reach, one target each: anything may come in, and this must hold.

A target is a function of bytes that raises for what may not happen. It is what the coverage-guided
fuzzer (`guided`) is let loose on, and what replays the corpus in the tests.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

Judge = Callable[[bytes], None]

CHUNKS: Final = (1, 2, 3, 5, 16, 64, 255, 4_096)
FINELY, COARSELY = 200, 64


class Found(AssertionError):
    """Bytes that did what no bytes may do."""


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    judge: Judge
    trees: tuple[str, ...]
    """What is under test: a figure holds as long as these are what they were."""
    seeds: tuple[bytes, ...] = ()
    """Where the search begins. Golden bytes, where there are any."""
    words: tuple[bytes, ...] = field(default=())
    """What chance would take long to write."""


def must(holds: bool, what: str, value: object = "") -> None:
    """Raise `Found` unless it holds."""
    if not holds:
        raise Found(f"{what}: {value!r:.200}")


def chunks(data: bytes) -> Iterator[bytes]:
    """Cut *data* as a link might; its first byte chooses how, so that this is searched too."""
    if not data:
        return
    size, start = CHUNKS[data[0] % len(CHUNKS)], 1
    while start < len(data):
        # A cut proves as much in the first hundred bytes as in the thousandth.
        size = size if start < FINELY else max(size, COARSELY)
        yield data[start : start + size]
        start += size
