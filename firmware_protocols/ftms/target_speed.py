"""The target speeds one machine takes: its stated range, in the unit its commands are in."""

from dataclasses import dataclass

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.features import RangeKind, SupportedRange
from firmware_protocols.ftms.speeds import (
    HUNDREDTH,
    MAX_HUNDREDTHS,
    ckmh_from_hundredths,
    hundredths_from_ckmh,
)


@dataclass(frozen=True, slots=True)
class TargetSpeeds:
    """Steps in hundredths of *unit*. Zero is a target only where the machine says so."""

    minimum: int
    maximum: int
    step: int
    unit: Unit

    def hundredths(self, speed_ckmh: object) -> int:
        """Return the digits of the machine's own step for a request, rounded toward zero.

        Raises:
            LocalProtocolError: not a whole number, or outside the range. It is not moved into
                the range: a request below the minimum would become a faster one.
        """
        hundredths = hundredths_from_ckmh(speed_ckmh, self.unit)
        if not self.minimum <= hundredths <= self.maximum:
            raise LocalProtocolError(
                f"speed_ckmh {speed_ckmh} is outside {self.ckmh(self.minimum)}.."
                f"{self.ckmh(self.maximum)}"
            )
        return hundredths - (hundredths - self.minimum) % self.step

    def quantise(self, speed_ckmh: int) -> int:
        """Return what becomes of a request: a step that does not exceed it, or zero.

        Zero is always among the steps, because a machine that has no such target has a stop.

        Raises:
            LocalProtocolError: not a whole number, or negative.
        """
        hundredths = min(hundredths_from_ckmh(speed_ckmh, self.unit), self.maximum)
        if hundredths < self.minimum:
            return 0
        return self.ckmh(hundredths - (hundredths - self.minimum) % self.step)

    def ckmh(self, hundredths: int) -> int:
        """Return what digits mean, rounded up."""
        return ckmh_from_hundredths(hundredths, self.unit)


def target_speeds(
    stated: SupportedRange | None, stated_in: Unit, commanded_in: Unit
) -> TargetSpeeds:
    """Return what a stated range means in the unit of the commands: never more than it says.

    Raises:
        LocalProtocolError: there is no range, or it makes no sense. Without one there is no
            speed to be asked for.
    """
    if stated is None or stated.kind is not RangeKind.SPEED:
        raise LocalProtocolError("the machine has stated no speed range")
    minimum, maximum, step = stated.minimum, stated.maximum, stated.step
    if minimum is None or maximum is None or step is None:
        raise LocalProtocolError("the machine's speed range is cut short")
    if not minimum <= maximum or not step or not maximum:
        raise LocalProtocolError(f"a speed range of {minimum}..{maximum} by {step} makes no sense")
    there, here = HUNDREDTH[stated_in], HUNDREDTH[commanded_in]
    return TargetSpeeds(
        -(-minimum * there // here),
        min(maximum * there // here, MAX_HUNDREDTHS),
        -(-step * there // here),
        commanded_in,
    )
