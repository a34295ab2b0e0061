"""Every message of the application, one line each. Attributes go down, messages come up."""

from dataclasses import dataclass

from textual.message import Message

from treadctl.composition.options import RunOptions


@dataclass
class Wished(Message):
    """Somebody asks for a verb of the session."""

    verb: str
    item: str = ""


@dataclass
class Chosen(Message):
    """Who, what and where are settled: the run may be prepared."""

    options: RunOptions


@dataclass
class Left(Message):
    """Somebody is done with this screen; `leaves` the program where it is true."""

    leaves: bool
