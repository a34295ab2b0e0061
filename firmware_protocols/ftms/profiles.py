"""Which machines have which quirks, by maker and model. Facts, one row each, with their source.

A row matches what a machine says of itself in Device Information. Several rows that match one
machine are an error and never a choice: the wrong one may be a belt at 1.6 times the speed. A
machine that no row matches is `unknown`, the profile that trusts the least.

Of most machines only the name they advertise was ever published. Their rows match nothing by
themselves: a person who knows the machine names the row, and a name that fits is a hint to that
person and no more (`hint`). Sections and letters are those of ftms.md 8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.quirks import CONSERVATIVE, Quirks

_MILES: Final = Quirks(data_unit=Unit.MPH, command_unit=Unit.MPH, range_unit=Unit.MPH)
"""All three, where reports do not say which: a km/h machine taken for mph runs slower than asked,
and is read as faster than it is."""

_SIMULATED: Final = "treadmill-sim, started with that quirk and no other (ftms.md 12)"


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    quirks: Quirks
    source: str
    """Where the facts are from."""
    maker: str = ""
    """A pattern with ``*``, compared without case; empty matches nothing."""
    model: str = ""
    advertised: tuple[str, ...] = ()
    """Patterns of the names it was seen to advertise. They choose nothing."""

    def fits(self, maker: str, model: str) -> bool:
        return bool(self.maker) and _like(maker, self.maker) and _like(model, self.model)


def _like(text: str, pattern: str) -> bool:
    return fnmatchcase(text.casefold(), pattern.casefold())


UNKNOWN: Final = Profile("unknown", CONSERVATIVE, "nobody has measured this machine")
_ROWS: Final = (
    UNKNOWN,
    Profile(
        "fitshow-fs-bt-t4",
        Quirks(range_unit=Unit.MPH),
        "Q8: justintout/treadmill, its Device Information and a range in miles",
        maker="FITSHOW",
        model="FS-BT-T4*",
    ),
    Profile(
        "urevo-e1l",
        Quirks(write_with_response=False, status_follows_ramp=True, data_period_ms=500),
        "Q1, Q9, Q18, Q19: air capture of blak3r/treadspan",
        advertised=("UREVO*", "URTM*"),
    ),
    Profile(
        "fr30z",
        Quirks(silent_after_stop=True, data_period_ms=570),
        "Q2 to Q7, Q29, Q30: syamaner/paceprompt-ios",
        advertised=("FR30*",),
    ),
    Profile(
        "goes-silent",
        Quirks(silent_after_stop=True),
        "Q6: T318 and others, qdomyos-zwift PR 4024",
        advertised=("T318*",),
    ),
    Profile(
        "kingsmith",
        Quirks(start_up_ms=2_500),
        "Q12: mcdax/walkingpad-controller, ph4-walkingpad PR 25",
        advertised=("KS-*", "WALKINGPAD*"),
    ),
    Profile(
        "miles",
        _MILES,
        "Q8: TM11GY (qdomyos-zwift 5100), Horizon T202 and 7.0AT (PR 4904, 4721), and others",
        advertised=(
            *("TM11GY*", "T202*", "HORIZON_7.0AT*", "TM4800*", "TM6500*", "T3G ELITE*"),
            *("THERUN T15*", "BOWFLEX T9*"),
        ),
    ),
    Profile(
        "asks-before-speed",
        Quirks(control_before_speed=True, start_before_speed=True),
        "Q11: many, qdomyos-zwift; others must not have it (PR 4944)",
    ),
    Profile(
        "trx3500",
        Quirks(start_every_ms=1_000),
        "Q13: qdomyos-zwift PR 4944",
        advertised=("TRX3500*",),
    ),
    Profile(
        "control-twice",
        Quirks(control_requests=2),
        "Q14: Wellfit, SW, YPOO, qdomyos-zwift",
        advertised=("WELLFIT*", "YPOO*"),
    ),
    Profile(
        "tp1",
        Quirks(false_stop_status=True),
        "Q17: qdomyos-zwift",
        advertised=("TP1*",),
    ),
    *(
        Profile(f"sim-{quirk}", quirks, _SIMULATED, maker="treadctl", model=f"SIM {quirk}")
        for quirk, quirks in (
            ("needs-start-first", Quirks(start_up_ms=2_500)),
            ("silent-after-stop", Quirks(silent_after_stop=True)),
            ("false-user-stop-status", Quirks(false_stop_status=True)),
            ("ramp-status-stream", Quirks(status_follows_ramp=True)),
            ("safety-key-status", Quirks(reports_safety_key=True)),
        )
    ),
)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType({row.name: row for row in _ROWS})


def named(name: str) -> Profile:
    """Return the profile called *name*.

    Raises:
        LocalProtocolError: there is none.
    """
    if name not in PROFILES:
        known = ", ".join(PROFILES)
        raise LocalProtocolError(f"profile {name!r} is not one of {known}")
    return PROFILES[name]


def match(maker: str, model: str) -> Profile:
    """Return the one profile that fits, or `UNKNOWN`.

    Raises:
        LocalProtocolError: more than one fits.
    """
    fitting = [row for row in _ROWS if row.fits(maker, model)]
    if len(fitting) > 1:
        names = ", ".join(row.name for row in fitting)
        raise LocalProtocolError(
            f"{maker} {model} fits more than one profile: {names}. Name one in the configuration"
        )
    return fitting[0] if fitting else UNKNOWN


def hint(advertised: str) -> Profile | None:
    """Return the one profile that a machine of this name may have: for a person to look into."""
    fitting = [
        row for row in _ROWS if any(_like(advertised, pattern) for pattern in row.advertised)
    ]
    return fitting[0] if len(fitting) == 1 else None
