"""The kernel's memory as a value that can be compared: every state once, however it was reached.

Times become ages, and an age that has passed the last number it is compared with stops growing.
What is not looked at again before it is written does not count. Both are claims about the kernel;
`test_space.py` checks them by letting states that count as one live on side by side.

Left out, towards more motion and never towards less: how old a checklist is, how long a session,
a bout and a held key have lasted, late ticks of the past, and the sum of the last ten seconds'
increases, which the few speeds of this world cannot reach.
"""

from typing import Any, Final

from treadctl.causes import Cause
from treadctl.model import GatePhase, Reaction
from treadctl.safety.limits import (
    GESTURE_HOLD_MS,
    PROOF_SLACK_MS,
    QUARANTINE_MS,
    START_HOLD_MS,
    STRAP_STEADY_MS,
)
from treadctl.safety.state import MOTION, RUNNING, Finding, GestureTrack, KernelConfig, KernelState

NOW_MS: Final = 10_000_000
"""The present of every state that is brought back."""
PAST_MS: Final = 20
"""What lies beyond a bound lies this far beyond it."""
CONSOLE_GRACE_MS: Final = 1_000
SECOND_READING_MS: Final = 200
MOVED_MCKMH: Final = 40_000
_CAUSE: Final = Cause.MACHINE_FAULT
"""A latch counts by its reaction; its name is for people."""
_P: Final = GatePhase

Packed = tuple[Any, ...]


