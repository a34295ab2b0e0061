"""What a list of plans shows of each, without running anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from treadctl.core.builtin_plans import WEEKS, builtin_plan
from treadctl.core.plan_file import read_plan
from treadctl.core.profile import Profile
from treadctl.core.programme import Programme, StepKind
from treadctl.errors import Problem

PLAN_SUFFIXES: Final = (".yaml", ".yml")
PLANS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """One step of a plan's drawn profile; a ramp has two different speeds, a rest none."""

    kind: StepKind
    duration_ms: int
    from_ckmh: int
    speed_ckmh: int
    name: str


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """One plan, as a picker shows it."""

    source: str
    """What `run` is given: a built-in's name, or the file's path."""
    title: str
    profile: Profile | None
    week: int | None
    """Of a built-in; None for a file."""
    step_ms: int
    """All step times; countdowns, turns and ramp-downs come on top."""
    bouts: int
    reverse_ms: int
    top_forward_ckmh: int
    top_backward_ckmh: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class OwnPlans:
    """The plans that people keep, and what is wrong with the other files."""

    plans: tuple[PlanFacts, ...]
    problems: tuple[Problem, ...]


def facts_of(programme: Programme, source: str, week: int | None = None) -> PlanFacts:
    """The facts of one programme."""
    return PlanFacts(
        source=source,
        title=programme.title,
        profile=programme.profile,
        week=week,
        step_ms=programme.planned_ms,
        bouts=len(programme.bouts),
        reverse_ms=programme.reverse_ms,
        top_forward_ckmh=programme.peak_forward_ckmh,
        top_backward_ckmh=programme.peak_backward_ckmh,
        pieces=tuple(
            Piece(
                step.kind,
                step.duration_ms,
                step.from_ckmh,
                step.speed_ckmh,
                step.name or step.kind.title,
            )
            for step in programme.steps
        ),
    )


def builtin_facts(profile: Profile | None = None, week: int | None = None) -> Iterator[PlanFacts]:
    """The built-in plans, in order, of *profile* and *week* where given.

    One after the other: reading all of them takes longer than a screen may.
    """
    for each in Profile if profile is None else (profile,):
        for number in range(1, WEEKS + 1):
            if week in (None, number):
                yield _builtin(each, number)


def own_plans(directory: Path, profile: Profile | None = None) -> OwnPlans:
    """The plan files in *directory* for *profile*, and those for nobody in particular.

    Only read, not accepted: whether a person may walk one is decided with their limits.
    """
    plans: list[PlanFacts] = []
    problems: list[Problem] = []
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix in PLAN_SUFFIXES)
    except FileNotFoundError:
        paths = []
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
        return OwnPlans((), (Problem(str(directory), None, "", why, "Check its mode"),))
    for path in paths[:PLANS_MAX]:
        plan, wrong = read_plan(path)
        problems += wrong
        if not wrong and profile in (None, plan.profile or profile):
            plans.append(facts_of(plan.programme, str(path)))
    return OwnPlans(tuple(plans), tuple(problems))


@lru_cache(maxsize=len(Profile) * WEEKS)
def _builtin(profile: Profile, week: int) -> PlanFacts:
    name = f"{profile.value}-{week}"
    return facts_of(builtin_plan(name).programme, name, week)
