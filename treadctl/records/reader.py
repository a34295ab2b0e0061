"""Reading a journal, as far as it can be trusted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from treadctl.records.chain import (
    FORMAT,
    GENESIS,
    MAX_LINE,
    START,
    DamagedLine,
    Kind,
    Record,
    parse_line,
    read_line,
)
from treadctl.records.journal import RecordError
from treadctl.regular_file import REMEDY, NotRegular, check_regular


class Status(Enum):
    """What can be said of a record as a whole."""

    INTACT = "intact"
    TORN_TAIL = "torn_tail"
    """The last line is incomplete: the program or the computer was cut off in mid-write."""
    CUT_TAIL = "cut_tail"
    """Every line is good, and the closing record is missing."""
    BROKEN = "broken"
    """A line is not what was written there."""
    DEBRIEF_BROKEN = "debrief_broken"
    """The record itself is good; what was said after it is not what was written there."""
    NOT_A_JOURNAL = "not_a_journal"
    NEWER_FORMAT = "newer_format"


@dataclass(frozen=True, slots=True)
class Integrity:
    """The verdict on a record. Everything before *line* is as it was written."""

    status: Status
    records: int
    """Good lines, counted from the start."""
    line: int | None
    """The first line that cannot be trusted, from 1; None where there is none."""
    message: str

    @property
    def intact(self) -> bool:
        return self.status is Status.INTACT


def scan(stream: BinaryIO) -> Iterator[Record | Integrity]:
    """Yield every good record, in order, then the verdict, which ends it."""
    previous, count, kind = GENESIS, 0, ""
    while line := stream.readline(MAX_LINE + 1):
        verdict = _judge_place(line, count, kind)
        if verdict is None:
            try:
                record = read_line(previous, count, line)
            except DamagedLine as damage:
                verdict = Integrity(
                    Status.BROKEN, count, count + 1, f"line {count + 1} was changed: {damage}"
                )
        if verdict is not None:
            yield verdict
            return
        yield record
        previous, count, kind = record.digest, count + 1, record.kind
    yield _judge_end(count, kind)


def read(path: Path) -> tuple[list[Record], Integrity]:
    """Everything of *path* that can be trusted, and the verdict."""
    *items, verdict = read_each(path)
    assert isinstance(verdict, Integrity), "a scan ends with its verdict"
    return [item for item in items if isinstance(item, Record)], verdict


def read_each(path: Path) -> Iterator[Record | Integrity]:
    """`scan` of a file; `RecordError` where it cannot be read at all."""
    with reading(path) as stream:
        yield from scan(stream)


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open *path*; whatever the file system has to say is a `RecordError`."""
    try:
        check_regular(path)
        with path.open("rb") as stream:
            yield stream
    except NotRegular as error:
        raise RecordError(f"{path} cannot be read: {error.strerror}. {REMEDY}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordError(f"{path} cannot be read: {reason}") from error


def _judge_place(line: bytes, count: int, kind: str) -> Integrity | None:
    """What is wrong with there being this line here, before its hash is looked at."""
    number = count + 1
    if not count:
        if not (line.startswith(START) or START.startswith(line)):
            return Integrity(Status.NOT_A_JOURNAL, 0, 1, "this is not a session record")
        if (refused := _judge_format(line)) is not None:
            return refused
    if kind == Kind.CLOSE.value:
        return Integrity(
            Status.BROKEN, count, number, f"line {number} was added after the closing record"
        )
    if len(line) > MAX_LINE:
        return Integrity(Status.BROKEN, count, number, f"line {number} is longer than any written")
    if not line.endswith(b"\n"):
        return Integrity(
            Status.TORN_TAIL,
            count,
            number,
            f"line {number}, the last, is incomplete: the session was cut off while writing it",
        )
    return None


def _judge_end(count: int, kind: str) -> Integrity:
    if not count:
        return Integrity(Status.NOT_A_JOURNAL, 0, None, "the file is empty")
    if kind != Kind.CLOSE.value:
        return Integrity(
            Status.CUT_TAIL,
            count,
            None,
            "the closing record is missing: the session was cut off, is still running, "
            "or the end was removed",
        )
    return Integrity(Status.INTACT, count, None, "every line is as it was written")


def _judge_format(line: bytes) -> Integrity | None:
    """What is wrong with the format that the header in *line* names; none is said of a torn one."""
    match parse_line(line):
        case {"body": dict(body)}:
            found = body.get("format")
        case _:
            return None
    if type(found) is not int or found < 1:  # True would pass for 1
        return Integrity(
            Status.NOT_A_JOURNAL, 0, 1, "this is not a session record: its header names no format"
        )
    if found > FORMAT:
        return Integrity(
            Status.NEWER_FORMAT, 0, 1, "a newer version of this program wrote this record"
        )
    return None
