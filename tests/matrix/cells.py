"""The cells of the matrix: which there are, which cannot be, and which the test suite runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from tests.matrix.faults import FAULTS, Fault
from tests.matrix.walk import PHASES, STATES, WAYS, Way, impossible_state
from treadctl.core.machine import SessionState
from treadctl.model import Mode


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault, at one moment of one state, on one machine, in one mode."""

    way: Way
    state: SessionState
    phase: int
    fault: Fault

    @property
    def key(self) -> str:
        return f"{self.way.name}/{self.state.value}/{self.phase}/{self.fault.name}"

    @property
    def impossible(self) -> str | None:
        """Why there is no such cell; None: there is."""
        if (reason := impossible_state(self.way, self.state)) is not None:
            return reason
        here = self.way.machine in self.fault.machines and self.way.mode in self.fault.modes
        return None if here else self.fault.why_not


def every_cell() -> Iterator[Cell]:
    for way in WAYS:
        for state in STATES:
            for phase in range(PHASES):
                for fault in FAULTS.values():
                    yield Cell(way, state, phase, fault)


def cell_of(key: str) -> Cell:
    machine, mode, state, phase, fault = key.split("/")
    way = Way(machine, Mode(mode))
    return Cell(way, SessionState(state), int(phase), FAULTS[fault])


def possible_cells() -> list[Cell]:
    return [cell for cell in every_cell() if cell.impossible is None]


def sample(seed: int, count: int) -> list[Cell]:
    """*count* possible cells, the same for the same seed, whatever else is added to the matrix.

    Every fault and every state of every way is among them before chance decides.
    """
    cells = sorted(
        possible_cells(), key=lambda cell: sha256(f"{seed}/{cell.key}".encode()).digest()
    )
    chosen: dict[str, Cell] = {}
    for aspect in (
        lambda cell: cell.fault.name,
        lambda cell: (cell.way.name, cell.state),
    ):
        seen = {aspect(cell) for cell in chosen.values()}
        for cell in cells:
            if aspect(cell) not in seen:
                seen.add(aspect(cell))
                chosen[cell.key] = cell
    for cell in cells:
        if len(chosen) >= count:
            break
        chosen[cell.key] = cell
    return list(chosen.values())
