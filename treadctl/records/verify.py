"""Is this record what was written, and all of it?"""

from collections import deque
from dataclasses import replace
from pathlib import Path

from treadctl.records.chain import Record
from treadctl.records.debrief import read_supplement
from treadctl.records.reader import Integrity, Status, read_each


def verify(path: Path) -> Integrity:
    """Read the whole of *path* and its debrief and judge both; `RecordError` where unreadable."""
    # Only the last items are kept: an hour of records does not fit comfortably into memory.
    *before, verdict = deque(read_each(path), maxlen=2)
    assert isinstance(verdict, Integrity), "a scan ends with its verdict"
    return with_debrief(path, before[0] if before else None, verdict)


def with_debrief(path: Path, last: Record | Integrity | None, verdict: Integrity) -> Integrity:
    """*verdict* on the record *path*, or what is wrong with a debrief that claims to follow it."""
    if not verdict.intact or not isinstance(last, Record):
        return verdict
    damage = read_supplement(path, last).damage
    if damage is None:
        return verdict
    return replace(verdict, status=Status.DEBRIEF_BROKEN, message=damage)
