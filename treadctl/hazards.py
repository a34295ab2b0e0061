"""What can go wrong, H-01..H-33, and which requirements answer it (safety.md 4.3)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Hazard:
    """One row of safety.md 4.3."""

    number: int
    sentence: str
    losses: str
    """L1 fall, L2 entrapment, L3 over-exertion, L4 false confidence."""
    requirements: tuple[int, ...]
    beyond: str = ""
    """What no software can do about it."""

    @property
    def id(self) -> str:
        return f"H-{self.number:02d}"


HAZARDS: Final = (
    Hazard(
        1,
        "The belt starts unexpectedly: at connecting, at a reset, as a side effect, or late.",
        "L1",
        (*range(1, 9), 36, 51),
        "A machine's firmware may start by itself: people stay on the rails while it is watched.",
    ),
    Hazard(
        2,
        "The speed jumps: a plan, a typing error, a factor behind the limit.",
        "L1",
        (*range(9, 16), 43),
        "The machine's own ramp inside one step is its own.",
    ),
    Hazard(
        3,
        "The belt changes its direction while somebody walks.",
        "L1",
        (24, 25, 26, 55),
        "A machine may not say which way its belt runs.",
    ),
    Hazard(4, "Somebody turns around on a moving belt.", "L1", (24, 28, 52), "Nobody sees them."),
    Hazard(
        5,
        "The strap is released and the belt goes on.",
        "L1",
        (16, 17, 18, 35),
        "The strap must pull the machine's own key as well.",
    ),
    Hazard(
        6,
        "The strap is not worn, clipped to something else, or frayed.",
        "L1 L4",
        (7, 17, 28),
        "A strap that is clipped does not prove a person.",
    ),
    Hazard(
        7,
        "The connection is lost while somebody walks.",
        "L1",
        (14, 20, 35, 37, 54),
        "A class C machine keeps running.",
    ),
    Hazard(8, "What the treadmill says is old, frozen or from the future.", "L1", (19,)),
    Hazard(
        9,
        "The steering program crashes, hangs, is killed, or waits.",
        "L1",
        (14, 30, 31, 32),
        "The computer may die beside a class C machine.",
    ),
    Hazard(
        10,
        "The safety program crashes or hangs.",
        "L1",
        (31, 54),
        "Then only the machine's own supervision, or a relay, is left.",
    ),
    Hazard(
        11,
        "The computer sleeps, or its clock jumps.",
        "L1",
        (33,),
        "It may fall asleep for want of power.",
    ),
    Hazard(12, "Units are mixed up.", "L1", (29, 54)),
    Hazard(
        13,
        "Two programs control one treadmill.",
        "L1",
        (38, 39),
        "A phone may take a Bluetooth treadmill; the machine's console always wins.",
    ),
    Hazard(14, "After a stop the belt starts for somebody who is not ready.", "L1", (34, 36, 39)),
    Hazard(15, "Whoever operates it presses the wrong key.", "L1", (41,)),
    Hazard(16, "A plan or a configuration asks for the absurd.", "L1 L3", (42, 43, 44)),
    Hazard(
        17,
        "The belt runs away, faster than it was told.",
        "L1",
        (21, 22, 35),
        "A drive that has failed stops when its power is cut, and not before.",
    ),
    Hazard(18, "The belt jams, and comes free.", "L1", (23,)),
    Hazard(19, "The connection comes back, and the belt is moving.", "L1", (37,)),
    Hazard(20, "The screen freezes or closes while the belt runs.", "L1 L4", (18, 40)),
    Hazard(21, "The disk is full or slow.", "L1", (49,)),
    Hazard(
        22,
        "The heart rate is too high, or its sensor lost or wrong.",
        "L3",
        (45, 46),
        "No program diagnoses anybody.",
    ),
    Hazard(23, "The incline moves while walking backward, or with the speed.", "L1", (27,)),
    Hazard(
        24, "Power fails and returns.", "L1", (50, 1), "The belt may coast, or brake all at once."
    ),
    Hazard(
        25,
        "Nobody is on the belt, and it runs: children, pets.",
        "L2",
        (47, 51),
        "Presence needs a sensor.",
    ),
    Hazard(
        26,
        "Somebody commands it over the network, or over Bluetooth.",
        "L1",
        (48, 38),
        "FTMS has no authentication worth the name.",
    ),
    Hazard(
        27,
        "The stop is too abrupt.",
        "L1",
        (12, 53),
        "The machine's own key may brake all at once.",
    ),
    Hazard(
        28,
        "Belt-reverse carries somebody into the front hood.",
        "L2",
        (55, 25),
        "A key to hold is hardware.",
    ),
    Hazard(
        29,
        'The screen says "stopped" while the belt moves, or a simulation is taken for real.',
        "L4",
        (35, 52, 57),
    ),
    Hazard(30, "Which way the person looks is taken wrongly.", "L1", (9, 28, 29)),
    Hazard(31, "A script runs a treadmill that nobody attends.", "L1", (56,)),
    Hazard(32, "Somebody trains too much, or progresses too fast.", "L3", (44, 45)),
    Hazard(33, "Versions are mixed, or a file is corrupted.", "L1", (42, 59)),
)


def hazards_of(number: int) -> tuple[Hazard, ...]:
    """Return the hazards that requirement *number* answers."""
    return tuple(hazard for hazard in HAZARDS if number in hazard.requirements)
