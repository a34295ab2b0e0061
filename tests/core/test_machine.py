"""Every state times every event, as a table written down a second time."""

from typing import Any, Final

import pytest
from statemachine.exceptions import TransitionNotAllowed

from tests.core.fake_gate import ALL_ITEMS, resting_report
from treadctl.core.machine import SessionMachine, SessionState, ask
from treadctl.errors import Refused
from treadctl.model import StrapState

S = SessionState
STATES: Final = tuple(SessionState)


def to(target: S, *sources: S) -> dict[S, S]:
    return dict.fromkeys(sources, target)


def stay(*sources: S) -> dict[S, S]:
    return {source: source for source in sources}


def but(*states: S) -> tuple[S, ...]:
    return tuple(state for state in STATES if state not in states)


WALKING: Final = (S.WARM_UP, S.WALK, S.REVERSE_WALK, S.COOLDOWN)
LATCHED: Final = (S.FAULT, S.E_STOP)

FACTS: Final[dict[str, dict[S, S]]] = {
    "connect": to(S.CONNECTING, S.IDLE, S.CHECKLIST, S.ARMED, S.TURNING, S.REST, S.PAUSED),
    "connected": to(S.CHECKLIST, S.CONNECTING),
    "arm": to(S.ARMED, S.CHECKLIST, S.REST),
    "count_down": to(S.COUNTDOWN, S.ARMED),
    "disarm": to(S.CHECKLIST, S.ARMED, S.COUNTDOWN),
    "belt_starts": to(S.STARTING, S.COUNTDOWN),
    "warm_up": to(S.WARM_UP, S.STARTING, S.WALK, S.COOLDOWN),
    "walk": to(S.WALK, S.STARTING, S.WARM_UP, S.COOLDOWN),
    "walk_backward": to(S.REVERSE_WALK, S.STARTING),
    "cool_down": to(S.COOLDOWN, S.STARTING, S.WARM_UP, S.WALK),
    "stop_to_turn": to(S.STOPPING_TO_TURN, S.STARTING, *WALKING),
    "turn": to(S.TURNING, S.STOPPING_TO_TURN, S.STOPPING, S.REST, S.CHECKLIST),
    "rest": to(S.REST, S.STOPPING, S.STOPPING_TO_TURN, S.TURNING, S.PAUSED, S.ARMED, S.COUNTDOWN),
    "pause": to(S.PAUSED, S.STOPPING),
    "stop": {
        **to(S.STOPPING, S.ARMED, S.COUNTDOWN, S.STARTING, *WALKING),
        **to(S.STOPPING, S.STOPPING_TO_TURN, S.TURNING, S.REST),
        **stay(S.IDLE, S.CONNECTING, S.CHECKLIST, S.STOPPING, S.PAUSED),
        **stay(S.FINISHED, S.LOCKED, *LATCHED),
    },
    "fault": {
        **to(S.FAULT, *but(S.FINISHED, S.LOCKED, *LATCHED)),
        **stay(S.FINISHED, S.LOCKED, *LATCHED),
    },
    "e_stop": {
        **to(S.E_STOP, *but(S.FINISHED, S.LOCKED)),
        **stay(S.FINISHED, S.LOCKED),
    },
    "reset": to(S.CHECKLIST, *LATCHED),
    "lock": to(S.LOCKED, S.CONNECTING, S.CHECKLIST, S.ARMED, S.TURNING, S.REST, S.PAUSED, *LATCHED),
    "finish": to(S.FINISHED, *but(S.FINISHED, S.STARTING, *WALKING)),
}
WISHES: Final[dict[str, tuple[S, ...]]] = {
    "ask_confirm": (S.CHECKLIST, S.REST, S.PAUSED),
    "ask_direction": (S.CHECKLIST, S.REST),
    "ask_arm": (S.CHECKLIST, S.REST),
    "ask_start": (S.ARMED,),
    "ask_on_belt": (S.STARTING,),
    "ask_turn": (S.TURNING,),
    "ask_speed": WALKING,
    "ask_skip": (S.WARM_UP, S.WALK, S.REVERSE_WALK, S.REST),
    "ask_pause": (
        S.COUNTDOWN, S.STARTING, *WALKING, S.STOPPING, S.STOPPING_TO_TURN, S.REST, S.PAUSED,
    ),
    "ask_resume": (S.PAUSED,),
    "ask_reset": LATCHED,
}  # fmt: skip


