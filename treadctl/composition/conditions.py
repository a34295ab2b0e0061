"""What was typed, and under what conditions that plan would be walked.

Everything here can be known without touching a machine, so a dry run and a real one refuse
for the same reasons and in the same words.
"""

from dataclasses import dataclass, replace
from datetime import date

from firmware_protocols.registry import PROTOCOLS
from treadctl import paths
from treadctl.causes import Cause
from treadctl.composition.heart import HeartLimits, heart_source
from treadctl.composition.options import RunOptions
from treadctl.composition.setup_from_config import to_gate_setup
from treadctl.config import Config, TreadmillConfig, load_config
from treadctl.core.exit_codes import ExitCode
from treadctl.core.plan_file import PlanFile
from treadctl.core.plan_lint import accept
from treadctl.core.plans import open_plan
from treadctl.core.profile import Profile, limits_for
from treadctl.core.programme import Programme
from treadctl.errors import Problem, Refused, TreadctlError, UserFileError
from treadctl.gate.setup import GateSetup, HeartSource, MachineClass
from treadctl.model import Mode
from treadctl.people.directory import find_person
from treadctl.people.history import past_sessions, reverse_sessions
from treadctl.people.person import Person
from treadctl.people.person_limits import (
    PersonLimits,
    hr_ceiling_bpm,
    hr_limit_bpm,
    limits_for_person,
    why_locked,
)
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
class Walker:
    """Who walks, and what of their past bears on today."""

    person: Person
    sessions_done: int
    """With backward walking, as far as they count on this machine."""
    today: date

    def limits(self, base: Limits, plan_profile: Profile | None) -> PersonLimits:
        """What they walk under today, and why, given what config allows."""
        return limits_for_person(
            self.person,
            base,
            sessions_done=self.sessions_done,
            today=self.today,
            plan_profile=plan_profile,
        )


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
    walker: Walker | None = None
    """Who walks, where somebody was named."""
    sensor: str = ""
    """Where config.toml says that the heart rate is read at this treadmill."""
    heart: HeartSource | None = None
    """Where it is read in this run, and its limit; None: it is not watched."""

    @property
    def limits(self) -> Limits:
        """The smallest of all sources (safety.md 4.2)."""
        return effective_limits(self.plan, self.base, self.machine_class, self.walker)

    @property
    def profile(self) -> Profile | None:
        """Whose limits these are: the person's profile, else the plan's."""
        return self.plan.profile if self.walker is None else self.walker.person.profile

    def programme(self) -> Programme:
        """Return what will be walked.

        Raises:
            PlanRefused: it may not be, and why, line by line.
        """
        try:
            return accept(self.plan, self.limits, self.mode, self.problems)
        except UserFileError as error:
            raise PlanRefused((*error.problems, *self._whose_limits())) from error

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said about who walks, before they do."""
        watched: tuple[str, ...] = ()
        if self.heart is not None:
            watched = (f"The heart rate is watched: at most {self.heart.limit_bpm} a minute.",)
        if self.walker is None:
            return watched
        theirs = self.walker.limits(self.base, self.plan.profile)
        return (*theirs.why, *theirs.spotter, *watched)

    def _whose_limits(self) -> tuple[Problem, ...]:
        """Why this person's limits are lower than whoever chose the plan expected."""
        if self.walker is None:
            return ()
        why = self.walker.limits(self.base, self.plan.profile).why
        name = self.walker.person.name
        return (Problem(name, None, "", "walks under these limits", " ".join(why)),) if why else ()


def machines() -> tuple[str, ...]:
    """The machines that can be simulated, and the protocols that can be declared."""
    return tuple(PROTOCOLS)


def effective_limits(
    plan: PlanFile, base: Limits, machine_class: MachineClass, walker: Walker | None = None
) -> Limits:
    """What this person on a machine of this class walks under."""
    if walker is None:
        limits = limits_for(plan.profile, base)
    else:
        limits = walker.limits(base, plan.profile).limits
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
        UnknownPerson: nobody of that name is in the people directory.
        Refused: that machine cannot do that, or may not be driven.
    """
    found = _conditions(options)
    if options.person is not None:
        found = _with_walker(options, found)
    return replace(found, heart=_heart(options, found))


def _heart(options: RunOptions, found: Conditions) -> HeartSource | None:
    walker, today = found.walker, options.today or date.today()
    person = None if walker is None else walker.person
    known = HeartLimits(
        own_bpm=None if person is None else hr_limit_bpm(person, found.limits, today),
        ceiling_bpm=hr_ceiling_bpm(person, today),
    )
    link_url = "" if found.declared is None else found.declared.link_url
    return heart_source(
        options.heart,
        found.sensor,
        link_url,
        found.protocol,
        known,
        turned=options.virtual_time,
    )


def _with_walker(options: RunOptions, found: Conditions) -> Conditions:
    simulated = options.treadmill is None
    walker = walker_named(options, simulated=simulated)
    if (reason := why_locked(walker.person, walker.today)) is not None:
        raise RunRefused(reason, ExitCode.REFUSED_BY_SAFETY)
    return replace(found, walker=walker)


def _conditions(options: RunOptions) -> Conditions:
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
    entry = PROTOCOLS[protocol]
    capabilities = entry.capabilities()
    _check_mode(options.mode, protocol)
    # A protocol in which a host may fall silent says nothing of what its machines do then (SR-54).
    machine_class = MachineClass.A if capabilities.host_watchdog else MachineClass.C
    unit = entry.units[0].value
    return Conditions(plan, problems, config.limits, options.mode, protocol, unit, machine_class)


def _check_mode(mode: Mode, protocol: str) -> None:
    """SR-26: what a wire has no word for is refused before anything is connected to."""
    if mode is Mode.BELT_REVERSE and not PROTOCOLS[protocol].capabilities().can_reverse:
        raise Refused(
            Cause.REVERSE_UNAVAILABLE.value,
            f"{protocol} cannot run its belt in reverse. Use --mode turn-around.",
        )


def walker_named(options: RunOptions, *, simulated: bool) -> Walker:
    """The person that *options* name, with what their records say.

    Raises:
        UnknownPerson: there is nobody of that name; it lists who is known.
        UserFileError: that person's file cannot be used.
        RecordError: the records cannot be read, so nothing is known of the first sessions.
    """
    assert options.person is not None
    person = find_person(options.person, paths.people_dir())
    past = past_sessions(person.id, options.record or paths.sessions_dir())
    done = reverse_sessions(past, simulated=simulated)
    return Walker(person, done, options.today or date.today())


def _declared(options: RunOptions, config: Config, treadmill: TreadmillConfig) -> Conditions:
    if treadmill.why_not_driven is not None:
        raise Refused(Cause.NO_STRAP_SOURCE.value, f"{treadmill.why_not_driven}.")
    _check_mode(options.mode, treadmill.protocol)
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
        sensor=treadmill.heart_rate,
    )
