"""A plan as `plan show` and `--dry-run` present it: checked, and previewed."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from treadctl.composition.conditions import PlanRefused, conditions_of
from treadctl.composition.options import RunOptions
from treadctl.composition.preview import Preview, preview
from treadctl.composition.simulated import rehearse
from treadctl.core.programme import Programme
from treadctl.errors import Problem, TreadctlError
from treadctl.model import Mode


@dataclass(frozen=True, slots=True)
class PlanView:
    """One plan, and what would come of it."""

    name: str
    mode: Mode
    machine: str
    programme: Programme
    problems: tuple[Problem, ...]
    preview: Preview | None
    notes: tuple[str, ...] = ()
    """What has to be said about who walks, before they do."""

    def to_json(self) -> dict[str, Any]:
        assert self.preview is not None
        return {
            "plan": self.name,
            "title": self.programme.title,
            "mode": self.mode.value,
            "machine": self.machine,
            "duration_ms": self.preview.duration_ms,
            "reverse_ms": self.programme.reverse_ms,
            "bouts": len(self.programme.bouts),
            "peak_forward_ckmh": self.preview.peak_forward_ckmh,
            "peak_backward_ckmh": self.preview.peak_backward_ckmh,
            "refusals": list(self.preview.refusals),
            "timeline": [asdict(moment) for moment in self.preview.moments],
        }


def view_plan(name: str, mode: Mode, config: Path | None, *, run: bool = True) -> PlanView:
    """Read, check and, with *run* and nothing wrong, preview the plan called *name*.

    Raises:
        UserFileError: the config cannot be used.
    """
    return view_run(RunOptions(name, mode=mode, config=config), run=run)


def view_run(options: RunOptions, *, run: bool = True) -> PlanView:
    """The same for a run on the machine that *options* name: its limits, class and steps.

    Raises:
        TreadctlError: as `prepare` does, short of what only the machine itself can refuse.
    """
    conditions = conditions_of(options)
    what = f"class {conditions.machine_class.value} {conditions.protocol}"
    name, mode = options.plan, options.mode
    try:
        programme = conditions.programme()
    except PlanRefused as error:
        return PlanView(name, mode, what, conditions.plan.programme, error.problems, None)
    if options.simulate is not None:
        rehearse(options, conditions.protocol)
    shown = preview(programme, conditions) if run else None
    return PlanView(name, mode, what, programme, (), shown, conditions.notes)


def why_not(options: RunOptions) -> str | None:
    """Why a run with *options* would not begin, as far as can be known without a machine."""
    try:
        view = view_run(options, run=False)
    except TreadctlError as error:
        return str(error)
    return "\n".join(str(problem) for problem in view.problems) or None
