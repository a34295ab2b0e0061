"""Where a run gets its programme: a built-in's name or a file, limits applied.

A caller that has to know the profile first (the gate is told the final limits before it
starts) takes two steps: `open_plan`, then `limits_for`, then `plan_lint.accept`.
"""

from collections.abc import Collection
from pathlib import Path

from treadctl.core.builtin_plans import builtin_names, builtin_plan
from treadctl.core.plan_file import PlanFile, read_plan
from treadctl.core.plan_lint import accept
from treadctl.core.plan_schema import nearest
from treadctl.core.profile import limits_for
from treadctl.core.programme import Programme
from treadctl.errors import Problem
from treadctl.model import Mode
from treadctl.safety.limits import Limits


def open_plan(source: str | Path) -> tuple[PlanFile, tuple[Problem, ...]]:
    """Return the plan called *source* and what is wrong with its text.

    A built-in's name wins over a file of the same name; ``./novice-1`` means the file.
    A plan with problems is incomplete: hand both to `plan_lint.accept`, which refuses it
    with these and its own.
    """
    if isinstance(source, str):
        if source in builtin_names():
            return builtin_plan(source), ()
        path = Path(source)
        if "/" not in source and not path.suffix and not _is_there(path):
            problem = _no_such_plan(source)
            return PlanFile(source, source, source, None, ()), (problem,)
        source = path
    return read_plan(source)


def load_programme(
    source: str | Path, base: Limits, mode: Mode, configured: Collection[str] = ()
) -> Programme:
    """Return the programme of a plan, checked against the limits of its own profile.

    *base* is what config and machine allow; see `profile` for how the two combine.

    Raises:
        UserFileError: everything that is wrong with it, by line. Nothing is reshaped.
    """
    plan, problems = open_plan(source)
    return accept(plan, limits_for(plan.profile, base, configured), mode, problems)


def _no_such_plan(name: str) -> Problem:
    near = nearest(name, builtin_names())
    remedy = f"Did you mean {near}?" if near else "`treadctl plan list` names the built-in plans"
    return Problem(name, None, "", "no plan and no file of that name", remedy)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return True  # read_plan says what is wrong with it
