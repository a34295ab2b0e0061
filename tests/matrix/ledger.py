"""Which cells are done, one JSON line each, so that a run that was cut goes on where it was.

A line counts only for the very same source and seed: a cell is never taken over from other code.
"""

import json
import subprocess
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.proof.results import ROOT


@dataclass(frozen=True, slots=True)
class Edition:
    """What a figure was made from."""

    commit: str
    seed: int


def edition(seed: int) -> Edition:
    """Of this very tree: where it differs from its commit, by what differs as well."""
    commit = _git("rev-parse", "--short=12", "HEAD").decode().strip()
    changed = _git("diff", "HEAD", "--", "*.py", "*.toml")
    for name in _git("ls-files", "--others", "--exclude-standard", "--", "*.py").decode().split():
        changed += (ROOT / name).read_bytes()
    return Edition(f"{commit}+{sha256(changed).hexdigest()[:8]}" if changed else commit, seed)


class Ledger:
    """Append-only. Several processes may write: a line is one write."""

    def __init__(self, path: Path, of: Edition) -> None:
        self._path = path
        self._of = of
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, key: str, body: dict[str, Any]) -> None:
        head = {**asdict(self._of), "key": key}
        assert not head.keys() & body.keys(), "a result may not say whose it is"
        line = json.dumps(head | body, separators=(",", ":"))
        with self._path.open("a") as lines:
            lines.write(line + "\n")

    def read(self) -> dict[str, dict[str, Any]]:
        """What is known of this edition, by key. A line that was cut off is left out."""
        found: dict[str, dict[str, Any]] = {}
        if not self._path.exists():
            return found
        with self._path.open() as lines:
            for text in lines:
                if not text.endswith("\n"):
                    continue
                line = json.loads(text)
                if Edition(line["commit"], line["seed"]) == self._of:
                    found[line["key"]] = line
        return found


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout
