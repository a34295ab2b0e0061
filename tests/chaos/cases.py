"""What is done to whom, where and when: every combination in turn, and the moments by a seed.

A bound is the specification's (safety.md 4.2 and 4.4): the time to the first frame of the stop. No
bound means that nothing has to happen, and that whatever happens has to be a stop.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

KILL, STOP, PAUSE = "kill -9", "SIGSTOP", "SIGSTOP, SIGCONT"
HANG_UP, MEMORY, STARVE, UNPLUG = "SIGHUP", "no memory", "no processor", "unplugged"
CLOSE, DISK = "terminal closed", "disk full"

PAUSES_MS: Final = (50, 3_000)
PHASES_S: Final = {"hold": (0.3, 9.5), "ramp": (10.0, 15.0), "steady": (16.0, 20.0)}
"""Since the first motion: the slow start is held for ten seconds, and then it rises."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How long until the first frame of the stop, and where that is said."""

    ms: int
    said: str
    ramp_ckmh_s: float = 200.0
    """How fast the wish for speed falls from there on. What the machine adds is `verdict`'s."""


@dataclass(frozen=True, slots=True)
class Case:
    index: int
    rig: str
    """`gate`: a real gate led by a small core. `screen`: the whole program on a terminal."""
    transport: str
    machine: str
    quirk: str
    victim: str
    event: str
    phase: str
    after_s: float
    """From the first motion to the event."""
    lasts_ms: int
    """Of a pause, a starvation or an unplugged link."""

    @property
    def bound(self) -> Bound | None:
        """What has to happen; None: nothing has to."""
        if self.event in (PAUSE, STARVE):
            must = SILENT_MS.get(self.victim)
            if self.event is STARVE or must is None or self.lasts_ms < must:
                return None
        if self.event == UNPLUG and self.transport == "pty" and self.lasts_ms < LOOSE_MS:
            return None
        return BOUNDS.get((self.victim, self.event))

    @property
    def bound_if_it_dies(self) -> Bound | None:
        """What has to happen where somebody who was only to be troubled dies of it."""
        if (self.victim, self.event) == ("gate", STARVE):
            return STARVED_TO_DEATH
        return BOUNDS.get((self.victim, KILL))


SILENT_MS: Final = {"core": 800, "gate": 1_500, "simulator": 2_000, "screen": 800}
"""A pause that is shorter may pass as a hiccup."""
LOOSE_MS: Final = 1_500
"""A wire without a carrier is only silent while it is out; for so long that may be a hiccup."""
_CORE: Final = Bound(400, "SR-30, 4.6: a core's end is a stop within 400 ms")
_SILENT: Final = Bound(550, "SR-14, SR-30: a core's silence is a stop within 550 ms")
_GATE: Final = Bound(400, "SR-31: the rescue process stops within 400 ms")
_HUNG: Final = Bound(1_600, "SR-31, H-10: a silent gate is ended after 1 s, and rescued")
STARVED_TO_DEATH: Final = Bound(
    3_600,
    "SR-32, SR-31, H-10: four ticks of half a second each are put up with, then a second of "
    "silence, and the rescue process stops within 400 ms, looked at five times a second",
)
"""A gate that hardly gets its turn is no killed one: what ends it waits for its silence."""
_LOST: Final = Bound(30_000, "SR-20: the stop is tried for 30 s; the machine's class decides")
BOUNDS: Final = {
    ("core", KILL): _CORE,
    ("core", HANG_UP): _CORE,
    ("core", STOP): _SILENT,
    ("core", PAUSE): _SILENT,
    ("screen", KILL): _CORE,
    ("screen", STOP): _SILENT,
    ("screen", PAUSE): _SILENT,
    ("screen", CLOSE): Bound(
        2_100, "SR-40: a terminal that hangs up is a soft stop", ramp_ckmh_s=50.0
    ),
    ("gate", KILL): _GATE,
    ("gate", STOP): _HUNG,
    ("gate", PAUSE): _HUNG,
    ("gate", HANG_UP): Bound(200, "SR-18: a signal is a stop"),
    ("rescue", KILL): Bound(400, "SR-31: no motion without a rescue process"),
    ("bridge", KILL): _LOST,
    ("bridge", STOP): _LOST,
    ("link", UNPLUG): _LOST,
    ("simulator", PAUSE): Bound(400, "SR-35: stops are said until the belt stands"),
}

_PLACES: Final[tuple[tuple[str, str, str], ...]] = (
    ("rfc2217", "woodway-us", ""),
    ("rfc2217", "trackmaster", ""),
    ("pty", "woodway-us", ""),
    ("pty", "trackmaster", ""),
    ("air", "ftms", ""),
    ("air", "ftms", "stops-on-link-loss"),
)
_DONE_TO: Final[dict[str, tuple[str, ...]]] = {
    "core": (KILL, STOP, PAUSE, HANG_UP, MEMORY, STARVE),
    "gate": (KILL, STOP, PAUSE, HANG_UP, MEMORY, STARVE),
    "rescue": (KILL, STOP, PAUSE, HANG_UP, MEMORY, STARVE),
    "bridge": (KILL, STOP, PAUSE, HANG_UP, MEMORY, STARVE),
    "simulator": (KILL, PAUSE, STARVE),
    "link": (UNPLUG,),
}
_ON_A_SCREEN: Final = (KILL, STOP, PAUSE, CLOSE, DISK, MEMORY, STARVE)


def combinations() -> tuple[tuple[str, str, str, str, str, str], ...]:
    """Rig, transport, machine, quirk, victim, event: everything there is."""
    small = [
        ("gate", *place, victim, event)
        for place in _PLACES
        for victim, events in _DONE_TO.items()
        for event in events
        if victim != "bridge" or place[0] == "air"
    ]
    whole = [
        ("screen", transport, machine, "", "screen", event)
        for transport, machine in (("rfc2217", "woodway-us"), ("air", "ftms"))
        for event in _ON_A_SCREEN
    ]
    return (*small, *whole)


def cases(seed: int, count: int) -> Iterator[Case]:
    """*count* cases, the same for the same seed: each combination once before any comes twice."""
    everything = combinations()
    for index in range(count):
        turn, place = divmod(index, len(everything))
        order = random.Random(f"{seed}/{turn}").sample(everything, len(everything))
        chance = random.Random(f"{seed}/{index}/moment")
        phase = chance.choice(("hold", "hold", "ramp", "ramp", "steady"))
        rig, transport, machine, quirk, victim, event = order[place]
        yield Case(
            index,
            rig,
            transport,
            machine,
            quirk,
            victim,
            event,
            phase,
            round(chance.uniform(*PHASES_S[phase]), 3),
            round(chance.uniform(*PAUSES_MS)),
        )
