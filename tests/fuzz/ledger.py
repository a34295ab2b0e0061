"""What a long campaign has done so far, line by line, so that it can be broken off at any time.

A line counts as long as the code it is about is what it was.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
PROOF: Final = ROOT / "build" / "proof"


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
    found = sha256()
    for tree in sorted(trees):
        path = ROOT / tree
        for each in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found.update(str(each.relative_to(ROOT)).encode() + b"\0" + each.read_bytes())
    return found.hexdigest()[:16]


def commit() -> str:
    return _git("describe", "--always", "--dirty") or "unknown"


def proof(name: str, seed: int, figures: Mapping[str, Any], command: str) -> Path:
    """Write what was found where the table of figures looks for it."""
    path = PROOF / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {
        "name": name,
        "commit": commit(),
        "seed": seed,
        "date": datetime.now(UTC).date().isoformat(),
        "figures": figures,
        "command": command,
    }
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return path


def _git(*words: str) -> str:
    try:
        said = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.stdout.strip()
