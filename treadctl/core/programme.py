"""A programme: what the belt and the person do, step after step, once a plan is accepted.

A plan is a file (`plan_file`); a programme is what it means, repeats written out. A bout is
one `REVERSE` step: the linter keeps a rest or forward walking between any two of them.
Step time runs from the step's start frame to the start of its ramp-down, start hold
included; countdown, turning and ramp-down come on top (safety.md 4.8.4).
"""

from dataclasses import dataclass, field
from enum import Enum

from treadctl.core.profile import Profile


class StepKind(Enum):
    """What one step is. The kind says which way the person walks; a plan has no direction key."""

    WARMUP = "warmup"
    WALK = "walk"
    """Forward, between bouts."""
    REVERSE = "reverse"
    """Backward, in either mode."""
    REST = "rest"
    """The belt stands still."""
    COOLDOWN = "cooldown"

    @property
    def title(self) -> str:
        """The step's name where the plan gives none."""
        return _TITLES[self]

    @property
    def is_forward(self) -> bool:
        """Whether the person walks forward on a moving belt."""
        return self in _FORWARD


_TITLES = {
    StepKind.WARMUP: "Warm-up",
    StepKind.WALK: "Walk",
    StepKind.REVERSE: "Reverse walk",
    StepKind.REST: "Rest",
    StepKind.COOLDOWN: "Cooldown",
}
_FORWARD = frozenset({StepKind.WARMUP, StepKind.WALK, StepKind.COOLDOWN})


@dataclass(frozen=True, slots=True)
class Lines:
    """Where in the plan file a step is said, 1-based; 0 where it is not from a file."""

    step: int = 0
    duration: int = 0
    speed: int = 0
    incline: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a programme. A rest has speed 0."""

    kind: StepKind
    duration_ms: int
    speed_ckmh: int
    """The speed at the step's end, and all through it unless it ramps."""
    from_ckmh: int
    """The speed the plan begins with; equal to `speed_ckmh` outside a ramp."""
    incline_permille: int = 0
    name: str = ""
    cue: str = ""
    """What is said to the person when the step begins; may be empty."""
    lines: Lines = field(default_factory=Lines)

    @property
    def line(self) -> int:
        """The plan file's line this step begins on."""
        return self.lines.step

    @property
    def peak_ckmh(self) -> int:
        """The fastest this step plans for."""
        return max(self.from_ckmh, self.speed_ckmh)

    def planned_ckmh(self, offset_ms: int) -> int:
        """Return the speed planned *offset_ms* into the step: linear, never rounded up.

        The gate's start hold and ramp limits come on top; this is the plan, not the belt.
        """
        if self.from_ckmh == self.speed_ckmh:
            return self.speed_ckmh
        offset_ms = min(max(offset_ms, 0), self.duration_ms)
        change = self.speed_ckmh - self.from_ckmh
        return self.from_ckmh + change * offset_ms // self.duration_ms


@dataclass(frozen=True, slots=True)
class Programme:
    """An accepted plan."""

    name: str
    """What it is called on the command line: a built-in's name, or the file's stem."""
    title: str
    profile: Profile | None
    steps: tuple[Step, ...]
    file: str = ""
    """Where it came from, as a person would say it in a message."""

    @property
    def planned_ms(self) -> int:
        """Step time of the whole, rests included."""
        return sum(step.duration_ms for step in self.steps)

    @property
    def reverse_ms(self) -> int:
        """Step time walked backward."""
        return sum(step.duration_ms for step in self.bouts)

    @property
    def bouts(self) -> tuple[Step, ...]:
        """The steps walked backward, in order."""
        return tuple(step for step in self.steps if step.kind is StepKind.REVERSE)

    def too_slow_for(self, min_ckmh: int) -> str | None:
        """Why a machine whose slowest speed is *min_ckmh* cannot walk this, or None."""
        for step in self.steps:
            slowest = min(step.from_ckmh, step.speed_ckmh)
            if step.kind is not StepKind.REST and slowest < min_ckmh:
                return (
                    f"Line {step.line}: {slowest / 100:.2f} km/h is below the slowest speed of "
                    f"this machine, {min_ckmh / 100:.2f} km/h. "
                    "Choose a faster plan or another machine."
                )
        return None

    @property
    def peak_forward_ckmh(self) -> int:
        """The fastest forward walking planned; 0 where there is none."""
        return max((step.peak_ckmh for step in self.steps if step.kind.is_forward), default=0)

    @property
    def peak_backward_ckmh(self) -> int:
        """The fastest backward walking planned; 0 where there is none."""
        return max((step.peak_ckmh for step in self.bouts), default=0)

    def bout_number(self, index: int) -> int:
        """Return which bout step *index* is, from 1, or how many came before it."""
        return sum(step.kind is StepKind.REVERSE for step in self.steps[: index + 1])

    def left_after_ms(self, index: int) -> int:
        """Return the step time of everything after step *index*."""
        return sum(step.duration_ms for step in self.steps[index + 1 :])
