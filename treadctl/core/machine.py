"""The states of a session, declared. The diagram in docs/session-states.md comes from here.

The machine records and refuses; it does not protect. The gate stops the belt whether or not
this machine agrees, so no transition has an action, and a validator only reads a report.
Facts (what the gate reported) move it. Wishes (`ask_*`, what a person wants) never move it:
they are internal transitions that exist where the wish makes sense, and a validator on them
says why not yet.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from statemachine import StateMachine
from statemachine.exceptions import TransitionNotAllowed
from statemachine.states import States

from treadctl.causes import Cause
from treadctl.errors import Refused
from treadctl.model import CHECKLIST, Report, StrapState

ALL_ITEMS: Final = (1 << len(CHECKLIST)) - 1


class SessionState(Enum):
    # Members are singletons, so identity is the hash (see `treadctl.model`).
    __hash__ = object.__hash__

    IDLE = "idle"
    CONNECTING = "connecting"
    CHECKLIST = "checklist"
    ARMED = "armed"
    COUNTDOWN = "countdown"
    STARTING = "starting"
    WARM_UP = "warm_up"
    WALK = "walk"
    STOPPING_TO_TURN = "stopping_to_turn"
    TURNING = "turning"
    REVERSE_WALK = "reverse_walk"
    REST = "rest"
    """Standing between two walks: rest time runs, or a start is awaited."""
    COOLDOWN = "cooldown"
    STOPPING = "stopping"
    PAUSED = "paused"
    FINISHED = "finished"
    FAULT = "fault"
    """A fast stop is latched (SR-34)."""
    E_STOP = "e_stop"
    LOCKED = "locked"


class SessionMachine(StateMachine):
    """One session, in words an operator would use."""

    states = States.from_enum(SessionState, initial=SessionState.IDLE)
    # FINISHED is not declared final: stop stays legal there, as everywhere.

    connect = states.CONNECTING.from_(
        states.IDLE,
        states.CHECKLIST,
        states.ARMED,
        states.TURNING,
        states.REST,
        states.PAUSED,
    )
    connected = states.CHECKLIST.from_(states.CONNECTING)
    arm = states.ARMED.from_(states.CHECKLIST, states.REST)
    count_down = states.COUNTDOWN.from_(states.ARMED)
    disarm = states.CHECKLIST.from_(states.ARMED, states.COUNTDOWN)
    belt_starts = states.STARTING.from_(states.COUNTDOWN)
    warm_up = states.WARM_UP.from_(states.STARTING, states.WALK, states.COOLDOWN)
    walk = states.WALK.from_(states.STARTING, states.WARM_UP, states.COOLDOWN)
    walk_backward = states.REVERSE_WALK.from_(states.STARTING)
    cool_down = states.COOLDOWN.from_(states.STARTING, states.WARM_UP, states.WALK)
    stop_to_turn = states.STOPPING_TO_TURN.from_(
        states.STARTING,
        states.WARM_UP,
        states.WALK,
        states.REVERSE_WALK,
        states.COOLDOWN,
    )
    turn = states.TURNING.from_(
        states.STOPPING_TO_TURN,
        states.STOPPING,
        states.REST,
        states.CHECKLIST,
    )
    rest = states.REST.from_(
        states.STOPPING,
        states.STOPPING_TO_TURN,
        states.TURNING,
        states.PAUSED,
        states.ARMED,
        states.COUNTDOWN,
    )
    pause = states.PAUSED.from_(states.STOPPING)
    # Stop is legal everywhere, any number of times: nobody is told "can't stop when stopped".
    stop = (
        states.STOPPING.from_(
            states.ARMED,
            states.COUNTDOWN,
            states.STARTING,
            states.WARM_UP,
            states.WALK,
            states.REVERSE_WALK,
            states.COOLDOWN,
            states.STOPPING_TO_TURN,
            states.TURNING,
            states.REST,
        )
        | states.IDLE.to.itself(internal=True)
        | states.CONNECTING.to.itself(internal=True)
        | states.CHECKLIST.to.itself(internal=True)
        | states.STOPPING.to.itself(internal=True)
        | states.PAUSED.to.itself(internal=True)
        | states.FINISHED.to.itself(internal=True)
        | states.FAULT.to.itself(internal=True)
        | states.E_STOP.to.itself(internal=True)
        | states.LOCKED.to.itself(internal=True)
    )
    # A milder latch never replaces a worse one, and what is over stays over (SR-53).
    fault = (
        states.FAULT.from_(
            states.IDLE,
            states.CONNECTING,
            states.CHECKLIST,
            states.ARMED,
            states.COUNTDOWN,
            states.STARTING,
            states.WARM_UP,
            states.WALK,
            states.STOPPING_TO_TURN,
            states.TURNING,
            states.REVERSE_WALK,
            states.REST,
            states.COOLDOWN,
            states.STOPPING,
            states.PAUSED,
        )
        | states.FAULT.to.itself(internal=True)
        | states.E_STOP.to.itself(internal=True)
        | states.LOCKED.to.itself(internal=True)
        | states.FINISHED.to.itself(internal=True)
    )
    e_stop = (
        states.E_STOP.from_(
            states.IDLE,
            states.CONNECTING,
            states.CHECKLIST,
            states.ARMED,
            states.COUNTDOWN,
            states.STARTING,
            states.WARM_UP,
            states.WALK,
            states.STOPPING_TO_TURN,
            states.TURNING,
            states.REVERSE_WALK,
            states.REST,
            states.COOLDOWN,
            states.STOPPING,
            states.PAUSED,
            states.FAULT,
        )
        | states.E_STOP.to.itself(internal=True)
        | states.LOCKED.to.itself(internal=True)
        | states.FINISHED.to.itself(internal=True)
    )
    reset = states.CHECKLIST.from_(states.FAULT, states.E_STOP)
    lock = states.LOCKED.from_(
        states.CONNECTING,
        states.CHECKLIST,
        states.ARMED,
        states.TURNING,
        states.REST,
        states.PAUSED,
        states.FAULT,
        states.E_STOP,
    )
    finish = states.FINISHED.from_(
        states.IDLE,
        states.CONNECTING,
        states.CHECKLIST,
        states.ARMED,
        states.COUNTDOWN,
        states.STOPPING_TO_TURN,
        states.TURNING,
        states.REST,
        states.STOPPING,
        states.PAUSED,
        states.FAULT,
        states.E_STOP,
        states.LOCKED,
    )

    ask_confirm = (
        states.CHECKLIST.to.itself(internal=True)
        | states.REST.to.itself(internal=True)
        | states.PAUSED.to.itself(internal=True)
    )
    ask_direction = states.CHECKLIST.to.itself(internal=True) | states.REST.to.itself(internal=True)
    ask_arm = (
        states.CHECKLIST.to.itself(internal=True, validators="require_ready")
        | states.REST.to.itself(internal=True, validators="require_ready")
        | states.FAULT.to.itself(internal=True, validators="refuse_latched")
        | states.E_STOP.to.itself(internal=True, validators="refuse_latched")
    )
    ask_start = (
        states.ARMED.to.itself(internal=True, validators="require_strap")
        | states.CHECKLIST.to.itself(internal=True, validators="refuse_unarmed")
        | states.REST.to.itself(internal=True, validators="refuse_unarmed")
        | states.PAUSED.to.itself(internal=True, validators="refuse_unarmed")
        | states.FAULT.to.itself(internal=True, validators="refuse_latched")
        | states.E_STOP.to.itself(internal=True, validators="refuse_latched")
    )
    ask_on_belt = states.STARTING.to.itself(internal=True)
    ask_turn = states.TURNING.to.itself(internal=True)
    ask_speed = (
        states.WARM_UP.to.itself(internal=True)
        | states.WALK.to.itself(internal=True)
        | states.REVERSE_WALK.to.itself(internal=True)
        | states.COOLDOWN.to.itself(internal=True)
    )
    ask_skip = (
        states.WARM_UP.to.itself(internal=True)
        | states.WALK.to.itself(internal=True)
        | states.REVERSE_WALK.to.itself(internal=True)
        | states.REST.to.itself(internal=True)
    )
    ask_pause = (
        states.COUNTDOWN.to.itself(internal=True)
        | states.STARTING.to.itself(internal=True)
        | states.WARM_UP.to.itself(internal=True)
        | states.WALK.to.itself(internal=True)
        | states.REVERSE_WALK.to.itself(internal=True)
        | states.COOLDOWN.to.itself(internal=True)
        | states.STOPPING.to.itself(internal=True)
        | states.STOPPING_TO_TURN.to.itself(internal=True)
        | states.REST.to.itself(internal=True)
        | states.PAUSED.to.itself(internal=True)
    )
    ask_resume = (
        states.PAUSED.to.itself(internal=True)
        | states.FAULT.to.itself(internal=True, validators="refuse_latched")
        | states.E_STOP.to.itself(internal=True, validators="refuse_latched")
    )
    ask_reset = states.FAULT.to.itself(
        internal=True, validators="require_lockout_over"
    ) | states.E_STOP.to.itself(internal=True, validators="require_lockout_over")

    def require_ready(self, report: Report) -> None:
        """What a person can still put right before arming; the gate asks again."""
        if report.checklist != ALL_ITEMS:
            raise refusal(Cause.CHECKLIST_INCOMPLETE)
        self.require_strap(report)
        if not report.standstill:
            raise refusal(Cause.NOT_STANDING)

    def require_strap(self, report: Report) -> None:
        """SR-16: not knowing counts as open."""
        if report.strap is not StrapState.ATTACHED:
            raise refusal(Cause.STRAP_NOT_READY)

    def refuse_unarmed(self) -> None:
        raise refusal(Cause.NOT_ARMED)

    def refuse_latched(self) -> None:
        raise refusal(Cause.LATCHED)

    def require_lockout_over(self, report: Report) -> None:
        """SR-34. The gate holds the lock-out; saying so early spares a useless press."""
        if not report.standstill:
            raise refusal(Cause.NOT_STANDING)
        if report.wait == "lockout":
            raise refusal(Cause.LOCKOUT)

    @property
    def session_state(self) -> SessionState:
        (value,) = self.configuration_values
        return SessionState(value)


def refusal(cause: Cause) -> Refused:
    """The refusal of *cause*, in the words of the one table (SR-58)."""
    return Refused(cause.value, f"{cause.text.sentence} {cause.text.action}")


def ask(event: Callable[..., object], report: Report) -> None:
    """Ask the machine whether a wish makes sense now.

    Raises:
        Refused: it does not, with the reason.
    """
    try:
        event(report=report)
    except TransitionNotAllowed:
        raise refusal(Cause.NOT_NOW) from None
