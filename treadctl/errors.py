"""What a front end has to handle.

TreadctlError
├── UserFileError    a plan or config file that cannot be used; lists every problem
├── Refused          a verb the session declined; the belt is unchanged
├── LinkError        the link could not be opened, or broke
└── HandshakeError   core and gate are not the same software or limits (SR-59)
"""

from dataclasses import dataclass


class TreadctlError(Exception):
    """Base of every error this package raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file a person wrote."""

    file: str
    line: int | None
    key: str
    """Dotted path of the offending key, empty for the file as a whole."""
    message: str
    remedy: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f"{self.key}: " if self.key else ""
        return f"{where}: {key}{self.message}. {self.remedy}"


class UserFileError(TreadctlError):
    """A plan, config or scenario that cannot be used. Carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Refused(TreadctlError):
    """A verb the session declined. The belt has not changed."""

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message


class LinkError(TreadctlError):
    """The link to the treadmill or to the strap could not be opened, or broke."""


class HandshakeError(TreadctlError):
    """Core and gate differ in version or limits (SR-59); nothing was sent to the belt."""
