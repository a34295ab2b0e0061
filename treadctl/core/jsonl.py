"""Events as JSON objects, one per line. The format is documented in docs/jsonl.md."""

import json
from dataclasses import fields
from typing import Final, get_args

from treadctl.core.events import EVENTS, Event
from treadctl.errors import TreadctlError

_NAMES: Final = {kind: tuple(f.name for f in fields(kind)) for kind in EVENTS}
_KINDS: Final = {kind.event: kind for kind in EVENTS}
_TYPES: Final = {
    kind: {f.name: frozenset(get_args(f.type) or (f.type,)) for f in fields(kind)}
    for kind in EVENTS
}
"""Of each kind the types that each field may have."""


class NoEvent(TreadctlError):
    """A line that is none of ours, or not what its kind says."""


def to_json(event: Event) -> dict[str, object]:
    """Return *event* as a JSON object whose first key says what it is."""
    values: dict[str, object] = {"event": event.event}
    for name in _NAMES[type(event)]:
        values[name] = getattr(event, name)
    return values


def to_line(event: Event) -> str:
    """Return *event* as one line, without the line end."""
    return json.dumps(to_json(event), ensure_ascii=False, separators=(",", ":"))


def from_json(values: object) -> Event:
    """Build the event again. Strict: no field too many or too few, none of another type.

    Raises:
        NoEvent: *values* is nothing that `to_json` makes.
    """
    kind = _KINDS.get(str(values.get("event"))) if isinstance(values, dict) else None
    if kind is None or not isinstance(values, dict):
        raise NoEvent("not an event that is known here")
    types = _TYPES[kind]
    if values.keys() != {"event", *types}:
        raise NoEvent(f"{kind.event}: other fields than {', '.join(types)}")
    for name, allowed in types.items():
        # `type` and not isinstance: True is an int to Python and never one to us.
        if type(values[name]) not in allowed:
            raise NoEvent(f"{kind.event}: {name} is not what it should be")
    return kind(**{name: values[name] for name in types})
