"""Every message of the application, one line each. Attributes go down, messages come up."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from treadctl.composition.options import RunOptions

if TYPE_CHECKING:
    from treadctl.composition.treadmills import Where
    from treadctl.errors import Problem
    from treadctl.people.person import Person


@dataclass
class Wished(Message):
    """Somebody asks for a verb of the session."""

    verb: str
    item: str = ""


@dataclass
class Found(Message):
    """People have been read, and plans can be."""

    persons: "tuple[Person, ...]"
    problems: "tuple[Problem, ...]"


@dataclass
class Located(Message):
    """So have treadmills."""

    wheres: "tuple[Where, ...]"
    wrong: str


@dataclass
class Chosen(Message):
    """Who, what and where are settled: the run may be prepared."""

    options: RunOptions


@dataclass
class Left(Message):
    """Somebody is done with this screen; `leaves` the program where it is true."""

    leaves: bool
