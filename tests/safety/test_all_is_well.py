"""The one look at an ordinary tick hides nothing from the interlocks it stands for (SR-53).

Every interlock of `IN_MOTION` is asked beside it, over ticks in which anything may be as it
should not be, each number at its limit and one unit beyond.
"""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.safety.builders import CONFIG, NOW, cruise, cruising
from treadctl.causes import Cause
from treadctl.model import BeltState, Direction, Facing, GatePhase, Mode, Reaction, StrapState
from treadctl.safety import interlocks, observe
from treadctl.safety.limits import FROZEN_MS, LIMIT_GRACE_MS
from treadctl.safety.state import RUNNING, Inputs, KernelConfig, KernelState

AGES: Final = (0, 20, 150, 151, 300, 301, 500, 501, 1_000, 1_001, FROZEN_MS, FROZEN_MS + 1)


def ago(*ages_ms: int) -> st.SearchStrategy[int]:
    return st.sampled_from([NOW - age_ms for age_ms in ages_ms])


def over(limit: int) -> st.SearchStrategy[int]:
    return st.sampled_from([0, limit, limit + 1])


LIMITS: Final = CONFIG.limits
STATE: Final = {
    "phase": st.sampled_from([*sorted(RUNNING, key=str), GatePhase.STOPPING, GatePhase.COUNTDOWN]),
    "facing": st.sampled_from(Facing),
    "direction": st.sampled_from(Direction),
    "on_belt": st.booleans(),
    "stop_level": st.sampled_from(Reaction),
    "commanded_ckmh": st.sampled_from([0, 50, 242]),
    "progress_at_ms": ago(2_000, 2_001),
    "told_zero_ms": st.sampled_from([None, NOW - 7_000, NOW - 7_001]),
    "started_at_ms": ago(0, 1_000, 1_001, 30_000, 30_001, 60_000),
    "session_at_ms": ago(0, LIMITS.session_max_ms, LIMITS.session_max_ms + LIMIT_GRACE_MS + 1),
    "reverse_ms": over(LIMITS.reverse_total_max_ms + LIMIT_GRACE_MS),
    "bout_ms": over(LIMITS.bout_max_ms + LIMIT_GRACE_MS),
    "hold_level": st.booleans(),
    "hold_changed_at_ms": ago(0, 60_000, 60_001, 70_001),
    "screen_at_ms": ago(2_000, 2_001),
    "attended_at_ms": ago(0, 60_000, 60_001, 70_001),
    "foreign_ckmh": st.sampled_from([None, 10, 600]),
    "strap_since_ms": st.sampled_from([None, NOW - 5_000]),
}
INPUTS: Final = {
    "link_up": st.booleans(),
    "core_alive": st.booleans(),
    "in_control": st.booleans(),
    "machine_fault": st.sampled_from([None, Cause.MACHINE_FAULT, Cause.CONSOLE_STOP]),
    "belt": st.sampled_from(BeltState),
    "belt_at_ms": ago(0, 500, 5_000),
    "stop": st.sampled_from(Reaction),
    "request_stop": st.sampled_from(Reaction),
    "request_at_ms": ago(*AGES),
    "core_heard_ms": ago(*AGES),
    "measured_at_ms": ago(*AGES),
    "clock_at_ms": st.one_of(st.none(), ago(*AGES)),
    "strap": st.sampled_from(StrapState),
    "strap_at_ms": ago(*AGES),
}
SETUP: Final = {
    "mode": st.sampled_from(Mode),
    "attendance_required": st.booleans(),
    "screen_required": st.booleans(),
    "pushes_readings": st.booleans(),
}


def some_of(
    pool: dict[str, st.SearchStrategy[Any]], most: int
) -> st.SearchStrategy[dict[str, Any]]:
    """A few things out of order: mostly none, so that a tick may be well."""
    names = st.lists(st.sampled_from(sorted(pool)), max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({n: pool[n] for n in chosen}))


def findings(s: KernelState, i: Inputs, c: KernelConfig) -> list[Any]:
    return [found for check in interlocks.IN_MOTION if (found := check(s, i, c)) is not None]


