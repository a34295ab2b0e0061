"""The requirements SR-01..SR-60 in one sentence each, and the tests that carry their number.

safety.md 4.4 is the specification. The sentences here are reminders for whoever reads a test
name; the numbers are the limits' (docs/safety/limits.md).
"""

import ast
import re
from collections import defaultdict
from typing import Final

from tests.architecture.sources import ROOT, python_files

SENTENCES: Final[dict[int, str]] = {
    1: "After every start, connect or fault nothing but stop, zero and reads leaves the gate.",
    2: "Only a new, deliberate, local start while armed permits motion; a stop beside it wins.",
    3: "Setting a speed never starts the belt; stop is legal in every state.",
    4: "The first motion is slow and is held before anything faster.",
    5: 'The belt is started with the person on the rails; faster needs "on the belt".',
    6: "After connecting: stop, then watch the belt read zero before arming is offered.",
    7: "Arming needs every checklist item, fresh, and a strap pull that was seen.",
    8: "Motion that nobody started is stopped at the first sample and latched at the second.",
    9: "The speed cap follows the gait; unknown facing takes the lower cap.",
    10: "The last act before the wire decodes the frame again; beyond a ceiling it is dropped.",
    11: "What is sent rises in small, spaced steps, within the sum of any ten seconds.",
    12: "What is sent falls no faster than the down-ramp, except in an e-stop.",
    13: "After a refused increase the ramp begins again from what was really reached.",
    14: "A setpoint is a lease; not renewed, the belt ramps down.",
    15: "Setpoints are finite whole numbers in range; anything else is refused, never rounded up.",
    16: "Strap open, first sample: stop frame within 100 ms, latched. Nothing disables it.",
    17: "The strap loop checks itself with a pulse pattern.",
    18: "Stop has a path of its own, from anyone, past every queue.",
    19: "Telemetry is believed only while fresh, in order and plausible.",
    20: "Link lost while moving: keep trying to stop, alarm, never say stopped.",
    21: "Faster than its ceiling: e-stop and alarm.",
    22: "A belt that does not follow its commanded speed is stopped.",
    23: "A jammed belt is stopped before it can free itself, and stays locked out.",
    24: "Standstill is measured, fresh and long enough; the only predicate of its kind.",
    25: "Direction changes only from standstill, chosen, confirmed, counted down and read back.",
    26: "Belt-reverse only where command, read-back and zero were proved in both directions.",
    27: "Incline moves slowly, never with speed, never down below level, frozen on a fault.",
    28: "Turning around happens at standstill, announced, with the strap back on and confirmed.",
    29: "Units are declared, and probed at the first motion before anything fast.",
    30: "A silent core is a reason to stop; a core that is gone, at once.",
    31: "A dead gate is replaced by the rescue process, which writes stop.",
    32: "A gate that does not get its time stops the belt.",
    33: "Only the monotonic clock steers; a computer that slept stops the belt when it wakes.",
    34: "Stops latch; a reset needs the cause gone, standstill, time and a new, held press.",
    35: "A stop is repeated until standstill is measured, and escalates when nothing slows down.",
    36: "Nothing resumes by itself, least of all after a stop at the machine's console.",
    37: "A belt found moving after a reconnect is stopped, never adopted.",
    38: "One controller: a lock for the gate's lifetime and an exclusive port.",
    39: "Somebody at the console wins downward; unexplained changes upward stop the belt.",
    40: "A frozen screen is noticed and the belt stopped; old data is shown as old.",
    41: "Stop is one key; faster is one press at a time.",
    42: "Configuration is strict: unknown, inverted or beyond a ceiling is an error.",
    43: "A plan is checked as a whole before it is used, and limited again while it runs.",
    44: "Session, backward total and bout have an end that nobody extends.",
    45: "A heart rate above its limit slows down, never speeds up.",
    46: "A heart-rate sensor that fell silent stops increases, then the session.",
    47: "Where the machine reports presence, an empty belt is stopped.",
    48: "No network listener; from elsewhere one may read, stop and lower.",
    49: "Records never block the loop; without a place to write, nothing is armed.",
    50: "Power lost and returned is a new connection, from the beginning.",
    51: "Idle too long: locked.",
    52: "Every change is announced ahead, every stop cause at once.",
    53: "With several causes the worst reaction wins; toggling postpones nothing.",
    54: "Without a qualification record a machine is class C: slow, spotter, no belt-reverse.",
    55: "Belt-reverse needs a held input; letting go stops the belt.",
    56: "A run on hardware needs somebody who says every minute that they are there.",
    57: "Simulated and real cannot be confused.",
    58: "Every refusal and stop has a stable code, a cause and something to do.",
    59: "Core and gate of different versions or limits refuse each other.",
    60: "Every requirement has a test with its number.",
}

HELD: Final = frozenset({*range(1, 17), *range(18, 27), *range(28, 38), 42, 43, 44, *range(52, 61)})
"""What this version holds; the others wait for a screen, a sensor or a network."""

_NUMBER: Final = re.compile(r"sr(\d\d)")


def tests_by_requirement() -> dict[int, list[str]]:
    """Return the tests that carry each number, as ``tests/gate/test_gate.py::test_sr16_...``."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in python_files("tests"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in _NUMBER.findall(node.name):
                    found[int(number)].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found
