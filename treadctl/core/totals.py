"""What a session comes to: distance, time walked backward, the fastest of each gait."""

from treadctl.model import Gait, Report

_CKMH_MS_PER_M = 360_000
"""0.01 km/h for 1 ms is 1/360,000 m."""


class Totals:
    """Adds up what was *measured*; commands and plans do not count."""

    def __init__(self) -> None:
        self._ckmh_ms = 0
        self._now_ms: int | None = None
        self._measured_ckmh = 0
        self.reverse_ms = 0
        self.peak_forward_ckmh = 0
        self.peak_backward_ckmh = 0
        self.resets = 0

    @property
    def distance_m(self) -> float:
        """Ground walked over, in either direction; never negative."""
        return round(self._ckmh_ms / _CKMH_MS_PER_M, 2)

    @property
    def reverse_s(self) -> float:
        return round(self.reverse_ms / 1_000, 1)

    def add(self, report: Report) -> None:
        """Take the next report. A reading holds until the next one."""
        if self._now_ms is not None and report.now_ms > self._now_ms:
            self._ckmh_ms += self._measured_ckmh * (report.now_ms - self._now_ms)
        self._now_ms = report.now_ms
        # An unreachable belt is not known to move; its distance is not made up.
        measured = report.measured_ckmh if report.link_up else None
        self._measured_ckmh = measured or 0
        self.reverse_ms = max(self.reverse_ms, report.reverse_ms)
        if report.gait is Gait.FORWARD:
            self.peak_forward_ckmh = max(self.peak_forward_ckmh, self._measured_ckmh)
        else:
            self.peak_backward_ckmh = max(self.peak_backward_ckmh, self._measured_ckmh)
