"""Is this record what was written, and all of it?"""

from collections import deque
from pathlib import Path

from treadctl.records.reader import Integrity, read_each


def verify(path: Path) -> Integrity:
    """Read the whole of *path* and judge it; `RecordError` where it cannot be read."""
    # Only the last item is kept: an hour of records does not fit comfortably into memory.
    verdict = deque(read_each(path), maxlen=1).pop()
    assert isinstance(verdict, Integrity), "a scan ends with its verdict"
    return verdict
