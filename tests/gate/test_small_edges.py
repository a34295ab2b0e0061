"""Where a single reading, byte or character more or less would go unnoticed elsewhere."""

import contextlib
import os
import select
import signal
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from firmware_protocols.registry import HostSession
from tests.gate.gate_bench import Bench
from tests.safety.builders import CONFIG, NOW, cruise, cruising
from treadctl.causes import Cause
from treadctl.gate import loop
from treadctl.gate.heart import NO_HEART
from treadctl.gate.reporting import report_of
from treadctl.gate.signals import STOP_SIGNALS, SignalStops
from treadctl.gate.strap import StrapSample
from treadctl.gate.tape import MAX_CHARS, Tape
from treadctl.model import GatePhase, Reaction, Report, StrapState
from treadctl.safety.state import Finding, KernelState

# What the wire check lets pass.

STARTS = b"\xa0"
Spoil = Callable[[list[bytes]], list[bytes]]


@pytest.fixture
def codec(monkeypatch: pytest.MonkeyPatch) -> Callable[[Spoil], None]:
    """Put something else behind the kernel's back into the frames of every tick."""

    def install(spoil: Spoil) -> None:
        original = HostSession.data_to_send
        monkeypatch.setattr(
            HostSession, "data_to_send", lambda self, now_ms: spoil(original(self, now_ms))
        )

    return install


def test_sr10_a_belt_at_rest_in_the_middle_of_a_turn_is_not_started_by_a_codec(
    codec: Callable[[Spoil], None],
) -> None:
    bench = Bench().moving()
    bench.gate.state.phase = GatePhase.TURNING
    codec(lambda frames: [STARTS])
    assert STARTS not in bench.tick()
    assert bench.report().latched is not Reaction.NONE


def test_sr10_after_the_third_bad_answer_not_even_a_good_one_is_waited_for(
    codec: Callable[[Spoil], None],
) -> None:
    bench = Bench().moving(100)
    answers = chain(repeat([b"\xa30299"], 3), [[b"\xaa"]], repeat([]))
    codec(lambda frames: next(answers))
    assert bench.tick() == []


# The clock.


def test_sr32_the_clock_begins_with_the_largest_of_five_readings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readings_ms = iter([1, 3, 2, 1, 5, 8, 8])
    monkeypatch.setattr(loop, "_asleep_ns", lambda: next(readings_ms) * 1_000_000)
    clock = loop.MonotonicClock()
    assert [clock.suspended_ms(), clock.suspended_ms()] == [8 - 5, 0]


# The report.


def told(state: KernelState) -> Report:
    state.now_ms = NOW
    return report_of(state, cruise(), CONFIG, 7, True)


@pytest.mark.parametrize("milder", [Reaction.HOLD, Reaction.SOFT_STOP, Reaction.FAST_STOP])
def test_sr58_of_two_findings_the_stronger_is_told(milder: Reaction) -> None:
    state = cruising(242)
    state.stop_cause, state.stop_level = Cause.STRAP_OPEN, Reaction.FAST_STOP
    state.worst = Finding(milder, Cause.TELEMETRY_STALE)
    report = told(state)
    assert (report.reaction, report.cause) == (Reaction.FAST_STOP, Cause.STRAP_OPEN.value)


def test_sr58_of_two_findings_without_a_stop_the_stronger_is_told() -> None:
    state = cruising(242)
    state.worst = Finding(Reaction.FAST_STOP, Cause.STRAP_OPEN)
    state.latch = Finding(Reaction.SOFT_STOP, Cause.TELEMETRY_STALE)
    report = told(state)
    assert (report.reaction, report.cause) == (Reaction.FAST_STOP, Cause.STRAP_OPEN.value)


def test_sr58_a_stop_that_nobody_and_nothing_asked_for_is_told_as_none() -> None:
    """The belt stops for a rest of the plan, as softly as for a finding."""
    state = cruising(242)
    state.stop_level, state.stop_cause = Reaction.SOFT_STOP, None
    report = told(state)
    assert (report.reaction, report.cause) == (Reaction.NONE, None)


# Signals.


@pytest.fixture
def stops() -> Iterator[SignalStops]:
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    stops = SignalStops()
    yield stops
    os.close(signal.set_wakeup_fd(-1))
    os.close(stops.fileno())
    for number, handler in before.items():
        signal.signal(number, handler)


def _writing_end() -> int:
    """The other end of what wakes the loop, which stays as it is."""
    writing = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return writing


def test_sr18_a_signal_that_finds_no_room_is_a_stop_without_a_word(
    stops: SignalStops, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is written there would stand in the middle of somebody's screen."""
    pipe = os.open(f"/dev/fd/{stops.fileno()}", os.O_WRONLY | os.O_NONBLOCK)
    for piece in (bytes(4_096), b"\0"):
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(pipe, piece)
    os.close(pipe)
    signal.raise_signal(signal.SIGTERM)
    assert stops.reaction is Reaction.FAST_STOP
    assert capfd.readouterr().err == ""


def test_one_turn_of_the_loop_takes_four_kilobytes_of_signals_and_leaves_the_rest(
    stops: SignalStops,
) -> None:
    os.write(_writing_end(), bytes(4_097))
    left = []
    for _ in range(2):
        stops.drain()
        left.append(bool(select.select([stops.fileno()], [], [], 0)[0]))
    assert left == [True, False]


# The tape.


def noted(tape: Tape, now_ms: int, received: bytes) -> None:
    strap = StrapSample(StrapState.ATTACHED, now_ms)
    tape.note(now_ms, received, strap, None, True, Reaction.NONE, True, 0, NO_HEART, frames=[])


@pytest.mark.parametrize(("after_ms", "kept"), [(120, 16_383), (1_020, 1)], ids=["full", "over"])
def test_sr49_the_second_piece_of_a_tape_is_as_long_as_the_first(after_ms: int, kept: int) -> None:
    tape = Tape(now_ms=0)
    noted(tape, 0, b"")
    noted(tape, 0, b"")
    tape.take()
    noted(tape, after_ms, bytes((MAX_CHARS - len("120,sA0,r ")) // 2))
    assert len(tape.take()) == kept
