"""SR-07: a strap that is pulled before the gate looks is asked for again, and pulled again."""

from itertools import pairwise

from tests.rig import Rig
from treadctl.core.operators import PULL_AGAIN_MS
from treadctl.model import GatePhase


def test_sr07_a_pull_before_the_first_look_of_an_idle_gate_costs_seconds_and_no_session() -> None:
    """Found by soaking, two sessions of seventy-two: the tick after the quarantine was late."""
    rig = Rig("trackmaster")
    while rig.phase() is not GatePhase.IDLE:
        rig.virtual.outside.late_ms = 3
        rig.tick()
    rig.run_until(lambda: rig.last().strap_pull_seen, limit_ms=3 * PULL_AGAIN_MS)
    assert len(pulls(rig)) == 2, pulls(rig)
    assert rig.run()["exit_code"] == 0


def pulls(rig: Rig) -> list[float]:
    straps = [(line["t_ms"], line["strap"]) for line in rig.truth]
    return [
        at_ms
        for (_, before), (at_ms, now) in pairwise(straps)
        if (before, now) == ("attached", "released")
    ]