def machine_in(state: S) -> SessionMachine:
    return SessionMachine(start_value=state)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.value)
@pytest.mark.parametrize("event", FACTS)
def test_every_fact_leads_where_the_table_says_or_is_impossible(event: str, state: S) -> None:
    machine = machine_in(state)
    expected = FACTS[event].get(state)
    if expected is None:
        with pytest.raises(TransitionNotAllowed):
            machine.send(event)
        assert machine.session_state is state
    else:
        machine.send(event)
        assert machine.session_state is expected


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.value)
@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_is_answered_and_never_moves_the_machine(wish: str, state: S) -> None:
    machine = machine_in(state)
    event: Any = getattr(machine, wish)
    if state in WISHES[wish]:
        ask(event, resting_report())
    else:
        with pytest.raises(Refused):
            ask(event, resting_report())
    assert machine.session_state is state


def test_the_tables_cover_every_event_of_the_machine() -> None:
    declared: Any = SessionMachine.events
    assert {event.id for event in declared} == {*FACTS, *WISHES}


def test_a_typo_is_not_an_event() -> None:
    with pytest.raises(TransitionNotAllowed):
        SessionMachine().send("sotp")


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.value)
def test_stop_is_legal_in_every_state_any_number_of_times(state: S) -> None:
    machine = machine_in(state)
    machine.stop()
    once = machine.session_state
    machine.stop()
    assert machine.session_state is once


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        pytest.param({"checklist": ALL_ITEMS & ~1}, "checklist_incomplete", id="SR-07"),
        pytest.param({"strap": StrapState.RELEASED}, "strap_not_ready", id="SR-16 open"),
        pytest.param({"strap": StrapState.UNKNOWN}, "strap_not_ready", id="SR-16 unknown"),
        pytest.param({"standstill": False}, "not_standing", id="SR-24"),
    ],
)
@pytest.mark.parametrize("state", [S.CHECKLIST, S.REST])
def test_sr07_arming_is_refused_with_the_first_thing_missing(
    state: S, changes: dict[str, Any], cause: str
) -> None:
    machine = machine_in(state)
    with pytest.raises(Refused) as refused:
        ask(machine.ask_arm, resting_report(**changes))
    assert refused.value.cause == cause
    assert machine.session_state is state


@pytest.mark.parametrize("state", LATCHED)
@pytest.mark.parametrize("wish", ["ask_arm", "ask_start", "ask_resume"])
def test_sr34_a_latch_is_named_as_the_reason(state: S, wish: str) -> None:
    machine = machine_in(state)
    with pytest.raises(Refused) as refused:
        ask(getattr(machine, wish), resting_report())
    assert refused.value.cause == "latched"


def test_sr34_a_reset_during_the_lock_out_is_too_early() -> None:
    with pytest.raises(Refused) as refused:
        ask(machine_in(S.FAULT).ask_reset, resting_report(wait="lockout"))
    assert refused.value.cause == "lockout"


@pytest.mark.parametrize("state", [S.CHECKLIST, S.REST, S.PAUSED])
def test_sr02_a_start_without_arming_says_so(state: S) -> None:
    with pytest.raises(Refused) as refused:
        ask(machine_in(state).ask_start, resting_report())
    assert refused.value.cause == "not_armed"


def test_sr16_a_start_with_the_strap_open_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        ask(machine_in(S.ARMED).ask_start, resting_report(strap=StrapState.RELEASED))
    assert refused.value.cause == "strap_not_ready"
