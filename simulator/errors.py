"""What a front end of the simulator has to handle. Each says what is wrong and what would be right.

SimulatorError
├── OptionError      a machine option, or a machine that does not exist
├── FaultError       an unknown fault or a parameter it cannot take
└── ScenarioError    a scenario file, with every problem in it
"""

from dataclasses import dataclass
from typing import Final


class SimulatorError(Exception):
    """Base of all. Never raised itself."""


class OptionError(SimulatorError):
    pass


class FaultError(SimulatorError):
    def __init__(self, message: str, *, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key
        """The parameter at fault, if it is one parameter."""


@dataclass(frozen=True, slots=True)
class ScenarioProblem:
    line: int | None
    message: str


class ScenarioError(SimulatorError):
    """Carries every problem of the file; *line* and *message* are the first one's."""

    def __init__(self, file: str, line: int | None, message: str, *others: ScenarioProblem) -> None:
        self.file = file
        self.line = line
        self.message = message
        self.problems = (ScenarioProblem(line, message), *others)
        super().__init__("\n".join(self._sentence(problem) for problem in self.problems))

    def _sentence(self, problem: ScenarioProblem) -> str:
        where = self.file if problem.line is None else f"{self.file}:{problem.line}"
        return f"{where}: {problem.message}"


SHOWN_MAX: Final = 60


def shown(value: object) -> str:
    """*value* of a file as nearly as is useful, and never long."""
    try:
        text = repr(value)
    except ValueError:  # more digits than Python is willing to write
        return "a huge number"
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 3]}..."
