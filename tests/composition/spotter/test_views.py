"""Views attached to a session, on real sockets; the turns of the thread are taken by hand."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.leader import Leader
from tests.rig import Rig
from treadctl.composition.desk import Desk, Wish
from treadctl.composition.spotter import sockets
from treadctl.composition.spotter.client import AttachedDesk, attach
from treadctl.composition.spotter.memory import Memory
from treadctl.composition.spotter.server import MAX_VIEWS, Views
from treadctl.composition.spotter.wire import (
    MAX_BEHIND,
    STOP,
    Declined,
    Down,
    DownDecoder,
    Hello,
    NoSession,
    Shown,
)
from treadctl.core.events import Announced, Sample, SessionStarted, StateChanged, Stopped
from treadctl.core.machine import SessionState as S
from treadctl.model import GatePhase
from treadctl.version import VERSION


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A runtime directory, and nobody else's."""
    tmp_path.chmod(0o700)
    return tmp_path


class Walk:
    """A session with somebody who leads it, and its views."""

    def __init__(self, place: Path) -> None:
        self.desk = Desk()
        self.rig = Rig(desk=self.desk, stays=True)
        self.leader = Leader(self.rig, self.desk)
        hello = Hello(VERSION, os.getpid(), self.rig.session.setup, self.rig.programme)
        self.said: list[str] = []
        self.listener = sockets.Listener(place)
        begun = self.desk.drain()  # the rig has taken its first turn already
        self.views = Views(self.desk, hello, self.listener, self.said.append)
        for event in begun:
            self.desk.tell(event)
        self.eyes: list[Eye] = []
        self._served = self._closed = False

    def serve(self) -> None:
        """With the thread, as in a session."""
        self._served = True
        self.views.start()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for eye in self.eyes:
            eye.socket.close()
        if not self._served:
            self.serve()
        self.views.close()

    def lead_to(self, state: S) -> None:
        while self.rig.state() is not state:
            self.leader.run_until(partial(self._is_later, state, self.rig.now_ms + 1_000))
            self.turn()

    def _is_later(self, state: S, until_ms: int) -> bool:
        return self.rig.state() is state or self.rig.now_ms >= until_ms

    def turn(self, times: int = 1) -> None:
        for _ in range(times):
            self.views.turn(0)


class Eye:
    """The other end of one view, without a thread."""

    def __init__(self, walk: Walk) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(walk.listener.path))
        self._decoder = DownDecoder()
        walk.eyes.append(self)
        walk.turn(2)

    def heard(self) -> list[Down]:
        messages: list[Down] = []
        try:
            while data := self.socket.recv(65_536, socket.MSG_DONTWAIT):
                messages += self._decoder.feed(data)
        except BlockingIOError:
            pass
        return messages


@pytest.fixture
def walk(place: Path) -> Iterator[Walk]:
    walk = Walk(place)
    yield walk
    walk.close()


@contextmanager
def served(walk: Walk) -> Iterator[None]:
    walk.serve()
    try:
        yield
    finally:
        walk.close()


def stopping(walk: Walk) -> bool:
    """Whether the gate has been asked to stop, within three exchanges."""
    for _ in range(15):
        walk.rig.tick()
        if walk.rig.last().phase is GatePhase.STOPPING:
            return True
    return False


# Stopping.


def test_sr48_a_stop_from_a_view_reaches_the_gate_with_the_next_exchange(walk: Walk) -> None:
    walk.lead_to(S.REVERSE_WALK)
    walk.leader.away = True
    eye = Eye(walk)
    eye.socket.send(STOP)
    walk.turn()
    assert stopping(walk)
    walk.rig.run_for(12_000)
    assert walk.rig.belt_stands()
    assert [e["note"] for e in walk.rig.told("mark")] == ["stop asked for at an attached view"]
    walk.rig.judge()


def test_sr18_a_stop_from_a_view_goes_before_everything_asked_beside_the_treadmill() -> None:
    desk = Desk()
    desk.ask("faster")
    desk.spotter_stop()
    assert desk.take() == Wish("spotter_stop")
    assert desk.take() is None


