"""Faults that belong to a kind of machine: they happen by themselves, sooner or later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import inf

from simulator.controller import Controller


class Since(Enum):
    POWER = "power"
    START = "start"
    """The first start that the drive obeyed."""


@dataclass(frozen=True, slots=True)
class Scripted:
    """One fault, injected once."""

    fault: str
    after_ms: float = 0.0
    since: Since = Since.POWER
    parameters: Mapping[str, object] = field(default_factory=dict)


class Script:
    def __init__(self, steps: tuple[Scripted, ...], controller: Controller) -> None:
        self._waiting = [step for step in steps if step.since is Since.START]
        self._due = sorted(
            ((step.after_ms, step) for step in steps if step.since is Since.POWER),
            key=lambda due: due[0],
        )
        self._controller = controller

    @property
    def next_ms(self) -> float:
        if self._waiting and self._controller.first_start_ms < inf:
            start_ms = self._controller.first_start_ms
            self._due += [(start_ms + step.after_ms, step) for step in self._waiting]
            self._due.sort(key=lambda due: due[0])
            self._waiting = []
        return self._due[0][0] if self._due else inf

    def take(self, t_ms: float) -> list[Scripted]:
        """Take what is due."""
        taken = [step for due_ms, step in self._due if due_ms <= t_ms]
        self._due = [due for due in self._due if due[0] > t_ms]
        return taken
