"""What a replay found: how much was the same, and where the record and this version part."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any, Final

from treadctl.model import Report, Request

NOTHING: Final = "nothing"
_NOT_COMPARED: Final = frozenset({"record"})
"""Where a record lies is not what a session does."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the record and this version part."""

    line: int
    """Of the record, from 1."""
    t_ms: int
    what: str
    recorded: str
    replayed: str


@dataclass(slots=True)
class Half:
    """What became of one half of the replay."""

    compared: dict[str, int]
    difference: Difference | None = None
    ends_early: str | None = None
    """Why nothing was compared from some line on; None: everything was."""

    @property
    def identical(self) -> bool:
        """So far."""
        return self.difference is None and self.ends_early is None


def compared(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of an event is compared."""
    return {name: value for name, value in body.items() if name not in _NOT_COMPARED}


def as_known_to(body: Mapping[str, Any], recorded: Report, replayed: Report) -> Report:
    """*replayed*, without what its version tells and the record's, which wrote *body*, did not."""
    later = {f.name: getattr(recorded, f.name) for f in fields(Report) if f.name not in body}
    return replace(replayed, **later)


def apart(recorded: Mapping[str, Any], replayed: Mapping[str, Any]) -> tuple[str, str]:
    """Only what differs, as text; the name of an event with it."""
    names = [
        name
        for name in {**recorded, **replayed}
        if name == "event" or recorded.get(name, NOTHING) != replayed.get(name, NOTHING)
    ]
    return _text(recorded, names), _text(replayed, names)


def apart_reports(recorded: Report, replayed: Report) -> tuple[str, str, str]:
    """What differs, and how: a frame rather than anything that follows from it."""
    ours, theirs = replayed.ticks.split(), recorded.ticks.split()
    if ours != theirs:
        place = next((i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b), -1)
        return "frames", theirs[place] if theirs else NOTHING, ours[place] if ours else NOTHING
    return ("report", *apart(values(recorded), values(replayed)))


def values(of: Report | Request) -> dict[str, Any]:
    """The fields of *of* but its heartbeat and its ticks."""
    skipped = ("at_ms", "counter", "ticks")
    return {f.name: getattr(of, f.name) for f in fields(of) if f.name not in skipped}


def told(body: Mapping[str, Any]) -> str:
    return _text(body, body)


def _text(body: Mapping[str, Any], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {_plain(body[name])}" for name in names if name in body) or NOTHING


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) and isinstance(value.value, str) else value
