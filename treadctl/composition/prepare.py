"""From what somebody typed to everything a run needs, or a clear reason why not.

The order matters: what can be refused without touching a machine is refused first.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from firmware_protocols.registry import PROTOCOLS
from treadctl import version
from treadctl.causes import Cause
from treadctl.composition.plant import (
    LockstepPlant,
    ServedPlant,
    SimulationOptions,
    SimulatorFailedError,
    facts_of,
)
from treadctl.composition.setup_from_config import to_gate_setup
from treadctl.config import Config, UnknownTreadmill, load_config
from treadctl.core.exit_codes import ExitCode
from treadctl.core.plan_file import PlanFile
from treadctl.core.plan_lint import accept
from treadctl.core.plans import open_plan
from treadctl.core.profile import limits_for
from treadctl.core.programme import Programme
from treadctl.core.setup import SessionSetup
from treadctl.errors import (
    HandshakeError,
    LinkError,
    Problem,
    Refused,
    TreadctlError,
    UserFileError,
)
from treadctl.gate.identity import limits_hash
from treadctl.gate.setup import GateSetup, MachineClass, StrapKind, StrapSource
from treadctl.model import Mode
from treadctl.records.journal import Header, RecordError
from treadctl.safety.limits import CLASS_C_REV_MAX_CKMH, Limits


class RunRefused(TreadctlError):
    """A run that will not begin, with the exit code that says why."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The command line of `treadctl run`, as typed."""

    plan: str
    treadmill: str | None = None
    simulate: str | None = None
    virtual_time: bool = False
    mode: Mode = Mode.TURN_AROUND
    scenario: Path | None = None
    seed: int = 1
    truth: Path | None = None
    record: Path | None = None
    config: Path | None = None
    control: bool = False
    terminal: bool = False
    """A person sits at a terminal and can be asked."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that may begin. Whatever was opened for it is closed with `open_things`."""

    programme: Programme
    gate: GateSetup
    session: SessionSetup
    header: Header
    lockstep: LockstepPlant | None = None
    served: ServedPlant | None = None
    open_things: ExitStack = field(default_factory=ExitStack)


def machines() -> tuple[str, ...]:
    """The machines that can be simulated, and the protocols that can be declared."""
    return tuple(PROTOCOLS)


def exit_code_of(error: TreadctlError) -> ExitCode:
    """Which exit code an error that kept a run from beginning deserves."""
    match error:
        case RunRefused():
            return error.code
        case SimulatorFailedError():
            return ExitCode(error.exit_code)
        case UnknownTreadmill() | LinkError():
            return ExitCode.DEVICE_NOT_FOUND
        case Refused() | HandshakeError():
            return ExitCode.REFUSED_BY_SAFETY
        case RecordError():
            return ExitCode.USAGE
        case _:
            return ExitCode.USAGE


def effective_limits(plan: PlanFile, base: Limits, machine_class: MachineClass) -> Limits:
    """What this person on this machine walks under: the smallest of all sources (4.2)."""
    limits = limits_for(plan.profile, base)
    if machine_class is MachineClass.C:
        limits = replace(
            limits,
            v_rev_max_ckmh=min(limits.v_rev_max_ckmh, CLASS_C_REV_MAX_CKMH),
            v_rev_max_beltrev_ckmh=min(limits.v_rev_max_beltrev_ckmh, CLASS_C_REV_MAX_CKMH),
        )
    return limits


def checked_programme(
    plan: PlanFile, problems: tuple[Problem, ...], limits: Limits, mode: Mode
) -> Programme:
    """The programme, or `RunRefused` with every problem and exit code 3."""
    try:
        return accept(plan, limits, mode, problems)
    except UserFileError as error:
        raise RunRefused(str(error), ExitCode.PLAN_INVALID) from error


def prepare(options: RunOptions) -> Prepared:
    """Check everything and open what a run needs.

    Raises:
        TreadctlError: see `exit_code_of`. Nothing is left open, and nothing has moved.
    """
    config = load_config(options.config)
    plan, problems = open_plan(options.plan)
    if options.simulate is not None:
        return _simulated(options, config, plan, problems)
    return _real(options, config, plan, problems)


def _simulated(
    options: RunOptions, config: Config, plan: PlanFile, problems: tuple[Problem, ...]
) -> Prepared:
    protocol = options.simulate or ""
    if protocol not in PROTOCOLS:
        known = ", ".join(PROTOCOLS)
        raise RunRefused(
            f"There is no machine {protocol!r} to simulate. Known: {known}.", ExitCode.USAGE
        )
    if options.mode is Mode.BELT_REVERSE and not PROTOCOLS[protocol].capabilities().can_reverse:
        raise Refused(
            Cause.REVERSE_UNAVAILABLE.value,
            f"{protocol} cannot run its belt in reverse. Use --mode turn-around.",
        )
    limits = effective_limits(plan, config.limits, MachineClass.A)
    programme = checked_programme(plan, problems, limits, options.mode)
    child = SimulationOptions(protocol, options.scenario, options.seed, options.truth)
    with ExitStack() as stack:
        plant: LockstepPlant | ServedPlant
        opened: Callable[[SimulationOptions], LockstepPlant | ServedPlant]
        opened = LockstepPlant if options.virtual_time else ServedPlant
        plant = opened(child)
        stack.callback(plant.close)
        machine = facts_of(protocol, plant.ready)
        if machine.machine_class is MachineClass.C:
            limits = effective_limits(plan, config.limits, MachineClass.C)
            programme = checked_programme(plan, problems, limits, options.mode)
        lockstep = plant if isinstance(plant, LockstepPlant) else None
        served = plant if isinstance(plant, ServedPlant) else None
        url = "" if served is None else served.url
        strap = (
            StrapSource(StrapKind.LOCKSTEP)
            if served is None
            else StrapSource(StrapKind.MODEM_LINE, url)
        )
        gate = GateSetup(
            name=f"simulated {protocol}",
            machine=machine,
            link_url=url,
            strap=strap,
            limits=limits,
            mode=options.mode,
            simulated=True,
            attendance_required=False,
            hold_to_run_available=True,
        )
        return Prepared(
            programme,
            gate,
            _session_setup(options, gate, simulated=True),
            _header(options, gate),
            lockstep,
            served,
            stack.pop_all(),
        )
    raise AssertionError("unreachable")


def _real(
    options: RunOptions, config: Config, plan: PlanFile, problems: tuple[Problem, ...]
) -> Prepared:
    treadmill = config.treadmill(options.treadmill or "")
    if treadmill.why_not_driven is not None:
        raise Refused(Cause.NO_STRAP_SOURCE.value, f"{treadmill.why_not_driven}.")
    if not (options.control or options.terminal):
        raise Refused(
            Cause.UNATTENDED.value,
            "A run on a real treadmill needs a person who confirms: a terminal, or "
            "--control stdin.",
        )
    setup = to_gate_setup(treadmill, options.mode)
    limits = effective_limits(plan, treadmill.limits, setup.machine.machine_class)
    programme = checked_programme(plan, problems, limits, options.mode)
    gate = replace(setup, limits=limits, hold_to_run_available=options.control)
    return Prepared(
        programme, gate, _session_setup(options, gate, simulated=False), _header(options, gate)
    )


def _session_setup(options: RunOptions, gate: GateSetup, *, simulated: bool) -> SessionSetup:
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
        stay_latched=options.control or (options.terminal and not simulated),
        attendance_required=gate.attendance_required,
        origin_ms=0 if options.virtual_time else None,
    )


def _header(options: RunOptions, gate: GateSetup) -> Header:
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
    )
