"""Frozen dataclasses to plain JSON values and back, strictly.

Written for `Request`, `Report` and `GateSetup`, driven by their own field types, so that a field
added to one of them needs no second place. Strict means: an unknown, a missing or a duplicate
field, a number where a truth value belongs or the other way round, a float, an integer
beyond 2^53, and a value an enum does not have are all a `MessageError` naming the field.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from treadctl.errors import TreadctlError

T = TypeVar("T")
Reader = Callable[[object, str], object]

INT_MAX: Final = 2**53
"""Nothing that travels is larger; JSON readers elsewhere could not hold more."""


class MessageError(TreadctlError):
    """A message between core and gate that is not what its type says."""


def to_json(value: object) -> object:
    """Return *value* as dicts, lists, strings, integers, truth values and None."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if type(value) is int and -INT_MAX <= value <= INT_MAX:
        return value
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: to_json(getattr(value, name)) for name in _names(type(value))}
    raise MessageError(f"{type(value).__name__} does not travel between core and gate")


def from_json(cls: type[T], data: object) -> T:
    """Build a *cls* from what `to_json` made of one, or raise `MessageError`."""
    read: Reader = _reader(cast("Any", cls))
    return cast("T", read(data, cls.__name__))


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


@cache
def _reader(annotation: Any) -> Reader:
    """Return the function that reads a value of this type."""
    if annotation in (int, bool, str):
        return _plain(annotation)
    origin = get_origin(annotation)
    if origin is tuple:
        item, ellipsis = get_args(annotation)
        if ellipsis is not ...:
            raise TypeError(f"fixed tuples do not travel: {annotation}")
        return _sequence(_reader(item))
    if origin in (Union, types.UnionType):
        (inner,) = (arg for arg in get_args(annotation) if arg is not types.NoneType)
        return _optional(_reader(inner))
    if isinstance(annotation, type):
        if issubclass(annotation, Enum):
            return _enum(annotation)
        if is_dataclass(annotation):
            return _dataclass(annotation)
    raise TypeError(f"no reader for {annotation}")


def _plain(kind: type) -> Reader:
    def read(data: object, where: str) -> object:
        # `type is` and not isinstance: True is an int to Python and never one to us.
        if type(data) is not kind:
            raise MessageError(f"{where}: expected {kind.__name__}, got {type(data).__name__}")
        if type(data) is int and not -INT_MAX <= data <= INT_MAX:
            raise MessageError(f"{where}: integer out of range")
        return data

    return read


def _optional(inner: Reader) -> Reader:
    return lambda data, where: None if data is None else inner(data, where)


def _sequence(item: Reader) -> Reader:
    def read(data: object, where: str) -> object:
        if not isinstance(data, list):
            raise MessageError(f"{where}: expected a list, got {type(data).__name__}")
        return tuple(item(entry, f"{where}[{index}]") for index, entry in enumerate(data))

    return read


def _enum(cls: type[Enum]) -> Reader:
    members: Mapping[object, Enum] = {member.value: member for member in cls}

    def read(data: object, where: str) -> object:
        # A dict lookup alone would take 1.0 and True for 1.
        if type(data) not in (int, str) or data not in members:
            raise MessageError(f"{where}: not a {cls.__name__}")
        return members[data]

    return read


def _dataclass(cls: type) -> Reader:
    hints = get_type_hints(cls)
    readers = {field.name: _reader(hints[field.name]) for field in fields(cls)}

    def read(data: object, where: str) -> object:
        if not isinstance(data, dict):
            raise MessageError(f"{where}: expected an object, got {type(data).__name__}")
        if unknown := data.keys() - readers.keys():
            raise MessageError(f"{where}: unknown {', '.join(sorted(map(str, unknown)))}")
        if missing := readers.keys() - data.keys():
            raise MessageError(f"{where}: missing {', '.join(sorted(missing))}")
        return cls(
            **{name: reader(data[name], f"{where}.{name}") for name, reader in readers.items()}
        )

    return read


def no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """For `json.loads(object_pairs_hook=...)`: the last of two equal keys must not win."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MessageError("a field appears twice")
    return found