def test_sr56_a_stop_from_a_view_does_not_say_that_somebody_is_beside_the_treadmill(
    walk: Walk,
) -> None:
    walk.lead_to(S.REVERSE_WALK)
    walk.leader.away = True
    walk.rig.run_for(500)
    attended = walk.rig.session._core.wishes.attended
    walk.desk.spotter_stop()
    walk.rig.run_for(500)
    assert walk.rig.session._core.wishes.attended == attended
    walk.desk.stop()
    walk.rig.run_for(500)
    assert walk.rig.session._core.wishes.attended == attended + 1


def test_a_stop_that_repeats_is_one_mark_in_the_record(walk: Walk) -> None:
    walk.lead_to(S.REVERSE_WALK)
    walk.leader.away = True
    for _ in range(50):
        walk.desk.spotter_stop()
        walk.rig.run_for(100)
    assert len(walk.rig.told("mark")) == 1


def test_a_view_that_says_anything_else_is_told_so_and_hung_up_on(walk: Walk) -> None:
    walk.lead_to(S.REVERSE_WALK)
    eye = Eye(walk)
    eye.heard()
    eye.socket.send(b'{"do":"faster"}\n')
    walk.turn()
    (last,) = [m for m in eye.heard() if isinstance(m, Declined)]
    assert "can only read" in last.message
    assert eye.socket.recv(1) == b""
    assert walk.desk.take() is None


def test_sr18_a_stop_before_nonsense_counts(walk: Walk) -> None:
    eye = Eye(walk)
    eye.socket.send(STOP + b"\x00\xff\n")
    walk.turn()
    assert walk.desk.take() == Wish("spotter_stop")


