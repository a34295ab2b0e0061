"""The verbs of a session, remembered in the order they were asked for, so that a record holds them.

A verb that is refused was asked for as well, and has to be asked for again in a replay.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from treadctl.errors import Refused


@dataclass(frozen=True, slots=True)
class Asked:
    """One verb, as it was asked for."""

    verb: str
    """The name of a method of `Session`."""
    args: tuple[object, ...]


class Asks(Protocol):
    def remember(self, verb: str, *args: object) -> None: ...
    def tell_refused(self, cause: str, message: str) -> None: ...


S = TypeVar("S", bound=Asks)
P = ParamSpec("P")


def verb(method: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """Remember it; refused, it is an event as well as an exception."""

    def asked(self: S, /, *args: P.args, **kwargs: P.kwargs) -> None:
        self.remember(method.__name__, *args, *kwargs.values())
        try:
            method(self, *args, **kwargs)
        except Refused as error:
            self.tell_refused(error.cause, error.message)
            raise

    functools.update_wrapper(asked, method)
    return asked
