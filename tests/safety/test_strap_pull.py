"""SR-07: what counts as a strap that was pulled and clipped on again, and what does not."""

from typing import Any

import pytest

from tests.safety.builders import NOW, at_rest, inputs, phase, step
from treadctl.model import Facing, GatePhase, StrapState
from treadctl.safety import observe
from treadctl.safety.state import KernelState

ATTACHED, RELEASED, UNKNOWN = StrapState.ATTACHED, StrapState.RELEASED, StrapState.UNKNOWN


def unpulled(**changes: Any) -> KernelState:
    return at_rest(**({"pull_seen_at_ms": None} | changes))


def see(s: KernelState, *strap: StrapState, **request: Any) -> None:
    """A tick for each of these, twenty milliseconds apart."""
    for each in strap:
        step(s, inputs(now_ms=s.now_ms + 20, strap=each, **request))


def test_sr07_a_strap_is_seen_closed_at_the_checklist_before_it_can_be_pulled() -> None:
    s = unpulled(pull_stage=0)
    see(s, RELEASED, ATTACHED)
    assert s.pull_seen_at_ms is None
    see(s, RELEASED, ATTACHED)
    assert s.pull_seen_at_ms == s.now_ms


def test_sr07_to_be_closed_before_the_checklist_is_not_to_be_seen_closed_at_it() -> None:
    s = unpulled(pull_stage=0, phase=GatePhase.QUARANTINE)
    see(s, ATTACHED)
    assert phase(s) is GatePhase.IDLE
    see(s, RELEASED, ATTACHED)
    assert s.pull_seen_at_ms is None


@pytest.mark.parametrize("where", [GatePhase.TURNING, GatePhase.LATCHED])
def test_sr07_a_strap_opened_elsewhere_and_closed_at_the_checklist_was_not_pulled(
    where: GatePhase,
) -> None:
    s = unpulled(phase=where, turn_target=Facing.BACKWARD)
    see(s, RELEASED, request_turn=Facing.BACKWARD)
    s.phase = GatePhase.IDLE
    see(s, RELEASED, ATTACHED)
    assert s.pull_seen_at_ms is None


def test_sr07_a_strap_pulled_and_closed_while_turning_was_not_pulled() -> None:
    s = unpulled(phase=GatePhase.TURNING, turn_target=Facing.BACKWARD)
    see(s, RELEASED, ATTACHED, request_turn=Facing.BACKWARD)
    assert s.pull_seen_at_ms is None


def test_sr07_an_adapter_that_was_silent_and_then_tells_an_open_strap_saw_no_pull() -> None:
    s = unpulled()
    see(s, UNKNOWN, RELEASED, ATTACHED)
    assert s.pull_seen_at_ms is None


def test_sr07_an_adapter_that_falls_silent_after_a_pull_does_not_renew_it() -> None:
    s = unpulled()
    see(s, RELEASED, ATTACHED)
    pulled_at_ms = s.now_ms
    see(s, UNKNOWN, ATTACHED)
    assert s.pull_seen_at_ms == pulled_at_ms


def test_sr07_a_pull_may_end_in_a_turn_and_be_done_again_after_it() -> None:
    s = unpulled()
    see(s, RELEASED)
    s.phase, s.turn_target = GatePhase.TURNING, Facing.BACKWARD
    see(s, ATTACHED)
    turned_at_ms = s.now_ms
    assert (s.pull_seen_at_ms, phase(s)) == (turned_at_ms, GatePhase.IDLE)
    see(s, RELEASED, ATTACHED)
    assert s.pull_seen_at_ms == turned_at_ms + 40


def test_sr07_a_pull_that_has_ended_in_a_turn_is_not_ended_again_by_a_silent_adapter() -> None:
    s = unpulled()
    see(s, RELEASED)
    s.phase, s.turn_target = GatePhase.TURNING, Facing.BACKWARD
    see(s, ATTACHED, request_turn=Facing.BACKWARD)
    pulled_at_ms = s.now_ms
    see(s, UNKNOWN, ATTACHED, request_turn=Facing.BACKWARD)
    assert (s.pull_seen_at_ms, phase(s)) == (pulled_at_ms, GatePhase.TURNING)


# A new connection, or a reset.


def test_sr07_a_pull_that_began_on_another_connection_is_none_on_this_one() -> None:
    s = unpulled(pull_stage=2, pull_opened_at_ms=NOW - 1_000, strap_since_ms=None)
    observe.connection(s, inputs(link_up=False))
    assert (s.pull_stage, s.pull_seen_at_ms) == (0, None)
    see(s, ATTACHED)
    assert s.pull_seen_at_ms is None


@pytest.mark.parametrize("used", [False, True])
def test_sr34_after_a_reset_nothing_of_the_checklist_is_left(used: bool) -> None:
    s = at_rest(checklist_used=used, pull_stage=2)
    observe.void_checklist(s)
    assert s.checklist_at_ms == [None] * len(s.checklist_at_ms)
    assert (s.checklist_used, s.pull_stage, s.pull_seen_at_ms) == (False, 0, None)
