"""What a session has to know about the run it belongs to. Small, frozen, given once."""

from dataclasses import dataclass, field

from treadctl.model import Mode
from treadctl.safety.limits import Limits


@dataclass(frozen=True, slots=True)
class SessionSetup:
    plan: str
    """What the plan was called on the command line."""
    mode: Mode = Mode.TURN_AROUND
    machine: str = ""
    protocol: str = ""
    machine_class: str = "C"
    simulated: bool = False
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    version: str = ""
    limits_hash: str = ""
    min_ckmh: int = 17
    """The machine's slowest speed, as the gate is told it."""
    stay_latched: bool = False
    """Somebody can reset, resume or end: wait for them instead of ending the run."""
    attendance_required: bool = False
    """SR-56: a person has to confirm being there, once a minute."""
    origin_ms: int | None = None
    """Where session time begins on the clock of `exchange`; None: at the first exchange."""
    record: str | None = None
    """Where this run is recorded, for the last line."""
    person: str = ""
    """Who walks, by the name of their file; empty where nobody was named."""
    profile: str = ""
    """Whose limits apply: the person's profile, else the plan's."""

    @property
    def v_start_ckmh(self) -> int:
        """SR-04: the speed of every first motion."""
        return max(self.limits.v_start_ckmh, self.min_ckmh)
