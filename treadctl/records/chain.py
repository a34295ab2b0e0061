"""One line of a journal: how it is written, and how it proves its place.

    {"seq":7,"kind":"event","t_ms":4200,"body":{...},"hash":"<64 hex digits>"}

The hash is SHA-256 over the previous line's hash (64 hex digits; zeros before the first
line) followed by this line up to and including the comma before ``"hash"``. So a line
answers for itself and for everything before it. There is no key: this finds accidents and
careless hands, not somebody who rewrites the whole file (docs/records.md).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any, Final

FORMAT: Final = 1
GENESIS: Final = b"0" * 64
MAX_LINE: Final = 1 << 20
"""Bytes; a longer line is damage, and is never written."""
START: Final = b'{"seq":0,"kind":"header",'
"""How every journal begins, in every format."""


class Kind(Enum):
    """What a line tells of."""

    HEADER = "header"
    REPORT = "report"
    REQUEST = "request"
    EXCHANGE = "exchange"
    """The session went on, and there was no report."""
    VERB = "verb"
    EVENT = "event"
    FAULT = "fault"
    DROPPED = "dropped"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Record:
    """One line, read back. `t_ms` is the session's monotonic clock."""

    seq: int
    kind: str
    t_ms: int
    body: Mapping[str, Any]
    digest: bytes


class DamagedLine(Exception):
    """A complete line that is not what was written there."""


def _plain(value: object) -> object:
    """The value of an enum; anything else has no place in a journal."""
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} cannot be recorded")


_encode = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, check_circular=False, default=_plain
).encode

_HASH: Final = b'"hash":"'
_END: Final = b'"}\n'
_TAIL: Final = len(_HASH) + 64 + len(_END)


def write_line(
    previous: bytes, seq: int, kind: str, t_ms: int, body: Mapping[str, object]
) -> tuple[bytes, bytes]:
    """The line and its hash. Raises ValueError or TypeError for what JSON cannot say."""
    text = f'{{"seq":{seq},"kind":"{kind}","t_ms":{int(t_ms)},"body":{_encode(body)},'
    payload = text.encode("ascii")
    if len(payload) + _TAIL > MAX_LINE:
        raise ValueError(f"a line of {len(payload)} bytes cannot be recorded")
    digest = sha256(previous + payload).hexdigest().encode("ascii")
    return b"".join((payload, _HASH, digest, _END)), digest


def read_line(previous: bytes, seq: int, line: bytes) -> Record:
    """The record in *line*, if it belongs here: after *previous*, as number *seq*."""
    payload, tail = line[:-_TAIL], line[-_TAIL:]
    claimed = tail[len(_HASH) : -len(_END)]
    if not (tail.startswith(_HASH) and tail.endswith(_END) and len(tail) == _TAIL):
        raise DamagedLine("it has no hash")
    if sha256(previous + payload).hexdigest().encode("ascii") != claimed:
        raise DamagedLine("its hash does not follow from the line and the one before it")
    match parse_line(line):
        case {"seq": int(found), "kind": str(kind), "t_ms": int(t_ms), "body": dict(body)}:
            if abs(t_ms) >= 1 << 63:
                raise DamagedLine("its time is none")
            if found != seq:
                raise DamagedLine(f"it says it is record {found}, in the place of {seq}")
            return Record(found, kind, t_ms, body, claimed)
        case _:
            raise DamagedLine("it is not a record")


def claimed_hash(line: bytes) -> bytes:
    """The hash that *line* carries, unproved."""
    return line[len(_HASH) - _TAIL : -len(_END)]


def parse_line(line: bytes) -> object:
    """The JSON of *line*, or None where it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
