"""One tick of the gate. Time and bytes are arguments; nothing here can block.

Observe, judge, say: the session turns bytes into readings, the kernel turns readings into one
word to the belt, the wire check looks at the bytes of that word last. The gate never asks the
core anything; it takes the newest request or none.
"""

from typing import Final

from firmware_protocols import messages as wire
from firmware_protocols.conversation import Conversation
from firmware_protocols.registry import PROTOCOLS
from treadctl.causes import Cause
from treadctl.gate.claim import Claim
from treadctl.gate.heart import NO_HEART, HeartSample
from treadctl.gate.listener import FROM_WIRE, Listener
from treadctl.gate.reporting import report_of
from treadctl.gate.setup import GateSetup, HeartKind, MachineClass, StrapKind
from treadctl.gate.strap import StrapSample
from treadctl.gate.tape import Tape
from treadctl.gate.wire_check import Permission, WireCheck
from treadctl.model import (
    Gait,
    GatePhase,
    Reaction,
    Report,
    Request,
)
from treadctl.safety import kernel, ramp
from treadctl.safety.limits import (
    FUTURE_MS,
    LINK_LOSS_RETRY_MS,
    STEP_CKMH,
    TICK_MOVING_MS,
    TICK_REST_MS,
)
from treadctl.safety.observe import is_standstill
from treadctl.safety.state import (
    MOTION,
    Drive,
    DriveKind,
    Finding,
    Inputs,
    KernelConfig,
    KernelState,
)

REPORT_MS: Final = 100
GONE_MS: Final = 3_000
"""A moving machine this silent is not there; by then it has been told to stop for long."""
_TO_WIRE: Final = {here: there for there, here in FROM_WIRE.items()}
_UNFIT: Final = {
    wire.Unfit.PROFILE_AMBIGUOUS: Cause.PROFILE_AMBIGUOUS,
    wire.Unfit.NO_SPEED_RANGE: Cause.NO_SPEED_RANGE,
}


def open_session(setup: GateSetup) -> Conversation:
    """Begin the conversation that *setup* asks for."""
    machine = setup.machine
    return PROTOCOLS[machine.protocol].open_session(machine.unit, machine.profile or None)


def kernel_config(setup: GateSetup, session: Conversation) -> KernelConfig:
    """What the kernel has to know of this machine and these limits.

    The smallest of what the protocol can say, the machine has stated and the setup allows.
    """
    machine = setup.machine
    capabilities = session.capabilities
    top_ckmh = min(machine.max_ckmh, capabilities.field_max_ckmh)
    steps = sorted({session.quantise(speed_ckmh) for speed_ckmh in range(top_ckmh + 1)})
    unfit = None if session.unfit is None else _UNFIT[session.unfit]
    if len(steps) == 1:
        # It takes no speed that is allowed here. It is watched, by the usual steps, and not driven.
        steps, unfit = [0, STEP_CKMH], Cause.MACHINE_MINIMUM
    return KernelConfig(
        limits=setup.limits,
        machine_steps=tuple(steps),
        min_ckmh=max(machine.min_ckmh, steps[1]),
        max_ckmh=min(top_ckmh, steps[-1]) if capabilities.pushes_readings else top_ckmh,
        ramp_ckmh_s=machine.ramp_ckmh_s,
        class_c=machine.machine_class is MachineClass.C,
        can_reverse=capabilities.can_reverse,
        reads_direction=capabilities.reads_direction,
        reads_drive_state=capabilities.reads_drive_state,
        mode=setup.mode,
        has_strap=setup.strap is not None
        and (setup.strap.kind is not StrapKind.MACHINE or capabilities.reports_safety_key),
        hold_available=setup.hold_to_run_available,
        attendance_required=setup.attendance_required,
        screen_required=setup.screen_required,
        pushes_readings=capabilities.pushes_readings,
        start_grace_ms=capabilities.start_up_ms,
        unfit=unfit,
        hr_limit_bpm=setup.heart.limit_bpm if setup.heart is not None else None,
        hr_guard=setup.heart is not None and setup.heart.guard,
    )


