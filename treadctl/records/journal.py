"""The journal of one session: append-only, hash-chained, readable up to its last second.

Recording never stops a session and never delays it (SR-49): whatever goes wrong after
`open` is counted, said by `trouble`, and written into the journal once that is possible.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

from treadctl.errors import TreadctlError
from treadctl.records.chain import FORMAT, GENESIS, Kind, write_line
from treadctl.records.line_file import (
    BACKLOG_MAX,
    CHUNK,
    FLUSH_S,
    Flusher,
    LineFile,
    Sync,
    Write,
    create_file,
)
from treadctl.units import counted

CLOSE_WAIT_S: Final = 5.0
STOPS_MAX: Final = 100
"""Stops repeated in the closing record; all of them are in the journal itself."""
_URGENT_EVENTS: Final = ("stop", "criterion", "finished")


class RecordError(TreadctlError):
    """A record could not be made or read."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a session was, as far as that is known before it begins."""

    plan: str
    machine: str
    simulated: bool
    software: str
    """Version of this program."""
    limits_hash: str
    protocol: str = ""
    machine_class: str = ""
    mode: str = ""
    seed: int | None = None
    person: str = ""
    """By the name of their file; nothing else is said about anybody."""
    profile: str = ""
    steps: tuple[tuple[str, int, int, int, str], ...] = ()
    """What was planned: kind, duration_ms, from_ckmh, speed_ckmh and name of each step."""
    inputs: Mapping[str, object] = field(default_factory=dict)
    """Everything that session and gate were given, so that the record can be replayed."""


class Journal:
    """Open with `Journal.open`, end with `close`. Without `close` the record reads as cut."""

    def __init__(
        self,
        path: Path,
        file: LineFile,
        *,
        clock: Callable[[], float],
        backlog_max: int,
    ) -> None:
        self.path = path
        self._file = file
        self._flusher: Flusher | None = None
        self._clock = clock
        self._backlog_max = backlog_max
        self._flush_due_s = clock() + FLUSH_S
        self._seq = 0
        self._digest = GENESIS
        self._stops: list[dict[str, object]] = []
        self._criteria: list[object] = []
        self._gap = 0
        self._unencodable: str | None = None
        self._closed = False
        self.dropped = 0
        """Lines that are not in the record."""

    @classmethod
    def open(
        cls,
        directory: Path,
        header: Header,
        *,
        real_time: bool,
        t_ms: int = 0,
        started_at: datetime | None = None,
        backlog_max: int = BACKLOG_MAX,
        clock: Callable[[], float] = monotonic,
        suffix: Callable[[], str] = lambda: secrets.token_hex(3),
        write: Write = os.write,
        sync: Sync = os.fsync,
    ) -> "Journal":
        """Create a new record in *directory*, or raise `RecordError` (SR-49: do not arm then).

        In *real_time* a thread of its own does the writing, and what the disk does not take
        is dropped. In virtual time, which outruns any disk, the caller writes, and waits.
        """
        started_at = (started_at or datetime.now(UTC)).astimezone(UTC)
        path, fd = _create(directory, started_at, suffix)
        file = LineFile(fd, write=write, sync=sync)
        journal = cls(path, file, clock=clock, backlog_max=backlog_max)
        body = {
            "format": FORMAT,
            "started_at": started_at.isoformat(timespec="seconds"),
            **asdict(header),
        }
        journal._add(Kind.HEADER, t_ms, body)
        file.write_pending()
        if file.error or file.backlog:
            os.close(fd)
            path.unlink(missing_ok=True)
            raise RecordError(
                f"cannot write a record in {directory}: {file.error or 'nothing was written'}. "
                "Make room, or choose another directory with --record"
            )
        if real_time:
            journal._flusher = Flusher(file)
        return journal

    @property
    def trouble(self) -> str | None:
        """One sentence on what is wrong with the recording, or None."""
        reason = self._file.error or self._unencodable
        if self.dropped:
            are = "is" if self.dropped == 1 else "are"
            return (
                f"{counted(self.dropped, 'line')} {are} missing from the record: "
                f"{reason or 'disk too slow'}"
            )
        return f"The record cannot be written at present: {reason}" if reason else None

    def append(self, kind: Kind, t_ms: int, body: Mapping[str, object]) -> None:
        """Add one line. Never raises and never waits for a disk.

        A fault, and what people must find afterwards (`_URGENT_EVENTS`), goes out at once.
        """
        if self._closed:
            self.dropped += 1
            return
        if self._file.backlog > self._backlog_max:
            self._drop()
            return
        if self._gap and self._add(Kind.DROPPED, t_ms, {"lines": self._gap}):
            self._gap = 0
        event = body.get("event") if kind is Kind.EVENT else None
        if not self._add(kind, t_ms, body):
            self._drop()
        elif event == "stop" and len(self._stops) < STOPS_MAX:
            keys = ("reaction", "code", "cause", "message")
            self._stops.append({"t_ms": int(t_ms), **{key: body.get(key) for key in keys}})
        elif event == "criterion" and len(self._criteria) < STOPS_MAX:
            self._criteria.append(body.get("id"))
        self._flush(urgent=kind is Kind.FAULT or event in _URGENT_EVENTS)

    def flush(self) -> None:
        """Have everything written soon, without waiting for it."""
        self._flush(urgent=True)

    def close(self, t_ms: int, body: Mapping[str, object]) -> bool:
        """Write the closing record, with *body* (reason, exit_code, reverse_s, distance_m).

        False if the record is incomplete: lines were dropped, or the disk did not take them.
        """
        if self._closed:
            return False
        totals = {"dropped": self.dropped, "stops": self._stops, "criteria": self._criteria}
        if not self._add(Kind.CLOSE, t_ms, {**body, **totals}):
            self._add(Kind.CLOSE, t_ms, totals)
        return self._end() and not self.dropped

    def abandon(self) -> bool:
        """Keep what there is and end without a closing record: the session did not end well."""
        return not self._closed and self._end()

    def _end(self) -> bool:
        self._closed = True
        if self._flusher:
            ended = self._flusher.close(CLOSE_WAIT_S)
        else:
            self._file.close()
            ended = True
        return ended and not self._file.backlog and not self._file.error

    def _add(self, kind: Kind, t_ms: int, body: Mapping[str, object]) -> bool:
        try:
            line, self._digest = write_line(self._digest, self._seq, kind._value_, t_ms, body)
        except (TypeError, ValueError, RecursionError) as error:
            self._unencodable = str(error)
            return False
        self._seq += 1
        self._file.add(line)
        return True

    def _drop(self) -> None:
        self.dropped += 1
        self._gap += 1

    def _flush(self, *, urgent: bool) -> None:
        full = self._file.backlog >= CHUNK
        if self._flusher:
            if urgent:
                self._file.want_sync()
            if urgent or full:
                self._flusher.wake()
        elif urgent or full or self._clock() >= self._flush_due_s:
            self._file.write_pending()
            self._flush_due_s = self._clock() + FLUSH_S


def _create(directory: Path, started_at: datetime, suffix: Callable[[], str]) -> tuple[Path, int]:
    stamp = started_at.strftime("%Y-%m-%dT%H-%M-%SZ")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(10):
            path = directory / f"{stamp}-{suffix()}.jsonl"
            try:
                return path, create_file(path)
            except FileExistsError:
                continue
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordError(
            f"cannot create a record in {directory}: {reason}. "
            "Choose a directory you may write to with --record"
        ) from error
    raise RecordError(f"cannot find a free name for a record in {directory}")
