"""A gate and a Bluetooth treadmill: the way down is gentle, and never begins with a rise."""

from dataclasses import replace

import pytest

from tests.contracts.ftms_peer import FtmsPeer
from tests.gate.test_gate_ftms import FTMS, START, FtmsBench, Obedient, value
from tests.protocols.ftms.conversation import speed
from treadctl.model import GatePhase, Reaction

BUSY = b"\xfe\x00"


class Hurried(Obedient):
    """Refuses as many speeds as it is told to: another procedure is in progress."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses = 0

    def answer(self, frame: bytes) -> bytes:
        if self.refuses and frame[10] == 2:
            self.refuses -= 1
            return b"\x82\x06\x00" + frame[3:7] + BUSY
        return super().answer(frame)


class KeptGoing(FtmsPeer):
    """A start that is said again changes nothing."""

    def _obey(self, value: bytes) -> int:
        return 1 if value[0] == 7 and self._running else super()._obey(value)


@pytest.mark.parametrize("waited_ms", [0, 40, 80])
@pytest.mark.parametrize("ask", [{"setpoint_ckmh": 0}, {"stop": Reaction.SOFT_STOP}])
def test_sr12_a_stop_right_after_a_refused_speed_is_no_harder_than_it_was_asked(
    ask: dict[str, object], waited_ms: int
) -> None:
    bench = FtmsBench()
    bench.machine = bench.ftms = machine = Hurried()
    bench.moving(100)
    machine.refuses, since_ms = 1, bench.now_ms
    bench.ask(setpoint_ckmh=160)
    while not bench.words(since_ms=since_ms):
        bench.tick()
    bench.run(waited_ms)
    bench.ask(**ask)
    bench.run_to(GatePhase.IDLE)
    assert bench.report().latched is Reaction.NONE
    assert bench.words(since_ms=since_ms).count("026e00") == 1


@pytest.mark.parametrize("ask", [{"setpoint_ckmh": 0}, {"stop": Reaction.SOFT_STOP}])
def test_sr12_a_machine_kept_going_by_starts_is_ramped_down_without_one(
    ask: dict[str, object],
) -> None:
    bench = FtmsBench(replace(FTMS, machine=replace(FTMS.machine, profile="trx3500")))
    bench.ftms.peer = KeptGoing()
    bench.moving(240)
    since_ms = bench.now_ms
    bench.ask(**ask)
    bench.run_to(GatePhase.IDLE)
    assert bench.report().latched is Reaction.NONE
    assert START not in bench.words(since_ms=since_ms)


# SR-39: somebody turned the speed up at the console, or the machine says so.


def at_the_console(bench: FtmsBench, speed_ckmh: int, *, obeyed: bool = True) -> None:
    digits = speed_ckmh.to_bytes(2, "little")
    if obeyed:
        bench.ftms.peer.receive(b"\x01\x0a\x00\x63\x00\x00\x00\xd9\x2a\x01\x02" + digits)
    bench.hear(value(0x2ADA, "05" + digits.hex()))


@pytest.mark.parametrize("up_ckmh", [130, 200, 490])
def test_sr39_slower_never_means_faster_after_the_console_went_up_and_back(up_ckmh: int) -> None:
    bench = FtmsBench()
    bench.moving(100)
    at_the_console(bench, up_ckmh)
    bench.run(60)
    at_the_console(bench, 100)
    bench.run(1_500)
    since_ms, highest_ckmh = bench.now_ms, bench.belt_ckmh()
    bench.ask(setpoint_ckmh=90)
    bench.run(4_000)
    assert bench.words(since_ms=since_ms) == [speed(90)]
    assert highest_ckmh <= 105


@pytest.mark.parametrize("up_ckmh", [130, 200, 490])
def test_sr39_slower_never_means_faster_where_the_machine_only_claims_a_higher_speed(
    up_ckmh: int,
) -> None:
    bench = FtmsBench()
    bench.moving(100)
    at_the_console(bench, up_ckmh, obeyed=False)
    since_ms = bench.now_ms
    bench.ask(setpoint_ckmh=80)
    bench.run(4_000)
    assert bench.words(since_ms=since_ms) == [speed(100), speed(90), speed(80)]


def test_sr39_who_slows_down_from_the_consoles_speed_begins_at_the_speed_there_is() -> None:
    bench = FtmsBench()
    bench.moving(100)
    at_the_console(bench, 300)
    bench.run(1_000)
    since_ms, now_ckmh = bench.now_ms, bench.belt_ckmh()
    assert now_ckmh < 200
    bench.ask(setpoint_ckmh=90)
    bench.run(4_000)
    assert bench.words(since_ms=since_ms)[0] <= speed(round(now_ckmh))
    assert bench.belt_ckmh() <= now_ckmh


def test_sr39_a_stop_from_the_consoles_speed_is_no_rise_from_our_own() -> None:
    bench = FtmsBench()
    bench.moving(100)
    at_the_console(bench, 200)
    bench.run(3_000)
    since_ms = bench.now_ms
    bench.ask(stop=Reaction.SOFT_STOP)
    bench.run_to(GatePhase.IDLE)
    assert speed(190) in bench.words(since_ms=since_ms)
    assert bench.report().latched is Reaction.NONE


def test_sr53_a_lower_speed_at_the_console_does_not_turn_a_soft_stop_into_a_latch() -> None:
    bench = FtmsBench()
    bench.moving(200)
    bench.ask(stop=Reaction.SOFT_STOP)
    bench.run(300)
    at_the_console(bench, 90)
    bench.run_to(GatePhase.IDLE)
    assert bench.report().latched is Reaction.NONE
