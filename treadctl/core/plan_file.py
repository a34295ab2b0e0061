"""Plan files: what a person wrote, read and refused as a whole when it is wrong (SR-42, SR-43).

No limit of a person or a machine is looked at here; that is `plan_lint`. What could be read
of a plan with problems is still handed on, so that the linter can add what it sees and the
author gets one list instead of three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from treadctl.core.plan_reader import PlanReader, Row
from treadctl.core.plan_tree import MAX_BYTES
from treadctl.core.profile import Profile
from treadctl.core.programme import Programme
from treadctl.errors import Problem, UserFileError
from treadctl.regular_file import REMEDY, NotRegular, check_regular


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan as far as it could be read. Whether it may be walked is the linter's business."""

    file: str
    name: str
    title: str
    profile: Profile | None
    rows: tuple[Row, ...]

    @property
    def programme(self) -> Programme:
        """The plan with its repeats written out. Only a plan without problems is complete."""
        steps = tuple(row.step for row in self.rows if row.step is not None)
        return Programme(self.name, self.title, self.profile, steps, self.file)


def load_plan(source: Path | str | bytes, *, file: str = "", name: str = "") -> PlanFile:
    """Return the plan in the file at a Path, or in the text given.

    Raises:
        UserFileError: it cannot be read, or is not a plan. Limits are not looked at.
    """
    plan, problems = read_plan(source, file=file, name=name)
    if problems:
        raise UserFileError(problems)
    return plan


def read_plan(
    source: Path | str | bytes, *, file: str = "", name: str = ""
) -> tuple[PlanFile, tuple[Problem, ...]]:
    """Return what can be read of a plan, and everything wrong with it, by line."""
    if isinstance(source, Path):
        file, name = file or str(source), name or source.stem
        try:
            data = _bytes_of(source)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            remedy = REMEDY if isinstance(error, NotRegular) else "Check the file's name"
            problem = Problem(file, None, "", f"cannot be read: {why}", remedy)
            return PlanFile(file, name, name, None, ()), (problem,)
    else:
        file, name = file or "plan", name or "plan"
        # A lone surrogate is no text: it has to fail as UTF-8, not here.
        data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    reader = PlanReader(file)
    read = reader.read(data)
    return (
        PlanFile(file, name, read.title or name, read.profile, read.rows),
        by_line(reader.problems),
    )


def by_line(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return *problems* in the order of the file, each once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))


def _bytes_of(path: Path) -> bytes:
    check_regular(path)
    with path.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)
