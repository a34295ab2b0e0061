"""One session per machine and mode, kept at a moment in each of its states.

A scenario that needs a belt in the second of five minutes takes a copy from here
(`Rig.what_if`) instead of walking there again.
"""

from functools import cache
from typing import Final

from tests.rig import Rig
from treadctl.core.machine import SessionState
from treadctl.model import Mode

S = SessionState
MACHINES: Final = ("woodway-us", "trackmaster", "ftms")

DELAYS_MS: Final = {
    S.CHECKLIST: 300,
    S.COUNTDOWN: 2_000,
    S.STARTING: 5_000,
    S.WARM_UP: 14_000,
    S.STOPPING_TO_TURN: 1_500,
    S.TURNING: 1_400,
    S.REVERSE_WALK: 6_000,
    S.STOPPING: 700,
    S.REST: 3_000,
    S.COOLDOWN: 6_000,
}
"""How far into its state each world is: the belt is at speed, or on its way down."""

AT_REST: Final = (S.CHECKLIST, S.TURNING, S.REST)
MOVING: Final = (S.STARTING, S.WARM_UP, S.REVERSE_WALK, S.COOLDOWN)
STOPPING: Final = (S.STOPPING_TO_TURN, S.STOPPING)
NOT_IN_BELT_REVERSE: Final = (S.STOPPING_TO_TURN, S.TURNING)


def world(
    machine: str,
    state: SessionState,
    mode: Mode = Mode.TURN_AROUND,
    *,
    stays: bool = False,
) -> Rig:
    """A rig in *state*. Do nothing to it: ask it `what_if`. *stays* as in `Rig`."""
    return _worlds(machine, mode, stays)[state]


@cache
def _worlds(machine: str, mode: Mode, stays: bool) -> dict[SessionState, Rig]:
    rig = Rig(machine, mode=mode, stays=stays)
    found: dict[SessionState, Rig] = {}
    for state, delay_ms in DELAYS_MS.items():
        if mode is Mode.BELT_REVERSE and state in NOT_IN_BELT_REVERSE:
            continue
        rig.run_until(state)
        rig.run_for(delay_ms)
        assert rig.state() is state
        with rig.what_if() as twin:
            found[state] = twin
    return found
