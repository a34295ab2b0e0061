"""Values that travel between core and gate, for every test that needs some."""

import types
from dataclasses import fields, is_dataclass
from typing import Any, Final, get_args, get_type_hints

from hypothesis import strategies as st

from treadctl.gate.ipc import Bye, ByeReason, Hello, Message
from treadctl.gate.setup import GateSetup, MachineClass, MachineFacts, StrapKind, StrapSource
from treadctl.model import (
    BeltState,
    Direction,
    Facing,
    Gait,
    GatePhase,
    Reaction,
    Refusal,
    Report,
    Request,
    StrapState,
)
from treadctl.safety.limits import Limits

REQUEST: Final = Request(at_ms=1_000, counter=7, setpoint_ckmh=250, stop=Reaction.SOFT_STOP)
REPORT: Final = Report(
    now_ms=1_000,
    seq=3,
    phase=GatePhase.MOVING,
    reaction=Reaction.NONE,
    cause=None,
    latched=Reaction.NONE,
    latched_cause=None,
    setpoint_ckmh=250,
    commanded_ckmh=242,
    measured_ckmh=None,
    measured_age_ms=90,
    direction=Direction.FORWARD,
    measured_direction=None,
    facing=Facing.BACKWARD,
    gait=Gait.BACKWARD,
    strap=StrapState.ATTACHED,
    belt=BeltState.ENGAGED,
    link_up=True,
    standstill=False,
    refused=(Refusal("F-041", "setpoint_range", 'No: "weiß nicht".'),),
)
SETUP: Final = GateSetup(
    name="lab",
    machine=MachineFacts(protocol="woodway-us", machine_class=MachineClass.A),
    link_url="rfc2217://127.0.0.1:4000",
    strap=StrapSource(StrapKind.MODEM_LINE, "rfc2217://127.0.0.1:4000"),
    limits=Limits(v_rev_max_ckmh=200),
    simulated=True,
)
MESSAGES: Final = (
    Hello("0123456789abcdef", "fedcba9876543210"),
    SETUP,
    REQUEST,
    REPORT,
    Bye(ByeReason.IN_USE, "The port is in use."),
)

_INTS: Final = st.integers(-(2**53), 2**53)


def _values(annotation: Any) -> st.SearchStrategy[Any]:
    """Anything of this type that may travel."""
    if annotation is int:
        return _INTS
    if is_dataclass(annotation) and isinstance(annotation, type):
        hints = get_type_hints(annotation)
        return st.builds(annotation, **{f.name: _values(hints[f.name]) for f in fields(annotation)})
    if isinstance(annotation, types.UnionType):
        return st.one_of(*map(_values, get_args(annotation)))
    return st.from_type(annotation)


messages: Final[st.SearchStrategy[Message]] = st.one_of(
    *map(_values, (Hello, GateSetup, Request, Report, Bye))
)
