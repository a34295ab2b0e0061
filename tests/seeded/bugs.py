"""The bugs, as they are written down in `bugs/*.toml`: a text, and what stands there instead."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).with_name("bugs")


class BadBug(Exception):
    """A bug that cannot be planted as it is written."""


@dataclass(frozen=True, slots=True)
class Bug:
    """One plausible mistake in one file."""

    name: str
    report: str
    """Where something like it has happened, or was warned of."""
    why: str
    """Why somebody would write it."""
    requirement: str
    file: str
    edits: tuple[tuple[str, str], ...]

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")

    def source(self, root: Path) -> str:
        """Return the file's text with the bug in it.

        Raises:
            BadBug: a text to be replaced is not there exactly once.
        """
        text = (root / self.file).read_text()
        for old, new in self.edits:
            if (count := text.count(old)) != 1:
                raise BadBug(f"{self.name}: its text stands {count} times in {self.file}")
            text = text.replace(old, new)
        return text


def read(folder: Path = FOLDER) -> dict[str, Bug]:
    """All bugs by name, file by file.

    Raises:
        BadBug: two have the same name.
    """
    bugs: dict[str, Bug] = {}
    for path in sorted(folder.glob("*.toml")):
        for entry in tomllib.loads(path.read_text())["bug"]:
            bug = _bug(entry)
            if bug.name in bugs:
                raise BadBug(f"{bug.name} stands twice")
            bugs[bug.name] = bug
    return bugs


def _bug(entry: dict[str, Any]) -> Bug:
    edits = [(entry.pop("old"), entry.pop("new"))]
    edits += [(edit["old"], edit["new"]) for edit in entry.pop("edits", [])]
    return Bug(**entry, edits=tuple(edits))
