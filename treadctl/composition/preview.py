"""What the gate would allow of a plan: core and kernel on virtual time, an obedient belt.

Nothing is imitated: the session, the gate, the wire check and the codec are the ones of a run.
"""

from dataclasses import dataclass, replace

from firmware_protocols.registry import PROTOCOLS
from treadctl.composition.cockpit import Cockpit
from treadctl.composition.conditions import Conditions
from treadctl.composition.ideal import RAMP_CKMH_S, IdealPlant
from treadctl.composition.ideal_ftms import IdealFtms
from treadctl.composition.virtual import VirtualRun
from treadctl.core.events import Event, Finished, RequestRefused, StateChanged
from treadctl.core.operators import AutoOperator
from treadctl.core.programme import Programme
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup
from treadctl.gate.setup import GateSetup, MachineClass, MachineFacts, StrapKind, StrapSource
from treadctl.model import Mode, Report
from treadctl.safety.limits import Limits

_FASTEST_CKMH = 2_000


@dataclass(frozen=True, slots=True)
class Moment:
    """A change of what is commanded or of what is going on."""

    t_ms: int
    state: str
    step: int
    step_name: str
    commanded_ckmh: int
    direction: str
    gait: str


@dataclass(frozen=True, slots=True)
class Preview:
    moments: tuple[Moment, ...]
    refusals: tuple[str, ...]
    finished: Finished | None

    @property
    def duration_ms(self) -> int:
        return self.finished.t_ms if self.finished else self.moments[-1].t_ms

    @property
    def peak_forward_ckmh(self) -> int:
        return max((m.commanded_ckmh for m in self.moments if m.gait == "forward"), default=0)

    @property
    def peak_backward_ckmh(self) -> int:
        return max((m.commanded_ckmh for m in self.moments if m.gait == "backward"), default=0)


def preview(programme: Programme, conditions: Conditions) -> Preview:
    """Run *programme* on an ideal machine under *conditions* and note every command."""
    machine = _machine(conditions)
    plant = ideal_plant(machine)
    gate = ideal_gate(machine, conditions.limits, conditions.mode)
    setup = SessionSetup(
        plan=programme.name,
        mode=conditions.mode,
        machine="preview",
        protocol=machine.protocol,
        machine_class=machine.machine_class.value,
        simulated=True,
        limits=conditions.limits,
        min_ckmh=machine.min_ckmh,
        origin_ms=0,
    )
    session = Session(programme, setup)
    watcher = _Watcher()
    cockpit = Cockpit(session, operators=(AutoOperator(session, plant.act),), tell=(watcher.hear,))
    VirtualRun(gate, plant, cockpit).run(watcher.see)
    return Preview(tuple(watcher.moments), tuple(watcher.refusals), cockpit.finished)


def ideal_plant(machine: MachineFacts) -> IdealPlant | IdealFtms:
    """The obedient one that speaks this protocol."""
    if machine.protocol == "ftms":
        return IdealFtms()
    return IdealPlant(machine.protocol, machine.unit)


def _machine(conditions: Conditions) -> MachineFacts:
    """The declared one, or one that does whatever its protocol can say."""
    if conditions.declared is not None:
        return replace(conditions.declared.machine, ramp_ckmh_s=RAMP_CKMH_S)
    return ideal_machine(
        conditions.protocol, conditions.unit, conditions.machine_class, RAMP_CKMH_S
    )


def ideal_machine(
    protocol: str, unit: str, machine_class: MachineClass, ramp_ckmh_s: int
) -> MachineFacts:
    """One that does whatever its protocol can say."""
    capabilities = PROTOCOLS[protocol].capabilities(unit)
    return MachineFacts(
        protocol,
        machine_class,
        ramp_ckmh_s=ramp_ckmh_s,
        min_ckmh=capabilities.wire_step_ckmh,
        max_ckmh=min(_FASTEST_CKMH, capabilities.field_max_ckmh),
        unit=unit,
    )


def ideal_gate(machine: MachineFacts, limits: Limits, mode: Mode) -> GateSetup:
    """What a gate is told of it: a strap that works, and somebody there."""
    return GateSetup(
        "ideal",
        machine,
        "",
        StrapSource(StrapKind.LOCKSTEP),
        limits,
        mode,
        simulated=True,
        attendance_required=False,
        hold_to_run_available=True,
    )


class _Watcher:
    """Keeps a moment whenever state, step or command changed."""

    def __init__(self) -> None:
        self.moments = [Moment(0, "idle", 0, "", 0, "forward", "forward")]
        self.refusals: list[str] = []

    def hear(self, event: Event) -> None:
        match event:
            case StateChanged():
                self._note(
                    replace(
                        self.moments[-1],
                        t_ms=event.t_ms,
                        state=event.state,
                        step=event.step,
                        step_name=event.step_name,
                    )
                )
            case RequestRefused():
                self.refusals.append(f"{event.code} {event.cause}: {event.message}")
            case _:
                pass

    def see(self, now_ms: int, report: Report) -> None:
        self._note(
            replace(
                self.moments[-1],
                t_ms=report.now_ms,
                commanded_ckmh=report.commanded_ckmh,
                direction=report.direction.value,
                gait=report.gait.value,
            )
        )

    def _note(self, moment: Moment) -> None:
        last = self.moments[-1]
        if replace(moment, t_ms=last.t_ms) != last:
            self.moments.append(moment)
