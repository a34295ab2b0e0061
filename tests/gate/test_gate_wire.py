"""A driver that says something else than it was told: the frame is dropped, and the belt stopped.

The fault is put where a wrong codec would have it, between the session and the wire.
"""

from collections.abc import Callable

import pytest

from firmware_protocols.registry import HostSession
from tests.gate.gate_bench import TRACKMASTER, WOODWAY, Bench, commands, sets_in_motion
from treadctl.gate.setup import GateSetup
from treadctl.model import GatePhase, Reaction

AA = b"\xaa"
Mutate = Callable[[bytes], bytes]
BOTH = pytest.mark.parametrize("setup", [WOODWAY, TRACKMASTER], ids=["woodway-us", "trackmaster"])


def is_speed(frame: bytes) -> bool:
    return frame[0] == 0xA3 and frame[2:] != b"000"


def _doubled(frame: bytes) -> bytes:
    return b"\xa3%04d" % (2 * int(frame[1:])) if is_speed(frame) else frame


def _offset(frame: bytes) -> bytes:
    return b"\xa3%04d" % (int(frame[1:]) + 3) if is_speed(frame) else frame


def _swapped(frame: bytes) -> bytes:
    return frame[:1] + frame[:0:-1] if is_speed(frame) else frame


def _unsupervised(frame: bytes) -> bytes:
    return b"\xa1" if frame == b"\xa0" else frame


def _unsupervised_reverse(frame: bytes) -> bytes:
    return b"\xa9" if frame == b"\xa0" else frame


def _twice(frame: bytes) -> bytes:
    return frame * 2 if is_speed(frame) else frame


def _reversed(frame: bytes) -> bytes:
    return frame[:1] + b"3" + frame[2:] if is_speed(frame) else frame


def _cut(frame: bytes) -> bytes:
    return frame[:-1] if is_speed(frame) else frame


MUTATIONS: list[Mutate] = [
    _doubled,
    _offset,
    _swapped,
    _unsupervised,
    _unsupervised_reverse,
    _twice,
    _reversed,
    _cut,
]


@pytest.fixture
def mutate(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mutate], None]:
    def install(mutation: Mutate) -> None:
        original = HostSession.data_to_send

        def data_to_send(session: HostSession, now_ms: int) -> list[bytes]:
            return [mutation(frame) for frame in original(session, now_ms)]

        monkeypatch.setattr(HostSession, "data_to_send", data_to_send)

    return install


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__[1:])
@BOTH
def test_sr10_a_mutated_start_never_reaches_the_wire(
    mutate: Callable[[Mutate], None], mutation: Mutate, setup: GateSetup
) -> None:
    bench = Bench(setup).counting_down()
    mutate(mutation)
    bench.run_to(GatePhase.STOPPING)
    begun_ms = bench.now_ms
    assert bench.report().latched >= Reaction.FAST_STOP
    assert bench.report().latched_cause in ("wire_violation", "ramp_violation")
    bench.run(1_000)
    left = bench.said_since(0)
    assert not any(map(is_speed, left))
    assert AA in bench.said_since(begun_ms - 20)
    assert not any(map(sets_in_motion, bench.said_since(begun_ms)))


@pytest.mark.parametrize(
    "mutation", [_doubled, _swapped, _twice, _reversed, _cut], ids=lambda m: m.__name__[1:]
)
def test_sr10_a_mutated_speed_while_moving_is_a_stop_in_the_same_tick(
    mutate: Callable[[Mutate], None], mutation: Mutate
) -> None:
    bench = Bench().moving(100)
    mutate(mutation)
    bench.ask(setpoint_ckmh=200)
    while bench.report().latched is Reaction.NONE:
        frames = bench.tick()
    # The fast ramp would go through the same driver: its first frame is as wrong.
    assert frames == [AA]
    assert (bench.report().latched, bench.report().reaction) == (Reaction.E_STOP, Reaction.E_STOP)


def test_sr10_one_single_bad_frame_is_answered_with_the_fast_ramp(
    mutate: Callable[[Mutate], None],
) -> None:
    bench = Bench().moving(100)
    spoilt: list[bytes] = []

    def once(frame: bytes) -> bytes:
        if not spoilt and is_speed(frame):
            spoilt.append(frame)
            return b"\xa30099"
        return frame

    mutate(once)
    bench.ask(setpoint_ckmh=200)
    while not spoilt:
        frames = bench.tick()
    assert frames == [b"\xa30006"] or frames == [b"\xa30005"]
    assert (bench.report().latched, bench.report().latched_cause) == (
        Reaction.FAST_STOP,
        "wire_violation",
    )
    bench.run(4_000)
    assert bench.phase() is GatePhase.LATCHED
    assert bench.machine.engaged is False


def test_sr10_a_bad_frame_during_a_fast_stop_makes_it_an_e_stop(
    mutate: Callable[[Mutate], None],
) -> None:
    bench = Bench().moving(200)
    bench.ask(stop=Reaction.FAST_STOP)
    bench.tick()
    mutate(_doubled)
    frames = bench.run(200)
    assert bench.report().latched is Reaction.E_STOP
    assert bench.report().latched_cause == "operator_fast_stop"
    assert commands(frames)[:2] == [AA, b"\xa30000"]


def test_sr10_where_even_the_stop_is_spoilt_nothing_is_sent_at_all(
    mutate: Callable[[Mutate], None],
) -> None:
    bench = Bench().moving(100)
    mutate(lambda frame: b"\xa30299")
    assert bench.run(500) == []
    assert bench.report().latched is Reaction.E_STOP


def test_sr10_nor_at_rest_where_it_is_as_strong_a_latch(mutate: Callable[[Mutate], None]) -> None:
    bench = Bench().idle()
    mutate(lambda frame: b"\xa30299")
    assert bench.run(500) == []
    assert bench.report().latched is Reaction.E_STOP


def test_sr10_frames_before_the_bad_one_are_kept(mutate: Callable[[Mutate], None]) -> None:
    bench = Bench().moving(100)
    original = HostSession.data_to_send
    with pytest.MonkeyPatch.context() as patch:

        def data_to_send(session: HostSession, now_ms: int) -> list[bytes]:
            frames = original(session, now_ms)
            return [b"\xc1", b"\xa30099"] if frames == [b"\xc1"] else frames

        patch.setattr(HostSession, "data_to_send", data_to_send)
        while bench.report().latched is Reaction.NONE:
            frames = bench.tick()
    assert frames[0] == b"\xc1"
    assert not any(frame == b"\xa30099" for frame in frames)


@BOTH
def test_sr10_a_bad_frame_at_rest_latches_and_stops_as_well(
    mutate: Callable[[Mutate], None], setup: GateSetup
) -> None:
    bench = Bench(setup).idle()
    mutate(lambda frame: b"\xa30003" if frame == b"\xc1" else frame)
    bench.run(200)
    assert bench.report().latched_cause == "wire_violation"
    assert AA in bench.said_since(0)
    assert not any(map(sets_in_motion, bench.said_since(0)))
