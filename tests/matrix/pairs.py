"""Two faults at once (SR-53): every ordered pair of the core set, at several gaps.

`tests/scenarios/test_pairs.py` holds ten of them against each other in one state at one gap. Here
it is twenty-five, and each pair is compared with its two faults alone, at the same moments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.matrix.expected import FALL_CKMH_S, STANDS_MS, UNSTOPPABLE
from tests.matrix.faults import FAULTS, Fault
from tests.matrix.outcome import Outcome
from tests.matrix.walk import WAYS, Way, impossible_state
from tests.rig import STILL_CKMH
from treadctl.core.machine import SessionState
from treadctl.model import Mode, Reaction

S = SessionState
CORE: Final = (
    "strap-pull",
    "strap-unknown",
    "key-pull",
    "console-stop",
    "console-faster",
    "stops-walking",
    "mute",
    "late-readings",
    "frozen-readings",
    "deaf",
    "half-open",
    "link-drop",
    "power-cut",
    "runaway",
    "stall",
    "jam",
    "ignores-all-stops",
    "ignores-speeds",
    "core-silent",
    "core-gone",
    "late-setpoints",
    "gate-late",
    "suspended",
    "signal",
    "soft-stop",
)
GAPS_MS: Final = (0, 240, 1_500)
MOMENTS: Final = ((S.REVERSE_WALK, 5), (S.COUNTDOWN, 5))
SLACK_MS: Final = 400
"""A reading or a report may come so much later in another rhythm: two polls, or four reports."""
SLACK_ON_AIR_MS: Final = 1_100
AT_ONCE: Final = frozenset({"strap-pull", "strap-unknown", "suspended"})
"""E-stops that need nothing from the machine and that no other fault can hide."""
HIDES: Final = frozenset({"frozen-readings", "late-readings"})
SHOWN_BY_READINGS: Final = frozenset(
    {"runaway", "stall", "jam", "console-faster", "console-stop", "ignores-speeds", "key-pull"}
)
"""What a machine does that lies about it: seen when the readings are wrong for something else."""


UNREACHED: Final = frozenset({"deaf", "half-open", "link-drop"})
"""A belt that somebody has set going at its console is watched by nobody any more: a machine that
then hears nothing runs on, of whichever class it is."""
JAMMED_MS: Final = 3_000
"""So long a jam holds a belt, whatever else would move it."""
COASTS_MS: Final = 500
"""Without power nothing brakes a belt: so much longer it turns than the ramp it was asked for."""
OPENS_STRAP: Final = frozenset({"strap-pull", "stops-walking"})


@dataclass(frozen=True, slots=True)
class Pair:
    way: Way
    state: SessionState
    phase: int
    gap_ms: int
    first: Fault
    second: Fault

    @property
    def key(self) -> str:
        moment = f"{self.way.name}/{self.state.value}/{self.phase}"
        return f"{moment}/{self.gap_ms}/{self.first.name}+{self.second.name}"

    @property
    def impossible(self) -> str | None:
        """Why there is no such pair; None: there is."""
        if (reason := impossible_state(self.way, self.state)) is not None:
            return reason
        for each in (self.first, self.second):
            if self.way.machine not in each.machines or self.way.mode not in each.modes:
                return each.why_not
        return None

    @property
    def hidden(self) -> bool:
        """Whether one of them takes away what shows the other."""
        names = {self.first.name, self.second.name}
        blocked_once = names == {"stall", "jam"}  # the later takes the place of the earlier
        pressed = (self.first.name, self.second.name) == ("console-faster", "console-stop")
        undone = pressed and self.gap_ms == 0  # both keys in one instant, and the last word wins
        return undone or blocked_once or bool(names & HIDES and names & SHOWN_BY_READINGS)

    @property
    def unseen(self) -> bool:
        """Whether a standing belt is set going at its console while nothing is heard of it."""
        names = {self.first.name, self.second.name}
        standing = self.state is S.COUNTDOWN
        return standing and "console-faster" in names and bool(names & (UNREACHED | {"mute"}))

    @property
    def unstoppable(self) -> bool:
        machine, names = self.way.machine, {self.first.name, self.second.name}
        if "console-faster" in names and names & UNREACHED:
            return True
        return any(
            machine in UNSTOPPABLE.get(each.name, frozenset()) for each in (self.first, self.second)
        )


def every_pair() -> Iterator[Pair]:
    for way in WAYS:
        for state, phase in MOMENTS:
            for gap_ms in GAPS_MS:
                for first in CORE:
                    for second in CORE:
                        if first != second:
                            yield Pair(way, state, phase, gap_ms, FAULTS[first], FAULTS[second])


def pair_of(key: str) -> Pair:
    machine, mode, state, phase, gap_ms, names = key.split("/")
    first, second = names.split("+")
    way = Way(machine, Mode(mode))
    return Pair(way, SessionState(state), int(phase), int(gap_ms), FAULTS[first], FAULTS[second])


def complaints(pair: Pair, together: Outcome, first: Outcome, second: Outcome) -> Iterator[str]:
    """Yield what is worse about both together than about each alone.

    *second* is what it comes to alone, at its own moment; its times count from there.
    """
    yield from (each for each in together.violations if not excused(pair, each))
    if together.softened:
        yield "a milder stop followed a worse one"
    if together.peak_ckmh > STILL_CKMH:  # else nothing ever moved, which is all that is wanted
        yield from _timing(pair, together, first, second)
    if together.stopped and not pair.unstoppable:
        if together.stood_ms is None:
            yield f"the belt runs on at {together.last_ckmh / 100:.2f} km/h"
        elif together.stood_ms > (limit_ms := _stands_by_ms(pair, together, first, second)):
            yield f"the belt stood after {together.stood_ms} ms, due within {limit_ms} ms"


def excused(pair: Pair, violation: str) -> bool:
    """What no host can help when these two come together; each of them is counted."""
    names = {pair.first.name, pair.second.name}
    # A strap that opens while the gate is late is seen when the gate is back. What the machine
    # does meanwhile is its own supervision of its host (SR-32).
    late = "gate-late" in names and bool(names & OPENS_STRAP)
    # The belt stood when it was last heard of, and nothing was asked of it since.
    return (late and violation.startswith("N5 ")) or (pair.unseen and violation.startswith("N6 "))


def _must(pair: Pair, first: Outcome, second: Outcome) -> bool:
    """Whether the one of them that is an e-stop at once is one here, alone."""
    alone = {pair.first.name: first, pair.second.name: second}
    return any(alone[name].reaction is Reaction.E_STOP for name in AT_ONCE & set(alone))


def _timing(pair: Pair, together: Outcome, first: Outcome, second: Outcome) -> Iterator[str]:
    due: list[tuple[int, Reaction]] = []
    if first.told_ms is not None:
        due.append((first.told_ms, first.reaction))
    if second.told_ms is not None:
        due.append((pair.gap_ms + second.told_ms, second.reaction))
    if not due or pair.hidden:
        return
    slack_ms = SLACK_ON_AIR_MS if pair.way.machine == "ftms" else SLACK_MS
    # Where each of them is found alone, the one that is found first may end the other before.
    by_ms = max(told_ms for told_ms, _ in due) + slack_ms
    if "jam" in (pair.first.name, pair.second.name):
        by_ms += JAMMED_MS
    mildest = min(reaction for _, reaction in due)
    if together.told_ms is None:
        if not _taken_back(pair, together, by_ms):
            yield f"no stop; alone there was one, due within {by_ms} ms"
    elif together.told_ms > by_ms:
        yield f"stopped after {together.told_ms} ms, due within {by_ms} ms ({together.cause})"
    elif together.reaction < mildest and not _held_fast(pair, together):
        yield f"{together.reaction.word} where {mildest.word} was due"
    names = {pair.first.name, pair.second.name}
    if names & AT_ONCE and together.reaction is not Reaction.E_STOP and _must(pair, first, second):
        yield f"{together.reaction.word} where one of them is an e_stop at once"


def _taken_back(pair: Pair, together: Outcome, by_ms: int) -> bool:
    """A belt that one of them nudged and the other held again: the countdown ended at once, and
    nothing was asked of the belt that could be stopped."""
    stood = together.stood_ms is not None and together.stood_ms <= by_ms
    return pair.state is S.COUNTDOWN and together.left_for in ("checklist", "rest") and stood


def _held_fast(pair: Pair, together: Outcome) -> bool:
    """Something held the belt before it had to be stopped: no stronger stop would do more."""
    stood_ms, told_ms = together.stood_ms, together.told_ms
    if stood_ms is None or told_ms is None or stood_ms > told_ms:
        return False
    return bool({"stall", "jam"} & {pair.first.name, pair.second.name})


def _stands_by_ms(pair: Pair, together: Outcome, first: Outcome, second: Outcome) -> int:
    alone = [first.stood_ms or 0, pair.gap_ms + (second.stood_ms or 0)]
    fall_ms = together.told_ckmh * 1_000 / FALL_CKMH_S[together.reaction]
    told_ms = together.told_ms or 0
    coasts_ms = COASTS_MS if "power-cut" in (pair.first.name, pair.second.name) else 0
    return round(max(*alone, told_ms + fall_ms)) + STANDS_MS[pair.way.machine] + coasts_ms
