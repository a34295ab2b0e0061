"""A scenario: a small seeded TOML timeline of what happens when, readable aloud.

    schema = 1
    name = "strap pulled in the second bout"
    seed = 7

    [[at]]
    t_s = 12.5
    fault = "strap-pull"
    for_s = 3

Times count from the first truth line and are written in order. A file with any problem is refused
as a whole, with every problem at once.
"""

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from simulator.errors import FaultError, ScenarioError, ScenarioProblem, shown
from simulator.faults import check

SCHEMA: Final = 1
MAX_BYTES: Final = 65_536
MAX_T_S: Final = 86_400
_KEYS: Final = {"schema", "name", "description", "seed", "at"}
_HEADER: Final = re.compile(r"\s*\[\[\s*at\s*\]\]\s*(#.*)?$")
_SYNTAX_LINE: Final = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Event:
    t_ms: float
    fault: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Scenario:
    events: tuple[Event, ...] = ()
    seed: int = 0
    name: str = ""
    description: str = ""


def load_scenario(path: Path) -> Scenario:
    """Raises ScenarioError as `parse` does, and for a file that cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe may wait for ever for its writer
            raise ScenarioError(
                str(path),
                None,
                "cannot be read: it is not a regular file. Name a file; what comes out of a pipe "
                "can be saved in one first",
            )
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ScenarioError(str(path), None, f"cannot be read: {reason}") from error
    return parse(data, str(path))


def parse(data: bytes, file: str) -> Scenario:
    """Return the scenario in *data*; *file* is what its problems are reported under.

    Raises:
        ScenarioError: with every problem found.
    """
    if len(data) > MAX_BYTES:
        raise ScenarioError(file, None, f"too large: a scenario has at most {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")  # some editors begin every file with a mark
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ScenarioError(file, line, "not UTF-8 text; save the file as UTF-8") from error
    except (ValueError, RecursionError) as error:  # also of an integer of 5,000 digits
        place = _SYNTAX_LINE.search(str(error))
        line_or_none = int(place[1]) if place else None
        if "end of document" in str(error):
            line_or_none = len(text.splitlines())
        raise ScenarioError(file, line_or_none, f"not TOML: {error}") from error
    reader = _Reader(_Lines(text), document)
    found = reader.scenario()
    if reader.problems:
        first, *others = sorted(reader.problems, key=lambda problem: problem.line or 0)
        raise ScenarioError(file, first.line, first.message, *others)
    return found


class _Lines:
    """Where things stand in the file, as far as that can be told without a TOML syntax tree."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self.entries = [n for n, line in enumerate(self._lines) if _HEADER.match(line)]

    def top(self, key: str) -> int | None:
        return self._find(key, 0, self.entries[0] if self.entries else len(self._lines))

    def entry(self, index: int, key: str | None = None) -> int | None:
        """Return the line of *key* in the *index*th entry, or else of the entry's header."""
        if index >= len(self.entries):
            return None
        start, ends = self.entries[index], [*self.entries[1:], len(self._lines)]
        found = None if key is None else self._find(key, start + 1, ends[index])
        return found or start + 1

    def _find(self, key: str, start: int, end: int) -> int | None:
        pattern = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        for number in range(start, end):
            if pattern.match(self._lines[number]):
                return number + 1
        return None


class _Reader:
    def __init__(self, lines: _Lines, document: dict[str, Any]) -> None:
        self.problems: list[ScenarioProblem] = []
        self._lines = lines
        self._document = document

    def scenario(self) -> Scenario:
        document = self._document
        for key in document.keys() - _KEYS:
            known = ", ".join(sorted(_KEYS))
            self._problem(self._lines.top(key), f"unknown key {key!r}; there are {known}")
        if type(document.get("schema")) is not int or document["schema"] != SCHEMA:
            given = f"is {shown(document['schema'])}" if "schema" in document else "is missing"
            self._problem(
                self._lines.top("schema"), f"schema {given}; write schema = {SCHEMA} at the top"
            )
        seed = document.get("seed", 0)
        if type(seed) is not int or not 0 <= seed < 1 << 63:
            self._problem(
                self._lines.top("seed"),
                f"seed is {shown(seed)}; it must be a whole number from 0 on",
            )
        for key in ("name", "description"):
            if not isinstance(document.get(key, ""), str):
                self._problem(self._lines.top(key), f"{key} must be text in quotes")
        return Scenario(
            self._events(), seed, document.get("name", ""), document.get("description", "")
        )

    def _events(self) -> tuple[Event, ...]:
        tables = self._document.get("at", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._problem(self._lines.top("at"), "`at` must be written as [[at]] tables")
            return ()
        if len(tables) != len(self._lines.entries):
            self._lines.entries = []  # written in some other form: no line numbers
        events: list[Event] = []
        latest_s = 0.0
        for index, table in enumerate(tables):
            t_s = self._time(index, table)
            parameters = {k: v for k, v in table.items() if k not in ("t_s", "fault")}
            name = self._fault(index, table, parameters)
            if t_s is not None and t_s < latest_s:
                self._problem(
                    self._lines.entry(index, "t_s"),
                    f"t_s = {t_s:g} comes after t_s = {latest_s:g}; write entries in time order",
                )
            if t_s is not None and name is not None:
                latest_s = max(latest_s, t_s)
                events.append(Event(t_s * 1000.0, name, MappingProxyType(parameters)))
        return tuple(events)

    def _time(self, index: int, table: dict[str, Any]) -> float | None:
        t_s = table.get("t_s")
        line = self._lines.entry(index, "t_s")
        if t_s is None:
            self._problem(line, "t_s is missing; say when, in seconds from the first truth line")
        elif type(t_s) not in (int, float) or not 0 <= t_s <= MAX_T_S:  # no NaN is, either
            self._problem(line, f"t_s is {shown(t_s)}; it must be a number 0 to {MAX_T_S}")
        else:
            return float(t_s)
        return None

    def _fault(self, index: int, table: dict[str, Any], parameters: dict[str, Any]) -> str | None:
        name = table.get("fault")
        line = self._lines.entry(index, "fault")
        if not isinstance(name, str):
            self._problem(line, "fault is missing; name one of `treadmill-sim faults`")
            return None
        try:
            check(name, {})
        except FaultError as error:
            self._problem(line, str(error))
            return None
        # One parameter at a time, so that each problem is said with its own line.
        for key, value in parameters.items():
            try:
                check(name, {key: value})
            except FaultError as error:
                self._problem(self._lines.entry(index, key), str(error))
        return name

    def _problem(self, line: int | None, message: str) -> None:
        self.problems.append(ScenarioProblem(line, message))
