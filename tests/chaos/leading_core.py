"""A core to be hurt: leads a real gate into a backward bout, and then wishes for motion for ever.

    python -m tests.chaos.leading_core SETUP

SETUP is a `GateSetup` as JSON. It asks for what a session asks for, in the same order and with the
same waiting, and for nothing less afterwards: whatever stops the belt, the wish stays. Reports go
to stdout as lines of JSON, and so does what a person has to do with the strap: "pull", "clip". The
end of stdin is the end of the session.
"""

import json
import select
import sys
from typing import Final

from tests.gate.waiting import now_ms
from treadctl.composition.gate_process import GateProcess
from treadctl.errors import TreadctlError
from treadctl.gate.json_codec import from_json
from treadctl.gate.setup import GateSetup, MachineClass
from treadctl.model import CHECKLIST, Facing, GatePhase, Gesture, Report, Request, StrapState

PERIOD_MS: Final = 100
HELD_MS: Final = 1_150
"""A gesture takes a second, and leaves with the next request."""
AGAIN_MS: Final = 2_000
"""Between one attempt to arm and the next: a level that was never low is no edge."""
STEADY_MS: Final = 2_150
CLASS_C_CKMH: Final = 150
"""SR-54: the cap of a machine that keeps running when its host falls silent."""
LOOKS_MS: Final = 500
"""Somebody looks at the belt before they step on."""
ALL_ITEMS: Final = (1 << len(CHECKLIST)) - 1


class Leader:
    """What is wished for, by what the gate says."""

    def __init__(self, setpoint_ckmh: int) -> None:
        self._setpoint_ckmh = setpoint_ckmh
        self._phase: GatePhase | None = None
        self._since_ms = 0
        self._pulled = False
        self._strap = StrapState.UNKNOWN
        self._attached_ms = 0
        self._counter = 0
        self._facing = Facing.FORWARD
        self._moved = False
        self.wants = ""
        """What a person has to do with the strap."""

    def take(self, report: Report, at_ms: int) -> None:
        if report.phase is not self._phase:
            self._phase, self._since_ms = report.phase, at_ms
        if report.strap is not self._strap:
            self._pulled |= self._strap is StrapState.RELEASED
            self._strap, self._attached_ms = report.strap, at_ms
        if self.wants and report.strap is StrapState.RELEASED:
            self.wants = "clip"
        self._facing = report.facing

    def request(self, at_ms: int, *, end: bool) -> Request:
        self._counter += 1
        wish = self._wish(at_ms)
        return Request(
            at_ms=at_ms,
            counter=self._counter,
            setpoint_ckmh=0 if end else wish.setpoint_ckmh,
            arm=wish.arm,
            start=wish.start,
            on_belt=wish.on_belt,
            turn=wish.turn,
            turn_confirm=wish.turn_confirm,
            checklist=wish.checklist,
            end=end,
        )

    def _wish(self, at_ms: int) -> Request:
        held_ms = at_ms - self._since_ms
        gesture = Gesture.CONFIRMED if held_ms >= HELD_MS else Gesture.PRESSED
        items = ALL_ITEMS if self._pulled else 0
        moves = self._phase in (GatePhase.STARTING, GatePhase.MOVING)
        self._moved |= moves
        if self._moved and not moves:
            return self._walk(items, Gesture.CONFIRMED, on_belt=True)
        match self._phase:
            case GatePhase.QUARANTINE:
                return Request(0, 0)
            case GatePhase.IDLE if not self._pulled:
                self.wants = self.wants or "pull"
                return Request(0, 0)
            case GatePhase.IDLE if self._facing is not Facing.BACKWARD:
                return Request(0, 0, turn=Facing.BACKWARD, checklist=items)
            case GatePhase.TURNING:
                steady = at_ms - self._attached_ms >= STEADY_MS
                confirm = gesture if steady or held_ms < HELD_MS else Gesture.PRESSED
                return Request(0, 0, turn=Facing.BACKWARD, turn_confirm=confirm, checklist=items)
            case GatePhase.IDLE:  # again and again: it may be refused, or armed in vain
                return Request(0, 0, arm=held_ms % AGAIN_MS >= AGAIN_MS // 8, checklist=items)
            case GatePhase.ARMED:
                return self._walk(items, gesture, on_belt=False)
            case GatePhase.COUNTDOWN | GatePhase.STARTING | GatePhase.MOVING:
                looked = self._phase is not GatePhase.COUNTDOWN and held_ms >= LOOKS_MS
                return self._walk(items, Gesture.CONFIRMED, on_belt=looked)
            case _:
                return self._walk(items, Gesture.NONE, on_belt=False)

    def _walk(self, items: int, start: Gesture, *, on_belt: bool) -> Request:
        return Request(
            0,
            0,
            setpoint_ckmh=self._setpoint_ckmh,
            arm=True,
            start=start,
            on_belt=on_belt,
            checklist=items,
        )


def main(argv: list[str]) -> int:
    setup: GateSetup = from_json(GateSetup, json.loads(argv[1]))
    try:
        gate = GateProcess.start(setup)
    except TreadctlError as error:
        tell({"failed": str(error)})
        return 1
    tell({"gate": gate.pid})
    slow = setup.machine.machine_class is MachineClass.C
    leader = Leader(CLASS_C_CKMH if slow else setup.limits.v_rev_max_ckmh)
    ends, wanted = False, ""
    due_ms = now_ms()
    while gate.alive:
        sources = [gate.fileno()] if ends else [gate.fileno(), sys.stdin.fileno()]
        wait_s = max(0, due_ms - now_ms()) / 1_000
        ready, _, _ = select.select(sources, [], [], wait_s)
        if sys.stdin.fileno() in ready:
            ends = True  # nobody writes to it: this is its end
        reports = gate.receive()
        gate.watch(now_ms(), reports)
        for report in reports:
            leader.take(report, now_ms())
            tell(_told(report))
        if now_ms() >= due_ms:
            due_ms = now_ms() + PERIOD_MS
            gate.send(leader.request(now_ms(), end=ends))
        if leader.wants != wanted:
            wanted = leader.wants
            tell({"wants": wanted})
    tell({"ended": None if gate.bye is None else gate.bye.reason.value})
    return 0


def _told(report: Report) -> dict[str, object]:
    return {
        "phase": report.phase.value,
        "link_up": report.link_up,
        "latched": report.latched.word,
        "cause": report.latched_cause,
        "standstill": report.standstill,
        "commanded_ckmh": report.commanded_ckmh,
        "refused": [each.cause for each in report.refused],
    }


def tell(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
