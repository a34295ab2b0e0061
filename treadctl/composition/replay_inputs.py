"""Reads back what a record says that session and gate were given. A record may be any file at all.

Types are checked as strictly as between core and gate, except that a field which came later than
the record has its default.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from treadctl.core.programme import Programme
from treadctl.core.setup import SessionSetup
from treadctl.errors import TreadctlError
from treadctl.gate.json_codec import MessageError, from_json, to_json
from treadctl.gate.setup import GateSetup
from treadctl.model import Reaction, Report, Request

T = TypeVar("T")


class NotReplayable(TreadctlError):
    """A record that cannot be replayed, and why."""


@dataclass(frozen=True, slots=True)
class Inputs:
    programme: Programme
    session: SessionSetup
    gate: GateSetup


def inputs_body(inputs: Inputs) -> Mapping[str, object]:
    """For the header of a record."""
    return {
        "programme": to_json(inputs.programme),
        "session": to_json(inputs.session),
        "gate": to_json(inputs.gate),
    }


def inputs_from(header: Mapping[str, Any]) -> Inputs:
    """What the run behind *header* was given. What came later has its default.

    Raises:
        NotReplayable: the header does not say, or in words that this version does not know.
    """
    body = header.get("inputs")
    if not isinstance(body, dict) or not body:
        raise NotReplayable(
            "This record does not say what its session was given; it was made by a version "
            "that did not keep that, or by no run of this program."
        )
    try:
        return Inputs(
            _read(Programme, body["programme"]),
            _read(SessionSetup, body["session"]),
            _read(GateSetup, body["gate"]),
        )
    except (MessageError, KeyError) as error:
        raise NotReplayable(
            f"What this record says of its session is not known to this version: {error}."
        ) from error


def report_from(body: Mapping[str, Any]) -> Report:
    """The report that *body* was made from.

    Raises:
        MessageError: it is none, or one that this version does not know.
    """
    return _read(Report, _with_levels(body, "reaction", "latched"))


def request_from(body: Mapping[str, Any], *, at_ms: int, counter: int) -> Request:
    """The request that *body* was made from, with its heartbeat.

    Raises:
        MessageError: it is none, or one that this version does not know.
    """
    known = {**_with_levels(body, "stop"), "at_ms": at_ms, "counter": counter}
    return _read(Request, known)


def _with_levels(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """*body* with its reactions as numbers, which is how they travel."""
    return {
        name: _LEVELS.get(str(value)) if name in names else value for name, value in body.items()
    }


_LEVELS: Final = {reaction.word: int(reaction) for reaction in Reaction}


def _read(cls: type[T], data: object) -> T:
    return from_json(cls, _with_defaults(cls, data))


def _with_defaults(annotation: Any, data: object) -> object:
    """*data* with the defaults of every field that it does not have."""
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (each for each in get_args(annotation) if each is not type(None))
    if get_origin(annotation) is tuple and isinstance(data, list):
        return [_with_defaults(get_args(annotation)[0], each) for each in data]
    if not is_dataclass(annotation) or not isinstance(data, dict):
        return data
    hints = get_type_hints(annotation)
    known = {name: _with_defaults(hints.get(name), value) for name, value in data.items()}
    for field in fields(annotation):
        if field.name not in known and field.default is not MISSING:
            known[field.name] = to_json(field.default)
        elif field.name not in known and field.default_factory is not MISSING:
            known[field.name] = to_json(field.default_factory())
    return known
