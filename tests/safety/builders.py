"""Ready-made kernel situations. Tests change one thing and say what follows."""

from dataclasses import replace
from typing import Any, Final

from treadctl.causes import Cause
from treadctl.model import (
    CHECKLIST,
    BeltState,
    Direction,
    Facing,
    GatePhase,
    Gesture,
    Mode,
    Reaction,
    Request,
    StrapState,
)
from treadctl.safety import kernel
from treadctl.safety.limits import Limits
from treadctl.safety.state import Drive, Finding, GestureTrack, Inputs, KernelConfig, KernelState

NOW: Final = 1_000_000
STRAP_OPEN: Final = Finding(Reaction.E_STOP, Cause.STRAP_OPEN)
ALL_ITEMS: Final = (1 << len(CHECKLIST)) - 1
# 0.1 mph steps as a reading shows them: rounded up to 0.01 km/h (serial.md 1A, ruling 3).
MPH_STEPS: Final = (
    0, 17, 33, 49, 65, 81, 97, 113, 129, 145, 161, 178, 194, 210, 226, 242, 258, 274, 290, 306,
    322, 338, 355, 371, 387, 403, 419, 435, 451, 467, 483, 499, 515, 532, 548, 564, 580, 596, 612,
    628, 644, 660,
)  # fmt: skip
CONFIG: Final = KernelConfig(
    limits=Limits(),
    machine_steps=MPH_STEPS,
    min_ckmh=17,
    max_ckmh=2_000,
    ramp_ckmh_s=30,
    class_c=False,
    can_reverse=True,
    reads_direction=True,
    reads_drive_state=True,
    mode=Mode.TURN_AROUND,
    has_strap=True,
    hold_available=True,
    attendance_required=False,
    screen_required=False,
    pushes_readings=False,
    start_grace_ms=0,
    unfit=None,
    hr_limit_bpm=None,
    hr_guard=False,
)


def with_limits(**limits: int) -> KernelConfig:
    return replace(CONFIG, limits=replace(CONFIG.limits, **limits))


def request(**changes: Any) -> Request:
    base = Request(at_ms=NOW, counter=1, checklist=ALL_ITEMS)
    return replace(base, **changes)


def inputs(**changes: Any) -> Inputs:
    """A healthy tick at NOW. `request_*` changes fields of the request."""
    asked = {k.removeprefix("request_"): v for k, v in changes.items() if k.startswith("request_")}
    own = {k: v for k, v in changes.items() if not k.startswith("request_")}
    now_ms = own.get("now_ms", NOW)
    asked.setdefault("at_ms", now_ms)
    base = Inputs(
        now_ms=now_ms,
        request=request(**asked),
        core_heard_ms=now_ms,
        core_alive=True,
        stop=Reaction.NONE,
        link_up=True,
        proved=True,
        measured_ckmh=0,
        measured_direction=Direction.FORWARD,
        measured_at_ms=now_ms,
        sample_seq=100,
        belt=BeltState.STOPPED,
        belt_at_ms=now_ms,
        strap=StrapState.ATTACHED,
        strap_at_ms=now_ms,
        machine_fault=None,
        suspended_ms=0,
        in_control=True,
        foreign_ckmh=None,
        clock_at_ms=None,
        hr_bpm=None,
        hr_at_ms=0,
        hr_changed_at_ms=0,
        answers=True,
        started_by_others=False,
        sent_ckmh=None,
    )
    return base._replace(**own)


def at_rest(**changes: Any) -> KernelState:
    """Quarantined, standing, strap steady, everything confirmed a minute ago; IDLE."""
    state = KernelState(NOW - 20)
    state.phase = GatePhase.IDLE
    state.phase_at_ms = NOW - 60_000
    state.connected = True
    state.quarantined = True
    state.quarantine_zero_ms = NOW - 60_000
    state.sample_seq = 100
    state.sample_at_ms = NOW - 20
    state.zero_samples = 50
    state.zero_since_ms = NOW - 60_000
    state.zero_at_ms = NOW - 20
    state.strap_since_ms = NOW - 60_000
    state.pull_stage = 1
    state.pull_seen_at_ms = NOW - 60_000
    state.checklist_level = ALL_ITEMS
    state.checklist_at_ms = [NOW - 60_000] * len(CHECKLIST)
    for name, value in changes.items():
        setattr(state, name, value)
    state.walk(state.direction, state.facing)
    return state


