"""What one person has walked, from their records."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from treadctl.records.debrief import Debrief, read_debrief
from treadctl.records.journal import RecordError
from treadctl.records.summary import Summary, person_of, summarise_file

RECORD_SUFFIX: Final = ".jsonl"
REVERSE_SESSION_MIN_S: Final = 45.0
"""The shortest bout of safety.md 2.2. Less than one of those is no session backward."""


@dataclass(frozen=True, slots=True)
class PastSession:
    """One record of a person."""

    path: Path
    summary: Summary
    debrief: Debrief | None = None
    """What counts of what was said afterwards; None also where that was tampered with."""


def past_sessions(person_id: str, directory: Path) -> tuple[PastSession, ...]:
    """The records of *person_id* in *directory*, oldest first; those of nobody else.

    A record that cannot be read proves nothing and is left out.
    """
    found: list[PastSession] = []
    for path in record_files(directory):
        try:
            if person_of(path) == person_id:
                debrief = read_debrief(path)
                said = None if debrief.damage else debrief.last
                found.append(PastSession(path, summarise_file(path), said))
        except RecordError:
            continue
    return tuple(found)


def record_files(directory: Path) -> list[Path]:
    """The records in *directory*, by name, which is by time.

    Raises:
        RecordError: there is such a directory, and it cannot be read.
    """
    try:
        found = (path for path in directory.iterdir() if path.suffix == RECORD_SUFFIX)
        return sorted(path for path in found if path.is_file())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RecordError(f"{directory} cannot be read: {error.strerror}") from error


def reverse_sessions(past: Iterable[PastSession], *, simulated: bool) -> int:
    """How many of *past* count as sessions with backward walking (safety.md 4.2).

    Only what ended in good order counts. On a treadmill only treadmills count; a simulated run
    also counts simulated ones, so that a whole programme can be tried.
    """
    return sum(
        summary.closed
        and (simulated or not summary.simulated)
        and (summary.reverse_s or 0.0) >= REVERSE_SESSION_MIN_S
        for summary in (each.summary for each in past)
    )
