"""Which keys matter now, in words. What a key does is decided by the session, not here."""

from typing import Final

from treadctl.core.machine import SessionState
from treadctl.tui.view import Place, View

Hint = tuple[str, str]

_WALKING: Final[tuple[Hint, ...]] = (
    ("- +", "slower, faster"),
    ("p", "pause"),
    ("n", "next"),
    ("l", "longer"),
    ("w", "cool down"),
    ("x", "end"),
    ("c", "criteria"),
    ("m", "mark"),
    ("?", "keys"),
)
_ASKED: Final[dict[str, tuple[Hint, ...]]] = {
    "checklist": (("Enter", "it is so"), ("Backspace", "one back")),
    "arm": (("Enter", "arm"),),
    "start": (("Enter", "then"), ("g", "a second later: GO")),
    "turn_confirm": (("Enter", "then"), ("g", "a second later: turned")),
    "reset": (("Enter", "then"), ("g", "a second later: reset"), ("x x", "end")),
    "on_belt": (("b", "the person is on the belt"),),
    "resume": (("r", "go on"), ("w", "cool down"), ("x x", "end")),
}


def hints_of(view: View) -> tuple[Hint, ...]:
    """Return the keys for the last line of the screen, the important ones first."""
    if view.place is Place.DEBRIEF:
        return ()
    asked = _ASKED.get(view.prompt.wants, ()) if view.prompt is not None else ()
    if view.place is Place.RUNNING:
        if view.state in (SessionState.REST,):
            return (*asked, ("n", "end the rest"), ("x x", "end"), ("c", "criteria"), ("?", "keys"))
        return (*asked, *_WALKING)
    general = (("c", "criteria"), ("?", "keys"))
    ends = () if any(key.startswith("x") for key, _ in asked) else (("x x", "end"),)
    simulated = (("[", "sim: pull strap"), ("]", "clip it")) if view.simulated else ()
    return (*asked, *ends, *simulated, *general)


HELP: Final[tuple[tuple[str, str], ...]] = (
    ("space s q Enter Esc", "STOP, on every screen, while the belt may move"),
    ("e", "stop as strongly as the machine can; latched"),
    ("- or down", "slower by 0.1 km/h, at once"),
    ("+ or up", "faster by 0.1 km/h; a held key counts once"),
    ("p", "pause: stop softly, keep the step's time left"),
    ("r", "resume: nothing moves before a new start"),
    ("n n", "next: end this step, once that is announced"),
    ("l l", "longer: 30 seconds more of this step"),
    ("w w", "cool down: stop, leave out the other bouts"),
    ("x x", "end: stop softly, and the session is over"),
    ("c", "stop criteria, one key each"),
    ("m", "mark this moment in the record"),
    ("a", "you are still beside the treadmill"),
    ("b", "the person has stepped onto the belt"),
    ("Enter, g", "start, turned, reset: a second between the two"),
    ("Backspace", "checklist: one item back"),
    ("[ and ]", "simulation: pull the strap, clip it on again"),
    ("ctrl+q", "leave: stop first, then ask"),
)
"""One line each in a terminal of 80 by 24."""
