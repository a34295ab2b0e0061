"""The heart rate as the gate hears it: readings that can be true, with their age.

A sensor is never asked and never told anything. What it says can hold, slow down or end a motion
and do nothing else (SR-45), so that a sensor that lies, or somebody who pretends to be one, costs
a walk and no more. Noise renews nothing here, and silence is judged by its age (SR-46).
"""

from dataclasses import dataclass
from typing import Any, Final

from firmware_protocols.ftms import heart_rate, uuids
from firmware_protocols.ftms.envelope import HostDecoder, Value
from treadctl.gate.link_keeper import LinkKeeper
from treadctl.safety.limits import HR_IMPLAUSIBLE_BPM, HR_JUMP_BPM, HR_LEAST_BPM

RETRY_MS: Final = 10_000
"""Looking for a sensor takes the radio from the treadmill for a while; half of the time at most."""


@dataclass(frozen=True, slots=True)
class HeartSample:
    """The newest reading that could be true."""

    bpm: int | None = None
    at_ms: int = 0
    changed_at_ms: int = 0
    """When the measurement, beat intervals included, was last another than the one before."""


NO_HEART: Final = HeartSample()


class HeartEar:
    """Hears one sensor. The bytes are those of its carrier, or its numbers are handed over."""

    __slots__ = ("_decoder", "_measurement", "sample")

    def __init__(self) -> None:
        self.sample = NO_HEART
        self._measurement: tuple[int, tuple[int, ...]] | None = None
        self.restart()

    def restart(self) -> None:
        """Another connection. What was read before it keeps its age."""
        self._decoder = HostDecoder()

    def receive(self, now_ms: int, data: bytes) -> None:
        """Take the records of a carrier."""
        self._decoder.receive_data(data)
        for record in self._decoder.records():
            match record:
                case Value(uuids.HEART_RATE_MEASUREMENT, value):
                    rate = heart_rate.decode(value)
                    self.take(now_ms, rate.bpm, rate.beats_1024)
                case _:
                    pass  # nothing else is of interest, and silence says the rest

    def take(self, now_ms: int, bpm: int | None, beats_1024: tuple[int, ...] = ()) -> None:
        """Take one measurement, if it can be true."""
        if bpm is None or not self._is_plausible(now_ms, bpm):
            return
        measurement = (bpm, beats_1024)
        same = measurement == self._measurement
        self._measurement = measurement
        self.sample = HeartSample(bpm, now_ms, self.sample.changed_at_ms if same else now_ms)

    def _is_plausible(self, now_ms: int, bpm: int) -> bool:
        if not HR_LEAST_BPM <= bpm < HR_IMPLAUSIBLE_BPM:
            return False
        last = self.sample
        if last.bpm is None:
            return True
        reach_bpm = HR_JUMP_BPM * max(1_000, now_ms - last.at_ms) // 1_000
        return abs(bpm - last.bpm) <= reach_bpm


class HeartInput:
    """A sensor with a link of its own. Losing it is nothing that the treadmill would notice."""

    def __init__(self, link: LinkKeeper[Any], ear: HeartEar) -> None:
        self._link = link
        self._ear = ear

    def sample(self, now_ms: int) -> HeartSample:
        """Hear what has come, look after the link, and return what is known."""
        received = self._link.read(now_ms)
        if received:
            self._ear.receive(now_ms, received)
        return self._ear.sample

    def fds(self) -> list[int]:
        return self._link.fds()

    def next_try_ms(self) -> int | None:
        return self._link.next_try_ms()
