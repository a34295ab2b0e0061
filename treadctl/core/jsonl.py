"""Events as JSON objects, one per line. The format is documented in docs/jsonl.md."""

import json
from dataclasses import fields
from typing import Final

from treadctl.core.events import EVENTS, Event

_NAMES: Final = {kind: tuple(f.name for f in fields(kind)) for kind in EVENTS}


def to_json(event: Event) -> dict[str, object]:
    """Return *event* as a JSON object whose first key says what it is."""
    values: dict[str, object] = {"event": event.event}
    for name in _NAMES[type(event)]:
        values[name] = getattr(event, name)
    return values


def to_line(event: Event) -> str:
    """Return *event* as one line, without the line end."""
    return json.dumps(to_json(event), ensure_ascii=False, separators=(",", ":"))
