"""What this program promises, SR-01..SR-60, in one sentence each (SR-60).

safety.md 4.4 is the specification; the sentences here are reminders for whoever reads the name
of a test, the code of a stop, or `treadctl explain`. Where each is held and which tests carry
its number is found in the code itself (`make docs`).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Backing(Enum):
    """Who has to be relied on for a requirement to hold."""

    SOFTWARE = "software alone"
    MACHINE = "machine as well"
    HARDWARE = "not by software"
    """Software does its part, and it is not enough."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of safety.md 4.4."""

    number: int
    backing: Backing
    sentence: str
    lacks: str = ""
    """What this version does not do of it, and why. Empty: all of it is held."""

    @property
    def id(self) -> str:
        return f"SR-{self.number:02d}"


_SW, _MACHINE, _HW = Backing.SOFTWARE, Backing.MACHINE, Backing.HARDWARE


def _by_number(*rows: Requirement) -> dict[int, Requirement]:
    return {row.number: row for row in rows}


REQUIREMENTS: Final = _by_number(
    Requirement(
        1,
        _SW,
        "After every start, connect or fault nothing but stop, zero and reads leaves the gate.",
    ),
    Requirement(
        2,
        _SW,
        "Only a new, deliberate, local start while armed permits motion; a stop beside it wins.",
    ),
    Requirement(3, _SW, "Setting a speed never starts the belt; stop is legal in every state."),
    Requirement(4, _MACHINE, "The first motion is slow and is held before anything faster."),
    Requirement(
        5, _MACHINE, 'The belt is started with the person on the rails; faster needs "on the belt".'
    ),
    Requirement(
        6,
        _MACHINE,
        "After connecting: stop, then watch the belt read zero before arming is offered.",
    ),
    Requirement(
        7, _MACHINE, "Arming needs every checklist item, fresh, and a strap pull that was seen."
    ),
    Requirement(
        8,
        _MACHINE,
        "Motion that nobody started is stopped at the first sample and latched at the second.",
    ),
    Requirement(9, _SW, "The speed cap follows the gait; unknown facing takes the lower cap."),
    Requirement(
        10,
        _SW,
        "The last act before the wire decodes the frame again; beyond a ceiling it is dropped.",
    ),
    Requirement(
        11,
        _MACHINE,
        "What is sent rises in small, spaced steps, within the sum of any ten seconds.",
    ),
    Requirement(
        12, _MACHINE, "What is sent falls no faster than the down-ramp, except in an e-stop."
    ),
    Requirement(
        13, _SW, "After a refused increase the ramp begins again from what was really reached."
    ),
    Requirement(14, _MACHINE, "A setpoint is a lease; not renewed, the belt ramps down."),
    Requirement(
        15,
        _SW,
        "Setpoints are finite whole numbers in range; anything else is refused, never rounded up.",
    ),
    Requirement(
        16,
        _MACHINE,
        "Strap open, first sample: stop frame within 100 ms, latched. Nothing disables it.",
    ),
    Requirement(
        17,
        _MACHINE,
        "The strap loop checks itself with a pulse pattern.",
        lacks="The pulse pattern needs an adapter that leads its output through the contact. "
        "What is checked is that readings are fresh and that their source has not frozen.",
    ),
    Requirement(
        18,
        _SW,
        "Stop has a path of its own, from anyone, past every queue.",
    ),
    Requirement(19, _SW, "Telemetry is believed only while fresh, in order and plausible."),
    Requirement(20, _HW, "Link lost while moving: keep trying to stop, alarm, never say stopped."),
    Requirement(21, _HW, "Faster than its ceiling: e-stop and alarm."),
    Requirement(22, _MACHINE, "A belt that does not follow its commanded speed is stopped."),
    Requirement(
        23, _MACHINE, "A jammed belt is stopped before it can free itself, and stays locked out."
    ),
    Requirement(
        24,
        _MACHINE,
        "Standstill is measured, fresh and long enough; the only predicate of its kind.",
    ),
    Requirement(
        25,
        _MACHINE,
        "Direction changes only from standstill, chosen, confirmed, counted down and read back.",
    ),
    Requirement(
        26,
        _MACHINE,
        "Belt-reverse only where command, read-back and zero were proved in both directions.",
    ),
    Requirement(
        27,
        _MACHINE,
        "Incline moves slowly, never with speed, never down below level, frozen on a fault.",
        lacks="The lift is not driven: the only incline that ever leaves is zero.",
    ),
    Requirement(
        28,
        _MACHINE,
        "Turning around happens at standstill, announced, with the strap back on and confirmed.",
    ),
    Requirement(
        29, _MACHINE, "Units are declared, and probed at the first motion before anything fast."
    ),
    Requirement(30, _MACHINE, "A silent core is a reason to stop; a core that is gone, at once."),
    Requirement(31, _HW, "A dead gate is replaced by the rescue process, which writes stop."),
    Requirement(32, _MACHINE, "A gate that does not get its time stops the belt."),
    Requirement(
        33,
        _MACHINE,
        "Only the monotonic clock steers; a computer is kept awake where its system permits that, "
        "and one that slept stops the belt when it wakes.",
    ),
    Requirement(
        34,
        _SW,
        "Stops latch; a reset needs the cause gone, standstill, time and a new, held press.",
    ),
    Requirement(
        35,
        _MACHINE,
        "A stop is repeated until standstill is measured, and escalates when nothing slows down.",
    ),
    Requirement(
        36, _SW, "Nothing resumes by itself, least of all after a stop at the machine's console."
    ),
    Requirement(37, _MACHINE, "A belt found moving after a reconnect is stopped, never adopted."),
    Requirement(
        38, _MACHINE, "One controller: a lock for the gate's lifetime and an exclusive port."
    ),
    Requirement(
        39,
        _MACHINE,
        "Somebody at the console wins: their speed is kept, above the cap it stops the belt.",
    ),
    Requirement(
        40, _SW, "A frozen screen is noticed and the belt stopped; old data is shown as old."
    ),
    Requirement(41, _SW, "Stop is one key; faster is one press at a time."),
    Requirement(
        42, _SW, "Configuration is strict: unknown, inverted or beyond a ceiling is an error."
    ),
    Requirement(
        43, _SW, "A plan is checked as a whole before it is used, and limited again while it runs."
    ),
    Requirement(44, _SW, "Session, backward total and bout have an end that nobody extends."),
    Requirement(
        45,
        _MACHINE,
        "A heart rate above its limit slows down, never speeds up.",
    ),
    Requirement(
        46,
        _SW,
        "A heart-rate sensor that fell silent stops increases, then the session.",
    ),
    Requirement(
        47,
        _HW,
        "Where the machine reports presence, an empty belt is stopped.",
        lacks="No supported machine reports whether somebody is on it. The screen says so.",
    ),
    Requirement(48, _SW, "No network listener; from elsewhere one may read, stop and lower."),
    Requirement(
        49,
        _SW,
        "Records never block the loop; without a place to write nothing is armed, and a session "
        "under way ends at the next rest.",
    ),
    Requirement(50, _HW, "Power lost and returned is a new connection, from the beginning."),
    Requirement(51, _MACHINE, "Idle too long: locked."),
    Requirement(52, _SW, "Every change is announced ahead, every stop cause at once."),
    Requirement(
        53, _SW, "With several causes the worst reaction wins; toggling postpones nothing."
    ),
    Requirement(
        54,
        _HW,
        "Without a qualification record a machine is class C: slow, spotter, no belt-reverse.",
        lacks="There is no `qualify` yet, so every real machine is class C, and belt-reverse is "
        "refused outside the simulator.",
    ),
    Requirement(
        55,
        _MACHINE,
        "Belt-reverse needs a held input; letting go stops the belt.",
        lacks="There is no hardware input to hold; outside the simulator belt-reverse is refused.",
    ),
    Requirement(
        56, _SW, "A run on hardware needs somebody who says every minute that they are there."
    ),
    Requirement(57, _SW, "Simulated and real cannot be confused."),
    Requirement(58, _SW, "Every refusal and stop has a stable code, a cause and something to do."),
    Requirement(59, _SW, "Core and gate of different versions or limits refuse each other."),
    Requirement(60, _SW, "Every requirement has a test with its number."),
)


def requirement_of(code: str) -> Requirement:
    """Return what *code* (``F-116``) stands for: its last two digits are the number."""
    return REQUIREMENTS[int(code.removeprefix("F-")) % 100]
