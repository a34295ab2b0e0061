"""What a session came to, in the few numbers that people ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from treadctl.records.chain import (
    GENESIS,
    MAX_LINE,
    DamagedLine,
    Kind,
    Record,
    claimed_hash,
    parse_line,
    read_line,
)
from treadctl.records.journal import RecordError
from treadctl.records.reader import Integrity, read_each, reading


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop reaction, as it was announced."""

    t_ms: int
    reaction: str
    code: str
    cause: str
    message: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A record in a line. What it does not say is empty, or None where zero would lie."""

    plan: str
    machine: str
    simulated: bool
    started_at: str
    """Wall clock, UTC, ISO 8601."""
    software: str
    duration_ms: int
    closed: bool
    """Whether the closing record is there: the session ended in good order."""
    reason: str | None
    exit_code: int | None
    reverse_s: float | None
    distance_m: float | None
    stops: tuple[Stop, ...]
    dropped: int
    """Lines that could not be recorded."""
    person: str = ""
    profile: str = ""
    criteria: tuple[str, ...] = ()
    """The stop criteria that were noted, by id, in order."""
    began_ms: int = 0
    """What `t_ms` the record begins with; the times of stops count by the same clock."""

    def to_json(self) -> dict[str, object]:
        return asdict(self)


_TAIL_BYTES: Final = 256 * 1024


def summarise(records: Iterable[Record]) -> Summary:
    """The summary of *records*, the first of which is the header."""
    first = last = None
    stops: list[Stop] = []
    criteria: list[str] = []
    reverse_s: float | None = None
    distance_m: float | None = None
    dropped = 0
    for last in records:
        first = first or last
        body = last.body
        if last.kind == Kind.REPORT.value:
            reverse_ms = number(body, "reverse_ms")
            reverse_s = reverse_s if reverse_ms is None else reverse_ms / 1_000
        elif last.kind == Kind.EVENT.value:
            reverse_s = number(body, "reverse_s", reverse_s)
            distance_m = number(body, "distance_m", distance_m)
            if body.get("event") == "stop":
                stops.append(_stop(last.t_ms, body))
            elif body.get("event") == "criterion":
                criteria.append(text(body, "id"))
        elif last.kind == Kind.DROPPED.value:
            dropped += int(number(body, "lines") or 0)
    if first is None or last is None:
        raise RecordError("a record without a header cannot be summarised")
    if last.kind == Kind.CLOSE.value:
        return _closed(first, last)
    end = {"criteria": criteria}
    return _summary(first, last, end, tuple(stops), reverse_s, distance_m, dropped)


def person_of(path: Path) -> str:
    """Whose record *path* is, from its first line; empty where nobody's or not a record."""
    with reading(path) as stream:
        try:
            return text(read_line(GENESIS, 0, stream.readline(MAX_LINE + 1)).body, "person")
        except DamagedLine:
            return ""


def closing_record(path: Path) -> Record | None:
    """The closing line of *path*, proved by the one before it; None where there is none.

    Raises:
        RecordError: *path* cannot be read.
    """
    with reading(path) as stream:
        ends = _ends(stream)
    return None if ends is None else ends[1]


def summarise_file(path: Path) -> Summary:
    """The summary of *path*: from its two ends where it was closed, else from all that is good.

    Only the ends are proved then; `verify` proves the whole. `RecordError` where not even the
    header can be trusted.
    """
    with reading(path) as stream:
        ends = _ends(stream)
    if ends is not None:
        return _closed(*ends)
    return summarise(item for item in read_each(path) if not isinstance(item, Integrity))


def _ends(stream: BinaryIO) -> tuple[Record, Record] | None:
    """Header and closing record, or None where either is missing or damaged."""
    try:
        header = read_line(GENESIS, 0, stream.readline(MAX_LINE + 1))
        stream.seek(max(0, stream.seek(0, 2) - _TAIL_BYTES))
        *_, before, line = stream.read(_TAIL_BYTES).splitlines(keepends=True)
        match parse_line(line):
            case {"seq": int(seq), "kind": Kind.CLOSE.value}:
                return header, read_line(claimed_hash(before), seq, line)
    except (DamagedLine, ValueError):  # ValueError: fewer than two lines in the tail
        pass
    return None


def _closed(header: Record, close: Record) -> Summary:
    body = close.body
    listed = body.get("stops")
    stops = tuple(
        _stop(int(number(stop, "t_ms") or 0), stop)
        for stop in (listed if isinstance(listed, list) else [])
        if isinstance(stop, dict)
    )
    return _summary(
        header,
        close,
        body,
        stops,
        number(body, "reverse_s"),
        number(body, "distance_m"),
        int(number(body, "dropped") or 0),
    )


def _summary(
    header: Record,
    last: Record,
    end: Mapping[str, Any],
    stops: tuple[Stop, ...],
    reverse_s: float | None,
    distance_m: float | None,
    dropped: int,
) -> Summary:
    head = header.body
    exit_code = number(end, "exit_code")
    criteria = end.get("criteria")
    return Summary(
        plan=text(head, "plan"),
        machine=text(head, "machine"),
        simulated=head.get("simulated") is True,
        started_at=text(head, "started_at"),
        software=text(head, "software"),
        duration_ms=max(0, last.t_ms - header.t_ms),
        closed=last.kind == Kind.CLOSE.value,
        reason=text(end, "reason") or None,
        exit_code=None if exit_code is None else int(exit_code),
        reverse_s=reverse_s,
        distance_m=distance_m,
        stops=stops,
        dropped=dropped,
        began_ms=header.t_ms,
        person=text(head, "person"),
        profile=text(head, "profile"),
        criteria=tuple(
            each
            for each in (criteria if isinstance(criteria, list) else ())
            if isinstance(each, str)
        ),
    )


def _stop(t_ms: int, body: Mapping[str, Any]) -> Stop:
    return Stop(t_ms, *(text(body, key) for key in ("reaction", "code", "cause", "message")))


def text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def number(body: Mapping[str, Any], key: str, otherwise: float | None = None) -> float | None:
    """A number that can be reckoned with: neither a bool, NaN, nor absurdly large."""
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return value if -1e12 < value < 1e12 else otherwise