@given(some_of(STATE, 4), some_of(INPUTS, 3), some_of(SETUP, 2))
@example({}, {}, {})
@example({}, {"request_at_ms": NOW - 501}, {})
@example({}, {"measured_at_ms": NOW - 501}, {})
@example({}, {"strap_at_ms": NOW - 151}, {})
@example({"direction": Direction.REVERSE}, {}, {"mode": Mode.BELT_REVERSE})
@example({"screen_at_ms": NOW - 2_001}, {}, {"screen_required": True})
@example({"attended_at_ms": NOW - 60_001}, {}, {"attendance_required": True})
@example({"bout_ms": LIMITS.bout_max_ms + LIMIT_GRACE_MS + 1}, {}, {})
def test_where_all_is_well_no_interlock_finds_anything(
    state: dict[str, Any], inputs: dict[str, Any], setup: dict[str, Any]
) -> None:
    config = replace(CONFIG, **setup)
    s, i = cruising(**state), cruise(**inputs)
    observe.strap(s, i, config)  # as the kernel does, before it judges
    if interlocks.all_is_well(s, i, config):
        assert findings(s, i, config) == []


@pytest.mark.parametrize(
    ("state", "inputs", "cause"),
    [
        pytest.param(
            {"phase": GatePhase.STARTING, "on_belt": False}, {}, Cause.ON_BELT_MISSING, id="SR-05"
        ),
        pytest.param(
            {"phase": GatePhase.STOPPING, "stop_level": Reaction.SOFT_STOP},
            {},
            Cause.NOT_STOPPING,
            id="SR-35",
        ),
        pytest.param({}, {"belt": BeltState.STOPPED}, Cause.CONSOLE_STOP, id="SR-36"),
        pytest.param({"foreign_ckmh": 200}, {}, Cause.CONSOLE_TOOK_OVER, id="SR-39"),
        pytest.param({"bout_ms": 602_001}, {}, Cause.BOUT_LIMIT, id="SR-44"),
        pytest.param({}, {"link_up": False}, Cause.LINK_LOST, id="SR-20"),
        pytest.param({}, {"strap": StrapState.UNKNOWN}, Cause.STRAP_UNKNOWN, id="SR-16"),
        pytest.param({}, {"core_alive": False}, Cause.CORE_GONE, id="SR-30 gone"),
        pytest.param({}, {"core_heard_ms": NOW - 301}, Cause.CORE_SILENT, id="SR-30 silent"),
        pytest.param({}, {"request_at_ms": NOW - 501}, Cause.LEASE_EXPIRED, id="SR-14"),
        pytest.param({}, {"measured_at_ms": NOW - 501}, Cause.TELEMETRY_STALE, id="SR-19 stale"),
        pytest.param({}, {"in_control": False}, Cause.CONTROL_LOST, id="SR-38"),
        pytest.param(
            {}, {"machine_fault": Cause.MACHINE_FAULT}, Cause.MACHINE_FAULT, id="SR-20 fault"
        ),
        pytest.param(
            {}, {"request_stop": Reaction.SOFT_STOP}, Cause.OPERATOR_SOFT_STOP, id="SR-18 operator"
        ),
        pytest.param({}, {"stop": Reaction.SOFT_STOP}, Cause.SIGNAL_STOP, id="SR-18 signal"),
        pytest.param(
            {}, {"clock_at_ms": NOW - FROZEN_MS - 1}, Cause.TELEMETRY_FROZEN, id="SR-19 frozen"
        ),
    ],
)
def test_one_thing_out_of_order_is_enough_to_ask_them_all(
    state: dict[str, Any], inputs: dict[str, Any], cause: Cause
) -> None:
    s, i = cruising(progress_at_ms=NOW - 9_000, **state), cruise(**inputs)
    observe.strap(s, i, CONFIG)
    assert [found.cause for found in findings(s, i, CONFIG)] == [cause]
    assert not interlocks.all_is_well(s, i, CONFIG)


def test_an_ordinary_walk_is_such_a_tick() -> None:
    assert interlocks.all_is_well(cruising(), cruise(), CONFIG)


@pytest.mark.parametrize(
    "as_old_as_allowed",
    [
        pytest.param({"core_heard_ms": NOW - 300}, id="SR-30 heartbeat"),
        pytest.param({"request_at_ms": NOW - 500}, id="SR-14 lease"),
        pytest.param({"measured_at_ms": NOW - 500}, id="SR-19 telemetry"),
    ],
)
def test_an_ordinary_tick_may_have_news_as_old_as_allowed(
    as_old_as_allowed: dict[str, Any],
) -> None:
    assert interlocks.all_is_well(cruising(), cruise(**as_old_as_allowed), CONFIG)