def armed(**changes: Any) -> KernelState:
    """Armed two seconds ago, the start pressed a second and a half ago."""
    base: dict[str, Any] = {
        "phase": GatePhase.ARMED,
        "phase_at_ms": NOW - 2_000,
        "arm_level": True,
        "start": GestureTrack(Gesture.PRESSED, NOW - 1_500),
    }
    return at_rest(**(base | changes))


def cruising(speed_ckmh: int = 242, **changes: Any) -> KernelState:
    """Walking backward at *speed_ckmh* on a forward belt for a minute, unit proved."""
    base: dict[str, Any] = {
        "phase": GatePhase.MOVING,
        "phase_at_ms": NOW - 50_000,
        "facing": Facing.BACKWARD,
        "arm_level": True,
        "on_belt": True,
        "on_belt_level": True,
        "checklist_used": True,
        "zero_samples": 0,
        "moved": True,
        "probe": "passed",
        "commanded_ckmh": speed_ckmh,
        "setpoint_ckmh": speed_ckmh,
        "base_ckmh": speed_ckmh,
        "expected_mckmh": speed_ckmh * 1_000,
        "expected_peak_mckmh": speed_ckmh * 1_000,
        "raised_at_ms": NOW - 20_000,
        "lowered_at_ms": NOW - 20_000,
        "started_at_ms": NOW - 60_000,
        "session_at_ms": NOW - 60_000,
        "bout_ms": 60_000,
        "reverse_ms": 60_000,
    }
    return at_rest(**(base | changes))


def cruise(speed_ckmh: int = 242, **changes: Any) -> Inputs:
    """The healthy tick that belongs to `cruising`."""
    base: dict[str, Any] = {
        "measured_ckmh": speed_ckmh,
        "belt": BeltState.ENGAGED,
        "request_setpoint_ckmh": speed_ckmh,
        "request_arm": True,
        "request_on_belt": True,
    }
    return inputs(**(base | changes))


def stopping(speed_ckmh: int = 242, level: Reaction = Reaction.NONE, **changes: Any) -> KernelState:
    """On the way down from *speed_ckmh* for half a second."""
    base: dict[str, Any] = {
        "phase": GatePhase.STOPPING,
        "phase_at_ms": NOW - 500,
        "stop_level": level,
        "down_mckmh": speed_ckmh * 1_000,
        "progress_ckmh": speed_ckmh,
        "progress_at_ms": NOW - 500,
        "stop_sent_at_ms": NOW - 20,
        "setpoint_ckmh": 0,
    }
    return cruising(speed_ckmh, **(base | changes))


def step(state: KernelState, tick: Inputs, config: KernelConfig = CONFIG) -> Drive:
    return kernel.step(state, tick, config)


def run(
    state: KernelState,
    duration_ms: int,
    config: KernelConfig = CONFIG,
    *,
    obeys: bool = True,
    tick_ms: int = 20,
    **changes: Any,
) -> list[tuple[int, Drive]]:
    """Tick on with a belt that obeys at once; returns what was said and when."""
    said: list[tuple[int, Drive]] = []
    now_ms = state.now_ms
    seq = state.sample_seq
    for _ in range(0, duration_ms, tick_ms):
        now_ms += tick_ms
        seq += 1
        measured = state.expected_mckmh // 1_000 if obeys else changes.get("measured_ckmh", 0)
        own = {"measured_ckmh": measured, "sample_seq": seq, "now_ms": now_ms, "belt_at_ms": now_ms}
        if "belt" not in changes:
            own["belt"] = BeltState.ENGAGED if state.commanded_ckmh else BeltState.STOPPED
        drive = kernel.step(state, inputs(**(own | changes | {"now_ms": now_ms})), config)
        if drive.kind.value != "nothing":
            said.append((now_ms, drive))
    return said


def phase(s: KernelState) -> GatePhase:
    # A function, so that mypy does not narrow the phase across a tick.
    return s.phase


def refusals(s: KernelState) -> list[str]:
    return [r.cause for r in s.refused]
