"""Serves attached views from the session's process, in a thread of its own (ADR 0023).

The run neither waits for this thread nor shares an object with it but the desk: what is seen
there is a value, and the one thing that goes back is a stop, asked for as a key would ask.
"""

import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Final

from treadctl.composition.desk import Desk, Seen
from treadctl.composition.spotter.memory import Memory
from treadctl.composition.spotter.peer import Peer
from treadctl.composition.spotter.sockets import Listener, open_listener
from treadctl.composition.spotter.wire import Hello, encode, shown_of
from treadctl.core.events import Sample

MAX_VIEWS: Final = 8
SHOW_MS: Final = 100
HEARD_MS: Final = 20
"""A view that never stops talking is listened to fifty times a second; the first word at once."""
IDLE_MS: Final = 1_000
"""Without a view: often enough that the past is not lost."""
FAREWELL_MS: Final = 500
"""For a view to take the last lines, once the belt stands."""


@contextmanager
def attachable(desk: Desk, hello: Hello, say: Callable[[str], None]) -> Iterator[None]:
    """Let views attach to the run at *desk*, for as long as it lasts.

    A session that cannot be attached to is a session all the same.
    """
    try:
        listener = open_listener()
    except OSError as error:
        say(f"No view can be attached: {error.strerror or error}.")
        yield
        return
    views = Views(desk, hello, listener, say)
    views.start()
    try:
        yield
    finally:
        views.close()


class Views:
    """Everybody who looks on from another terminal."""

    def __init__(
        self, desk: Desk, hello: Hello, listener: Listener, say: Callable[[str], None]
    ) -> None:
        self._desk = desk
        self._hello = encode(hello)
        self._listener = listener
        self._say = say
        self._memory = Memory()
        self._told = desk.follow()
        self._peers: list[Peer] = []
        self._shown: Seen | None = None
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._closing = False
        self._thread = Thread(target=self._run, name="views", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Tell everybody the end, and hang up."""
        self._closing = True
        os.write(self._wake_write, b"c")
        self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _run(self) -> None:
        try:
            while not self._closing:
                self.turn(SHOW_MS if self._peers else IDLE_MS)
            end_ms = _now_ms() + FAREWELL_MS
            self.turn(0)
            while any(p.is_behind for p in self._peers) and (left := end_ms - _now_ms()) > 0:
                self.turn(min(left, SHOW_MS))
        except Exception as error:  # noqa: BLE001  (the session goes on without its views)
            self._say(f"Attached views have ended: {type(error).__name__}: {error}")
        finally:
            self._listener.close()
            for peer in self._peers:
                peer.close()

    def turn(self, wait_ms: int) -> None:
        """Wait for somebody, hear them, and show what is new."""
        poller = select.poll()
        poller.register(self._listener.socket, select.POLLIN)
        poller.register(self._wake_read, select.POLLIN)
        quiet_ms = _now_ms() - HEARD_MS
        for peer in self._peers:
            listening = select.POLLIN if peer.heard_at_ms <= quiet_ms else 0
            poller.register(peer, listening | (select.POLLOUT if peer.is_behind else 0))
        ready = {fd for fd, _ in poller.poll(wait_ms)}
        for peer in self._peers:
            if peer.fileno() in ready and peer.receive():
                self._desk.spotter_stop()
                peer.heard_at_ms = _now_ms()
        self._tell()
        if self._listener.socket.fileno() in ready:
            self._welcome()
        for peer in self._peers:
            peer.send()
            if peer.gone:
                peer.close()
        self._peers = [peer for peer in self._peers if not peer.gone]

    def _tell(self) -> None:
        for event in self._told():
            self._memory.take(event)
            if not self._peers:
                continue
            line = encode(event)
            for peer in self._peers:
                if isinstance(event, Sample):
                    peer.replace("sample", line)
                else:
                    peer.queue(line)
        seen = self._desk.seen
        if self._peers and seen is not None and seen is not self._shown:
            self._shown = seen
            line = encode(shown_of(seen))
            for peer in self._peers:
                peer.replace("shown", line)

    def _welcome(self) -> None:
        with suppress(OSError):  # gone again already
            connection, _ = self._listener.socket.accept()
            peer = Peer(connection)
            self._peers.append(peer)
            if len(self._peers) > MAX_VIEWS:
                peer.decline(f"{MAX_VIEWS} views are attached already. Close one of them.")
                return
            peer.queue(self._hello)
            for event in self._memory.replay():
                peer.say(event)
            if self._desk.seen is not None:
                peer.replace("shown", encode(shown_of(self._desk.seen)))


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
