"""The strap as the gate knows it: a reading with an age, and never a guess.

Serial-free: drivers bring a `StrapLine`, this module decides what its readings are worth.
Opening counts at the first bad sample; closing counts after 100 ms of good samples without a
gap (serial.md 13.5). Everything else (no source, an exception, an old reading, a reading from
the future) is UNKNOWN, which counts as released (SR-16).
"""

import re
from typing import Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from treadctl.errors import TreadctlError
from treadctl.gate.setup import StrapKind, StrapSource
from treadctl.model import StrapState
from treadctl.safety.limits import FUTURE_MS, STRAP_RECLOSE_MS

LINES: Final = ("dsr", "cts", "cd", "ri")
LOOPBACK: Final = re.compile(r"localhost|::1|127(\.\d{1,3}){3}")


class StrapRefused(TreadctlError, ValueError):
    """A strap source that may not be used, by name and with the reason."""


class StrapSample(NamedTuple):
    """What is known about the strap, and when it was proved."""

    state: StrapState
    at_ms: int


class StrapLine(Protocol):
    """One contact, read by a driver. Every method may raise; that is UNKNOWN."""

    @property
    def poll_ms(self) -> int:
        """Call `poll` at least this often."""

    def poll(self, now_ms: int) -> None:
        """Do what keeps readings coming. Must not block."""

    def read(self) -> tuple[bool, int] | None:
        """Return whether the contact is closed and when that was proved; None before that.

        An opening since the last call is reported once even if the contact closed again, so
        that a gate that was late never misses one.
        """

    def fileno(self) -> int:
        """Return a descriptor that becomes readable at an edge, or -1."""


class StrapFilter:
    """Opens at the first bad sample, closes after 100 ms of good ones in a row."""

    def __init__(self, *, gap_ms: int, reclose_ms: int = STRAP_RECLOSE_MS) -> None:
        self._gap_ms = gap_ms
        self._reclose_ms = reclose_ms
        self._state = StrapState.UNKNOWN
        self._good_since_ms: int | None = None
        self._good_at_ms = 0

    def update(self, state: StrapState, at_ms: int) -> StrapState:
        """Take one sample, made at *at_ms*, and return the state that counts."""
        if state is not StrapState.ATTACHED:
            self._state, self._good_since_ms = state, None
            return state
        # Two good samples far apart prove nothing about the time between them. (A closed contact
        # stays closed over a gap: lines remember an opening until it has been read.)
        if self._good_since_ms is None or at_ms - self._good_at_ms > self._gap_ms:
            self._good_since_ms = at_ms
        self._good_at_ms = at_ms
        if at_ms - self._good_since_ms >= self._reclose_ms:
            self._state = StrapState.ATTACHED
        return self._state


class StrapInput:
    """What the loop asks once per wake. A treadmill without a source has no line.

    SR-17: a source that froze or hangs grows old, and what is old is not known.
    """

    def __init__(self, line: StrapLine | None, *, expiry_ms: int) -> None:
        self._line = line
        self._expiry_ms = expiry_ms
        self._filter = StrapFilter(gap_ms=expiry_ms)

    def sample(self, now_ms: int) -> StrapSample:
        """Return the state that counts now."""
        state, at_ms = self._raw(now_ms)
        return StrapSample(self._filter.update(state, at_ms), at_ms)

    def next_poll_ms(self, now_ms: int) -> int | None:
        """Return when `sample` should be called again at the latest; None: it does not matter."""
        return None if self._line is None else now_ms + self._line.poll_ms

    def fileno(self) -> int:
        """Return the descriptor that tells of an edge, or -1."""
        if self._line is None:
            return -1
        try:
            return self._line.fileno()
        except Exception:  # noqa: BLE001  (whatever a driver raises, the strap is not known)
            return -1

    def _raw(self, now_ms: int) -> tuple[StrapState, int]:
        if self._line is None:
            return StrapState.UNKNOWN, now_ms
        try:
            self._line.poll(now_ms)
            reading = self._line.read()
        except Exception:  # noqa: BLE001  (serial.md 13.2: treat every exception as "pulled")
            return StrapState.UNKNOWN, now_ms
        if reading is None:
            return StrapState.UNKNOWN, now_ms
        closed, at_ms = reading
        if not -FUTURE_MS <= now_ms - at_ms <= self._expiry_ms:
            return StrapState.UNKNOWN, now_ms
        return StrapState.ATTACHED if closed else StrapState.RELEASED, min(at_ms, now_ms)


def check_source(source: StrapSource) -> None:
    """Refuse a strap source that cannot be trusted, by its name alone (`StrapRefused`)."""
    if source.kind is StrapKind.LOCKSTEP:
        raise StrapRefused("the lockstep strap exists in virtual time only")
    if source.kind is StrapKind.MACHINE:
        return
    if source.line not in LINES:
        raise StrapRefused(f"strap line {source.line!r} is none of {', '.join(LINES)}")
    scheme, separator, _ = source.url.partition("://")
    if not separator:
        if not source.url:
            raise StrapRefused("the strap has no port; give the URL of its adapter")
        return
    if scheme != "rfc2217":
        # socket:// says "closed" for ever, even after its peer has gone; loop:// and spy://
        # say whatever they are told.
        raise StrapRefused(
            f"a strap cannot be read over {scheme}://, which has no modem lines of its own; "
            "use a serial adapter, or rfc2217:// on this computer"
        )
    try:
        host = urlsplit(source.url).hostname or ""
    except ValueError as error:
        raise StrapRefused(f"{source.url!r} is not a URL: {error}") from None
    if not LOOPBACK.fullmatch(host):
        # Ruling 11: servers elsewhere look at the lines about once a second.
        raise StrapRefused(
            f"a strap over the network ({host}) is too slow to be the only one; "
            "connect its adapter to this computer"
        )
