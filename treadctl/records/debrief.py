"""What was said after a session: how hard it was, whether it hurt, and a note.

A record ends with its closing line, and nothing may follow it there. A debrief comes later,
so it is a supplement: a file beside the record, of lines of the same form, whose chain begins
with the closing line's hash. The record followed by its supplement is one chain; a line that
was changed, or a supplement of another record, is found (ADR 0019). A correction is a further
line; the last one counts, and the earlier ones stay.
"""

import fcntl
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from treadctl.errors import TreadctlError
from treadctl.records.chain import MAX_LINE, DamagedLine, Record, read_line, write_line
from treadctl.records.journal import RecordError
from treadctl.records.summary import closing_record
from treadctl.regular_file import check_regular

SUFFIX: Final = ".debrief"
KIND: Final = "debrief"
RPE_LOW, RPE_HIGH = 6, 20
"""Borg's scale."""
PAIN_HIGH: Final = 10
NOTE_MAX: Final = 2_000
DEBRIEFS_MAX: Final = 100


class DebriefInvalid(TreadctlError):
    """A value that no debrief can have. Says which, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Debrief:
    """What a person said of one session. None: was not asked, or not answered."""

    rpe: int | None = None
    """How hard it was, 6 (no effort) to 20 (the utmost)."""
    pain: int | None = None
    """The worst pain during it, 0 to 10."""
    pain_before: int | None = None
    """Pain before it began, 0 to 10."""
    note: str = ""

    def __post_init__(self) -> None:
        _check_range("RPE", self.rpe, RPE_LOW, RPE_HIGH)
        _check_range("pain", self.pain, 0, PAIN_HIGH)
        _check_range("pain before", self.pain_before, 0, PAIN_HIGH)
        _check_note(self.note)
        said = (self.rpe, self.pain, self.pain_before)
        if all(value is None for value in said) and not self.note.strip():
            raise DebriefInvalid("A debrief says something: RPE, pain or a note.")


def _check_range(what: str, value: object, low: int, high: int) -> None:
    if value is None or (type(value) is int and low <= value <= high):
        return
    raise DebriefInvalid(f"{what} is a whole number from {low} to {high}, not {value!r:.40}.")


def _check_note(note: object) -> None:
    if not isinstance(note, str):
        raise DebriefInvalid("A note is text.")
    if len(note) > NOTE_MAX:
        raise DebriefInvalid(f"A note has at most {NOTE_MAX} characters; this has {len(note)}.")
    if not all(char.isprintable() or char == "\n" for char in note):
        raise DebriefInvalid("A note is printable text; control characters are not.")


@dataclass(frozen=True, slots=True)
class Said:
    """A debrief, and when it was written down (UTC, ISO 8601)."""

    debrief: Debrief
    written_at: str


@dataclass(frozen=True, slots=True)
class Supplement:
    """Everything that was said after one session, oldest first, as far as it can be trusted."""

    said: tuple[Said, ...] = ()
    damage: str | None = None
    """What is wrong with the rest, in a sentence; None where nothing is."""

    @property
    def last(self) -> Debrief | None:
        """What counts."""
        return self.said[-1].debrief if self.said else None


def supplement_path(record: Path) -> Path:
    """Where the debriefs of *record* are."""
    return record.with_suffix(SUFFIX)


def read_supplement(record: Path, closing: Record) -> Supplement:
    """The debriefs of *record*, whose last line is *closing*; none where there is no file."""
    path = supplement_path(record)
    try:
        _check_regular(path)
        with path.open("rb") as stream:
            return _read(stream, closing)[0]
    except FileNotFoundError:
        return Supplement()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Supplement(damage=f"the debrief cannot be read: {reason}")


def read_debrief(record: Path) -> Supplement:
    """The debriefs of *record*; a record without a closing line can have none.

    Raises:
        RecordError: it cannot be read.
    """
    closing = closing_record(record)
    return Supplement() if closing is None else read_supplement(record, closing)


def write_debrief(record: Path, debrief: Debrief, *, now: datetime | None = None) -> Path:
    """Add *debrief* to the supplement of *record*, on the disk itself. Returns where it is.

    Raises:
        RecordError: the session has not ended in good order, what is there already is damaged,
            or it cannot be written.
    """
    closing = closing_record(record)
    if closing is None:
        raise RecordError(
            f"{record.name} has no closing line: the session is still running, or was cut off. "
            "A debrief belongs to a session that has ended; keep a note of your own"
        )
    at = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    body = {"written_at": at, **asdict(debrief)}
    path = supplement_path(record)
    try:
        _check_regular(path)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0) as stream:
            # Two people at two screens: the second line has to follow the first.
            fcntl.flock(stream, fcntl.LOCK_EX)
            found, last = _read(stream, closing)
            if found.damage is not None:
                raise RecordError(
                    f"{path.name} is damaged, and nothing was added: {found.damage}. "
                    "Move it away to begin anew"
                )
            if len(found.said) >= DEBRIEFS_MAX:
                raise RecordError(f"{path.name} has {DEBRIEFS_MAX} debriefs, which is enough")
            line, _ = write_line(last.digest, last.seq + 1, KIND, closing.t_ms, body)
            _append(stream.fileno(), line)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordError(f"{path} cannot be written: {reason}") from error
    return path


def _check_regular(path: Path) -> None:
    """What is in the place of a file, if anything is, has to be one."""
    with suppress(FileNotFoundError):
        check_regular(path)


def _append(fd: int, line: bytes) -> None:
    """All of *line* or nothing: half of one would keep every later debrief out."""
    size = os.fstat(fd).st_size
    try:
        if os.write(fd, line) != len(line):
            raise OSError("the disk did not take the whole line")
        os.fsync(fd)
    except OSError:
        os.ftruncate(fd, size)
        raise


def _read(stream: BinaryIO, closing: Record) -> tuple[Supplement, Record]:
    """What can be trusted of a supplement, and the line that the next one has to follow."""
    said: list[Said] = []
    last = closing
    while line := stream.readline(MAX_LINE + 1):
        number = len(said) + 1
        if not line.endswith(b"\n"):
            return Supplement(tuple(said), f"line {number} of the debrief is incomplete"), last
        try:
            last = read_line(last.digest, last.seq + 1, line)
            said.append(_said(last))
        except DamagedLine as damage:
            why = f"line {number} of the debrief was changed, or is another record's: {damage}"
            return Supplement(tuple(said), why), last
    return Supplement(tuple(said)), last


def _said(record: Record) -> Said:
    body: Mapping[str, Any] = record.body
    if record.kind != KIND:
        raise DamagedLine(f"it is a {record.kind!r:.20}, not a debrief")
    try:
        debrief = Debrief(
            body.get("rpe"), body.get("pain"), body.get("pain_before"), body.get("note", "")
        )
    except DebriefInvalid as error:
        raise DamagedLine(str(error)) from error
    at = body.get("written_at")
    return Said(debrief, at if isinstance(at, str) else "")
