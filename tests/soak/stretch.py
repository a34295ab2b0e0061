"""What was walked without a gap, and how many hours that were: sessions by their numbers.

Finished sessions are written down one by one, as stretches of one. What is kept for good joins
them, a hundred to a line: which sessions they were says all that is needed to walk them again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from tests.proof import results
from tests.proof.imports import Imports, digest
from tests.soak.courses import course, courses

HOUR_MS: Final = 3_600_000
JOINED: Final = 100
WALKED: Final = results.ROOT / "tests" / "soak" / "session.py"
"""What a session is made of and judged by is all that this imports."""

Line = dict[str, Any]


class Source(NamedTuple):
    """What a session is the same of, each time it is walked."""

    version: str
    seed: int


@cache
def source(seed: int) -> Source:
    """Whoever changes a screen changes no session."""
    return Source(digest(results.ROOT, Imports(results.ROOT).closure([WALKED])), seed)


def stretch(number: int, session: Line, of: Source) -> Line:
    """The line of one session, a dictionary of `Walked`. Told whole only if it has a flaw."""
    flawless = session["result"] == "passed"
    return {
        **of._asdict(),
        "first": number,
        "last": number,
        "ran_ms": session["ran_ms"],
        "cpu_s": session["cpu_s"],
        "refused": len(session["refused"]),
        "flawed": [] if flawless else [session | {"number": number}],
    }


def valid(lines: Iterable[Line], of: Source) -> list[Line]:
    """Those of this source."""
    return [line for line in lines if Source(line["version"], line["seed"]) == of]


def numbers(lines: Iterable[Line]) -> set[int]:
    """Which sessions they tell of."""
    return {n for line in lines for n in range(line["first"], line["last"] + 1)}


def hours(lines: Iterable[Line]) -> float:
    return sum(int(line["ran_ms"]) for line in lines) / HOUR_MS


def joined(lines: Iterable[Line]) -> Iterator[Line]:
    """The same with neighbours on one line, at most a hundred of them."""

    def block(line: Line) -> tuple[str, int, int]:
        return line["version"], line["seed"], line["first"] // JOINED

    for _, group in groupby(sorted(lines, key=lambda one: (*block(one), one["first"])), block):
        whole: Line | None = None
        for line in group:
            if whole is not None and whole["last"] + 1 == line["first"]:
                whole = _sum(whole, line)
                continue
            if whole is not None:
                yield whole
            whole = line
        if whole is not None:
            yield whole


def _sum(one: Line, after: Line) -> Line:
    added = {key: one[key] + after[key] for key in ("ran_ms", "refused", "flawed")}
    return one | added | {"last": after["last"], "cpu_s": round(one["cpu_s"] + after["cpu_s"], 2)}


def figures(lines: Iterable[Line]) -> dict[str, Any]:
    """What they come to."""
    lines = list(lines)
    walked = numbers(lines)
    flawed = [session for line in lines for session in line["flawed"]]
    reactions = Counter(stop[0] for each in flawed for stop in each["stops"])
    return {
        "sessions": len(walked),
        "flawless": len(walked) - len(flawed),
        "virtual_h": round(hours(lines), 1),
        "false_stops": reactions["fast_stop"] + reactions["e_stop"],
        "soft_stops": reactions["soft_stop"],
        "not_completed": sum(1 for each in flawed if each["exit_code"] != 0),
        "never_events": sum(len(each["violations"]) for each in flawed),
        "refusals": sum(line["refused"] for line in lines),
        "courses": len({course(number).name for number in walked}),
        "courses_of": len(courses()),
        "cpu_s": round(sum(line["cpu_s"] for line in lines)),
    }
