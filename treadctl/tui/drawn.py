"""A plan as it is drawn. Apart from the view of a run: the first screen draws plans too."""

from dataclasses import dataclass

from treadctl.core.programme import Step


@dataclass(frozen=True, slots=True)
class Profile:
    """The plan as it is drawn, with where we are in it and what was measured."""

    steps: tuple[Step, ...]
    total_ms: int
    cursor_ms: int | None = None
    trace: tuple[tuple[int, int, bool], ...] = ()
    """Moments of the plan in ms, measured speed, backward."""