def test_sr18_a_stop_counts_although_whoever_said_it_has_hung_up_before_the_greeting(
    walk: Walk,
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hasty:
        hasty.connect(str(walk.listener.path))
        hasty.send(STOP)
    walk.turn(3)
    assert walk.desk.take() == Wish("spotter_stop")


def test_a_view_that_closes_changes_nothing(walk: Walk) -> None:
    walk.lead_to(S.REVERSE_WALK)
    Eye(walk).socket.close()
    walk.turn(3)
    assert not stopping(walk)
    assert walk.said == []


# Showing.


def test_several_views_are_told_the_same(walk: Walk) -> None:
    walk.lead_to(S.CHECKLIST)
    eyes = [Eye(walk) for _ in range(3)]
    walk.lead_to(S.WARM_UP)
    walk.turn()
    first, *others = [[m for m in eye.heard() if not isinstance(m, Sample)] for eye in eyes]
    assert isinstance(first[0], Hello)
    assert isinstance(first[-1], Shown)
    assert first[-1].state is S.WARM_UP
    tail = first[-8:]
    assert all(other[-8:] == tail for other in others)


def test_a_late_view_is_told_who_walks_and_where_the_belt_has_been(walk: Walk) -> None:
    walk.lead_to(S.REVERSE_WALK)
    walk.turn()
    heard = Eye(walk).heard()
    assert isinstance(heard[1], SessionStarted)
    assert len([m for m in heard if isinstance(m, Sample)]) > 10
    assert isinstance(heard[-1], Shown)


def test_a_view_that_never_reads_slows_nobody_and_is_owed_a_bounded_past(walk: Walk) -> None:
    walk.lead_to(S.WARM_UP)
    stalled, reading = Eye(walk), Eye(walk)
    for t_ms in range(3 * MAX_BEHIND):
        walk.desk.tell(Announced(t_ms, "x" * 200, 0, "change"))
        if t_ms % 50 == 0:
            walk.turn()
            reading.heard()
    walk.turn()
    (peer, _) = walk.views._peers
    assert peer.is_behind
    assert len(peer._queue) <= MAX_BEHIND
    assert not stopping(walk)
    late = [m for m in stalled.heard() if isinstance(m, Announced)]
    walk.turn()
    assert late
    stalled.socket.send(STOP)
    walk.turn()
    assert walk.desk.take() == Wish("spotter_stop")


def test_one_view_too_many_is_told_so_and_the_others_stay(walk: Walk) -> None:
    eyes = [Eye(walk) for _ in range(MAX_VIEWS)]
    extra = Eye(walk)
    (declined,) = extra.heard()
    assert isinstance(declined, Declined)
    assert "attached already" in declined.message
    assert extra.socket.recv(1) == b""
    eyes[0].socket.send(STOP)
    walk.turn()
    assert walk.desk.take() == Wish("spotter_stop")


def test_a_stop_that_is_over_is_not_told_to_a_late_view() -> None:
    memory = Memory()
    stop = Stopped(1, "soft_stop", "F-018", "operator_soft_stop", "Stopped.", "Go on.")
    memory.take(stop)
    assert stop in memory.replay()
    memory.take(StateChanged(2, "starting", "armed", 1, 3, "Warm-up", None))
    assert stop not in memory.replay()


# Where a session is found.


def attached(place: Path, wanted: str | None = None) -> AttachedDesk:
    desk = attach(place, wanted)
    desk.close()
    return desk


def test_sr48_the_socket_is_for_its_user_alone(walk: Walk) -> None:
    assert stat.S_IMODE(walk.listener.path.stat().st_mode) == 0o600
    assert walk.listener.socket.family == socket.AF_UNIX


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_sr48_a_directory_that_others_may_enter_holds_no_socket(place: Path, mode: int) -> None:
    place.chmod(mode)
    with pytest.raises(PermissionError):
        sockets.Listener(place)
    assert list(place.iterdir()) == []


def test_sr48_a_directory_behind_a_link_holds_no_socket(place: Path) -> None:
    (place / "real").mkdir(mode=0o700)
    (place / "link").symlink_to(place / "real")
    with pytest.raises(PermissionError):
        sockets.Listener(place / "link")


def test_without_a_session_a_person_is_told_how_to_start_one(place: Path) -> None:
    for nowhere in (place, place / "missing"):
        with pytest.raises(NoSession, match=r"No session runs here\. Start one"):
            attach(nowhere)


def test_the_socket_of_a_killed_session_is_removed_by_whoever_finds_it(place: Path) -> None:
    dead = sockets.Listener(place)
    dead.socket.close()  # as kill -9 does: the file stays
    with pytest.raises(NoSession, match="No session runs here"):
        attach(place)
    assert not dead.path.exists()


def test_a_new_session_sweeps_up_behind_a_killed_one_and_leaves_a_living_one(walk: Walk) -> None:
    place = walk.listener.path.parent
    dead = sockets.Listener(place)
    dead.socket.close()
    other = sockets.Listener(place)
    assert sorted(place.iterdir()) == sorted([walk.listener.path, other.path])
    other.close()


def test_a_view_finds_the_one_session_and_is_greeted(walk: Walk) -> None:
    walk.lead_to(S.WARM_UP)
    with served(walk):
        desk = attached(walk.listener.path.parent)
        assert desk.hello.setup == walk.rig.session.setup
        named = attached(walk.listener.path.parent, walk.rig.session.setup.machine)
        assert named.hello == desk.hello
        with pytest.raises(NoSession, match="No session runs on 'right'"):
            attach(walk.listener.path.parent, "right")
    assert walk.said == []
    assert not walk.listener.path.exists()


def test_of_several_sessions_one_has_to_be_named(walk: Walk) -> None:
    place = walk.listener.path.parent
    with served(walk), served(Walk(place)), pytest.raises(NoSession, match="Several sessions"):
        attach(place)


def test_a_session_that_does_not_answer_is_said_to_be_there(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "CONNECT_S", 0.05)
    with pytest.raises(NoSession, match="does not answer"):
        attach(walk.listener.path.parent)
    assert walk.listener.path.exists()


def test_a_view_whose_session_is_gone_says_so_and_a_stop_is_no_crash(walk: Walk) -> None:
    walk.lead_to(S.REVERSE_WALK)
    with served(walk):
        desk = attach(walk.listener.path.parent)
    desk._thread.join()
    assert desk.lost == "the session's program is gone"
    assert desk.may_move  # nobody has said that it stands
    desk.stop()
    desk.close()
