"""The loop of the gate process, on virtual time, with everything going wrong."""

import gc
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from tests.gate.samples import REQUEST, SETUP
from tests.gate.shell_fakes import (
    AA,
    STOPS,
    FakeClock,
    FakeGate,
    FakeGuard,
    FakeLink,
    FakeOpener,
    FakeStops,
    Step,
)
from treadctl.errors import LinkError
from treadctl.gate import loop
from treadctl.gate.channel import Channel
from treadctl.gate.heart import NO_HEART, HeartEar, HeartInput
from treadctl.gate.link_keeper import LinkKeeper
from treadctl.gate.loop import MonotonicClock
from treadctl.gate.strap import StrapInput
from treadctl.model import Reaction, Report, StrapState


class Contact:
    """A strap contact that is polled every 7 ms."""

    poll_ms = 7

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.closed = True

    def poll(self, now_ms: int) -> None: ...

    def read(self) -> tuple[bool, int]:
        return self.closed, self._clock.now_ms()

    def fileno(self) -> int:
        return 6


class Rig:
    """The loop with fakes around it."""

    def __init__(self) -> None:
        self.gate = FakeGate()
        self.clock = FakeClock(self.gate)
        self.link, self.opener = FakeLink(), FakeOpener()
        self.shared: list[int] = []
        self.keeper = LinkKeeper(
            self.link,
            self.opener,
            stop_frame=AA,
            on_new_link=lambda link: self.shared.append(link.fileno()),
        )
        self.strap = StrapInput(None, expiry_ms=150)
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        self.core, self.core_side = Channel(ours), Channel(theirs)
        self.stops, self.guard = FakeStops(), FakeGuard()
        self.heart: HeartInput | None = None

    def run(self, until_ms: int) -> None:
        self.clock.end_ms = until_ms
        loop.run(
            self.gate,
            self.keeper,
            self.strap,
            self.core,
            self.clock,
            stops=self.stops,
            guard=self.guard,
            stop_frames=STOPS,
            heart=self.heart,
        )

    def step_at(self, now_ms: int) -> Step:
        return next(step for step in self.gate.steps if step.now_ms >= now_ms)

    def reports(self) -> list[Report]:
        return [m for m in self.core_side.receive() if isinstance(m, Report)]


