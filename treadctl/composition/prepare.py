"""From what somebody typed to everything a run needs, or a clear reason why not.

The order matters: what can be refused without touching a machine is refused first.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from treadctl import version
from treadctl.causes import Cause
from treadctl.composition.conditions import (
    Conditions,
    RunRefused,
    conditions_of,
    effective_limits,
)
from treadctl.composition.heart import NotWatchable
from treadctl.composition.options import RunOptions
from treadctl.composition.plant import (
    LockstepPlant,
    ServedPlant,
    SimulationOptions,
    SimulatorFailedError,
    StartBrokenOff,
    facts_of,
)
from treadctl.composition.signals import Signals
from treadctl.composition.simulated import check_truth
from treadctl.composition.spotter.wire import NoSession
from treadctl.config import UnknownTreadmill
from treadctl.core.exit_codes import Ending, ExitCode, Reason, exit_code
from treadctl.core.programme import Programme
from treadctl.core.setup import SessionSetup
from treadctl.errors import HandshakeError, LinkError, Refused, TreadctlError
from treadctl.gate.identity import limits_hash
from treadctl.gate.setup import GateSetup, HeartKind, StrapKind, StrapSource
from treadctl.records.journal import Header, RecordError

__all__ = ["Prepared", "RunRefused", "effective_limits", "exit_code_of", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that may begin. Whatever was opened for it is closed with `open_things`."""

    programme: Programme
    gate: GateSetup
    session: SessionSetup
    header: Header
    lockstep: LockstepPlant | None = None
    served: ServedPlant | None = None
    notes: tuple[str, ...] = ()
    """What has to be said about who walks, before they do."""
    open_things: ExitStack = field(default_factory=ExitStack)


def exit_code_of(error: TreadctlError) -> ExitCode:
    """Which exit code an error that kept a run from beginning deserves."""
    match error:
        case RunRefused():
            return error.code
        case SimulatorFailedError():
            return ExitCode(error.exit_code)
        case UnknownTreadmill() | LinkError() | NoSession():
            return ExitCode.DEVICE_NOT_FOUND
        case NotWatchable() | RecordError():
            return ExitCode.USAGE
        case Refused() | HandshakeError():
            return ExitCode.REFUSED_BY_SAFETY
        case _:
            return ExitCode.USAGE


def prepare(options: RunOptions, signals: Signals | None = None) -> Prepared:
    """Check everything and open what a run needs, unless one of *signals* comes before it is there.

    Raises:
        TreadctlError: see `exit_code_of`. Nothing is left open, and nothing has moved.
    """
    conditions = conditions_of(options)
    if conditions.declared is not None:
        return _real(options, conditions, conditions.declared)
    programme = conditions.programme()
    check_truth(options.truth)
    try:
        return _simulated(options, conditions, programme, signals)
    except StartBrokenOff as error:
        assert signals is not None
        ending = Ending(Reason.INTERRUPTED, standstill_proved=True, signal=signals.first)
        raise RunRefused(f"Ended before anything began: {error}.", exit_code(ending)) from error


def _simulated(
    options: RunOptions, conditions: Conditions, programme: Programme, signals: Signals | None
) -> Prepared:
    protocol = conditions.protocol
    heart = conditions.heart
    worn = heart is not None and heart.kind is HeartKind.LOCKSTEP
    child = SimulationOptions(
        protocol, options.scenario, options.seed, options.truth, options.quirks, heart=worn
    )
    opened = LockstepPlant if options.virtual_time else ServedPlant
    plant = opened(child, signals=signals)
    stack = ExitStack()
    stack.callback(plant.close)
    try:
        machine = facts_of(protocol, plant.ready)
        conditions = replace(conditions, machine_class=machine.machine_class, unit=machine.unit)
        programme = conditions.programme()  # again: a simulated machine may be class C
        url, strap = "", StrapSource(StrapKind.LOCKSTEP)
        if isinstance(plant, ServedPlant):
            url, strap = plant.url, StrapSource(StrapKind.MODEM_LINE, plant.strap_url)
        gate = GateSetup(
            name=" ".join(["simulated", protocol, *options.quirks]),
            machine=machine,
            link_url=url,
            strap=strap,
            limits=conditions.limits,
            mode=options.mode,
            simulated=True,
            attendance_required=False,
            heart=heart,
            screen_required=options.screen and not options.virtual_time,
            hold_to_run_available=True,
        )
        return Prepared(
            programme,
            gate,
            _session_setup(options, gate, conditions, simulated=True),
            _header(options, gate, conditions, programme),
            plant if isinstance(plant, LockstepPlant) else None,
            plant if isinstance(plant, ServedPlant) else None,
            conditions.notes,
            stack,
        )
    except BaseException:
        stack.close()
        raise


def _real(options: RunOptions, conditions: Conditions, declared: GateSetup) -> Prepared:
    if not (options.control or options.terminal or options.screen):
        raise Refused(
            Cause.UNATTENDED.value,
            "A run on a real treadmill needs a person who confirms: a terminal, or "
            "--control stdin.",
        )
    gate = replace(
        declared,
        limits=conditions.limits,
        heart=conditions.heart,
        hold_to_run_available=options.control,
        # Beside the person of SR-56, not instead: a screen that lives shows nobody (ADR 0025).
        screen_required=options.screen,
    )
    programme = conditions.programme()
    return Prepared(
        programme,
        gate,
        _session_setup(options, gate, conditions, simulated=False),
        _header(options, gate, conditions, programme),
        notes=conditions.notes,
    )


def _session_setup(
    options: RunOptions, gate: GateSetup, conditions: Conditions, *, simulated: bool
) -> SessionSetup:
    machine = gate.machine
    return SessionSetup(
        plan=options.plan,
        mode=options.mode,
        machine=gate.name,
        protocol=machine.protocol,
        machine_class=machine.machine_class.value,
        simulated=simulated,
        seed=options.seed,
        limits=gate.limits,
        version=version.VERSION,
        limits_hash=limits_hash(gate.limits),
        min_ckmh=machine.min_ckmh,
        stay_latched=options.control or options.screen or options.terminal,
        attendance_required=gate.attendance_required,
        origin_ms=0 if options.virtual_time else None,
        person=_person(conditions),
        profile=_profile(conditions),
    )


def _header(
    options: RunOptions, gate: GateSetup, conditions: Conditions, programme: Programme
) -> Header:
    return Header(
        plan=options.plan,
        machine=gate.name,
        simulated=gate.simulated,
        software=version.VERSION,
        limits_hash=limits_hash(gate.limits),
        protocol=gate.machine.protocol,
        machine_class=gate.machine.machine_class.value,
        mode=options.mode.value,
        seed=options.seed if gate.simulated else None,
        person=_person(conditions),
        profile=_profile(conditions),
        steps=tuple(
            (step.kind.value, step.duration_ms, step.from_ckmh, step.speed_ckmh, step.name)
            for step in programme.steps
        ),
    )


def _person(conditions: Conditions) -> str:
    return conditions.walker.person.id if conditions.walker else ""


def _profile(conditions: Conditions) -> str:
    return conditions.profile.value if conditions.profile else ""
