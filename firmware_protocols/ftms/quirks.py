"""How one kind of machine differs from the text: facts, as data (ftms.md 8).

Which machine has which is known from its maker and model, or by trying it with nobody on the
belt. A machine nobody knows has none of them: that is the profile that trusts the least.
"""

from dataclasses import dataclass

from firmware_protocols._fields import Unit
from firmware_protocols.ftms.control_point import SetTargetSpeed
from firmware_protocols.ftms.features import SupportedRange
from firmware_protocols.ftms.speeds import ckmh_from_hundredths


@dataclass(frozen=True, slots=True)
class Quirks:
    """The defaults are the conservative profile. Times in ms."""

    write_with_response: bool = True
    """Q1, Q23: which kind of write its control point takes."""
    data_unit: Unit = Unit.KMH
    """Q8: what the speeds in its data mean."""
    command_unit: Unit = Unit.KMH
    """Q8: what a target speed means to it."""
    range_unit: Unit = Unit.KMH
    """Q8: what the speeds of its stated range mean."""
    speed_range: SupportedRange | None = None
    """For a machine that states none, or a wrong one."""
    speed_needs_motion: bool = True
    """Q12: no target speed before the belt was seen moving. False: right after the start."""
    start_up_ms: int = 0
    """Q12: so long after an accepted start "control not permitted" means "not yet"."""
    control_requests: int = 1
    """Q14: how often control has to be requested."""
    control_before_speed: bool = False
    """Q11: control is requested again before every target speed."""
    start_before_speed: bool = False
    """Q11: start is said again before every target speed.."""
    start_every_ms: int | None = None
    """Q13: start is said again this often while the belt runs."""
    false_stop_status: bool = False
    """Q17: it says "stopped by the user" when it is started."""
    status_follows_ramp: bool = False
    """Q18: it says "target speed changed" with every speed on the way to one."""
    silent_after_stop: bool = False
    """Q6: after a stop its data may end. That it goes on moving is then not assumed; that it
    stands is not either."""
    stop_window_ms: int = 1_500
    """How long a stop may take to be answered, and then to show in the data, before it is said
    in other words (SR-35: 1 to 2 s)."""
    data_period_ms: int = 1_000
    """How often its data comes."""
    reports_safety_key: bool = False
    """Whether it was seen to say so when its key was pulled (ftms.md 4: absence proves nothing)."""

    def commanded_ckmh(self, request: SetTargetSpeed) -> int:
        """Return what *request* means to this machine: for checking what is about to leave."""
        return ckmh_from_hundredths(request.speed_ckmh, self.command_unit)

    def measured_ckmh(self, hundredths: int) -> int:
        """Return what a speed in its data means."""
        return ckmh_from_hundredths(hundredths, self.data_unit)


CONSERVATIVE = Quirks()