class Space:
    """Packs and brings back states under one configuration, and knows its next moment of change."""

    def __init__(self, config: KernelConfig) -> None:
        limits = config.limits
        self._arm_ms = limits.arm_timeout_ms
        self._countdown_ms = limits.countdown_ms
        self._standstill_ms = limits.standstill_ms
        self._zero_ms = limits.standstill_ms + config.telemetry_hold_ms
        self._confirm_ms = limits.confirm_window_ms
        self._progress_ms = config.stop_progress_ms
        self._retry_ms = limits.stop_retry_ms
        self._proof_ms = limits.standstill_ms + PROOF_SLACK_MS
        self._raise_ms = 2_000
        self._lower_ms = config.step_ckmh * 1_000 // limits.a_down_prog_ckmh_s + 1
        self._stale_ms = config.telemetry_hold_ms

    def pack(self, s: KernelState) -> Packed:
        now, phase = s.now_ms, s.phase
        running, stopping = phase in RUNNING, phase is _P.STOPPING
        in_phase = 0
        if phase is _P.ARMED:
            in_phase = _clip(now - s.phase_at_ms, self._arm_ms)
        elif phase is _P.COUNTDOWN:
            in_phase = min(now - s.phase_at_ms, self._countdown_ms)
        latched = s.latch is not None
        moving_to = running or stopping
        driven = running or (stopping and s.commanded_ckmh > 0)
        return (
            phase,
            in_phase,
            s.latch.reaction if s.latch is not None else None,
            max(0, s.lockout_until_ms - now) if latched else 0,
            s.resets_used,
            s.stop_level if stopping else Reaction.NONE,
            s.start.level,
            _held(now, s.start.pressed_at_ms, GESTURE_HOLD_MS) if phase is _P.ARMED else None,
            s.turn_confirm.level,
            _held(now, s.turn_confirm.pressed_at_ms, GESTURE_HOLD_MS)
            if phase is _P.TURNING
            else None,
            s.reset.level,
            _held(now, s.reset.pressed_at_ms, GESTURE_HOLD_MS) if phase is _P.LATCHED else None,
            s.arm_level,
            s.on_belt_level if phase is _P.STARTING else False,
            s.on_belt if phase is _P.STARTING else False,
            s.facing,
            s.turn_target if phase is _P.TURNING else None,
            s.checklist_level,
            s.checklist_at_ms[0] is not None,
            s.checklist_used,
            s.pull_stage,
            s.pull_seen_at_ms is not None,
            s.hold_level,
            self._strap(s, now, moving_to or phase is _P.LATCHED),
            _clip(now - s.sample_at_ms, self._stale_ms),
            min(3, s.zero_samples),
            min(now - s.zero_since_ms, self._standstill_ms + self._stale_ms)
            if s.zero_samples
            else 0,
            _clip(now - s.zero_at_ms, self._stale_ms) if s.zero_samples else 0,
            s.moved and (driven or s.expected_peak_mckmh >= MOVED_MCKMH),
            s.expected_mckmh,
            s.expected_peak_mckmh >= MOVED_MCKMH,
            s.quarantined,
            None if s.quarantined else _held(now, s.quarantine_zero_ms, QUARANTINE_MS),
            s.connected,
            s.connected_before,
            min(2, s.overspeed_samples) if moving_to else 0,
            min(2, s.surge_samples) if moving_to else 0,
            min(2, s.unexpected_samples),
            s.deviation_ms if moving_to else 0,
            s.stall_ms if moving_to else 0,
            s.wrong_way_ms if moving_to else 0,
            s.progress_ckmh if stopping else 0,
            _clip(now - s.progress_at_ms, self._progress_ms) if stopping else 0,
            _age(now, s.told_zero_ms, self._proof_ms) if stopping else None,
            s.commanded_ckmh,
            s.direction,
            0 if stopping else s.setpoint_ckmh,
            s.refused_setpoint_ckmh if s.refusing else 0,
            s.refusing,
            s.base_ckmh if running else 0,
            min(now - s.raised_at_ms, self._raise_ms) if running else 0,
            min(now - s.lowered_at_ms, self._lower_ms) if running else 0,
            s.down_mckmh if stopping and s.commanded_ckmh else 0,
            self._sent(s, now, stopping),
            self._started(s, now) if driven else 0,
            s.session_at_ms is not None,
        )

    def _strap(self, s: KernelState, now: int, was_steady: bool) -> int | None:
        """Steady is asked for before a start, and after a latch only with a strap pulled anew."""
        if s.strap_since_ms is None:
            return None
        return STRAP_STEADY_MS if was_steady else min(now - s.strap_since_ms, STRAP_STEADY_MS)

    def _sent(self, s: KernelState, now: int, stopping: bool) -> int:
        if stopping:
            return min(now - s.stop_sent_at_ms, self._retry_ms)
        return min(now - s.stop_sent_at_ms, SECOND_READING_MS) if s.unexpected_samples else 0

    def _started(self, s: KernelState, now: int) -> int:
        bound_ms = self._confirm_ms if s.phase is _P.STARTING else CONSOLE_GRACE_MS
        return _clip(now - s.started_at_ms, bound_ms)

    def unpack(self, packed: Packed) -> KernelState:
        (
            phase,
            in_phase,
            latch,
            lockout,
            resets_used,
            stop_level,
            start_level,
            start_at,
            turn_level,
            turn_at,
            reset_level,
            reset_at,
            arm_level,
            on_belt_level,
            on_belt,
            facing,
            turn_target,
            checklist_level,
            checklist,
            checklist_used,
            pull_stage,
            pull_seen,
            hold_level,
            strap_since,
            sample_at,
            zero_samples,
            zero_since,
            zero_at,
            moved,
            expected,
            peak,
            quarantined,
            quarantine_zero,
            connected,
            connected_before,
            overspeed,
            surge,
            unexpected,
            deviation,
            stall,
            wrong_way,
            progress_ckmh,
            progress_at,
            told_zero,
            commanded,
            direction,
            setpoint,
            refused_setpoint,
            refusing,
            base,
            raised_at,
            lowered_at,
            down,
            sent,
            started_at,
            session,
        ) = packed
        s = KernelState(NOW_MS)
        s.phase, s.phase_at_ms = phase, NOW_MS - in_phase
        if latch is not None:
            s.latch, s.first_cause = Finding(latch, _CAUSE), _CAUSE
        s.lockout_until_ms = NOW_MS + lockout
        s.resets_used, s.stop_level = resets_used, stop_level
        s.start = GestureTrack(start_level, _since(start_at))
        s.turn_confirm = GestureTrack(turn_level, _since(turn_at))
        s.reset = GestureTrack(reset_level, _since(reset_at))
        s.arm_level, s.on_belt_level, s.on_belt = arm_level, on_belt_level, on_belt
        s.turn_target = turn_target
        s.checklist_level = checklist_level
        if checklist:
            s.checklist_at_ms = [NOW_MS] * len(s.checklist_at_ms)
        s.checklist_used, s.pull_stage = checklist_used, pull_stage
        s.pull_opened_at_ms = NOW_MS
        s.pull_seen_at_ms = NOW_MS if pull_seen else None
        s.hold_level, s.hold_changed_at_ms = hold_level, NOW_MS
        s.strap_since_ms = _since(strap_since)
        s.sample_at_ms = NOW_MS - sample_at
        s.zero_samples, s.zero_since_ms = zero_samples, NOW_MS - zero_since
        s.zero_at_ms = NOW_MS - zero_at
        s.moved, s.expected_mckmh = moved, expected
        s.expected_peak_mckmh = MOVED_MCKMH if peak else 0
        s.quarantined, s.quarantine_zero_ms = quarantined, _since(quarantine_zero)
        s.connected, s.connected_before = connected, connected_before
        s.overspeed_samples, s.surge_samples, s.unexpected_samples = overspeed, surge, unexpected
        s.deviation_ms, s.stall_ms, s.wrong_way_ms = deviation, stall, wrong_way
        s.progress_ckmh, s.progress_at_ms = progress_ckmh, NOW_MS - progress_at
        s.told_zero_ms = _since(told_zero)
        s.commanded_ckmh, s.setpoint_ckmh = commanded, setpoint
        s.refused_setpoint_ckmh, s.refusing = refused_setpoint, refusing
        s.base_ckmh, s.raised_at_ms = base, NOW_MS - raised_at
        s.lowered_at_ms, s.down_mckmh = NOW_MS - lowered_at, down
        s.stop_sent_at_ms, s.started_at_ms = NOW_MS - sent, NOW_MS - started_at
        s.session_at_ms = NOW_MS if session else None
        s.walk(direction, facing)
        return s

    def _track(self, s: KernelState) -> GestureTrack | None:
        """The gesture that is looked at; the others begin anew when it is their turn."""
        match s.phase:
            case _P.ARMED:
                return s.start
            case _P.TURNING:
                return s.turn_confirm
            case _P.LATCHED:
                return s.reset
            case _:
                return None

    def until_something_changes_ms(self, s: KernelState) -> int:
        """How long it takes until the next bound is reached or passed."""
        now, phase = s.now_ms, s.phase
        left: list[int] = []

        def reaches(since_ms: int | None, *bounds_ms: int) -> None:
            if since_ms is not None:
                left.extend(b - now + since_ms for b in bounds_ms if now - since_ms < b)

        def passes(since_ms: int | None, *bounds_ms: int) -> None:
            if since_ms is not None:
                age_ms = now - since_ms
                left.extend(b - age_ms or PAST_MS for b in bounds_ms if age_ms <= b)

        if (track := self._track(s)) is not None:
            reaches(track.pressed_at_ms, GESTURE_HOLD_MS)
        if phase not in MOTION and phase is not _P.LATCHED:
            reaches(s.strap_since_ms, STRAP_STEADY_MS)
        if s.zero_samples:
            reaches(s.zero_since_ms, self._standstill_ms)
        if not s.quarantined:
            reaches(s.quarantine_zero_ms, QUARANTINE_MS)
        if s.latch is not None and s.lockout_until_ms > now:
            left.append(s.lockout_until_ms - now)
        if phase is _P.ARMED:
            passes(s.phase_at_ms, self._arm_ms)
        elif phase is _P.COUNTDOWN:
            reaches(s.phase_at_ms, self._countdown_ms)
        elif phase in RUNNING:
            passes(s.started_at_ms, CONSOLE_GRACE_MS)
            if phase is _P.STARTING:
                passes(s.started_at_ms, self._confirm_ms)
                reaches(s.started_at_ms, START_HOLD_MS)
            if s.setpoint_ckmh > s.commanded_ckmh:
                reaches(s.raised_at_ms, self._raise_ms // 2, self._raise_ms)
            if s.setpoint_ckmh < s.commanded_ckmh:
                reaches(s.lowered_at_ms, self._lower_ms)
        elif phase is _P.STOPPING:
            if s.commanded_ckmh:
                left.append(self._retry_ms)
            passes(s.progress_at_ms, self._progress_ms)
            passes(s.told_zero_ms, self._proof_ms)
        return min(left, default=self._retry_ms)


def _clip(age_ms: int, bound_ms: int) -> int:
    return age_ms if age_ms <= bound_ms else bound_ms + PAST_MS


def _age(now_ms: int, at_ms: int | None, bound_ms: int) -> int | None:
    return None if at_ms is None else _clip(now_ms - at_ms, bound_ms)


def _held(now_ms: int, at_ms: int | None, bound_ms: int) -> int | None:
    """An age of which only counts whether it has reached its bound."""
    return None if at_ms is None else min(now_ms - at_ms, bound_ms)


def _since(age_ms: int | None) -> int | None:
    return None if age_ms is None else NOW_MS - age_ms
