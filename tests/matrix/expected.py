"""What must follow each fault, by the numbers of safety.md 4.2 and 4.4.

An expectation is about what a person on the belt gets: whether it is stopped, how strongly, and
how soon. Where nothing is demanded the never-events still hold, and a stop still has to stop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.matrix.cells import Cell
from tests.matrix.faults import ALL
from tests.matrix.outcome import SURGE_CKMH, Outcome
from tests.rig import STILL_CKMH
from treadctl.core.machine import SessionState as S
from treadctl.model import Mode, Reaction

KINDS: Final = {
    "rest": (S.CONNECTING, S.CHECKLIST, S.ARMED, S.TURNING, S.REST, S.PAUSED),
    "countdown": (S.COUNTDOWN,),
    "starting": (S.STARTING,),
    "walking": (S.WARM_UP, S.WALK, S.COOLDOWN),
    "backward": (S.REVERSE_WALK,),
    "stopping": (S.STOPPING, S.STOPPING_TO_TURN),
    "latched": (S.FAULT, S.E_STOP),
}
"""Kinds of state. `stopping` and `latched` also want the belt to come to a stand."""
KIND_OF: Final = dict.fromkeys(S, "other") | {
    state: kind for kind, states in KINDS.items() for state in states
}
MOVING: Final = ("starting", "walking", "backward")
DRIVEN: Final = ("countdown", *MOVING, "stopping")
"""Where the gate watches everything: from the countdown on (SR-16)."""
COUNTDOWN_MS: Final = 5_000
PROBING_MS: Final = 1_500
"""A machine is asked who it is before it is asked how fast it runs (safety.md 4.8.6)."""
STANDS_MS: Final = {"woodway-us": 1_500, "trackmaster": 1_500, "ftms": 2_000}
"""Besides the ramp itself: lag, one more reading, the last step of a ramp."""
FALL_CKMH_S: Final = {Reaction.SOFT_STOP: 50, Reaction.FAST_STOP: 200, Reaction.E_STOP: 200}
"""safety.md 4.2; an e-stop is as quick as the machine, and no simulated one is slower."""
OUTRUNS_MS: Final = {"woodway-us": 800, "trackmaster": 800, "ftms": 2_400}
"""Two readings, each as late as it may be: longer no belt is too fast before it is stopped."""
LIES: Final = frozenset({"frozen-readings", "late-readings", "old-readings"})
"""Then it may be, for as long as the readings say something else."""
AWAY_MS: Final = {("link-blink", "ftms"): 3_000}
"""So long nothing reaches it, and it does not stop by itself."""
PLANNED_MS: Final = 11_000
"""A stop by the programme from its highest speed, at its own ramp."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must follow. The default demands nothing and forbids nothing."""

    at_least: Reaction = Reaction.NONE
    by_ms: int = 0
    quiet: bool = False
    """Any stop would be a false one."""
    quiet_here: bool = False
    """So would one before the session leaves the state."""
    at_most: Reaction = Reaction.E_STOP
    if_faster: bool = False
    """Only where a moving belt outran what was asked for: another command may undo it before."""


ANYTHING: Final = Expected()
QUIET: Final = Expected(quiet=True)
QUIET_HERE: Final = Expected(quiet_here=True)
Kinds = dict[str, Expected]


def must(
    at_least: Reaction, by_ms: int, kinds: tuple[str, ...] = DRIVEN, **other_by_ms: int
) -> Kinds:
    """*other_by_ms*: kinds in which it may take longer, or in which it counts at all."""
    found = {kind: Expected(at_least, by_ms) for kind in kinds}
    return found | {kind: Expected(at_least, late_ms) for kind, late_ms in other_by_ms.items()}


def once_started(at_least: Reaction, by_ms: int, start_ms: int) -> Kinds:
    """Something that shows while the belt is driven, and *start_ms* later if it has to start."""
    return must(
        at_least,
        by_ms,
        MOVING,
        starting=by_ms + start_ms,
        countdown=COUNTDOWN_MS + by_ms + start_ms,
        stopping=by_ms,
    )


_SOFT, _FAST, _E_STOP = Reaction.SOFT_STOP, Reaction.FAST_STOP, Reaction.E_STOP
_EVERYWHERE: Final = dict.fromkeys(KINDS, QUIET)
_UNTIL_IT_STOPS: Final = {kind: QUIET_HERE for kind in KINDS if kind not in ("stopping", "latched")}
_STRAP: Final = must(_E_STOP, 100)
_SERIAL_SILENCE: Final = must(_FAST, 1_100)
_RADIO_SILENCE: Final = must(_FAST, 2_700)
_LINK: Final = must(_E_STOP, 300)
_SELF: Final = must(_E_STOP, 700, ("rest", "countdown"))
_SELF_ON_AIR: Final = must(_E_STOP, 1_300, ("rest", "countdown"))
_CONSOLE: Final = must(_FAST, 700, ("walking", "backward"), starting=1_800)

