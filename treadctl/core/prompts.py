"""What a person has to do now, and the sentence that asks for it."""

from dataclasses import dataclass
from typing import Final

from treadctl.model import CHECKLIST, Direction, Facing


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something only a person can do."""

    wants: str
    """checklist, strap, direction, hold, arm, start, on_belt, turn, turn_confirm, resume, reset
    or attend."""
    item: str
    """Which of several; empty where there is only one."""
    message: str


CHECKLIST_TEXT: Final = {
    "shoes": "Shoes on, laces double-knotted.",
    "handrails": "Handrails in reach on both sides.",
    "strap-pull": "Pull the strap out now, and clip it back.",
    "strap-cord": "Strap cord not frayed, clipped at the waist on the side of its anchor.",
    "clear-behind": "Two metres clear behind, one metre wide; nobody, no pets, no children near.",
    "belt-clear": "Nothing on the belt, incline at zero.",
    "machine-stop-key": "The machine's own stop key within reach, and tried this month.",
    "spotter": "Spotter present where one is needed.",
    "feeling-well": "Feeling well; no alcohol, no new medication.",
    "phone-away": "Phone and headphones put away.",
    "on-rails": "Standing on the side rails, holding on.",
    "direction-read": "Read aloud which way the belt runs and which way you face.",
}

_SHUFFLED: Final = ("strap-cord", "clear-behind", "on-rails")
"""Safety.md 2.5: these change places from round to round, or they are confirmed unread."""
_ORDERS: Final = ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2))

ARM: Final = Prompt("arm", "", "Ready to start? Then arm the machine.")
START: Final = Prompt(
    "start", "", "Hold start for a second, standing on the side rails and holding on."
)
ON_BELT: Final = Prompt(
    "on_belt", "", "Step onto the belt, which runs slowly, and confirm that you are on it."
)
ON_BELT_REVERSED: Final = Prompt(
    "on_belt",
    "",
    "Look: the belt must run toward the console. Then step onto it and confirm that you are on it.",
)
STRAP: Final = Prompt("strap", "", "Clip the strap on.")
HOLD: Final = Prompt("hold", "", "Press the hold-to-run key and keep it pressed.")
RESUME: Final = Prompt("resume", "", "Paused. Resume when the person is ready, or end the session.")
RESET: Final = Prompt(
    "reset", "", "See to the person. With the cause gone, hold reset for a second; or end."
)
ATTEND: Final = Prompt("attend", "", "Confirm that you are beside the treadmill.")

_TURN_WAY: Final = {Facing.BACKWARD: "the back", Facing.FORWARD: "the console"}


def turn(facing: Facing) -> Prompt:
    way = _TURN_WAY.get(facing, "the console")
    return Prompt(
        "turn",
        facing.value,
        f"Stand on the side rails. Turn to face {way}, clip the strap to the other side, hold on.",
    )


def turn_confirm(facing: Facing) -> Prompt:
    way = _TURN_WAY.get(facing, "the console")
    return Prompt(
        "turn_confirm",
        facing.value,
        f"Turned to face {way}, strap clipped on, holding on? Then hold confirm for a second.",
    )


def direction(wanted: Direction) -> Prompt:
    """SR-25: the choice of a direction is an act of its own, before arming and starting."""
    way = "toward the console" if wanted is Direction.REVERSE else "toward the back"
    return Prompt("direction", wanted.value, f"Choose the direction: the belt shall run {way}.")


def checklist_item(item: str) -> Prompt:
    return Prompt("checklist", item, CHECKLIST_TEXT[item])


def checklist_order(seed: int, round_: int) -> tuple[str, ...]:
    """The order of asking in one round: three items trade places."""
    order = _ORDERS[(seed + round_) % len(_ORDERS)]
    places = [CHECKLIST.index(item) for item in _SHUFFLED]
    items = list(CHECKLIST)
    for place, which in zip(places, order, strict=True):
        items[place] = _SHUFFLED[which]
    return tuple(items)