class Gate:
    """Owns what may be said to one treadmill. Everything it needs arrives through `step`."""

    def __init__(self, setup: GateSetup, *, now_ms: int) -> None:
        self._setup: Final = setup
        self._session: Final = open_session(setup)
        self.config = kernel_config(setup, self._session)
        """Learned anew from a machine that states its own range; frozen, and never in motion."""
        self.state: Final = KernelState(now_ms)
        self._heard: Final = Listener(self._session, now_ms)
        self._wire_check = WireCheck(self._session.command_decoder)
        self._request = Request(at_ms=now_ms, counter=-1)
        self._core_heard_ms = now_ms
        self._connections = 0
        self._called_again = False
        """The machine had answered nothing on the link before this one."""
        self._line_up = False
        self._present = True
        """The machine answers, or has not yet had the time to."""
        self._link_lost_ms = now_ms
        self._learned = True
        """What the machine states about itself is in `config`."""
        self._claim: Final = Claim()
        """Control is to be requested once: after connecting, or because a person arms (SR-38)."""
        self._machine_tells_heart: Final = (
            setup.heart is not None and setup.heart.kind is HeartKind.MACHINE
        )
        self._report_due_ms = now_ms
        self._report_seq = 0
        self._reported: tuple[object, ...] = ()
        self._inputs: Inputs | None = None
        self._tape: Final = Tape(now_ms)
        self.finished = False

    def step(
        self,
        now_ms: int,
        received: bytes,
        *,
        strap: StrapSample,
        request: Request | None,
        core_alive: bool,
        stop: Reaction,
        link_up: bool,
        suspended_ms: int,
        heart: HeartSample = NO_HEART,
    ) -> list[bytes]:
        """Take what arrived, decide, and return the whole frames that must be written."""
        if request is not None:
            self._take_request(request, now_ms)
        if link_up is not self._line_up:
            self._line_changed(now_ms, link_up)
        heard = self._heard
        fault = heard.receive(now_ms, received)
        foreign_ckmh = heard.foreign_ckmh
        if not self._learned:
            self._learn()
        self._claim.follow(self._session)
        self._follow_presence(now_ms)
        given_heart = heart
        if self._machine_tells_heart:
            heart = heard.heart.sample
        inputs = self._inputs = Inputs(
            now_ms,
            self._request,
            self._core_heard_ms,
            core_alive,
            stop,
            self._line_up and self._present,
            self._session.proved,
            heard.measured_ckmh,
            heard.measured_direction,
            heard.measured_at_ms,
            heard.sample_seq,
            heard.belt,
            heard.belt_at_ms,
            strap.state,
            strap.at_ms,
            fault,
            suspended_ms,
            self._session.in_control,
            foreign_ckmh,
            heard.clock_at_ms,
            heart.bpm,
            heart.at_ms,
            heart.changed_at_ms,
            self._session.answers,
            heard.started_by_others,
            self._wire_check.sent_ckmh,
        )
        self._say(kernel.step(self.state, inputs, self.config))
        if self._claim.wanted:
            self._claim.ask(self.state, self._session)
        if foreign_ckmh is not None and foreign_ckmh == self.state.foreign_ckmh:
            self._wire_check.set_by_others(foreign_ckmh, self.state.commanded_ckmh)
        frames: list[bytes] = []
        if link_up:
            frames = self._checked(self._session.data_to_send(now_ms), inputs)
        if not core_alive or self._request.end:
            self._finish(inputs)
        self._tape.note(
            now_ms,
            received,
            strap,
            request,
            core_alive,
            stop,
            link_up,
            suspended_ms,
            given_heart,
            frames,
        )
        return frames

    @property
    def wants_new_link(self) -> bool:
        """The machine answers nothing that this link brings it (ftms.md 3.4).

        At rest one more link has to be enough. Whoever answers nothing there either is told to
        people when they want to arm, instead of being called again and again.
        """
        at_rest = self.state.phase not in MOTION
        if not self._line_up or (at_rest and self._called_again):
            return False
        return self._session.wants_new_link

    def take_report(self, now_ms: int) -> Report | None:
        """A report when one is due: ten times a second, and at once when something changed."""
        s, i = self.state, self._inputs
        if i is None:
            return None
        key = (s.phase, s.latch, s.worst, i.strap, i.link_up, s.facing)
        if now_ms < self._report_due_ms and key == self._reported and not s.refused:
            return None
        self._reported = key
        self._report_due_ms = now_ms + REPORT_MS
        self._report_seq += 1
        report = report_of(
            s,
            i,
            self.config,
            self._report_seq,
            self._heard.sample_seq > 0,
            self._session.profile,
            self._tape.take(),
        )
        s.refused = []
        return report

    def next_wake_ms(self, now_ms: int) -> int:
        """When the next tick is due, even if nothing arrives (SR-32)."""
        wake_ms = now_ms + (TICK_MOVING_MS if self.state.phase in MOTION else TICK_REST_MS)
        if not self._line_up:
            return wake_ms
        due_ms = self._session.next_deadline_ms()
        return wake_ms if due_ms is None else max(now_ms + 1, min(wake_ms, due_ms))

    def _take_request(self, request: Request, now_ms: int) -> None:
        """SR-14, SR-19, SR-30: only a newer one, and none from the future."""
        if request.counter <= self._request.counter or request.at_ms > now_ms + FUTURE_MS:
            return
        if request.arm and not self._request.arm:
            self._claim.by_person()
        self._request = request
        self._core_heard_ms = now_ms

    def _line_changed(self, now_ms: int, line_up: bool) -> None:
        self._line_up = line_up
        if not line_up:
            self._link_lost_ms = now_ms
            return
        self._connections += 1
        self._called_again = not self._session.answers
        self._session.restart()
        self._learned = self._session.speeds_known
        self._forget_machine(now_ms)
        if self._connections > 1:
            # A reconnect says stop before it says anything else (SR-37).
            self.state.connected_before = True
            self._session.stop(strongest=True)

    def _follow_presence(self, now_ms: int) -> None:
        """SR-50: a machine that answers nothing has lost its power, which is losing the link.

        In motion the interlocks come first: they stop it before it is given up.
        """
        if not self._line_up:
            return
        gone_ms = GONE_MS if self.state.phase in MOTION else self.config.telemetry_stop_ms
        if not self._present:
            self._present = self._session.proved
        elif self._session.proved and now_ms - self._heard.heard_ms > gone_ms:
            self._present = False
            self._link_lost_ms = now_ms
            self._session.distrust()
            self._forget_machine(now_ms)
            self.state.connected_before = True
            self._session.stop(strongest=True)

    def _forget_machine(self, now_ms: int) -> None:
        """SR-01: what comes back has to prove itself anew, as the session has been told."""
        self._heard.forget(now_ms)
        self._claim.anew()

    def _learn(self) -> None:
        """The machine has said what it is: its range, its quirks, and what a speed means."""
        if self._session.speeds_known or self._session.unfit is not None:
            self._learned = True
            self.config = kernel_config(self._setup, self._session)
            self._wire_check.relearn(self._session.command_decoder)

    def _say(self, drive: Drive) -> None:
        session = self._session
        match drive.kind:
            case DriveKind.START:
                session.start()
                session.set_speed(drive.speed_ckmh, _TO_WIRE[drive.direction])
            case DriveKind.SPEED:
                session.set_speed(drive.speed_ckmh, _TO_WIRE[drive.direction], urgent=drive.urgent)
            case DriveKind.STOP:
                session.stop(strongest=False)
            case DriveKind.STRONGEST_STOP:
                session.stop(strongest=True)
            case _:
                pass  # nothing, or a stop that is in force already and has just been said

    def _checked(self, frames: list[bytes], inputs: Inputs) -> list[bytes]:
        """Let frames through, or drop the first bad one with all after it and stop instead."""
        passed: list[bytes] = []
        for _ in range(MAX_TRIPS):
            cause = None
            allow = self._permission()
            for frame in frames:
                cause = self._wire_check.check(frame, inputs.now_ms, allow)
                if cause is not None:
                    break
                passed.append(frame)
            if cause is None:
                return passed
            # Where that was a frame of such a stop itself, the kernel makes it the strongest one.
            finding = Finding(Reaction.FAST_STOP, cause)
            self._say(kernel.trip(self.state, inputs, self.config, finding))
            frames = self._session.data_to_send(inputs.now_ms)
        return passed

    def _permission(self) -> Permission:
        s, c = self.state, self.config
        return Permission(
            motion=s.phase in (GatePhase.STARTING, GatePhase.MOVING, GatePhase.STOPPING),
            stopping=s.phase is GatePhase.STOPPING,
            direction=_TO_WIRE[s.direction],
            backward=s.gait is not Gait.FORWARD,
            # What the kernel decided is one more ceiling: a codec that doubles is found at once.
            cap_ckmh=min(s.commanded_ckmh, c.cap_ckmh(s.gait, s.direction)),
            a_up_ckmh_s=ramp.a_up_ckmh_s(s, c),
        )

    def _finish(self, inputs: Inputs) -> None:
        """Nobody needs the belt any more: done once it stands, or cannot be reached for long."""
        s = self.state
        if s.phase in MOTION:
            lost_ms = inputs.now_ms - self._link_lost_ms
            self.finished = not inputs.link_up and lost_ms >= LINK_LOSS_RETRY_MS
            return
        self.finished = (
            is_standstill(s, inputs, self.config) or not inputs.link_up or not inputs.proved
        )


MAX_TRIPS: Final = 3
"""FAST_STOP, then E_STOP; a third bad answer leaves nothing to say."""