_HOUSE: Final[dict[str, Kinds]] = {
    "strap-pull": _STRAP,
    "strap-flutter": _STRAP,
    "strap-unknown": _STRAP,
    "strap-snagged": must(_E_STOP, 900),
    "console-stop": _CONSOLE,
    "console-faster": _SELF
    | dict.fromkeys(MOVING, Expected(_FAST, 1_600, if_faster=True))
    | {"starting": Expected(_FAST, 2_200, if_faster=True)},
    "console-slower": _SELF,
    "stops-walking": must(_E_STOP, 2_400, ("walking", "backward")),
    "steps-off": _EVERYWHERE,
    "nobody-answers": _EVERYWHERE,
    "lets-go": must(_FAST, 200, ("backward",)),
    "mute": _SERIAL_SILENCE,
    "garbled": _SERIAL_SILENCE,
    "garbled-half": must(_FAST, 5_100),
    "line-noise": _EVERYWHERE,
    "repeated-bytes": _EVERYWHERE,
    "lost-ack": _EVERYWHERE,
    "lost-acks": _EVERYWHERE,
    "late-readings": dict.fromkeys(MOVING, QUIET_HERE),
    "old-readings": {"countdown": Expected(_FAST, COUNTDOWN_MS + 4_000)},
    "frozen-readings": {"countdown": Expected(_FAST, COUNTDOWN_MS + 3_000)},
    "deaf": _SERIAL_SILENCE,
    "half-open": _SERIAL_SILENCE,
    "link-drop": _LINK,
    "link-blink": _LINK,
    "power-cut": _SERIAL_SILENCE,
    "brown-out": _SERIAL_SILENCE,
    "runaway": once_started(_FAST, 1_000, 500)
    | {"stopping": Expected(_FAST, 1_000, if_faster=True)},
    "creep": {"stopping": Expected(_E_STOP, 10_000)},
    "stall": once_started(_FAST, 2_600, 500) | {"stopping": ANYTHING},
    "jam": must(_FAST, 2_600, MOVING, starting=3_100),
    "self-start": must(_E_STOP, 4_300, ("rest",)),
    "ignores-three-stops": _UNTIL_IT_STOPS,
    "ignores-all-stops": {"stopping": Expected(_E_STOP, 10_000)},
    "core-silent": must(_FAST, 450),
    "late-setpoints": must(_FAST, 650),
    "core-gone": must(_FAST, 100),
    "gate-late": must(_FAST, 750),
    "suspended": must(_E_STOP, 100),
    "signal": must(_FAST, 100),
    "soft-stop": must(_SOFT, 200, (*MOVING, "stopping")),
    "fast-stop": must(_FAST, 200),
    "e-stop": must(_E_STOP, 200),
}
_ON: Final[dict[str, dict[str, Kinds]]] = {
    "woodway-us": {"key-pull": _CONSOLE},
    "trackmaster": {"key-pull": _SERIAL_SILENCE},
    "ftms": {
        "key-pull": must(_E_STOP, 200),
        "console-faster": _SELF_ON_AIR | must(_FAST, 200, ("backward",)),
        "console-slower": _SELF_ON_AIR,
        "mute": _RADIO_SILENCE,
        # Changed bytes may read as data, and a radio's records have no checksum of their own here.
        "garbled": _RADIO_SILENCE | {"stopping": Expected(_FAST, 3_700)},
        "garbled-half": {},
        # A wish that is never answered is not waited for, and not taken for granted either.
        "lost-ack": dict.fromkeys(KINDS, Expected(at_most=_SOFT)),
        "lost-acks": dict.fromkeys(KINDS, Expected(at_most=_SOFT)),
        "old-readings": {},
        "frozen-readings": {"countdown": Expected(_FAST, COUNTDOWN_MS + 6_000)},
        "deaf": {},  # its data comes by itself: that it hears nothing shows at the next command
        "half-open": _RADIO_SILENCE,
        "power-cut": _LINK,  # a radio without power is out of reach at once
        "brown-out": _LINK,
        "runaway": once_started(_FAST, 2_700, 1_000)
        | {"stopping": Expected(_FAST, 2_700, if_faster=True)},
        "stall": once_started(_FAST, 3_400, 2_400) | {"stopping": ANYTHING},
        "jam": must(_FAST, 3_400, MOVING, starting=5_400),
        "self-start": {},  # at rest nothing is said to it that it could start from
        "control-revoked": must(_SOFT, 300, MOVING),
        "control-stolen": must(_SOFT, 300, MOVING),
    },
}
"""Where a machine makes it another story; the rest is as in the house."""

