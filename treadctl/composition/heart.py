"""Where the heart rate of a run is read, and what it is compared with (SR-45, SR-46).

The limit is the person's own, or one that was typed. A typed one may be lower than what is known
of the person and never higher, and where nobody is known it stays below everybody's ceiling.
"""

from dataclasses import dataclass
from typing import Final

from treadctl import ble_url
from treadctl.causes import Cause
from treadctl.composition.options import HeartWish
from treadctl.config import PROTOCOLS
from treadctl.errors import LinkError, Refused
from treadctl.gate.setup import HeartKind, HeartSource

MACHINE: Final = "machine"
NONE: Final = "none"


class NotWatchable(Refused):
    """What was typed or declared of the heart rate cannot be meant: wrong use, with the remedy."""


@dataclass(frozen=True, slots=True)
class HeartLimits:
    """What is known of who walks."""

    own_bpm: int | None
    """None: no year of birth, or nobody was named."""
    ceiling_bpm: int
    """85 % of the estimated maximum; of the youngest who may walk, where no age is known."""


def heart_source(
    wish: HeartWish,
    declared: str,
    link_url: str,
    protocol: str,
    known: HeartLimits,
    *,
    turned: bool,
) -> HeartSource | None:
    """Return where to read it, or None: nobody wants it watched.

    *declared* is the treadmill's `heart_rate` in config.toml, *link_url* where the treadmill is;
    *turned*: the clock is turned by hand, and there is no radio.

    Raises:
        NotWatchable: with the remedy. Nothing has been touched.
    """
    where = wish.where or declared
    if where in ("", NONE):
        if wish.limit_bpm is not None or wish.guard:
            raise _refused(
                "--hr-limit and --hr-guard need a heart rate to watch. Add --heart-rate ADDRESS "
                "(treadctl devices scan shows the sensors in reach)."
            )
        return None
    kind, url = HeartKind.SENSOR, ""
    if where == MACHINE and turned:
        kind = HeartKind.LOCKSTEP
    elif where == MACHINE:
        kind = HeartKind.MACHINE
        if not PROTOCOLS[protocol].reports_heart_rate:
            raise _refused(
                f"A {protocol} treadmill reports no heart rate. Name a sensor's address instead of "
                "`machine`."
            )
    elif turned:
        raise _refused(
            "In virtual time there is no radio. Use --heart-rate machine, which is the simulated "
            "person's own."
        )
    else:
        url = _sensor_url(where, link_url)
    return HeartSource(kind, _limit_bpm(wish.limit_bpm, known), wish.guard, url)


def _limit_bpm(typed_bpm: int | None, known: HeartLimits) -> int:
    own_bpm = known.own_bpm
    if typed_bpm is None:
        if own_bpm is None:
            raise _refused(
                "A heart rate is watched against a limit, and none is known. Name who walks "
                "(--person NAME, whose file has a year_of_birth), give --hr-limit BPM, or walk "
                "with --heart-rate none."
            )
        return own_bpm
    if own_bpm is not None and typed_bpm > own_bpm:
        raise _refused(
            f"--hr-limit {typed_bpm} is above this person's limit of {own_bpm} a minute. It may "
            "only be lower."
        )
    if typed_bpm > known.ceiling_bpm:
        raise _refused(
            f"--hr-limit {typed_bpm} is above {known.ceiling_bpm}, which is 85 % of the estimated "
            "maximum of a person of 14. Nobody's limit is higher; an older person's is lower."
        )
    return typed_bpm


def _sensor_url(where: str, link_url: str) -> str:
    """A bare address is on the radio that the treadmill is on."""
    try:
        radio = ble_url.parse(link_url).radio if ble_url.is_ble(link_url) else ""
        return ble_url.sensor(where, radio)
    except LinkError as error:
        raise _refused(
            f"--heart-rate {error}. `treadctl devices scan` shows the sensors in reach."
        ) from error


def _refused(message: str) -> NotWatchable:
    return NotWatchable(Cause.HEART_RATE_MISSING.value, message)
