"""Values that travel between core and gate, for every test that needs some."""

from typing import Final

from treadctl.gate.ipc import Bye, ByeReason, Hello
from treadctl.gate.setup import (
    GateSetup,
    HeartKind,
    HeartSource,
    MachineClass,
    MachineFacts,
    StrapKind,
    StrapSource,
)
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
    heart=HeartSource(HeartKind.SENSOR, 130, guard=True, url="ble://C0:FF:EE:00:00:02"),
)
MESSAGES: Final = (
    Hello("0123456789abcdef", "fedcba9876543210"),
    SETUP,
    REQUEST,
    REPORT,
    Bye(ByeReason.IN_USE, "The port is in use."),
)