UNSTOPPABLE: Final[dict[str, frozenset[str]]] = {
    "creep": ALL,
    "ignores-all-stops": ALL,
    "deaf": frozenset({"ftms"}),
    "half-open": frozenset({"ftms"}),
    "link-drop": frozenset({"ftms"}),
    "control-revoked": frozenset({"ftms"}),
    "control-stolen": frozenset({"ftms"}),
}
"""What no host can stop: the machine's own key has to (safety.md 4.7). The simulated serial
machines are of class A and stop by themselves when they hear nothing; ftms is of class C."""


def expected(cell: Cell) -> Expected:
    fault, kind = cell.fault.name, KIND_OF[cell.state]
    if fault == "stops-walking" and cell.way.mode is Mode.BELT_REVERSE and kind == "backward":
        return ANYTHING  # carried toward the console; the cord hangs slack (SR-55)
    found = _ON[cell.way.machine].get(fault)
    if found is None:
        found = _HOUSE.get(fault, {})
    then = found.get(kind, ANYTHING)
    if cell.state is S.CONNECTING and then.by_ms:
        return Expected(then.at_least, then.by_ms + PROBING_MS)
    return then


def complaints(cell: Cell, outcome: Outcome) -> Iterator[str]:
    """Yield everything about *outcome* that must not be."""
    yield from outcome.violations
    if outcome.softened:
        yield "a milder stop followed a worse one"
    then, kind = expected(cell), KIND_OF[cell.state]
    told_ms = outcome.told_ms
    here = outcome.left_ms is None or (told_ms is not None and told_ms <= outcome.left_ms)
    if outcome.stopped and (then.quiet or (then.quiet_here and here)):
        yield f"a false {outcome.reaction.word} ({outcome.cause}) after {told_ms} ms"
    if outcome.reaction > then.at_most:
        yield f"{outcome.reaction.word} ({outcome.cause}) where {then.at_most.word} is enough"
    if then.at_least and not _is_over(cell, outcome, then):
        if told_ms is None:
            yield f"no stop; {then.at_least.word} was due within {then.by_ms} ms"
        elif told_ms > then.by_ms:
            yield f"stopped after {told_ms} ms, due within {then.by_ms} ms ({outcome.cause})"
        elif outcome.reaction < then.at_least:
            yield f"{outcome.reaction.word} ({outcome.cause}) where {then.at_least.word} was due"
    if outcome.outran_ms > OUTRUNS_MS[cell.way.machine] and cell.fault.name not in LIES:
        yield f"the belt was too fast for {outcome.outran_ms} ms before it was stopped"
    if cell.way.machine not in UNSTOPPABLE.get(cell.fault.name, frozenset()):
        yield from _standing(cell, outcome, kind)


def _is_over(cell: Cell, outcome: Outcome, then: Expected) -> bool:
    """Whether it had no effect left, or lost it, before it had to be found."""
    went_to_rest = outcome.left_for not in ("", S.FAULT.value, S.E_STOP.value) and (
        KIND_OF[cell.state] == "stopping" or KIND_OF[S(outcome.left_for)] == "stopping"
    )
    still = not outcome.moved and outcome.peak_ckmh <= STILL_CKMH
    if KIND_OF[cell.state] == "stopping" and then.at_least < _E_STOP and still:
        return True  # it stood already, and nothing was to be stopped any more
    if went_to_rest and outcome.left_ms is not None and outcome.left_ms < then.by_ms:
        return outcome.stood_ms is not None
    if cell.state is S.COUNTDOWN and then.at_least < _E_STOP and outcome.peak_ckmh <= STILL_CKMH:
        return outcome.left_for in ("checklist", "rest")  # the start was taken back
    if cell.state is S.CONNECTING and not outcome.stopped:  # the first word to it is a stop
        return outcome.stood_ms is not None and outcome.stood_ms <= then.by_ms
    slow = not outcome.moved or outcome.peak_ckmh <= outcome.asked_ckmh + SURGE_CKMH
    # A stop under way ended it; how long a belt may be too fast is asked of every cell.
    return then.if_faster and (slow or went_to_rest)


def _standing(cell: Cell, outcome: Outcome, kind: str) -> Iterator[str]:
    """A stop that was told has to end in a standing belt, and so has one that was under way."""
    if not outcome.stopped and kind not in ("stopping", "latched"):
        return
    if outcome.stood_ms is None:
        yield f"the belt runs on at {outcome.last_ckmh / 100:.2f} km/h"
        return
    limit_ms = PLANNED_MS
    if outcome.told_ms is not None and outcome.stopped:
        fall_ms = outcome.told_ckmh * 1_000 / FALL_CKMH_S[outcome.reaction]
        away_ms = AWAY_MS.get((cell.fault.name, cell.way.machine), 0)
        limit_ms = round(outcome.told_ms + fall_ms + STANDS_MS[cell.way.machine]) + away_ms
    if outcome.stood_ms > limit_ms:
        yield f"the belt stood after {outcome.stood_ms} ms, due within {limit_ms} ms"
