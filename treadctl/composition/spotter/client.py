"""The view's end: finds the session, and is a desk at which one can look and stop."""

import socket
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Final

from treadctl.composition.desk import Seen
from treadctl.composition.spotter.sockets import connect, sessions
from treadctl.composition.spotter.wire import (
    MAX_BEHIND,
    STOP,
    Declined,
    Down,
    DownDecoder,
    Hello,
    NoSession,
    Shown,
    WireError,
)
from treadctl.core.events import Event, Finished

_CHUNK: Final = 64 * 1024
_HOW: Final = (
    "Start one with `treadctl` or `treadctl run` on this computer, as this user; "
    "then attach from another terminal."
)


class AttachedDesk:
    """What a session shows, and the one thing that may be asked of it. Safe from any thread."""

    def __init__(self, connection: socket.socket, hello: Hello, decoder: DownDecoder) -> None:
        self.hello: Final = hello
        self.seen: Seen | None = None
        self.lost: str | None = None
        """Why nothing comes any more. A session that has told its end is not lost."""
        self.over = False
        self.stops_asked = 0
        self._connection = connection
        self._decoder = decoder
        self._events: deque[Event] = deque(maxlen=MAX_BEHIND)
        self._thread = Thread(target=self._read, name="view", daemon=True)

    def start(self, first: list[Down]) -> None:
        """*first*: what has arrived behind the greeting."""
        self._take(first)
        self._thread.start()

    @property
    def may_move(self) -> bool:
        """Unknown counts as moving; what is over does not."""
        return not self.over and (self.seen is None or self.seen.may_move)

    def stop(self) -> None:
        """Ask the session to stop, now. May be called by a thread that reads keys."""
        self.stops_asked += 1
        try:
            self._connection.send(STOP, socket.MSG_DONTWAIT)
        except BlockingIOError:
            pass  # thousands of the same word are on their way already
        except OSError:
            self._lose("the session cannot be reached")

    def drain(self) -> list[Event]:
        """Every event since the last call, oldest first."""
        taken: list[Event] = []
        with suppress(IndexError):
            while True:
                taken.append(self._events.popleft())
        return taken

    def close(self) -> None:
        """Leave. The session goes on."""
        self.over = True
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def _read(self) -> None:
        try:
            while data := self._connection.recv(_CHUNK):
                self._take(list(self._decoder.feed(data)))
            self._lose("the session's program is gone")
        except (OSError, WireError) as error:
            self._lose(str(error))

    def _take(self, messages: list[Down]) -> None:
        for message in messages:
            match message:
                case Shown():
                    self.seen = message.seen(self.hello)
                case Declined():
                    self._lose(message.message)
                case Hello():
                    self._lose("the session has greeted twice")
                case event:
                    self._events.append(event)
                    self.over = self.over or isinstance(event, Finished)

    def _lose(self, why: str) -> None:
        if not self.over and self.lost is None:
            self.lost = why


def attach(directory: Path, wanted: str | None = None) -> AttachedDesk:
    """Attach to the one session that runs here, or to the one of the treadmill *wanted*.

    Raises:
        NoSession: there is none, or there are several and nobody said which.
    """
    found: list[_Greeted] = []
    silent: NoSession | None = None
    for path in sessions(directory):
        try:
            if (greeted := _greet(path)) is not None:
                found.append(greeted)
        except NoSession as error:
            silent = error
    chosen = [each for each in found if wanted is None or each[1].setup.machine == wanted]
    if len(chosen) != 1:
        for connection, *_ in found:
            connection.close()
        if not found and silent is not None:
            raise silent
        raise _several(found) if chosen else _none(found, wanted)
    for each in found:
        if each is not chosen[0]:
            each[0].close()
    connection, hello, decoder, rest = chosen[0]
    connection.settimeout(None)
    desk = AttachedDesk(connection, hello, decoder)
    desk.start(rest)
    return desk


_Greeted = tuple[socket.socket, Hello, DownDecoder, list[Down]]


def _greet(path: Path) -> _Greeted | None:
    """Connect, and hear who is there; None where nobody is.

    Raises:
        NoSession: somebody is, and this view is not for them.
    """
    if (connection := connect(path)) is None:
        return None
    decoder = DownDecoder()
    heard: list[Down] = []
    try:
        while not heard and (data := connection.recv(_CHUNK)):
            heard = list(decoder.feed(data))
    except WireError as error:
        connection.close()
        raise NoSession(f"Cannot attach: {error}.") from error
    except TimeoutError as error:
        connection.close()
        raise NoSession(
            f"The session of {path} does not answer. Look at the belt; the machine's own stop "
            "key works always."
        ) from error
    except OSError:
        heard = []  # it has ended at this very moment
    match heard:
        case [Hello() as hello, *rest]:
            return connection, hello, decoder, rest
        case [Declined() as declined, *_]:
            connection.close()
            raise NoSession(declined.message)
        case _:
            connection.close()
            return None


def _none(found: list[_Greeted], wanted: str | None) -> NoSession:
    if wanted is None or not found:
        return NoSession(f"No session runs here. {_HOW}")
    return NoSession(f"No session runs on {wanted!r}. There is one on {_names(found)}.")


def _several(found: list[_Greeted]) -> NoSession:
    return NoSession(f"Several sessions run here. Say on which treadmill: {_names(found)}.")


def _names(found: list[_Greeted]) -> str:
    return ", ".join(sorted(repr(hello.setup.machine) for _, hello, *_ in found))
