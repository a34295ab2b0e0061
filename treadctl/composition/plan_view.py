"""A plan as `plan show` and `--dry-run` present it: checked, and previewed."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from treadctl.composition.prepare import effective_limits
from treadctl.composition.preview import Preview, preview
from treadctl.config import load_config
from treadctl.core.plan_lint import accept
from treadctl.core.plans import open_plan
from treadctl.core.programme import Programme
from treadctl.errors import Problem, UserFileError
from treadctl.gate.setup import MachineClass
from treadctl.model import Mode


@dataclass(frozen=True, slots=True)
class PlanView:
    """One plan and what would come of it on a class-A machine."""

    name: str
    mode: Mode
    programme: Programme
    problems: tuple[Problem, ...]
    preview: Preview | None

    def to_json(self) -> dict[str, Any]:
        assert self.preview is not None
        return {
            "plan": self.name,
            "title": self.programme.title,
            "mode": self.mode.value,
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
    base = load_config(config).limits
    plan, problems = open_plan(name)
    limits = effective_limits(plan, base, MachineClass.A)
    try:
        programme = accept(plan, limits, mode, problems)
    except UserFileError as error:
        return PlanView(name, mode, plan.programme, error.problems, None)
    shown = preview(programme, limits, mode) if run else None
    return PlanView(name, mode, programme, (), shown)