@pytest.fixture(autouse=True)
def collector(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The loop must not switch off the garbage collector of the test run."""
    calls: list[str] = []
    for name in ("collect", "freeze", "disable"):
        monkeypatch.setattr(gc, name, partial(calls.append, name))
    return calls


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.core.close()
    rig.core_side.close()


def test_it_ticks_when_nothing_happens(rig: Rig) -> None:
    rig.run(200)
    assert [step.now_ms for step in rig.gate.steps] == list(range(0, 200, 20))


def test_a_tick_that_was_late_is_not_made_up_for(rig: Rig) -> None:
    def slow(step: Step) -> list[bytes]:
        if step.now_ms == 0:
            rig.clock.wait([], 55)
        return []

    rig.gate.frames = slow
    rig.run(200)
    assert [step.now_ms for step in rig.gate.steps][:3] == [0, 55, 75]


def test_whatever_arrives_wakes_it_at_once(rig: Rig) -> None:
    def reply() -> None:
        rig.link.incoming = b"\xba"

    rig.clock.at(47, reply)
    rig.run(100)
    assert rig.step_at(41).now_ms == 47
    assert rig.step_at(41).received == b"\xba"


def test_sr16_a_strap_edge_is_answered_in_the_same_millisecond(rig: Rig) -> None:
    contact = Contact(rig.clock)
    rig.strap = StrapInput(contact, expiry_ms=150)
    stopped_ms: list[int] = []

    def stop(step: Step) -> list[bytes]:
        if step.now_ms < 200 or step.strap.state is StrapState.ATTACHED:
            return []
        stopped_ms.append(step.now_ms)
        return [AA]

    rig.gate.frames = stop
    rig.clock.at(253, lambda: setattr(contact, "closed", False))
    rig.run(254)
    assert rig.step_at(200).strap.state is StrapState.ATTACHED
    assert stopped_ms == [253]
    assert rig.link.written[0] == AA


def test_the_strap_is_polled_as_often_as_it_asks(rig: Rig) -> None:
    rig.strap = StrapInput(Contact(rig.clock), expiry_ms=150)
    rig.run(35)
    assert [step.now_ms for step in rig.gate.steps] == [0, 7, 14, 21, 28]


def test_it_sleeps_on_everything_that_can_wake_it(rig: Rig) -> None:
    rig.strap = StrapInput(Contact(rig.clock), expiry_ms=150)
    rig.run(7)
    fds, _ = rig.clock.waits[0]
    assert fds == (3, 6, rig.core.fileno(), 8, 9)


def test_the_newest_request_counts_and_the_others_are_gone(rig: Rig) -> None:
    for counter in range(3):
        rig.core_side.post(replace(REQUEST, counter=counter))
    rig.run(40)
    assert [step.request for step in rig.gate.steps] == [replace(REQUEST, counter=2), None]


def test_what_is_no_request_is_passed_over(rig: Rig) -> None:
    rig.core_side.post(SETUP)
    rig.core_side.post(REQUEST)
    rig.core_side.post(SETUP)
    rig.run(20)
    assert rig.step_at(0).request == REQUEST


def test_sr30_a_core_that_is_gone_is_told_to_the_gate_within_a_tick(rig: Rig) -> None:
    rig.clock.at(45, rig.core_side.close)
    rig.run(100)
    assert rig.step_at(40).core_alive
    assert rig.step_at(41).now_ms == 45
    assert not rig.step_at(41).core_alive
    fds, _ = rig.clock.waits[-3]
    assert fds == (3, 8, 9)  # a closed socket is readable for ever: not slept on


def test_sr59_a_core_that_cannot_be_understood_is_a_core_that_is_gone(rig: Rig) -> None:
    def garble() -> None:
        rig.core_side._stream.send(b"\xff" * 8)

    rig.clock.at(45, garble)
    rig.run(100)
    assert not rig.step_at(45).core_alive


def test_reports_go_up_when_they_are_due(rig: Rig) -> None:
    rig.run(301)
    assert [report.now_ms for report in rig.reports()] == [0, 100, 200, 300]


def test_a_core_that_does_not_read_never_holds_up_the_loop(rig: Rig) -> None:
    rig.gate.report_every_ms = 1
    rig.run(20_000)
    assert len(rig.gate.steps) == 1_000
    first, *_, last = [report.now_ms for report in rig.reports() + rig.reports()]
    assert first == 0
    assert last < 20_000


@pytest.mark.parametrize("reaction", [Reaction.NONE, Reaction.FAST_STOP])
def test_sr18_a_signal_is_a_stop_at_the_next_wake(rig: Rig, reaction: Reaction) -> None:
    def signal() -> None:
        rig.stops.reaction = reaction

    rig.clock.at(33, signal)
    rig.run(100)
    assert rig.step_at(33).stop is reaction
    assert rig.stops.drained == len(rig.gate.steps)


def test_sr31_a_dead_rescue_process_is_a_stop(rig: Rig) -> None:
    def die() -> None:
        rig.guard.alive = False

    rig.clock.at(33, die)
    rig.run(100)
    assert rig.step_at(20).stop is Reaction.NONE
    assert rig.step_at(33).stop is Reaction.FAST_STOP


def test_sr33_a_suspend_is_told_once(rig: Rig) -> None:
    rig.clock.at(33, lambda: setattr(rig.clock, "slept_ms", 3_600_000))
    rig.run(100)
    assert [s.suspended_ms for s in rig.gate.steps] == [0, 0, 3_600_000, 0, 0, 0]


@pytest.mark.parametrize(
    ("steps", "calls"),
    [(99, []), (100, ["collect", "freeze", "disable"]), (300, ["collect", "freeze", "disable"])],
)
def test_sr32_the_collector_rests_after_the_warm_up(
    rig: Rig, collector: list[str], steps: int, calls: list[str]
) -> None:
    rig.run(steps * 20)
    assert len(rig.gate.steps) == steps
    assert collector == calls


# Whatever ends the loop, the last bytes are the stop.


def test_an_ordinary_end_writes_the_stop_and_gives_each_frame_time(rig: Rig) -> None:
    rig.run(40)
    assert rig.link.written == list(STOPS)
    assert rig.clock.waits[-1] == ((), 50)


def test_a_gate_that_divides_by_zero_stops_the_belt_before_anybody_hears_of_it(rig: Rig) -> None:
    rig.gate.frames = lambda step: [b"\xc1"] if step.now_ms < 60 else [bytes([1 // 0])]
    with pytest.raises(ZeroDivisionError):
        rig.run(100)
    assert rig.link.written == [b"\xc1"] * 3 + list(STOPS)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError])
def test_so_does_anything_else_that_can_be_raised(rig: Rig, error: type[BaseException]) -> None:
    def fail(step: Step) -> list[bytes]:
        raise error

    rig.gate.frames = fail
    with pytest.raises(error):
        rig.run(100)
    assert rig.link.written == list(STOPS)


def test_an_end_without_a_link_raises_nothing(rig: Rig) -> None:
    rig.link.cut()
    rig.run(100)
    assert rig.link.written == []


# The link.


def test_a_link_that_carries_nothing_more_is_dropped_and_another_opened(rig: Rig) -> None:
    rig.clock.at(30, lambda: setattr(rig.gate, "wants_new_link", True))
    rig.clock.at(50, lambda: setattr(rig.gate, "wants_new_link", False))
    back = FakeLink()
    rig.clock.at(400, lambda: setattr(rig.opener, "ready", back))
    rig.run(800)
    assert [step.link_up for step in rig.gate.steps][:2] == [True, True]
    assert not rig.step_at(100).link_up
    assert rig.opener.begun[0] is rig.link  # once, however long it is wanted
    assert set(rig.opener.begun[1:]) <= {None}
    assert rig.step_at(700).link_up
    assert back.written[0] == AA


@pytest.mark.parametrize("error", [LinkError("gone"), OSError(5, "EIO"), RuntimeError("bug")])
def test_sr20_a_link_that_cannot_be_read_is_down_in_that_step(rig: Rig, error: Exception) -> None:
    def fail() -> None:
        rig.link.read_error = error

    rig.clock.at(30, fail)
    rig.run(100)
    assert rig.step_at(20).link_up
    assert not rig.step_at(30).link_up


def test_sr20_a_link_that_cannot_be_written_is_down_in_the_next_step(rig: Rig) -> None:
    rig.gate.frames = lambda step: [b"\xc1", b"\xa30010"]
    rig.link.write_error = LinkError("full")
    rig.run(100)
    assert rig.step_at(0).link_up
    assert not rig.step_at(1).link_up
    assert rig.link.written == []


def test_sr20_a_lost_link_is_asked_for_every_250_ms_as_long_as_it_takes(rig: Rig) -> None:
    rig.link.cut()
    begun_ms: list[int] = []
    opener_begin = rig.opener.begin

    def begin(lost: FakeLink | None) -> None:
        begun_ms.append(rig.clock.now_ms())
        opener_begin(lost)

    rig.opener.begin = begin  # type: ignore[method-assign]
    rig.run(40_000)
    gaps = [b - a for a, b in pairwise(begun_ms)]
    assert begun_ms[0] <= 20
    assert set(gaps) == {250}
    assert begun_ms[-1] > 39_000
    assert rig.opener.begun[0] is rig.link  # to be closed there, where it may take its time
    assert set(rig.opener.begun[1:]) == {None}
    fds, _ = rig.clock.waits[-3]
    assert fds[0] == 77


def reconnected(rig: Rig, frames: list[bytes]) -> FakeLink:
    """Cut the link, and let the gate say *frames* in every step after it is back."""
    rig.link.cut()
    back = FakeLink(fd=4)
    rig.gate.frames = lambda step: frames if step.link_up else []
    rig.clock.at(500, lambda: setattr(rig.opener, "ready", back))
    rig.run(540)
    return back


def test_sr37_a_stop_is_the_first_word_on_a_link_that_is_back(rig: Rig) -> None:
    back = reconnected(rig, [b"\xc0"])
    assert back.written[:3] == [AA, b"\xc0", b"\xc0"]
    assert rig.step_at(500).link_up


def test_sr37_also_when_the_gate_had_nothing_to_say(rig: Rig) -> None:
    back = reconnected(rig, [])
    assert back.written == [AA, *STOPS]


def test_a_stop_that_the_gate_says_itself_is_not_doubled(rig: Rig) -> None:
    back = reconnected(rig, [AA, b"\xc0"])
    assert back.written[:4] == [AA, b"\xc0", AA, b"\xc0"]


def test_sr31_a_link_that_is_back_is_shared_with_the_rescue_process(rig: Rig) -> None:
    reconnected(rig, [])
    assert rig.shared == [4]


def test_sr37_a_link_that_fails_before_the_stop_is_out_is_lost_again(rig: Rig) -> None:
    rig.link.cut()
    first, second = FakeLink(fd=4), FakeLink(fd=5)
    first.write_error = LinkError("full")
    rig.gate.frames = lambda step: [b"\xc0"] if step.link_up else []
    rig.clock.at(500, lambda: setattr(rig.opener, "ready", first))
    rig.clock.at(900, lambda: setattr(rig.opener, "ready", second))
    rig.run(1_000)
    assert first.written == []
    assert rig.opener.begun.count(first) == 1
    assert second.written[0] == AA


def test_closing_the_keeper_closes_the_link_there_is(rig: Rig) -> None:
    rig.keeper.close()
    rig.keeper.close()
    assert rig.link.closed
    assert not rig.keeper.up


def test_a_core_that_is_behind_is_not_offered_reports_after_its_end(rig: Rig) -> None:
    rig.core_side.close()
    rig.run(301)
    assert not rig.core.alive


def test_sr37_a_link_that_is_gone_is_given_up_once(rig: Rig) -> None:
    rig.keeper.drop()
    rig.keeper.drop()
    assert not rig.keeper.up
    rig.keeper.read(0)
    assert rig.opener.begun == [rig.link]


# The real clock.


def test_the_real_clock_is_the_monotonic_one() -> None:
    before = time.monotonic_ns() // 1_000_000
    assert before <= MonotonicClock().now_ms() <= time.monotonic_ns() // 1_000_000


def test_sr33_only_growth_of_the_time_asleep_is_a_suspend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asleep_ns = [5_000_000_000]
    monkeypatch.setattr(loop, "_asleep_ns", lambda: asleep_ns[0])
    clock = MonotonicClock()
    told: list[int] = []
    for offset_ms in (0, 300, 300, 100, 300, 3_600_300, 3_600_300):
        asleep_ns[0] = (5_000 + offset_ms) * 1_000_000
        told.append(clock.suspended_ms())
    # 100 is a reading that was interrupted between the two clocks: it means nothing.
    assert told == [0, 300, 0, 0, 0, 3_600_000, 0]


def test_the_real_clock_wakes_for_a_descriptor() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(b"!")
        clock = MonotonicClock()
        started_ms = clock.now_ms()
        clock.wait([ours.fileno()], 10_000)
        assert clock.now_ms() - started_ms < 5_000
        clock.wait([], 0)


# A heart-rate sensor beside the treadmill.


def _with_sensor(rig: Rig, link: FakeLink) -> None:
    rig.heart = HeartInput(LinkKeeper(link, FakeOpener(), stop_frame=b""), HeartEar())


def test_without_a_sensor_there_is_no_heart_rate(rig: Rig) -> None:
    rig.run(100)
    assert {step.heart for step in rig.gate.steps} == {NO_HEART}


def test_what_a_sensor_says_wakes_the_loop_and_is_handed_on(rig: Rig) -> None:
    sensor = FakeLink(fd=55)
    _with_sensor(rig, sensor)
    # ftms.md 6: 72 bpm, with contact.
    rig.clock.at(47, lambda: setattr(sensor, "incoming", bytes.fromhex("810400372a0648")))
    rig.run(100)
    assert 55 in rig.clock.waits[0][0]
    assert (rig.step_at(41).now_ms, rig.step_at(41).heart.bpm) == (47, 72)


@pytest.mark.parametrize(
    "error", [LinkError("gone"), OSError("gone"), ValueError("a bug")], ids=repr
)
def test_sr46_a_sensor_that_breaks_costs_the_treadmill_nothing(rig: Rig, error: Exception) -> None:
    sensor = FakeLink(fd=55)
    _with_sensor(rig, sensor)
    rig.gate.frames = lambda step: [b"\xc1"]
    sensor.read_error = error
    rig.run(1_000)
    assert all(step.link_up for step in rig.gate.steps)
    assert len(rig.link.written) == len(rig.gate.steps) + len(STOPS)
    times = [step.now_ms for step in rig.gate.steps]
    assert all(later - earlier <= 20 for earlier, later in pairwise(times))
