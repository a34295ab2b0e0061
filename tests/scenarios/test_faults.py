"""Every fault that the simulator knows, in every kind of state, on every machine, both ways.

One row per fault and kind of state: what must be found first, how strongly it is answered and
what the run ends with (SR-53). Every single run is judged against the never-events N1..N12, and
its belt is looked at in the simulator's truth.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from simulator.faults import FAULTS
from tests.rig import Rig
from tests.scenarios.worlds import (
    AT_REST,
    MACHINES,
    MOVING,
    NOT_IN_BELT_REVERSE,
    STOPPING,
    S,
    world,
)
from treadctl.core.exit_codes import ExitCode
from treadctl.core.machine import SessionState
from treadctl.model import Mode

GIVEN_UP_MS: Final = 37_000
"""After the stop, a belt that cannot be proved to stand is given up; and so is a machine that
does not come back. A milder stop that shows no effect comes before."""
QUIET_MS: Final = 4_000


@dataclass(frozen=True)
class Then:
    """What must follow."""

    found: frozenset[tuple[str, str]]
    """Reaction and cause of the first stop; any of these."""
    within_ms: int
    exits: frozenset[int]
    """Empty: the session goes on. 16: nothing can prove that the belt stands."""


def stops(reaction: str, *causes: str, by: int, exits: int | tuple[int, ...]) -> Then:
    codes = exits if isinstance(exits, tuple) else (exits,)
    return Then(frozenset((reaction, c) for c in causes), by, frozenset(codes))


def either(*thens: Then) -> Then:
    """Which of several comes first depends on how fast the belt was to be."""
    return Then(
        frozenset().union(*(then.found for then in thens)),
        max(then.within_ms for then in thens),
        frozenset().union(*(then.exits for then in thens)),
    )


def ends(exit_code: int) -> Then:
    """Nothing moved and nothing will: the run ends without any stop."""
    return Then(frozenset(), 1_500, frozenset({exit_code}))


QUIET: Final = Then(frozenset(), QUIET_MS, frozenset())
"""Nothing stops within four seconds: the fault has no effect there, or none yet."""

STRAP = stops("e_stop", "strap_open", by=100, exits=11)
SILENT = stops("fast_stop", "telemetry_stale", by=1_100, exits=16)
SILENT_AT_REST = stops("fast_stop", "telemetry_stale", by=1_100, exits=13)
SILENT_FOR_A_WHILE = stops("fast_stop", "telemetry_stale", by=1_100, exits=13)
CONSOLE = stops("fast_stop", "console_stop", by=700, exits=12)
LINK = stops("e_stop", "link_lost", by=50, exits=16)
LINK_AT_REST = stops("e_stop", "link_lost", by=50, exits=13)
SURGE = stops("e_stop", "surge", by=1_300, exits=14)
NOBODY_STARTED = stops("e_stop", "unexpected_motion", by=700, exits=12)
BLOCKED = either(
    stops("e_stop", "stall", by=2_000, exits=12),
    stops("fast_stop", "deviation", by=2_300, exits=14),
)

Row = tuple[str, dict[str, Any], dict[str, Then]]

# Where a kind of state is missing, the row says nothing about it and it is not run.
TABLE: Final[list[Row]] = [
    ("strap-pull", {}, {"countdown": STRAP, "moving": STRAP, "stopping": STRAP, "rest": QUIET}),
    ("strap-pull", {"for_s": 0.02}, {"moving": STRAP}),
    ("strap-clip", {}, {"rest": QUIET, "countdown": QUIET, "moving": QUIET, "stopping": QUIET}),
    ("cord-tangle", {}, {"rest": QUIET, "moving": QUIET}),
    (
        "console-stop",
        {},
        {"countdown": QUIET, "rest": QUIET, "moving": CONSOLE, "stopping": CONSOLE},
    ),
    (
        "console-start",
        {"speed_ckmh": 400},
        {"rest": NOBODY_STARTED, "countdown": NOBODY_STARTED, "moving": SURGE},
    ),
    ("key-insert", {}, {"rest": QUIET, "moving": QUIET}),
    (
        "mute",
        {},
        {"rest": ends(13), "countdown": SILENT_AT_REST, "moving": SILENT, "stopping": SILENT},
    ),
    ("deaf", {}, {"countdown": SILENT_AT_REST, "walking": SILENT}),
    (
        "deaf",
        {"share": 0.5},
        {
            "moving": either(
                stops("fast_stop", "machine_timeout", by=4_000, exits=13),
                stops("fast_stop", "telemetry_stale", by=4_000, exits=13),
                stops("fast_stop", "console_stop", by=4_000, exits=12),
            )
        },
    ),
    (
        "lost-ack",
        {"count": 5},
        {"rest": QUIET, "countdown": QUIET, "moving": QUIET, "stopping": QUIET},
    ),
    (
        "garbled-bytes",
        {"share": 1.0},
        {"countdown": SILENT_AT_REST, "walking": SILENT},
    ),
    (
        "garbled-bytes",
        {"share": 0.5, "for_s": 5},
        {"moving": stops("fast_stop", "telemetry_stale", by=5_100, exits=13)},
    ),
    (
        "delayed-telemetry",
        {},
        {
            "moving": QUIET,
            "stopping": either(
                stops("fast_stop", "deviation", by=2_300, exits=14),
                stops("e_stop", "not_stopping", by=2_300, exits=12),
            ),
        },
    ),
    (
        "frozen-telemetry",
        {},
        {
            "countdown": stops("fast_stop", "deviation", by=6_000, exits=16),
            "stopping": stops("e_stop", "surge", "not_stopping", by=2_300, exits=16),
        },
    ),
    (
        "runaway",
        {},
        {
            "countdown": stops("e_stop", "surge", by=4_500, exits=14),
            "moving": stops("e_stop", "surge", by=700, exits=14),
            "stopping": stops("e_stop", "surge", by=700, exits=14),
        },
    ),
    (
        "creep-after-stop",
        {"speed_ckmh": 17},
        {"stopping": stops("e_stop", "not_stopping", by=6_000, exits=16)},
    ),
    (
        "stall",
        {},
        {
            "countdown": stops("fast_stop", "deviation", by=6_000, exits=16),
            "moving": BLOCKED,
        },
    ),
    ("jam", {"for_s": 3}, {"moving": BLOCKED, "rest": QUIET, "countdown": QUIET}),
    ("jam-release", {}, {"rest": QUIET, "moving": QUIET}),
    (
        "self-start",
        {},
        {"rest": stops("e_stop", "unexpected_motion", by=4_000, exits=12), "stopping": QUIET},
    ),
    ("ignores-stop", {}, {"rest": QUIET, "moving": QUIET, "stopping": QUIET}),
    (
        "ignores-stop",
        {"count": 100_000},
        {"stopping": stops("e_stop", "not_stopping", by=4_000, exits=16)},
    ),
    (
        "ignores-speed",
        {},
        {"stopping": either(SURGE, stops("e_stop", "surge", "not_stopping", by=2_500, exits=12))},
    ),
    ("wrong-unit", {}, {"rest": QUIET}),
    (
        "power-cut",
        {},
        {"rest": ends(13), "countdown": SILENT_AT_REST, "moving": SILENT, "stopping": SILENT},
    ),
    (
        "power-cut",
        {"for_s": 5},
        {"countdown": SILENT_AT_REST, "moving": SILENT_FOR_A_WHILE, "stopping": SILENT_FOR_A_WHILE},
    ),
    ("power-return", {}, {"rest": QUIET, "moving": QUIET}),
    (
        "link-drop",
        {},
        {"rest": ends(13), "countdown": LINK_AT_REST, "moving": LINK, "stopping": LINK},
    ),
    (
        "link-drop",
        {"for_s": 2},
        {
            "countdown": LINK_AT_REST,
            "moving": stops("e_stop", "link_lost", by=50, exits=13),
            "stopping": stops("e_stop", "link_lost", by=50, exits=13),
        },
    ),
    ("link-return", {}, {"rest": QUIET, "moving": QUIET}),
]
KINDS: Final = {
    "rest": AT_REST,
    "countdown": (S.COUNTDOWN,),
    "moving": MOVING,
    "ahead": tuple(state for state in MOVING if state is not S.REVERSE_WALK),
    "backward": (S.REVERSE_WALK,),
    "walking": (S.WARM_UP, S.REVERSE_WALK),
    "stopping": STOPPING,
}
PER_MACHINE: Final[dict[str, list[Row]]] = {
    # A Woodway stops by its key and says stopped; a Trackmaster loses its power.
    "woodway-us": [("key-pull", {}, {"moving": CONSOLE, "stopping": CONSOLE})],
    "trackmaster": [
        (
            "key-pull",
            {},
            {"rest": ends(13), "countdown": SILENT_AT_REST, "moving": SILENT, "stopping": SILENT},
        )
    ],
}

DEAF_TO_A_START: Final = stops("soft_stop", "no_answer", by=5_600, exits=5)
OLD_NEWS: Final = stops("fast_stop", "telemetry_stale", by=2_600, exits=16)
OLD_NEWS_AT_REST: Final = stops("fast_stop", "telemetry_stale", by=2_600, exits=13)
LINK_BACK: Final = stops("e_stop", "link_lost", by=50, exits=13)
KEY: Final = stops("e_stop", "safety_key", by=100, exits=11)
NOT_OURS: Final = stops("soft_stop", "control_lost", by=100, exits=16)
"""It takes no stop from us either, and runs on."""
SEEN_LATE: Final = either(
    stops("e_stop", "surge", "overspeed", by=2_300, exits=14),
    stops("fast_stop", "deviation", "unit_mismatch", by=2_300, exits=14),
)
JAMMED: Final = replace(BLOCKED, within_ms=3_000)
UNMOVED: Final = stops("fast_stop", "deviation", by=9_200, exits=16)

FTMS: Final[dict[tuple[str, tuple[Any, ...]], dict[str, Then]]] = {
    # It reports once a second, and tells at once what happens at its console.
    ("console-stop", ()): {"countdown": CONSOLE, "moving": CONSOLE, "stopping": CONSOLE},
    ("console-start", (400,)): {
        "rest": replace(NOBODY_STARTED, within_ms=1_100),
        "countdown": replace(NOBODY_STARTED, within_ms=1_100),
        "ahead": QUIET,  # within the cap: the person there wins (SR-39)
        "backward": stops("fast_stop", "console_speed", by=100, exits=14),
    },
    ("mute", ()): {
        "rest": ends(13),
        "countdown": OLD_NEWS_AT_REST,
        "moving": OLD_NEWS,
        "stopping": OLD_NEWS,
    },
    # Data comes by itself: that nothing is heard is seen at the next command and not before.
    ("deaf", ()): {
        "countdown": DEAF_TO_A_START,
        "walking": stops("e_stop", "not_stopping", by=15_500, exits=16),
    },
    ("deaf", (0.5,)): {},
    # The machine hears garbled bytes as well: some of them may have started it.
    ("garbled-bytes", (1.0,)): {
        "countdown": either(OLD_NEWS_AT_REST, OLD_NEWS),
        "walking": OLD_NEWS,
    },
    ("delayed-telemetry", ()): {"moving": QUIET, "stopping": QUIET},
    ("frozen-telemetry", ()): {
        "countdown": UNMOVED,
        "stopping": stops("e_stop", "not_stopping", by=2_600, exits=16),
    },
    ("runaway", ()): {
        "countdown": stops("e_stop", "surge", by=5_100, exits=14),
        "moving": SEEN_LATE,
        "stopping": stops("e_stop", "surge", by=1_600, exits=14),
    },
    ("stall", ()): {"countdown": UNMOVED, "moving": JAMMED},
    ("jam", (3,)): {"moving": JAMMED, "rest": QUIET, "countdown": QUIET},
    # At rest nothing is said to it that it could start from.
    ("self-start", ()): {"rest": QUIET, "stopping": QUIET},
    ("ignores-stop", ()): {"rest": QUIET, "moving": QUIET},
    ("ignores-stop", (100_000,)): {"stopping": stops("e_stop", "not_stopping", by=4_600, exits=16)},
    # The ramp is short, and its own stop is obeyed.
    ("ignores-speed", ()): {"stopping": QUIET},
    # A radio without power is out of reach at once.
    ("power-cut", ()): {
        "rest": ends(13),
        "countdown": LINK_AT_REST,
        "moving": LINK,
        "stopping": LINK,
    },
    ("power-cut", (5,)): {
        "countdown": LINK_AT_REST,
        "moving": LINK_BACK,
        "stopping": LINK_BACK,
    },
    ("key-pull", ()): {"rest": QUIET, "countdown": KEY, "moving": KEY, "stopping": KEY},
    # At rest and before the start somebody arms again, and control comes with it (SR-38).
    ("control-revoke", ()): {
        "rest": QUIET,
        "countdown": QUIET,
        "moving": NOT_OURS,
        "stopping": NOT_OURS,
    },
    ("control-steal", ()): {
        "rest": QUIET,
        "countdown": QUIET,
        "moving": NOT_OURS,
        "stopping": NOT_OURS,
    },
}
"""Where a fact of its protocol makes it another story than on a cable."""
PEOPLE: Final = {name for name, fault in FAULTS.items() if fault.is_person}


def table(machine: str) -> list[Row]:
    if machine != "ftms":
        return TABLE + PER_MACHINE[machine]
    shared = [row for row in TABLE if (row[0], tuple(row[1].values())) not in FTMS]
    names = {(row[0], tuple(row[1].values())): row[1] for row in TABLE}
    return shared + [(key[0], names.get(key, {}), rows) for key, rows in FTMS.items()]


def cases(machine: str, mode: Mode = Mode.TURN_AROUND) -> list[Any]:
    found = []
    for fault, parameters, rows in table(machine):
        for kind, then in rows.items():
            for state in KINDS[kind]:
                if mode is Mode.BELT_REVERSE and state in NOT_IN_BELT_REVERSE:
                    continue
                values = "".join(f"-{value}" for value in parameters.values())
                name = f"{fault}{values}-{state.value}"
                found.append(pytest.param(fault, parameters, state, then, id=name))
    return found


def test_no_fault_is_forgotten() -> None:
    for machine in MACHINES:
        here = {name for name, fault in FAULTS.items() if fault.only in (None, machine)}
        assert {fault for fault, _, _ in table(machine)} == here - PEOPLE


@pytest.mark.parametrize(
    ("fault", "parameters", "state", "then"), cases("woodway-us", Mode.TURN_AROUND)
)
def test_a_fault_on_a_woodway(
    fault: str, parameters: dict[str, Any], state: SessionState, then: Then
) -> None:
    _inject(world("woodway-us", state), fault, parameters, then)


@pytest.mark.parametrize(
    ("fault", "parameters", "state", "then"), cases("trackmaster", Mode.TURN_AROUND)
)
def test_a_fault_on_a_trackmaster(
    fault: str, parameters: dict[str, Any], state: SessionState, then: Then
) -> None:
    _inject(world("trackmaster", state), fault, parameters, then)


@pytest.mark.parametrize(("fault", "parameters", "state", "then"), cases("ftms", Mode.TURN_AROUND))
def test_a_fault_on_an_ftms_treadmill(
    fault: str, parameters: dict[str, Any], state: SessionState, then: Then
) -> None:
    _inject(world("ftms", state), fault, parameters, then)


@pytest.mark.parametrize(
    ("fault", "parameters", "state", "then"),
    [case for case in cases("woodway-us", Mode.BELT_REVERSE) if case.values[2] is S.REVERSE_WALK],
)
def test_a_fault_on_a_belt_that_runs_in_reverse(
    fault: str, parameters: dict[str, Any], state: SessionState, then: Then
) -> None:
    _inject(world("woodway-us", state, Mode.BELT_REVERSE), fault, parameters, then)


def _inject(rig: Rig, fault: str, parameters: dict[str, Any], then: Then) -> None:
    with rig.what_if() as twin:
        begun_ms = twin.now_ms
        twin.act(fault, **parameters)
        finished = twin.run_until_finished_or_for(
            then.within_ms + GIVEN_UP_MS if then.exits else QUIET_MS
        )
        told = twin.told("stop", since_ms=begun_ms)
        if not then.found:
            assert told == []
        else:
            assert (told[0]["reaction"], told[0]["cause"]) in then.found
            assert told[0]["t_ms"] - begun_ms <= then.within_ms
        if not then.exits:
            assert finished is None or finished["exit_code"] == 0
            return
        assert finished is not None
        assert finished["exit_code"] in then.exits
        if finished["exit_code"] == ExitCode.STOP_NOT_CONFIRMED:
            assert twin.last().standstill is False
        else:
            assert twin.belt_stands()
