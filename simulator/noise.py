"""Numbers that look random and are the same for a seed on every machine and Python version."""

from typing import Final

_MASK: Final = (1 << 64) - 1


class Noise:
    """SplitMix64 (Steele, Lea, Flood 2014). One per consumer, so that none disturbs another."""

    __slots__ = ("_state",)

    def __init__(self, seed: int, stream: int) -> None:
        self._state = (seed * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03) & _MASK

    def below(self, n: int) -> int:
        """Return an integer in 0..n-1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return (z ^ (z >> 31)) % n

    def share(self) -> float:
        """Return a number in 0 <= x < 1."""
        return self.below(1 << 53) / (1 << 53)
