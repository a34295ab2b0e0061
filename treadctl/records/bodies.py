"""Reports, requests and verbs as the body of a record."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Final

from treadctl.core.asked import Asked
from treadctl.model import Report, Request

_REQUIRED: Final = tuple(f.name for f in fields(Report) if f.default is MISSING)
_OPTIONAL: Final = tuple(f.name for f in fields(Report) if f.default is not MISSING)
_DEFAULTS: Final = tuple(f.default for f in fields(Report) if f.default is not MISSING)
_ENUMS: Final = ("phase", "direction", "facing", "gait", "strap", "belt")
_REQUEST_FIELDS: Final = tuple(
    f.name for f in fields(Request) if f.name not in ("at_ms", "counter")
)
# Read in one go: this runs ten times a second for an hour, which virtual time does in one.
_required = attrgetter(*_REQUIRED)
_optional = attrgetter(*_OPTIONAL)
_wish = attrgetter(*_REQUEST_FIELDS)


def report_body(report: Report) -> Mapping[str, object]:
    """Every field of *report*; one that has its default is left out."""
    body = dict(zip(_REQUIRED, _required(report), strict=True))
    for name, default, value in zip(_OPTIONAL, _DEFAULTS, _optional(report), strict=True):
        if value != default:
            body[name] = value
    for name in _ENUMS:
        body[name] = body[name]._value_
    body["reaction"] = report.reaction.word
    body["latched"] = report.latched.word
    if report.refused:
        body["refused"] = [
            {"code": r.code, "cause": r.cause, "message": r.message} for r in report.refused
        ]
    return body


def request_body(request: Request) -> Mapping[str, object]:
    """What *request* asks for. The heartbeat is left out: it changes every time."""
    body: dict[str, object] = dict(zip(_REQUEST_FIELDS, _wish(request), strict=True))
    body["stop"] = request.stop.word
    return body


def request_changed(before: Request | None, now: Request) -> bool:
    """Whether *now* asks for anything that *before* did not; only then is it recorded."""
    return before is None or _wish(before) != _wish(now)


def verb_body(asked: Asked) -> Mapping[str, object]:
    """What was asked for; what it was about is left out where it was about nothing."""
    body: dict[str, object] = {"verb": asked.verb}
    if asked.args:
        body["args"] = list(asked.args)
    return body
