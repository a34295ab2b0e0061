"""The states of a session, how each is reached, and ten moments in each of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from tests.rig import Rig, programme, step
from treadctl.core.machine import SessionState
from treadctl.core.programme import StepKind
from treadctl.model import Mode

S = SessionState
MACHINES: Final = ("woodway-us", "trackmaster", "ftms")
PHASES: Final = 10
PLAN: Final = programme(
    step(StepKind.WARMUP, 30, 150),
    step(StepKind.WALK, 30, 200),
    step(StepKind.REVERSE, 26, 100),
    step(StepKind.REST, 8),
    step(StepKind.REVERSE, 32, 150),
    step(StepKind.COOLDOWN, 30, 80),
)
"""Every state of a session that nothing interrupts, in some four minutes."""
WALKED: Final = (
    S.CONNECTING,
    S.CHECKLIST,
    S.ARMED,
    S.COUNTDOWN,
    S.STARTING,
    S.WARM_UP,
    S.WALK,
    S.STOPPING_TO_TURN,
    S.TURNING,
    S.REVERSE_WALK,
    S.STOPPING,
    S.REST,
    S.COOLDOWN,
)
INTERRUPTED: Final = (S.PAUSED, S.FAULT, S.E_STOP)
"""These begin with a person who says pause, fast stop or e-stop, six seconds into a bout."""
STATES: Final = (*WALKED, *INTERRUPTED)
BOUT_MS: Final = 6_000
LASTS_MS: Final = {S.PAUSED: 12_000, S.FAULT: 8_000, S.E_STOP: 8_000}
"""How much of them is looked at: the way down and the standing after it."""
NOT_IN_BELT_REVERSE: Final = (S.STOPPING_TO_TURN, S.TURNING)


@dataclass(frozen=True, slots=True)
class Way:
    """One machine, one way to walk backward on it."""

    machine: str
    mode: Mode

    @property
    def name(self) -> str:
        return f"{self.machine}/{self.mode.value}"

    @property
    def impossible(self) -> str | None:
        if self.mode is Mode.BELT_REVERSE and self.machine != "woodway-us":
            return "its belt has no reverse"
        return None


WAYS: Final = tuple(Way(machine, mode) for machine in MACHINES for mode in Mode)


@dataclass(frozen=True, slots=True)
class Span:
    """When a walk that nothing disturbs is in a state, for the longest time it ever is."""

    from_ms: int
    until_ms: int

    def moment_ms(self, phase: int, dice: str) -> int:
        """One in the *phase*th tenth; where in it, *dice* decides: reports come in a rhythm."""
        width_ms = (self.until_ms - self.from_ms) / PHASES
        roll = int.from_bytes(sha256(dice.encode()).digest()[:4], "big") / 2**32
        return int(self.from_ms + (phase + 0.05 + 0.9 * roll) * width_ms)


def impossible_state(way: Way, state: SessionState) -> str | None:
    if way.impossible is not None:
        return way.impossible
    if way.mode is Mode.BELT_REVERSE and state in NOT_IN_BELT_REVERSE:
        return "nobody turns around where the belt reverses"
    return None


def spans(way: Way, seed: int) -> dict[SessionState, Span]:
    """Where in time the states of this way are. Walks each of them once."""
    rig = _begin(way, S.CONNECTING, seed)
    end_ms = int(rig.run()["t_ms"])
    changes = [
        (SessionState(event["state"]), int(event["t_ms"]))
        for event in rig.told("state")
        if event["state"] != event["previous"]
    ]
    ends = [*(from_ms for _, from_ms in changes[1:]), end_ms]
    found: dict[SessionState, Span] = {}
    for (state, from_ms), until_ms in zip(changes, ends, strict=True):
        longest = found.get(state)
        if longest is None or until_ms - from_ms > longest.until_ms - longest.from_ms:
            found[state] = Span(from_ms, until_ms)
    for state in INTERRUPTED:
        from_ms = _begin(way, state, seed).now_ms
        found[state] = Span(from_ms, from_ms + LASTS_MS[state])
    return {state: found[state] for state in STATES if impossible_state(way, state) is None}


Moment = tuple[SessionState, int]
"""A state, and one of its phases."""


def moments(
    way: Way, where: Mapping[SessionState, Span], wanted: Iterable[Moment], seed: int
) -> Iterator[tuple[Moment, Rig]]:
    """Yield each moment with a world in it. Do nothing to that world: take a twin of it.

    However many states are wanted, one walk passes through all that nothing interrupts.
    """
    roads: dict[SessionState, list[tuple[int, Moment]]] = {}
    for state, phase in wanted:
        at_ms = where[state].moment_ms(phase, f"{seed}/{way.name}/{state.value}/{phase}")
        road: SessionState = state if state in INTERRUPTED else S.CONNECTING
        roads.setdefault(road, []).append((at_ms, (state, phase)))
    for road, stations in roads.items():
        rig = _begin(way, road, seed)
        for at_ms, moment in sorted(stations, key=lambda station: station[0]):
            while rig.now_ms < at_ms:
                rig.tick()
            assert rig.state() is moment[0], f"{rig.state().value} at {at_ms} ms, not {moment[0]}"
            yield moment, rig


def _begin(way: Way, state: SessionState, seed: int) -> Rig:
    """A world at the beginning of everything; for an interrupted state, at its beginning."""
    rig = Rig(way.machine, PLAN, mode=way.mode, seed=seed, stays=state in INTERRUPTED)
    Rig.made.remove(rig)  # whoever asks judges
    if state in INTERRUPTED:
        rig.run_until(S.REVERSE_WALK)
        rig.run_for(BOUT_MS)
        say = {S.PAUSED: "pause", S.FAULT: "fast_stop", S.E_STOP: "e_stop"}[state]
        getattr(rig.session, say)()
        rig.run_until(state)
    return rig
