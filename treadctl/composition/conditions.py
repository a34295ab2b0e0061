"""What was typed, and under what conditions that plan would be walked.

Everything here can be known without touching a machine, so a dry run and a real one refuse
for the same reasons and in the same words.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from firmware_protocols.registry import PROTOCOLS
from treadctl.causes import Cause
from treadctl.composition.setup_from_config import to_gate_setup
from treadctl.config import Config, TreadmillConfig, load_config
from treadctl.core.exit_codes import ExitCode
from treadctl.core.plan_file import PlanFile
from treadctl.core.plan_lint import accept
from treadctl.core.plans import open_plan
from treadctl.core.profile import limits_for
from treadctl.core.programme import Programme
from treadctl.errors import Problem, Refused, TreadctlError, UserFileError
from treadctl.gate.setup import GateSetup, MachineClass
from treadctl.model import Mode
from treadctl.safety.limits import CLASS_C_REV_MAX_CKMH, Limits

PREVIEWED = "woodway-us"
"""Whose steps a plan is shown in while no machine has been named."""


class RunRefused(TreadctlError):
    """A run that will not begin, with the exit code that says why."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


class PlanRefused(RunRefused):
    """The plan may not be walked. Carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems), ExitCode.PLAN_INVALID)
        self.problems = problems


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
class Conditions:
    """A plan that has been read, and what it would be walked on and under."""

    plan: PlanFile
    problems: tuple[Problem, ...]
    base: Limits
    """What config allows, before anybody's profile."""
    mode: Mode
    protocol: str
    unit: str = "mph"
    machine_class: MachineClass = MachineClass.A
    declared: GateSetup | None = None
    """The treadmill from config.toml, where one was named."""

    @property
    def limits(self) -> Limits:
        """The smallest of all sources (safety.md 4.2)."""
        return effective_limits(self.plan, self.base, self.machine_class)

    def programme(self) -> Programme:
        """Return what will be walked.

        Raises:
            PlanRefused: it may not be, and why, line by line.
        """
        try:
            return accept(self.plan, self.limits, self.mode, self.problems)
        except UserFileError as error:
            raise PlanRefused(error.problems) from error


def machines() -> tuple[str, ...]:
    """The machines that can be simulated, and the protocols that can be declared."""
    return tuple(PROTOCOLS)


def effective_limits(plan: PlanFile, base: Limits, machine_class: MachineClass) -> Limits:
    """What this person on a machine of this class walks under."""
    limits = limits_for(plan.profile, base)
    if machine_class is MachineClass.C:
        limits = replace(
            limits,
            v_rev_max_ckmh=min(limits.v_rev_max_ckmh, CLASS_C_REV_MAX_CKMH),
            v_rev_max_beltrev_ckmh=min(limits.v_rev_max_beltrev_ckmh, CLASS_C_REV_MAX_CKMH),
        )
    return limits


def conditions_of(options: RunOptions) -> Conditions:
    """Look up what *options* name, and refuse what cannot be.

    Raises:
        UserFileError: config.toml cannot be used.
        UnknownTreadmill: it declares no treadmill of that name.
        RunRefused: there is no such machine to simulate.
        Refused: that machine cannot do that, or may not be driven.
    """
    config = load_config(options.config)
    if options.treadmill is not None:
        return _declared(options, config, config.treadmill(options.treadmill))
    plan, problems = open_plan(options.plan)
    protocol = PREVIEWED if options.simulate is None else options.simulate
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
    return Conditions(plan, problems, config.limits, options.mode, protocol)


def _declared(options: RunOptions, config: Config, treadmill: TreadmillConfig) -> Conditions:
    if treadmill.why_not_driven is not None:
        raise Refused(Cause.NO_STRAP_SOURCE.value, f"{treadmill.why_not_driven}.")
    setup = to_gate_setup(treadmill, options.mode)
    plan, problems = open_plan(options.plan)
    return Conditions(
        plan,
        problems,
        treadmill.limits,
        options.mode,
        treadmill.protocol,
        treadmill.unit,
        setup.machine.machine_class,
        setup,
    )
