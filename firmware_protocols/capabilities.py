"""What a protocol can say. A verb that is false here has no word in the codec."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Facts of a protocol, not of one machine. Speeds in 0.01 km/h, times in ms."""

    name: str
    can_reverse: bool
    reads_direction: bool
    reads_speed: bool
    reads_drive_state: bool
    sets_incline: bool
    host_watchdog: bool
    reports_safety_key: bool
    wire_step_ckmh: int
    """The size of one speed step on the wire, rounded up."""
    field_max_ckmh: int
    """The largest speed the field can hold, rounded down."""
    poll_period_ms: int
    """How often a reading comes: asked for, or of its own accord."""
    reply_timeout_ms: int
    pushes_readings: bool = False
    """Readings come of their own accord about once a second; nothing asks for them."""
    start_up_ms: int = 0
    """How long after an accepted start it may go on to read zero."""
