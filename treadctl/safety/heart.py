"""How long a heart has worked too hard, or has not been seen (SR-45, SR-46).

It may hold the belt, take speed off it, and end the walking. There is no way from here to more
speed: `lid_ckmh` is only ever compared by minimum, and only ever lowered in a motion.
"""

from bisect import bisect_left

from treadctl.safety.limits import (
    HR_FAR_BPM,
    HR_FRESH_MS,
    HR_FROZEN_MS,
    HR_HOLD_MS,
    HR_LOST_HOLD_MS,
    HR_LOST_STOP_MS,
    HR_LOWER_CKMH,
    HR_LOWER_MS,
)
from treadctl.safety.observe import fill
from treadctl.safety.state import Inputs, KernelConfig, KernelState


def news_at_ms(i: Inputs) -> int:
    """When the sensor last told something: one that repeats itself has told nothing since."""
    if i.now_ms - i.hr_changed_at_ms > HR_FROZEN_MS:
        return i.hr_changed_at_ms
    return i.hr_at_ms


def seen_bpm(i: Inputs) -> int | None:
    """The heart rate, if there is one now."""
    return i.hr_bpm if i.now_ms - news_at_ms(i) <= HR_FRESH_MS else None


def over_time(s: KernelState, i: Inputs, c: KernelConfig, dt_ms: int, limit_bpm: int) -> None:
    """Count, in motion. What is not seen neither fills nor drains what was seen."""
    track = s.heart
    bpm = i.hr_bpm
    seen_at_ms = s.started_at_ms if bpm is None else max(s.started_at_ms, news_at_ms(i))
    age_ms = i.now_ms - seen_at_ms
    if bpm is None or age_ms > HR_FRESH_MS:
        # It has been lost since the last news, which only now turns out to be the last.
        lost_ms = track.lost_ms + (dt_ms if track.is_lost else age_ms)
        # What is beyond the last thing that it decides would only have to drain again.
        track.lost_ms = min(lost_ms, HR_LOST_STOP_MS if c.hr_guard else HR_LOST_HOLD_MS)
        track.is_lost = True
        return
    track.is_lost = False
    track.lost_ms = fill(track.lost_ms, dt_ms, present=False)
    over = bpm >= limit_bpm
    track.over_ms = fill(track.over_ms, dt_ms, over)
    track.far_ms = fill(track.far_ms, dt_ms, bpm >= limit_bpm + HR_FAR_BPM)
    if track.held:
        track.lower_ms = fill(track.lower_ms, dt_ms, over)
        if track.lower_ms >= HR_LOWER_MS:
            track.lower_ms = 0
            track.lid_ckmh = _lower(s, c)
    # Held until it is all drained: a rate that hovers about its limit does not come and go.
    track.held = track.over_ms >= HR_HOLD_MS or (track.held and track.over_ms > 0)


def _lower(s: KernelState, c: KernelConfig) -> int:
    """The next lower speed: not below the machine's slowest, and never above the one before."""
    slowest_ckmh = c.machine_steps[bisect_left(c.machine_steps, c.min_ckmh)]
    lid_ckmh = s.heart.lid_ckmh
    present_ckmh = s.commanded_ckmh if lid_ckmh is None else min(s.commanded_ckmh, lid_ckmh)
    return min(present_ckmh, c.quantise(max(slowest_ckmh, present_ckmh - HR_LOWER_CKMH)))
