"""Two things at once: the worse wins, the milder never softens or postpones it (SR-53)."""

from functools import cache
from typing import Any, Final

import pytest

from tests.rig import Rig
from tests.scenarios.worlds import MACHINES, S, world
from treadctl.model import Reaction

WATCHED_MS: Final = 6_000
GAP_MS: Final = 240
FAULTS: Final[dict[str, dict[str, Any]]] = {
    "strap-pull": {},
    "console-stop": {},
    "mute": {},
    "frozen-telemetry": {},
    "runaway": {},
    "stall": {},
    "ignores-stop": {"count": 100_000},
    "ignores-speed": {},
    "power-cut": {},
    "link-drop": {},
}
CKMH_PER_TENTH: Final = 16.1
AT_ONCE: Final = {"strap-pull": "strap_open", "link-drop": "link_lost"}
"""E-stops that need nothing from the machine, and that no other fault can hide."""
TAKES_AWAY: Final = {
    ("runaway", "console-stop"),
    ("runaway", "power-cut"),
    ("runaway", "stall"),
    ("runaway", "mute"),
    ("runaway", "frozen-telemetry"),
    ("stall", "console-stop"),
}
"""Before the first could be found, the second ended it, or took away what shows it."""
UNSEEN_MS: Final = 2_300
"""Then the belt is stopped for the second: a deviation has to last for two seconds."""


def stops_of(rig: Rig, since_ms: int) -> list[tuple[int, Reaction, str]]:
    return [
        (round(e["t_ms"] - since_ms), Reaction[e["reaction"].upper()], e["cause"])
        for e in rig.told("stop", since_ms=since_ms)
    ]


@cache
def alone(machine: str, fault: str) -> tuple[tuple[int, Reaction, str], ...]:
    with world(machine, S.REVERSE_WALK, stays=True).what_if() as rig:
        begun_ms = rig.now_ms
        rig.act(fault, **FAULTS[fault])
        rig.run_for(WATCHED_MS)
        return tuple(stops_of(rig, begun_ms))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("first", FAULTS)
def test_sr53_no_second_fault_softens_or_postpones_what_the_first_one_brings(
    machine: str, first: str
) -> None:
    expected = alone(machine, first)
    with world(machine, S.REVERSE_WALK, stays=True).what_if() as begun:
        begun_ms = begun.now_ms
        begun.act(first, **FAULTS[first])
        begun.run_for(GAP_MS)
    for second in FAULTS.keys() - {first}:
        with begun.what_if() as rig:
            rig.act(second, **FAULTS[second])
            rig.run_for(WATCHED_MS - GAP_MS)
            told = stops_of(rig, begun_ms)
            reactions = [reaction for _, reaction, _ in told]
            assert reactions == sorted(reactions), f"{first}, {second}: {told}"
            if (first, second) in TAKES_AWAY:
                assert told[0][0] <= UNSEEN_MS, f"{first}, {second}: {told}"
            elif expected:
                assert told[0][0] <= expected[0][0], f"{first}, {second}: {told}"
                assert max(reactions) >= expected[0][1], f"{first}, {second}: {told}"
            if second in AT_ONCE:
                assert max(reactions) is Reaction.E_STOP, f"{first}, {second}: {told}"
            if reactions:
                assert rig.last().latched is max(reactions)
                assert rig.last().latched_cause == told[0][2]


@pytest.mark.parametrize("machine", MACHINES)
def test_sr53_a_strap_that_flutters_is_an_e_stop_from_its_first_opening(machine: str) -> None:
    with world(machine, S.WARM_UP, stays=True).what_if() as rig:
        begun_ms = rig.now_ms
        for _ in range(20):
            rig.act("strap-pull", for_s=0.02)
            rig.run_for(60)
        assert stops_of(rig, begun_ms)[0][1:] == (Reaction.E_STOP, "strap_open")
        rig.run_for(5_000)
        assert rig.belt_stands()


@pytest.mark.parametrize("machine", MACHINES)
def test_sr53_a_belt_that_stalls_again_and_again_is_not_forgiven(machine: str) -> None:
    with world(machine, S.REVERSE_WALK, stays=True).what_if() as rig:
        begun_ms = rig.now_ms
        while not rig.stops():
            rig.act("stall", for_s=0.8)
            rig.run_for(1_100)
            assert rig.now_ms - begun_ms < 15_000
        assert rig.stops()[0][1] in ("stall", "deviation")


@pytest.mark.parametrize("machine", MACHINES)
def test_sr35_a_machine_that_ignores_some_stops_hears_it_again_until_it_stands(
    machine: str,
) -> None:
    for ignored in (1, 2, 5, 15):
        with world(machine, S.REVERSE_WALK).what_if() as rig:
            rig.act("ignores-stop", count=ignored)
            rig.session.e_stop()
            finished = rig.run()
            assert finished["exit_code"] == 12
            assert rig.belt_stands()


@pytest.mark.parametrize("level", ["stop", "fast_stop"])
def test_sr12_the_way_down_of_a_software_stop_is_never_steeper_than_its_limit(level: str) -> None:
    with world("woodway-us", S.WARM_UP).what_if() as rig:
        begun_ms = rig.now_ms
        getattr(rig.session, level)()
        finished = rig.run()
        assert finished["exit_code"] == (10 if level == "stop" else 12)
        sent = rig.speed_frames(since_ms=begun_ms)
        assert len(sent) >= 4
        slope_ckmh_s = 50 if level == "stop" else 200
        for t_ms, higher_ckmh in sent:
            for later_ms, lower_ckmh in sent:
                if later_ms - t_ms >= 1_000:
                    fall_ckmh = higher_ckmh - lower_ckmh
                    allowed_ckmh = slope_ckmh_s * (later_ms - t_ms) / 1_000
                    assert fall_ckmh <= allowed_ckmh + CKMH_PER_TENTH
