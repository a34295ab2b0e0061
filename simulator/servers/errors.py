"""What can go wrong between the simulated machine and the outside.

SimulatorError
└── ServerError
    ├── CannotOpen    a port, an address or a file that could not be had; exit code 4
    ├── BadRequest    a control line or an act that means nothing; answered, the simulation goes on
    └── BadWire       the lockstep parent broke the framing; nothing after it can be trusted
"""

import os

from simulator.errors import SimulatorError


class ServerError(SimulatorError):
    """Base of every error the servers raise on purpose."""


class CannotOpen(ServerError):
    def __init__(self, what: str, error: OSError, remedy: str) -> None:
        reason = os.strerror(error.errno) if error.errno else str(error)
        super().__init__(f"{what}: {reason.lower()}. {remedy}")
        self.what = what
        self.remedy = remedy


class BadRequest(ServerError):
    """The text says what was wrong with the request."""


class BadWire(ServerError):
    """The text says which rule of the framing was broken."""
