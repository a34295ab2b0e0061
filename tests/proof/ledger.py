"""What a long campaign has done so far, line by line, so that it can be broken off at any time.

A line counts as long as the code it is about is what it was.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.proof.imports import below, digest
from tests.proof.results import ROOT


class Ledger:
    """Lines of JSON, one per finished piece of work."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, line: Mapping[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line) + "\n")

    def lines(self) -> Iterator[dict[str, Any]]:
        """What is there, oldest first; a line that was cut off is as if it had never been."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue


@cache
def version_of(trees: tuple[str, ...]) -> str:
    """Return what identifies the code in *trees*, files or folders below the root."""
    return digest(ROOT, below(ROOT, trees))
