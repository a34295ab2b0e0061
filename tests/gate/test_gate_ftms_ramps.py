"""A gate and a Bluetooth treadmill that is slow to hear: the way down of a stop stays gentle."""

from dataclasses import replace

import pytest

from tests.contracts.ftms_peer import FtmsPeer
from tests.gate.test_gate_ftms import FTMS, START, FtmsBench, Obedient
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
