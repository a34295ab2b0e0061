"""No never-event can be reached, as far as a few seconds go; `make explore` goes all the way.

And the exploration itself is tried: bugs that are put into the kernel are found, by a shortest way.
"""

import pytest

from tests.exploration import rules, world
from tests.exploration.explore import Explorer, retell
from tests.exploration.rules import NeverEvent, Rules
from tests.exploration.world import GO, SCENES, STOPS, STRAP, TURN_AROUND, Event
from treadctl.model import GatePhase, Reaction
from treadctl.safety import interlocks, phases, ramp
from treadctl.safety.state import Finding, Inputs, KernelConfig, KernelState

AT_MOST = 3_000
"""States of each scene here; all of them take minutes."""
FEWEST = (
    "everything is confirmed",
    "arm",
    "start is pressed",
    "start is confirmed",
    f"setpoint {world.SLOW}",
)

SHORTEST = (
    "everything is confirmed",
    f"setpoint {world.SLOW}",
    "the strap is released",
    "the strap is clipped on",
    "time passes",
    "arm",
    "start is pressed",
    "time passes",
    "start is confirmed",
    "the strap is released",
    "time passes",
)
DISARM = next(event for event in GO if event.name == "disarm")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> str:
    """A scene in which little can happen, so that the whole of it is explored in a moment."""
    events: tuple[Event, ...] = (*(e for e in GO if e.name in FEWEST), *STRAP)
    monkeypatch.setitem(SCENES, "narrow", (TURN_AROUND, events))
    return "narrow"


@pytest.mark.parametrize("scene", SCENES)
def test_sr60_no_never_event_is_reached(scene: str) -> None:
    found = Explorer(scene).run(AT_MOST)
    assert found.violation is None, "\n".join([str(found.violation), *retell(scene, found.way)])
    assert found.states >= AT_MOST
    assert not found.complete
    assert found.depth >= 3  # and what is behind it is for `make explore`


def test_sr60_a_narrow_scene_is_explored_to_its_end(narrow: str) -> None:
    found = Explorer(narrow).run()
    assert found.violation is None
    assert found.complete
    assert found.phases >= {"idle", "armed", "countdown", "starting", "stopping", "latched"}


# Bugs put into the kernel.


def test_sr16_a_kernel_that_overlooks_the_strap_is_found_by_a_shortest_way(
    narrow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(s: KernelState, i: Inputs, c: KernelConfig) -> Finding | None:
        return None

    others = tuple(each for each in interlocks.IN_MOTION if each is not interlocks.strap)
    monkeypatch.setattr(interlocks, "IN_MOTION", (*others, nothing))
    found = Explorer(narrow).run()
    assert found.violation is not None
    assert str(found.violation) == "N5: 50 is said with the strap released"
    # Everything has to be confirmed, the strap pulled and clipped on, the machine armed and
    # started before it can matter; nothing of that can be left out, and nothing else is there.
    assert len(found.way) == len(SHORTEST)
    assert sorted(found.way) == sorted(SHORTEST)
    told = list(retell(narrow, found.way))
    assert told[-1].strip() == f"NEVER: {found.violation}"


def test_sr34_a_kernel_that_forgets_its_latch_is_found(
    narrow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "latch", lambda s, finding: None)
    monkeypatch.setitem(SCENES, narrow, (TURN_AROUND, (*SCENES[narrow][1], DISARM)))
    found = Explorer(narrow).run()
    assert found.violation is not None
    assert found.violation.rule == "N3"


def test_sr24_a_kernel_that_takes_one_zero_for_standstill_is_found(
    narrow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(s: KernelState, i: Inputs, c: KernelConfig) -> bool:
        return s.zero_samples >= 1 and s.commanded_ckmh == 0

    monkeypatch.setattr(phases, "is_standstill", once)
    found = Explorer(narrow).run()
    assert found.violation is not None
    assert found.violation.rule == "N6"


def test_sr35_a_kernel_that_says_stop_once_is_found(
    narrow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "NEVER_MS", 1 << 60)
    found = Explorer(narrow).run()
    assert found.violation is not None
    assert found.violation.rule == "N11"


def test_ruling_2_a_stop_that_begins_above_what_has_left_is_found(
    narrow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin_down(s: KernelState, sent_ckmh: int | None) -> None:
        s.down_mckmh = max(0, s.commanded_ckmh * 1_000 - 1)

    monkeypatch.setattr(ramp, "begin_down", begin_down)
    config, events = SCENES["waiting"]
    few = [
        e
        for e in events
        if e.name not in ("disarm", "the line is free", "a fast stop is asked for")
    ]
    monkeypatch.setitem(SCENES, narrow, (config, tuple(few)))
    found = Explorer(narrow).run()
    assert found.violation is not None
    assert str(found.violation) == "N2: a stop says 50 after 50 has left"


def test_n11_a_ramp_that_stays_on_its_way_is_found(
    narrow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ramp, "ramped_down", lambda s, c, dt_ms: s.commanded_ckmh)
    monkeypatch.setitem(SCENES, narrow, (TURN_AROUND, (*SCENES[narrow][1], STOPS[0])))
    found = Explorer(narrow).run()
    assert found.violation is not None
    assert found.violation.rule in ("N2", "N11")


def test_a_way_is_told_again_step_by_step(narrow: str) -> None:
    names = ("the strap is released", "the strap is clipped on", "time passes")
    told = list(retell(narrow, names))
    assert told[0].split() == ["TIME", "WHAT", "HAPPENS", "PHASE", "TOLD", "BELT"]
    assert [line.split(". ")[1].split("  ")[0] for line in told[1:]] == list(names)


def test_the_rules_remember_what_lasts_and_nothing_else() -> None:
    remembered = Rules(must_reset=True, phase=GatePhase.LATCHED)
    assert rules.levels_of(remembered) == rules.levels_of(Rules(*rules.levels_of(remembered)))
    assert issubclass(NeverEvent, AssertionError)
    assert Reaction.E_STOP > Reaction.SOFT_STOP
