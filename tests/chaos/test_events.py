"""A few of the events of `make chaos`, side by side, judged on the truth as all of them are."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from simulator.machines.catalogue import MODELS
from tests.chaos import bout
from tests.chaos.cases import KILL, MEMORY, PAUSE, STARVE, STOP, UNPLUG, Case, cases, combinations
from tests.chaos.drive import figures
from tests.chaos.outcome import BROKEN, KEPT, NOT_DONE, STARVED, Outcome

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]

SEED: Final = 7
LANES: Final = 3


def few() -> Iterator[Case]:
    """One of each kind of ending, early in the bout, so that they do not take long."""
    wanted = [
        ("rfc2217", "woodway-us", "", "core", STOP),
        ("pty", "trackmaster", "", "gate", PAUSE),
        ("pty", "woodway-us", "", "rescue", KILL),
        ("rfc2217", "trackmaster", "", "simulator", KILL),
        ("rfc2217", "woodway-us", "", "core", MEMORY),
    ]
    if "ftms" in MODELS:
        wanted.append(("air", "ftms", "stops-on-link-loss", "link", UNPLUG))
    for index, (transport, machine, quirk, victim, event) in enumerate(wanted):
        yield Case(
            index, "gate", transport, machine, quirk, victim, event, "hold", 0.5 + index, 2_500
        )


def test_sr14_sr20_sr30_sr31_whatever_is_hurt_the_belt_stands_in_time_and_stays_so() -> None:
    chosen = list(few())
    with ThreadPoolExecutor(LANES) as lanes:
        outcomes = list(lanes.map(bout.conduct, chosen))
    told = {
        f"{case.transport} {case.victim} {case.event}": (each.verdict, each.why)
        for case, each in zip(chosen, outcomes, strict=True)
    }
    # A computer that is too busy for a strap to be read in time never lets a belt move, and one
    # that gave the simulator no turn proves nothing: neither is a failure, and neither is a pass.
    verdicts = [verdict for verdict, _ in told.values()]
    assert BROKEN not in verdicts, told
    assert verdicts.count(KEPT) >= len(chosen) // 2, told


def test_every_combination_comes_once_before_any_comes_twice() -> None:
    everything = combinations()
    first = list(cases(SEED, len(everything)))
    found = [(c.rig, c.transport, c.machine, c.quirk, c.victim, c.event) for c in first]
    assert sorted(found) == sorted(everything)
    assert first == list(cases(SEED, 2 * len(everything)))[: len(everything)]
    assert [c.index for c in first] == list(range(len(everything)))
    assert first != list(cases(SEED + 1, len(everything)))


def test_a_pause_that_may_pass_as_a_hiccup_has_no_bound_and_a_longer_one_has() -> None:
    def paused(victim: str, lasts_ms: int) -> Case:
        return Case(0, "gate", "pty", "woodway-us", "", victim, PAUSE, "hold", 1.0, lasts_ms)

    assert paused("core", 799).bound is None
    assert paused("core", 800).bound is not None
    assert paused("gate", 1_499).bound is None
    assert paused("gate", 1_500).bound is not None
    assert paused("rescue", 60_000).bound is None


def test_who_dies_of_being_troubled_is_judged_by_what_it_died_of() -> None:
    def dying(victim: str, event: str) -> Case:
        return Case(0, "gate", "air", "ftms", "", victim, event, "steady", 1.0, 2_494)

    assert dying("gate", MEMORY).bound_if_it_dies == dying("gate", KILL).bound
    assert dying("core", STARVE).bound_if_it_dies == dying("core", KILL).bound
    starved, hung = dying("gate", STARVE).bound_if_it_dies, dying("gate", STOP).bound
    assert starved is not None
    assert hung is not None
    # Four ticks that SR-32 puts up with come before the silence that a frozen gate begins with.
    assert starved.ms == hung.ms + 4 * 500


def test_the_figures_count_what_was_not_done_and_what_proves_nothing_apart() -> None:
    case = next(cases(SEED, 1))

    def line(outcome: Outcome) -> dict[str, object]:
        return outcome.line(case)

    found = figures(
        [
            line(Outcome(KEPT, "", 100.0, 300.0, 900.0, 0.25, had_to_stop=True)),
            line(Outcome(KEPT, "", 120.0, 350.0, 700.0, 0.125, had_to_stop=True)),
            line(Outcome(STARVED, "too late", 100.0, 5_000.0, 9_000.0, 9.0, had_to_stop=True)),
            line(Outcome(NOT_DONE, "it never moved")),
        ]
    )
    assert found["events"] == 4
    assert found["judged"] == 2
    assert found["verdicts"] == {KEPT: 2, STARVED: 1, NOT_DONE: 1}
    assert found["not_done"] == {"it never moved": 1}
    assert (found["worst_first_frame_ms"], found["worst_stop_ms"]) == (350.0, 900.0)
    assert (found["worst_distance_m"], found["fastest_ckmh"]) == (0.25, 120.0)
    assert [row["cases"] for row in found["worst"]] == [2]
