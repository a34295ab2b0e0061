"""Everything that is wrong in a TOML file, each with its line.

`tomllib` does not say where a key stands, so a small scan does. Only files that `tomllib`
has accepted are scanned: it follows table headers and ``key =`` lines, and what it does
not see (a key inside an inline table) is found at the line of its parent.
"""

import difflib
import re
from collections.abc import Collection, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Final

from treadctl.errors import Problem

KeyPath = tuple[str | int, ...]

_NAME: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED: Final = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_TABLE: Final = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]\s*(?:#.*)?$")
_ARRAY: Final = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]\s*(?:#.*)?$")
_KEY: Final = re.compile(rf"\s*({_DOTTED})\s*=")
_PART: Final = re.compile(_NAME)
_FENCE: Final = re.compile(r'"""|' + r"'''")


class LineMap:
    """Lines by key path; an array of tables counts from 0: ``("treadmill", 0, "name")``."""

    def __init__(self, text: str) -> None:
        self._lines: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}
        self._scan(text)

    def find(self, path: KeyPath) -> int | None:
        """The line of *path*, or of the nearest table around it; None for the whole file."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None

    def _scan(self, text: str) -> None:
        here: KeyPath = ()
        fenced = False
        for number, raw in enumerate(text.split("\n"), start=1):
            line = raw.rstrip("\r")
            inside, fenced = fenced, fenced ^ (len(_FENCE.findall(line)) % 2 == 1)
            if inside:
                continue
            if match := _ARRAY.match(line):
                bare = self._resolve(_parts(match[1]))
                index = self._tables.get(bare, -1) + 1
                self._tables[bare] = index
                here = (*bare, index)
                self._lines.setdefault(bare, number)
                self._lines[here] = number
            elif match := _TABLE.match(line):
                here = self._resolve(_parts(match[1]))
                self._lines.setdefault(here, number)
            elif match := _KEY.match(line):
                path = (*here, *_parts(match[1]))
                for end in range(len(here) + 1, len(path) + 1):
                    self._lines.setdefault(path[:end], number)

    def _resolve(self, parts: KeyPath) -> KeyPath:
        """``[treadmill.limits]`` belongs to the latest ``[[treadmill]]``."""
        path: KeyPath = ()
        for part in parts[:-1]:
            path = (*path, part)
            if path in self._tables:
                path = (*path, self._tables[path])
        return (*path, parts[-1])


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


class Complaints:
    """Collects problems, so that a person sees all of them at once."""

    def __init__(self, file: str, lines: LineMap) -> None:
        self._file = file
        self._lines = lines
        self.problems: list[Problem] = []

    def add(self, path: KeyPath, message: str, remedy: str) -> None:
        self.problems.append(
            Problem(self._file, self._lines.find(path), dotted(path), message, remedy)
        )


def dotted(path: KeyPath) -> str:
    """``treadmill[2].limits.v_rev_max_kmh``; people count from one."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """*value* as the file wrote it, as nearly as is useful, and never long."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() if abs(value) >= 10**15:
            return "a huge number"
        case Decimal() if len(value.as_tuple().digits) > 30:
            return "a number with too many digits"
        case int() | Decimal():
            return str(value)
        case str():
            return repr(value if len(value) <= 60 else f"{value[:57]}...")
        case date() | time():
            return "a date or time"
        case Mapping():
            return "a table"
        case _:
            return "a list"


NO_SWITCH: Final = (
    "Remove it: no key disables an interlock, because there is none that can be disabled"
)
_SWITCH: Final = re.compile(
    r"disable|enable|ignore|skip|bypass|override|unsafe|force|without|allow|interlock|strap"
    r"|quarantine|watchdog|estop|e_stop|(^|_)no_",
    re.IGNORECASE,
)


def unknown_keys(
    complaints: Complaints, path: KeyPath, table: Mapping[str, object], known: Collection[str]
) -> None:
    """Complain of every key of *table* that is not in *known*."""
    for key in table:
        if key in known:
            continue
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.75)
        if close:
            remedy = f"Did you mean {close[0]}?"
        elif _SWITCH.search(key):
            remedy = NO_SWITCH
        elif len(known) <= 10:
            remedy = f"Known here: {', '.join(known)}"
        else:
            remedy = "docs/configuration.md lists the keys"
        complaints.add((*path, key), "is not a known key", remedy)
