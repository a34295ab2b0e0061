"""Which machines have which quirks, by maker and model. Facts, one row each, with their source.

A row matches what a machine says of itself in Device Information. Several rows that match one
machine are an error and never a choice: the wrong one may be a belt at 1.6 times the speed. A
machine that no row matches is `unknown`, the profile that trusts the least.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.quirks import CONSERVATIVE, Quirks


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    quirks: Quirks
    maker: str
    """A pattern with ``*``, compared without case; empty matches nothing."""
    model: str
    source: str
    """Where the facts are from."""

    def fits(self, maker: str, model: str) -> bool:
        return bool(self.maker) and (
            fnmatchcase(maker.casefold(), self.maker.casefold())
            and fnmatchcase(model.casefold(), self.model.casefold())
        )


UNKNOWN: Final = Profile("unknown", CONSERVATIVE, "", "", "nobody has measured this machine")
_ROWS: Final = (UNKNOWN,)
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
