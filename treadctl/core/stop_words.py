"""Which stop a line names that cannot be used otherwise. A stop is never refused (SR-03, SR-18).

A key too many, a time that is none, a verb in capitals, a comma where none may be: whoever sent it
wanted the belt to stop. What is guessed wrong this way stops a belt for nothing, and says why.
"""

import re
from typing import Final

from treadctl.core.json_line import read_json

_VERBS: Final = {
    "stop": "stop",
    "softstop": "stop",
    "pause": "stop",
    "cooldown": "stop",
    "end": "stop",
    "criterion": "stop",
    "hold": "stop",
    "faststop": "fast_stop",
    "estop": "e_stop",
    "emergencystop": "e_stop",
    "emergency": "e_stop",
}
"""By what is left of a verb without its case and its marks. Those that stop under a condition that
cannot be read (which criterion, pressed or let go) stop softly, as do those that go on later."""
_WORDS: Final = (
    ("e_stop", re.compile(r"\be[\W_]{0,3}stop|\bemergency", re.IGNORECASE)),
    ("fast_stop", re.compile(r"\bfast[\W_]{0,3}stop", re.IGNORECASE)),
    (
        "stop",
        re.compile(
            r"stop|\bpause|\bcool[\W_]{0,3}down|\bcriterion\b|[\"']end\b|^\W*end\W*$", re.IGNORECASE
        ),
    ),
)
"""In what is no JSON, the strongest first."""


def is_whole_stop(text: str) -> bool:
    """Whether *text* is a stop that lacks at most the end of its line: it is not waited for."""
    try:
        read_json(text)
    except ValueError:
        return False
    return stop_named(text) is not None


def stop_named(line: str) -> str | None:
    """Return `stop`, `fast_stop` or `e_stop` if an unusable *line* names one, else None.

    Where it can be read, only its `do` counts: a note about a stop is none.
    """
    line = line.replace("\0", "")  # every other byte, in two bytes a letter
    try:
        fields = read_json(line)
    except ValueError:
        fields = None
    if isinstance(fields, dict) and isinstance(do := fields.get("do"), str):
        return _VERBS.get(re.sub(r"[\W_]", "", do).lower())
    return next((verb for verb, words in _WORDS if words.search(line)), None)
