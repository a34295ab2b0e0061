"""A heart as a chest strap sees it: it follows where it is sent, and never beats quite evenly."""

from struct import pack
from typing import Final

from simulator.noise import Noise

WANDER_BPM: Final = 2
"""How far a rate strays by itself. A sensor that always says the same has stopped measuring."""

GARBAGE_BPM: Final = 250

_CONTACT: Final = 0x06
_NO_CONTACT: Final = 0x04
_INTERVAL: Final = 0x10


class Heart:
    def __init__(self, bpm: float, noise: Noise) -> None:
        self.contact = True
        """Whether the strap feels skin."""
        self.garbage_bpm: int | None = None
        """What it says instead of a measurement."""
        self.frozen = False
        """The strap repeats itself."""
        self.silent = False
        """It says nothing."""
        self.directed = False
        """Somebody has sent it somewhere: it follows nothing else any more."""
        self._noise = noise
        self._from = (0.0, bpm)
        self._to = (0.0, bpm)
        self._stray = 0
        self._last = b""

    def go_to(self, t_ms: float, bpm: float, over_ms: float) -> None:
        """Reach *bpm* evenly in *over_ms*, from wherever it is now."""
        self._from = (t_ms, self.at(t_ms))
        self._to = (t_ms + over_ms, bpm)

    def at(self, t_ms: float) -> float:
        """Return the rate, without what strays."""
        (begin_ms, begin_bpm), (end_ms, end_bpm) = self._from, self._to
        if t_ms >= end_ms:
            return end_bpm
        return begin_bpm + (end_bpm - begin_bpm) * (t_ms - begin_ms) / (end_ms - begin_ms)

    def measured_bpm(self, t_ms: float) -> int:
        """Return what a good strap says now. Strays a little further with every call."""
        step = self._noise.below(3) - 1
        self._stray = max(-WANDER_BPM, min(WANDER_BPM, self._stray + step))
        return int(self.at(t_ms) + self._stray + 0.5)

    def measurement(self, t_ms: float, *, frozen: bool = False) -> bytes:
        """Return 2A37 as the strap says it now (ftms.md 6); nothing while it is silent.

        flags u8 | rate u8 | interval u16, 1/1024 s
        """
        if self.silent:
            return b""
        if not (self._last and (self.frozen or frozen)):
            self._last = self._measured(t_ms)
        return self._last

    def _measured(self, t_ms: float) -> bytes:
        bpm = self.measured_bpm(t_ms)
        if self.garbage_bpm is not None:
            return pack("<BB", _CONTACT, self.garbage_bpm)
        if not self.contact:
            return pack("<BB", _NO_CONTACT, bpm)
        return pack("<BBH", _CONTACT | _INTERVAL, bpm, int(60 * 1024 / bpm + 0.5))
