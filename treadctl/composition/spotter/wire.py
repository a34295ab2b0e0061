"""What passes between a session and a view attached to it, sans-IO: one line of JSON each.

    session -> view   {"hello": ...}  once      what is walked, where, and by which software
                      {"event": ...}            the same lines as `treadctl run --jsonl`
                      {"shown": ...}            one moment of the run; the newest replaces the older
                      {"declined": "..."}       why the session hangs up
    view -> session   {"do": "stop"}            and nothing else

SR-48: from elsewhere one may read and stop. The way up is no list of verbs of which some are
refused: it has one word. A view that says anything else is told so and hung up on.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from treadctl.composition.desk import Seen
from treadctl.core import jsonl
from treadctl.core.events import Event
from treadctl.core.machine import SessionState
from treadctl.core.programme import Programme
from treadctl.core.prompts import Prompt
from treadctl.core.setup import SessionSetup
from treadctl.errors import TreadctlError
from treadctl.gate.json_codec import MessageError, from_json, no_duplicates, to_json
from treadctl.model import Report
from treadctl.version import VERSION

STOP: Final = b'{"do":"stop"}\n'
MAX_UP: Final = 256
MAX_DOWN: Final = 512 * 1024
"""A plan of 200 steps, each with a name, a cue and its lines, is a fifth of that."""

MAX_BEHIND: Final = 6_000
"""Messages for a view that does not read: the past of an hour, and what happens meanwhile."""


class WireError(TreadctlError):
    """The other end has said something that is not in this protocol."""


class NoSession(TreadctlError):
    """There is nothing to attach to, or more than one thing."""


@dataclass(frozen=True, slots=True)
class Stop:
    """All that a view can ask for."""


@dataclass(frozen=True, slots=True)
class Hello:
    version: str
    pid: int
    """Of the process that leads the session."""
    setup: SessionSetup
    programme: Programme


@dataclass(frozen=True, slots=True)
class Shown:
    """A `Seen` without what never changes."""

    now_ms: int
    state: SessionState
    report: Report | None
    awaiting: Prompt | None
    open_items: tuple[str, ...]
    t_ms: int

    def seen(self, hello: Hello) -> Seen:
        return Seen(
            self.now_ms,
            self.state,
            self.report,
            self.awaiting,
            self.open_items,
            hello.programme,
            hello.setup,
            self.t_ms,
        )


@dataclass(frozen=True, slots=True)
class Declined:
    """The last line of a session that hangs up on this view."""

    message: str


Down = Hello | Shown | Declined | Event


def shown_of(seen: Seen) -> Shown:
    """What is for the record alone does not travel."""
    report = replace(seen.report, ticks="") if seen.report is not None else None
    return Shown(seen.now_ms, seen.state, report, seen.awaiting, seen.open_items, seen.t_ms)


def encode(message: Down) -> bytes:
    """Return the line of *message*."""
    match message:
        case Hello():
            body: object = {"hello": to_json(message)}
        case Shown():
            body = {"shown": to_json(message)}
        case Declined():
            body = {"declined": message.message}
        case event:
            body = jsonl.to_json(event)
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


class _Lines:
    """Cuts a stream into lines. Broken once, it stays broken: nothing later can be trusted."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._buffer = b""
        self._broken: str | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the whole lines.

        Raises:
            WireError: a line has no end, or an earlier one was broken.
        """
        if self._broken is not None:
            raise WireError(self._broken)
        *whole, self._buffer = (self._buffer + data).split(b"\n")
        for line in whole:
            if len(line) > self._longest:
                raise self.broken("a line is too long")
            yield line
        if len(self._buffer) > self._longest:
            raise self.broken("a line is too long")

    def broken(self, why: str) -> WireError:
        self._broken, self._buffer = why, b""
        return WireError(why)


class UpDecoder:
    """The session's end: every `Stop` that has been said."""

    def __init__(self) -> None:
        self._lines = _Lines(MAX_UP)

    def feed(self, data: bytes) -> Iterator[Stop]:
        """Yield the stops, also those before a line that is none.

        Raises:
            WireError: something else was said.
        """
        for line in self._lines.feed(data):
            if _parsed(line, self._lines.broken) != {"do": "stop"}:
                raise self._lines.broken('an attached view can only read, and say {"do": "stop"}')
            yield Stop()


class DownDecoder:
    """The view's end."""

    def __init__(self) -> None:
        self._lines = _Lines(MAX_DOWN)

    def feed(self, data: bytes) -> Iterator[Down]:
        """Yield every whole message.

        Raises:
            WireError: something is not what this software says.
        """
        for line in self._lines.feed(data):
            values = _parsed(line, self._lines.broken)
            try:
                yield _down(values)
            except (MessageError, jsonl.NoEvent) as error:
                raise self._lines.broken(str(error)) from error


def _parsed(line: bytes, broken: Callable[[str], WireError]) -> object:
    try:
        return json.loads(line, object_pairs_hook=no_duplicates)
    except (MessageError, ValueError, RecursionError) as error:
        raise broken("a line is not JSON") from error


def _down(values: object) -> Down:
    match values:
        case {"hello": {"version": str(theirs)}} if theirs != VERSION:
            # Before anything else of it is read: it may well be different.
            raise MessageError(
                f"the session is led by treadctl {theirs}, this is {VERSION}; "
                "use the same installation for both"
            )
        case {"hello": body, **rest} if not rest:
            return from_json(Hello, body)
        case {"shown": body, **rest} if not rest:
            return from_json(Shown, body)
        case {"declined": str(message), **rest} if not rest:
            return Declined(message)
        case _:
            return jsonl.from_json(values)
