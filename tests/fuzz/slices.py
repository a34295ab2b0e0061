"""What every decoder and every kind of file has had so far: the slices of a campaign, added up."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

SUMMED: Final = (
    *("bytes", "executions", "files", "used", "refused"),
    *("slices", "cpu_s", "wall_s"),
)
WORST: Final = ("slowest_ms", "peak_mb", "covered")

Line = dict[str, Any]
Done = dict[str, Line]
"""By name. Whoever has had nothing yet has zero of everything."""


def done(lines: Iterable[Line], version: Callable[[str], str]) -> Done:
    """Add up by name what counts: the slices whose code is still what it was."""
    had: Done = defaultdict(lambda: defaultdict(int))
    for line in lines:
        name = line["name"]
        if line["version"] == version(name):
            _add(had[name], line)
    return had


def _add(had: Line, line: Line) -> None:
    for key in SUMMED:
        had[key] += line.get(key, 0)
    for key in WORST:
        had[key] = max(had[key], line.get(key, 0))
    had["found"] += len(line["found"])


def joined(lines: Iterable[Line]) -> Iterator[Line]:
    """The same on one line for each name and version. Whatever was found stays told."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line["name"], line["version"]].append(line)
    for (name, version), group in sorted(groups.items()):
        had: Line = defaultdict(int)
        for line in group:
            _add(had, line)
        amounts = {key: round(had[key], 1) for key in (*SUMMED, *WORST) if had[key]}
        found = [each for line in group for each in line["found"]]
        yield {"name": name, "version": version, **amounts, "found": found}
