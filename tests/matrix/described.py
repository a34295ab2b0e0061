"""What must follow each fault while somebody walks backward, in words: a page of the docs."""

from collections.abc import Iterator

from tests.matrix.cells import Cell
from tests.matrix.expected import UNSTOPPABLE, Expected, expected
from tests.matrix.faults import FAULTS, Fault
from tests.matrix.walk import MACHINES, Way
from treadctl.core.machine import SessionState
from treadctl.model import Mode, Reaction


def rows() -> Iterator[str]:
    """Yield one line of a Markdown table per fault."""
    for fault in FAULTS.values():
        then = [_then(fault, machine) for machine in MACHINES]
        yield f"| `{fault.name}` | {fault.what} | {' | '.join(then)} |"


def _then(fault: Fault, machine: str) -> str:
    mode = Mode.TURN_AROUND if Mode.TURN_AROUND in fault.modes else Mode.BELT_REVERSE
    cell = Cell(Way(machine, mode), SessionState.REVERSE_WALK, 0, fault)
    if cell.impossible is not None:
        return "cannot be"
    demanded = _demanded(expected(cell))
    beyond = machine in UNSTOPPABLE.get(fault.name, frozenset())
    return f"{demanded}; the belt may run on" if beyond else demanded


def _demanded(then: Expected) -> str:
    if then.quiet:
        return "no stop"
    if then.quiet_here:
        return "no stop while it lasts"
    if then.at_least is Reaction.NONE:
        milder = then.at_most is not Reaction.E_STOP
        return f"at most a `{then.at_most.word}`" if milder else "judged by what follows"
    faster = ", where the belt outruns what was asked" if then.if_faster else ""
    return f"`{then.at_least.word}` within {then.by_ms / 1_000:.2g} s{faster}"
