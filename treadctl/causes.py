"""Every reason to stop, hold or refuse, with its stable number (SR-58).

One table for the gate, the front ends, the docs and the exit codes. The number of a cause
is that of the requirement it comes from; a second cause of the same requirement adds 100.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.model import Reaction


@dataclass(frozen=True, slots=True)
class CauseText:
    """What people are told."""

    code: str
    reaction: Reaction
    """The strongest reaction this cause can have."""
    sentence: str
    action: str
    """What the person should do, first for the person on the belt."""


class Cause(Enum):
    """Names are stable; JSON and journals carry the value."""

    MOTION_NOT_ALLOWED = "motion_not_allowed"
    NOT_ARMED = "not_armed"
    START_TOO_SHORT = "start_too_short"
    STOP_WINS = "stop_wins"
    NOT_NOW = "not_now"
    START_REFUSED = "start_refused"
    MACHINE_MINIMUM = "machine_minimum"
    NO_SPEED_RANGE = "no_speed_range"
    ON_BELT_MISSING = "on_belt_missing"
    QUARANTINE = "quarantine"
    CHECKLIST_INCOMPLETE = "checklist_incomplete"
    STRAP_PULL_MISSING = "strap_pull_missing"
    UNEXPECTED_MOTION = "unexpected_motion"
    ABOVE_CAP = "above_cap"
    WIRE_VIOLATION = "wire_violation"
    RAMP_VIOLATION = "ramp_violation"
    LEASE_EXPIRED = "lease_expired"
    SETPOINT_RANGE = "setpoint_range"
    STRAP_OPEN = "strap_open"
    STRAP_UNKNOWN = "strap_unknown"
    NO_STRAP_SOURCE = "no_strap_source"
    STRAP_NOT_READY = "strap_not_ready"
    OPERATOR_SOFT_STOP = "operator_soft_stop"
    OPERATOR_FAST_STOP = "operator_fast_stop"
    OPERATOR_E_STOP = "operator_e_stop"
    SIGNAL_STOP = "signal_stop"
    SAFETY_KEY = "safety_key"
    TELEMETRY_STALE = "telemetry_stale"
    TELEMETRY_FROZEN = "telemetry_frozen"
    LINK_LOST = "link_lost"
    MACHINE_FAULT = "machine_fault"
    OVERSPEED = "overspeed"
    DEVIATION = "deviation"
    SURGE = "surge"
    STALL = "stall"
    NOT_STANDING = "not_standing"
    DIRECTION_MISMATCH = "direction_mismatch"
    REVERSE_UNAVAILABLE = "reverse_unavailable"
    TURN_INCOMPLETE = "turn_incomplete"
    UNIT_MISMATCH = "unit_mismatch"
    UNIT_UNCLEAR = "unit_unclear"
    PROFILE_AMBIGUOUS = "profile_ambiguous"
    CORE_SILENT = "core_silent"
    CORE_GONE = "core_gone"
    GATE_GONE = "gate_gone"
    MACHINE_TIMEOUT = "machine_timeout"
    OVERRUN = "overrun"
    SUSPENDED = "suspended"
    LATCHED = "latched"
    LOCKOUT = "lockout"
    RESETS_USED = "resets_used"
    NOT_STOPPING = "not_stopping"
    CONSOLE_STOP = "console_stop"
    RECONNECT_MOVING = "reconnect_moving"
    CONTROL_LOST = "control_lost"
    CONTROL_MISSING = "control_missing"
    NO_ANSWER = "no_answer"
    CONSOLE_SPEED = "console_speed"
    CONSOLE_TOOK_OVER = "console_took_over"
    SESSION_LIMIT = "session_limit"
    REVERSE_LIMIT = "reverse_limit"
    BOUT_LIMIT = "bout_limit"
    HEART_RATE_HIGH = "heart_rate_high"
    HEART_RATE_CEILING = "heart_rate_ceiling"
    HEART_RATE_RESTLESS = "heart_rate_restless"
    HEART_RATE_LOST = "heart_rate_lost"
    HEART_RATE_GONE = "heart_rate_gone"
    HEART_RATE_MISSING = "heart_rate_missing"
    RECORD_FAILS = "record_fails"
    IDLE_LOCK = "idle_lock"
    CLASS_C = "class_c"
    HOLD_RELEASED = "hold_released"
    HOLD_TAPED = "hold_taped"
    HOLD_UNAVAILABLE = "hold_unavailable"
    UNATTENDED = "unattended"
    SCREEN_SILENT = "screen_silent"
    VERSION_MISMATCH = "version_mismatch"

    @property
    def text(self) -> CauseText:
        """What people are told about this cause."""
        return TEXTS[self]


_R = Reaction
_STEP_OFF: Final = "Hold the rails and step to the sides."
_ASK: Final = "Ask how the person is; then reset and repeat the checklist, or end the session."
_CHECK_MACHINE: Final = (
    "Hold the rails, step to the sides, pull the machine's own key. Do not use this machine "
    "again before somebody has looked at it."
)


def _t(code: str, reaction: Reaction, sentence: str, action: str) -> CauseText:
    return CauseText(code, reaction, sentence, action)


TEXTS: Final[dict[Cause, CauseText]] = {
    Cause.MOTION_NOT_ALLOWED: _t(
        "F-001", _R.REFUSE, "The belt has not been started.", "Arm and start first."
    ),
    Cause.NOT_ARMED: _t(
        "F-002", _R.REFUSE, "A start needs the machine to be armed.", "Arm, then start in time."
    ),
    Cause.START_TOO_SHORT: _t(
        "F-102",
        _R.REFUSE,
        "The start was not held for a second.",
        "Press start anew and hold it until it is confirmed.",
    ),
    Cause.STOP_WINS: _t(
        "F-202", _R.REFUSE, "Start and stop came together: stop wins.", "Release both; start anew."
    ),
    Cause.NOT_NOW: _t(
        "F-003", _R.REFUSE, "That is not possible in this phase.", "Follow what the screen asks."
    ),
    Cause.START_REFUSED: _t(
        "F-103",
        _R.SOFT_STOP,
        "The treadmill refused to start.",
        "Look at its safety key and at what its display says. Then arm and start anew.",
    ),
    Cause.MACHINE_MINIMUM: _t(
        "F-004",
        _R.REFUSE,
        "The slowest speed or the speed step of this machine is too large for walking backward.",
        "Use another machine.",
    ),
    Cause.NO_SPEED_RANGE: _t(
        "F-104",
        _R.REFUSE,
        "The machine does not say which speeds it takes.",
        "Give it a profile with a speed range, or use another machine.",
    ),
    Cause.ON_BELT_MISSING: _t(
        "F-005",
        _R.SOFT_STOP,
        'Nobody confirmed "on the belt" within the confirmation window.',
        "Step on when the belt moves slowly, and confirm. Start again when ready.",
    ),
    Cause.QUARANTINE: _t(
        "F-006",
        _R.REFUSE,
        "The belt is being watched after connecting.",
        "Nobody on the belt; wait until the observation is over.",
    ),
    Cause.CHECKLIST_INCOMPLETE: _t(
        "F-007",
        _R.REFUSE,
        "The checklist is not complete or too old.",
        "Go through every open item.",
    ),
    Cause.STRAP_PULL_MISSING: _t(
        "F-107",
        _R.REFUSE,
        "The strap has not been seen to open and close again.",
        "Pull the strap out and clip it back within a minute.",
    ),
    Cause.UNEXPECTED_MOTION: _t(
        "F-008",
        _R.E_STOP,
        "The belt moves although nobody started it.",
        "Stay off the belt and pull the machine's own key.",
    ),
    Cause.ABOVE_CAP: _t(
        "F-009",
        _R.REFUSE,
        "That speed is above the cap for walking this way.",
        "Ask for less, or change the person's caps before the session.",
    ),
    Cause.WIRE_VIOLATION: _t(
        "F-010",
        _R.FAST_STOP,
        "A frame about to be sent was beyond a ceiling; it was dropped.",
        f"{_STEP_OFF} This is a software fault: report it with the session record.",
    ),
    Cause.RAMP_VIOLATION: _t(
        "F-011",
        _R.FAST_STOP,
        "A frame about to be sent would have sped up too fast; it was dropped.",
        f"{_STEP_OFF} This is a software fault: report it with the session record.",
    ),
    Cause.LEASE_EXPIRED: _t(
        "F-014", _R.FAST_STOP, "The steering program stopped asking for speed.", _ASK
    ),
    Cause.SETPOINT_RANGE: _t(
        "F-015",
        _R.REFUSE,
        "That is not a speed this machine can be asked for.",
        "Give zero, or a speed between the machine's slowest and its fastest.",
    ),
    Cause.STRAP_OPEN: _t(
        "F-016",
        _R.E_STOP,
        "The safety strap was released.",
        "See to the person first. Then clip the strap on, reset, and repeat the checklist.",
    ),
    Cause.STRAP_UNKNOWN: _t(
        "F-116",
        _R.E_STOP,
        "The safety strap cannot be read, which counts as released.",
        "See to the person first. Then check the strap's cable and adapter.",
    ),
    Cause.NO_STRAP_SOURCE: _t(
        "F-216",
        _R.REFUSE,
        "This treadmill has no strap that the software can read.",
        "Connect a strap switch and declare it; until then it can only be watched.",
    ),
    Cause.STRAP_NOT_READY: _t(
        "F-017",
        _R.REFUSE,
        "The strap must be attached, and have been so for two seconds.",
        "Clip the strap on and wait a moment.",
    ),
    Cause.OPERATOR_SOFT_STOP: _t(
        "F-018", _R.SOFT_STOP, "Stopped by the operator.", "Go on when the person is ready."
    ),
    Cause.OPERATOR_FAST_STOP: _t("F-118", _R.FAST_STOP, "Stopped fast by the operator.", _ASK),
    Cause.OPERATOR_E_STOP: _t(
        "F-218", _R.E_STOP, "Stopped by the operator's strongest stop.", _ASK
    ),
    Cause.SIGNAL_STOP: _t(
        "F-318", _R.FAST_STOP, "The program was told to end.", "Start the program anew."
    ),
    Cause.SAFETY_KEY: _t(
        "F-316",
        _R.E_STOP,
        "The machine's own safety key was pulled.",
        "See to the person first. Then put the key back, reset, and repeat the checklist.",
    ),
    Cause.TELEMETRY_STALE: _t(
        "F-019",
        _R.FAST_STOP,
        "The treadmill stopped reporting its speed.",
        f"{_STEP_OFF} Check the cable.",
    ),
    Cause.TELEMETRY_FROZEN: _t(
        "F-119",
        _R.FAST_STOP,
        "The treadmill repeats the same reading: its clock stands still while the belt moves.",
        f"{_STEP_OFF} Do not go on before the machine has been looked at.",
    ),
    Cause.LINK_LOST: _t(
        "F-020",
        _R.E_STOP,
        "The link to the treadmill is lost. The belt may still be moving.",
        "HOLD THE RAILS, STEP TO THE SIDES, PULL THE KEY.",
    ),
    Cause.MACHINE_FAULT: _t(
        "F-120", _R.E_STOP, "The treadmill reports an emergency stop or a fault.", _CHECK_MACHINE
    ),
    Cause.OVERSPEED: _t("F-021", _R.E_STOP, "The belt is faster than its ceiling.", _CHECK_MACHINE),
    Cause.DEVIATION: _t(
        "F-022",
        _R.FAST_STOP,
        "The belt does not follow its commanded speed.",
        f"{_STEP_OFF} Do not go on before the machine has been looked at.",
    ),
    Cause.SURGE: _t(
        "F-122", _R.E_STOP, "The belt runs faster than it was told to.", _CHECK_MACHINE
    ),
    Cause.STALL: _t(
        "F-023",
        _R.E_STOP,
        "The belt is jammed. It may free itself suddenly.",
        "Step off to the sides and pull the machine's own key before touching the belt.",
    ),
    Cause.NOT_STANDING: _t(
        "F-024", _R.REFUSE, "The belt is not proven to stand still.", "Wait for standstill."
    ),
    Cause.DIRECTION_MISMATCH: _t(
        "F-025", _R.E_STOP, "The belt runs the other way than it was told to.", _CHECK_MACHINE
    ),
    Cause.REVERSE_UNAVAILABLE: _t(
        "F-026",
        _R.REFUSE,
        "This machine may not run its belt in reverse.",
        "Use the turn-around way of walking backward.",
    ),
    Cause.TURN_INCOMPLETE: _t(
        "F-028",
        _R.REFUSE,
        "The turn is not complete.",
        "Stand on the side rails, turn, clip the strap on again, hold on, then confirm.",
    ),
    Cause.UNIT_MISMATCH: _t(
        "F-029",
        _R.FAST_STOP,
        "The belt's speed fits another unit: miles and kilometres are mixed up.",
        f"{_STEP_OFF} Correct the unit in the treadmill's configuration.",
    ),
    Cause.UNIT_UNCLEAR: _t(
        "F-129",
        _R.HOLD,
        "The belt's speed does not fit its command well enough to go faster.",
        "Go on slowly or stop; have the machine checked.",
    ),
    Cause.PROFILE_AMBIGUOUS: _t(
        "F-229",
        _R.REFUSE,
        "More than one profile fits this machine, and the wrong one may be too fast.",
        "Name its profile in the treadmill's configuration.",
    ),
    Cause.CORE_SILENT: _t("F-030", _R.E_STOP, "The steering program does not answer.", _ASK),
    Cause.CORE_GONE: _t("F-130", _R.FAST_STOP, "The steering program is gone.", _ASK),
    Cause.GATE_GONE: _t(
        "F-031",
        _R.E_STOP,
        "The safety program is gone. The belt may still be moving.",
        "HOLD THE RAILS, STEP TO THE SIDES, PULL THE KEY.",
    ),
    Cause.MACHINE_TIMEOUT: _t(
        "F-131",
        _R.FAST_STOP,
        "The treadmill's own supervision of this program has tripped.",
        _ASK,
    ),
    Cause.OVERRUN: _t(
        "F-032",
        _R.FAST_STOP,
        "The safety program did not get enough time to run.",
        f"{_STEP_OFF} Close other programs on this computer.",
    ),
    Cause.SUSPENDED: _t("F-033", _R.E_STOP, "The computer was asleep.", f"{_STEP_OFF} {_ASK}"),
    Cause.LATCHED: _t(
        "F-034",
        _R.REFUSE,
        "A stop is latched.",
        "Remove its cause, reset, and go through the checklist again.",
    ),
    Cause.LOCKOUT: _t(
        "F-134", _R.REFUSE, "It is too early to reset.", "Wait until the lock-out has passed."
    ),
    Cause.RESETS_USED: _t(
        "F-234",
        _R.REFUSE,
        "Three resets are the most in one session.",
        "End the session: the person, the plan or the speed is wrong for today.",
    ),
    Cause.NOT_STOPPING: _t(
        "F-035", _R.E_STOP, "The belt does not slow down when told to stop.", _CHECK_MACHINE
    ),
    Cause.CONSOLE_STOP: _t(
        "F-036",
        _R.FAST_STOP,
        "Somebody stopped the belt at the treadmill itself.",
        "Find out why. Then reset and repeat the checklist, or end the session.",
    ),
    Cause.RECONNECT_MOVING: _t(
        "F-037",
        _R.E_STOP,
        "The belt was moving when the link came up.",
        "Nobody on the belt; pull the machine's own key if it does not stop.",
    ),
    Cause.CONTROL_LOST: _t(
        "F-038",
        _R.SOFT_STOP,
        "The treadmill no longer obeys this program; another one may control it.",
        f"{_STEP_OFF} End the other program. Then go on when the person is ready.",
    ),
    Cause.CONTROL_MISSING: _t(
        "F-138",
        _R.REFUSE,
        "The treadmill does not obey this program yet. It has been asked to, now that you want it.",
        "Make sure that no other program controls it, and arm again.",
    ),
    Cause.NO_ANSWER: _t(
        "F-238",
        _R.SOFT_STOP,
        "The treadmill does not answer what this program tells it.",
        f"{_STEP_OFF} Switch the treadmill off and on again; if that does not help, use another.",
    ),
    Cause.CONSOLE_SPEED: _t(
        "F-039",
        _R.FAST_STOP,
        "Somebody set a speed above the cap at the treadmill itself.",
        _ASK,
    ),
    Cause.CONSOLE_TOOK_OVER: _t(
        "F-139",
        _R.HOLD,
        "You took over: somebody set the speed at the treadmill itself, and it is kept.",
        "Go on at this speed, or stop. It does not rise again before the next start.",
    ),
    Cause.SESSION_LIMIT: _t(
        "F-044", _R.SOFT_STOP, "The longest session time is reached.", "End the session."
    ),
    Cause.REVERSE_LIMIT: _t(
        "F-144",
        _R.SOFT_STOP,
        "The most backward walking for one session is reached.",
        "Go on to the cooldown.",
    ),
    Cause.BOUT_LIMIT: _t(
        "F-244",
        _R.SOFT_STOP,
        "The longest backward bout is reached.",
        "Rest, or go on to the cooldown.",
    ),
    Cause.HEART_RATE_HIGH: _t(
        "F-045",
        _R.HOLD,
        "The heart rate is at its limit.",
        "The belt goes no faster. While it stays there, every ten seconds take 0.3 km/h off, and "
        "after twenty the belt stops for the cooldown.",
    ),
    Cause.HEART_RATE_CEILING: _t(
        "F-145",
        _R.SOFT_STOP,
        "The heart rate stayed at its limit, or went far above it.",
        "Ask how the person is. Wait until it has fallen; then go on to the cooldown.",
    ),
    Cause.HEART_RATE_RESTLESS: _t(
        "F-245",
        _R.REFUSE,
        "The heart rate is at its limit before anybody walks.",
        "Rest until it has fallen. If it does not, end the session.",
    ),
    Cause.HEART_RATE_LOST: _t(
        "F-046",
        _R.HOLD,
        "The heart rate cannot be read any more.",
        "The belt goes no faster until it is back. See that the sensor sits tight and is moist.",
    ),
    Cause.HEART_RATE_GONE: _t(
        "F-146",
        _R.SOFT_STOP,
        "There has been no heart rate for a minute, and this session relies on it.",
        "See to the sensor; then go on to the cooldown.",
    ),
    Cause.HEART_RATE_MISSING: _t(
        "F-246",
        _R.REFUSE,
        "This session relies on the heart rate, and there is none.",
        "Put the sensor on, moist and tight, and wait until a heart rate is shown.",
    ),
    Cause.RECORD_FAILS: _t(
        "F-049",
        _R.SOFT_STOP,
        "The record of this session cannot be written any more.",
        "The belt goes no faster, and the session ends at the next rest, after ten minutes at the "
        "latest. Make room on the disk before the next one.",
    ),
    Cause.IDLE_LOCK: _t(
        "F-051",
        _R.REFUSE,
        "Nothing happened for a while; the session is locked.",
        "Remove the machine's own safety key. Start the program anew to go on.",
    ),
    Cause.CLASS_C: _t(
        "F-054",
        _R.REFUSE,
        "This machine has no qualification record: its lower cap applies.",
        "Stay below the cap, with a spotter and the machine's own key clipped on.",
    ),
    Cause.HOLD_RELEASED: _t("F-055", _R.FAST_STOP, "The hold-to-run key was released.", _ASK),
    Cause.HOLD_TAPED: _t(
        "F-155",
        _R.SOFT_STOP,
        "Nothing has shown for a minute that a person holds the hold-to-run key.",
        "Keep holding it, and confirm being there with another key.",
    ),
    Cause.HOLD_UNAVAILABLE: _t(
        "F-255",
        _R.REFUSE,
        "Belt-reverse needs a hold-to-run key, and there is none.",
        "Connect one, or use the turn-around way of walking backward.",
    ),
    Cause.SCREEN_SILENT: _t(
        "F-040",
        _R.FAST_STOP,
        "The screen that leads this session has stopped showing it.",
        "See to the person first. Look at the terminal and its connection; then go on or end.",
    ),
    Cause.UNATTENDED: _t(
        "F-056",
        _R.SOFT_STOP,
        "Nobody has confirmed being present.",
        "Somebody must be beside the treadmill and say so every minute.",
    ),
    Cause.VERSION_MISMATCH: _t(
        "F-059",
        _R.REFUSE,
        "The two halves of the program are not the same version or limits.",
        "Install the program anew.",
    ),
}
