"""What walking costs, estimated (safety.md 2.6). For the screen only: nothing is decided by it.

Forward by the ACSM equation for walking; backward costs more by very nearly a constant per
speed, fitted to the two measured anchors (5.63 km/h, level and at 5 %). Both are gross, and
practice lowers the true figure: by about a fifth after twelve sessions.
"""

from dataclasses import dataclass
from typing import Final

_ML_PER_MET: Final = 3.5
_BACKWARD_MET: Final = 2.1
_ANCHOR_CKMH: Final = 563
_STATED_CKMH: Final = (300, 600)
"""The equation is stated for 50 to 100 m/min; elsewhere it is an extrapolation."""
BAND_PERCENT: Final = 25
BAND_EXTRAPOLATED_PERCENT: Final = 35
_MS_PER_H: Final = 3_600_000
_MS_PER_MIN: Final = 60_000
_ML_PER_KCAL: Final = 200.0
"""5 kcal for a litre of oxygen."""


def met_forward(ckmh: int, incline_permille: int = 0) -> float:
    """Multiples of rest while walking forward."""
    metres_per_min = ckmh / 6
    grade = incline_permille / 1_000
    return (3.5 + 0.1 * metres_per_min + 1.8 * metres_per_min * grade) / _ML_PER_MET


def met_backward(ckmh: int, incline_permille: int = 0) -> float:
    """Multiples of rest while walking backward."""
    return met_forward(ckmh, incline_permille) + _BACKWARD_MET * ckmh / _ANCHOR_CKMH


def kcal_by_mass(met: float, body_mass_g: int, ms: int) -> float:
    """One MET is one kilocalorie per kilogram and hour."""
    return met * (body_mass_g / 1_000) * ms / _MS_PER_H


def kcal_by_oxygen(met: float, body_mass_g: int, ms: int) -> float:
    """One MET is 3.5 ml of oxygen per kilogram and minute; 5 % above the other."""
    return met * _ML_PER_MET * (body_mass_g / 1_000) / _ML_PER_KCAL * ms / _MS_PER_MIN


@dataclass(frozen=True, slots=True)
class Energy:
    """An estimate, between two common formulas, and how far off it may be."""

    low_kcal: float
    high_kcal: float
    band_percent: int


@dataclass(frozen=True, slots=True)
class Effort:
    """Walking time, weighted by what it costs; add to it, then ask for a body's energy."""

    met_ms: float = 0.0
    """All of it."""
    extrapolated_met_ms: float = 0.0
    """Of that, at speeds for which the equation is not stated."""

    def walked(self, ckmh: int, ms: int, *, backward: bool, incline_permille: int = 0) -> "Effort":
        """This, and *ms* more at *ckmh*. Standing adds nothing."""
        if ckmh <= 0 or ms <= 0:
            return self
        met = (met_backward if backward else met_forward)(ckmh, incline_permille)
        low, high = _STATED_CKMH
        beyond = 0.0 if low <= ckmh <= high else met * ms
        return Effort(self.met_ms + met * ms, self.extrapolated_met_ms + beyond)

    def energy(self, body_mass_g: int) -> Energy:
        """What a body of that mass used, and the band, wider the more is extrapolated."""
        share = self.extrapolated_met_ms / self.met_ms if self.met_ms else 0.0
        band = BAND_PERCENT + (BAND_EXTRAPOLATED_PERCENT - BAND_PERCENT) * share
        return Energy(
            kcal_by_mass(self.met_ms, body_mass_g, 1),
            kcal_by_oxygen(self.met_ms, body_mass_g, 1),
            round(band),
        )
